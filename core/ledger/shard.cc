#include "core/ledger/shard.h"

#include <algorithm>
#include <new>

namespace tokentra {
namespace {

// Marks the owner as inside Record. The signal fences order it against a handler that interrupts
// this thread; they cost nothing, and no other thread looks.
class BusyScope {
 public:
  explicit BusyScope(std::atomic<bool>* busy) : busy_(*busy) {
    busy_.store(true, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  ~BusyScope() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    busy_.store(false, std::memory_order_relaxed);
  }
  BusyScope(const BusyScope&) = delete;
  BusyScope& operator=(const BusyScope&) = delete;

 private:
  std::atomic<bool>& busy_;
};

constexpr int kTokenHomeBits = 18;
static_assert(kExtentsMax <= 1 << kTokenHomeBits);

// Loads of words that only this thread stores; and every store of the protocol in the header, each
// of which must not be seen before those that precede it.
constexpr auto kOwn = std::memory_order_relaxed;
constexpr auto kPublish = std::memory_order_release;

[[gnu::always_inline]] inline void StoreImage(std::uint32_t number, const Cell& cell,
                                              UndoImage* image) {
  image->cell_number.store(number, kPublish);
  image->sequence.store(cell.sequence.load(kOwn), kPublish);
  ForEachCounter(
      [&](std::size_t i) { image->counters[i].store(cell.counters[i].load(kOwn), kPublish); });
}

void StoreCounters(const std::array<std::uint64_t, kCellCounters>& counters, Cell* cell) {
  ForEachCounter([&](std::size_t i) { cell->counters[i].store(counters[i], kPublish); });
}

}  // namespace

Shard::Shard(Registry* registry, Segment* segment, IdTables* ids, SegmentRelief* relief,
             std::uint32_t home, bool may_grow)
    : registry_(*registry),
      segment_(*segment),
      ids_(ids),
      relief_(relief),
      undo_(segment->undo(home)),
      token_(segment->ordinal() << kTokenHomeBits | home),
      cells_(segment, home, may_grow) {}

std::unique_ptr<Shard> Shard::Create(Registry* registry, Segment* segment, IdTables* ids,
                                     SegmentRelief* relief, bool may_grow) {
  const std::uint32_t home = segment->Take(Segment::kNone);
  if (home == Segment::kNone) return nullptr;
  std::unique_ptr<Shard> shard(new (std::nothrow)
                                   Shard(registry, segment, ids, relief, home, may_grow));
  if (shard == nullptr || !shard->CreateLastResort()) return nullptr;
  return shard;
}

bool Shard::CreateLastResort() {
  for (ClassId class_id = 0; class_id < kClassKinds; ++class_id) {
    const CellGroup group{0, class_id, kAllFolded, TimeFold::kAnyTime};
    const auto insert = [&](std::uint8_t page) {
      return InsertCell(CellKey::Of(group, page, 0)) != CellStore::kNone;
    };
    for (std::uint8_t page = 0; page < kAtomPages; ++page) {
      if (!insert(page)) return false;
    }
    if (!insert(kReportedPage) || !insert(kOverflowPage)) return false;
  }
  return true;
}

std::uint32_t Shard::InsertCell(const CellKey& key) {
  KeyTexts texts;
  if (segment_.has_texts()) {
    const CellGroup group = key.group();
    if (!IsFoldedClass(group.class_id)) {
      texts.has_class = true;
      texts.class_bytes = registry_.ClassBytes(group.class_id);
      texts.class_mark = static_cast<std::uint32_t>(registry_.KindOf(group.class_id));
    }
    if (group.dimensions != kAllFolded) {
      texts.has_tuple = true;
      texts.tuple_bytes = registry_.TupleBytes(group.dimensions);
    }
  }
  return cells_.Insert(key, texts);
}

RecordResult Shard::Record(const Event& event) {
  BusyScope scope(&busy_);
  if (RecordPlain(event)) [[likely]]
    return {RecordStatus::kRecorded, false};
  if (wants_relief_) [[unlikely]]
    RelieveIfWanted();
  RecordResult result = Plan(event);
  if (result.status != RecordStatus::kRecorded) return result;
  if (event.id != nullptr && ids_ != nullptr) {
    result.status = CommitWithId(*event.id);
    if (result.status != RecordStatus::kRecorded) return {result.status, false};
  } else {
    OpenEvent(0);
    Apply();
    CloseEvent();  // the event is recorded
  }
  if (result.folded) {
    // Relaxed load and store: one writer, and a figure for statistics.
    std::atomic<std::uint64_t>& folded = segment_.extent(cells_.home()).folded_events;
    folded.store(folded.load(std::memory_order_relaxed) + event.events, std::memory_order_relaxed);
  }
  return result;
}

// Between two events, when no cell is planned that could be moved. What brings nothing is tried
// more and more rarely.
void Shard::RelieveIfWanted() {
  constexpr std::uint32_t kPauseMost = 4096;
  wants_relief_ = false;
  if (relief_ == nullptr) return;
  if (relief_pause_ > 0) {
    --relief_pause_;
    return;
  }
  if (relief_->Relieve(this)) {
    relief_pause_next_ = 0;
  } else {
    relief_pause_next_ = std::min(2 * relief_pause_next_ + 1, kPauseMost);
    relief_pause_ = relief_pause_next_;
  }
}

std::uint32_t Shard::BucketOf(InstantNs at) {
  if (static_cast<std::uint64_t>(at) - bucket_begin_ >= bucket_length_) {
    const std::int64_t bucket_ns = registry_.bucket_ns();
    std::int64_t bucket = at / bucket_ns;
    if (at % bucket_ns < 0) --bucket;
    bucket_word_ = BucketWord(bucket);
    bucket_begin_ = static_cast<std::uint64_t>(bucket) * static_cast<std::uint64_t>(bucket_ns);
    bucket_length_ = static_cast<std::uint64_t>(bucket_ns);
  }
  return bucket_word_;
}

RecordResult Shard::Plan(const Event& event) {
  planned_count_ = 0;
  if (event.parts.empty() || event.parts.size() > kPartsMax || event.at < kEventInstantMin ||
      event.events == 0 || event.events > kSumEventsMax ||
      (event.events > 1 && event.id != nullptr)) {
    return {RecordStatus::kInvalid, false};
  }
  const Arrival arrival =
      ArrivalOf(event.at, event.arrived, registry_.bucket_ns(), registry_.options().arrival);
  const bool is_elsewhere = arrival == Arrival::kLate || arrival == Arrival::kSkewed;
  if (is_elsewhere && event.arrived < kEventInstantMin) return {RecordStatus::kInvalid, false};
  const std::uint32_t bucket = BucketOf(is_elsewhere ? event.arrived : event.at);
  bool folded = registry_.IsFolded(event.dimensions);
  for (const Part& part : event.parts) {
    PartPages pages;
    if (!SplitPart(event, part, arrival, &pages)) {
      return {RecordStatus::kInvalid, false};
    }
    CellGroup group{bucket, part.class_id, event.dimensions, TimeFold::kNone};
    if (IsFoldedClass(group.class_id)) AppendOverflow(part, &pages);
    folded |= IsFoldedClass(group.class_id);
    while (!PlanPart(group, pages)) {
      if (!registry_.IsClass(group.class_id) || !registry_.IsDimensions(group.dimensions)) {
        return {RecordStatus::kInvalid, false};
      }
      const bool class_was_folded = IsFoldedClass(group.class_id);
      if (!registry_.Fold(&group)) return {RecordStatus::kFull, false};
      if (IsFoldedClass(group.class_id) && !class_was_folded) AppendOverflow(part, &pages);
      folded = true;
    }
  }
  return {RecordStatus::kRecorded, folded};
}

// Plans all cells of one part under `group`, creating those that are missing. False, with nothing
// planned, when one of them has no room.
bool Shard::PlanPart(const CellGroup& group, const PartPages& pages) {
  const bool class_folded = IsFoldedClass(group.class_id);
  const std::size_t parts_planned = planned_count_;
  std::size_t missing_count = 0;
  for (const PageAddition& addition : pages.pages()) {
    if (!PageApplies(addition.page, class_folded)) continue;
    CellKey missing{};
    if (!PlanCell(group, addition, parts_planned, &missing)) {
      planned_count_ = parts_planned;
      return false;
    }
    if (missing.low != 0) missing_[missing_count++] = {missing, &addition};
  }
  if (missing_count == 0 || CreateCells(group, missing_count)) [[likely]]
    return true;
  planned_count_ = parts_planned;
  return false;
}

// Plans one cell, or says which is missing. False when the key's cells are full.
bool Shard::PlanCell(const CellGroup& group, const PageAddition& addition,
                     std::size_t parts_planned, CellKey* missing) {
  for (std::uint8_t carry = 0; carry <= kCarryMax; ++carry) {
    const CellKey key = CellKey::Of(group, addition.page, carry);
    const std::uint32_t number = cells_.Find(key);
    if (number == CellStore::kNone) [[unlikely]] {
      *missing = key;
      return true;
    }
    PlannedCell& planned = planned_[planned_count_];
    planned.cell = &cells_.cell(number);
    planned.number = number;
    std::size_t earlier = parts_planned;
    while (earlier > 0 && planned_[earlier - 1].number != number) --earlier;
    const auto planned_counter = [&](std::size_t i) { return planned_[earlier - 1].counters[i]; };
    const auto cell_counter = [&](std::size_t i) { return planned.cell->counters[i].load(kOwn); };
    if (earlier > 0 ? AddCounters(planned_counter, addition, &planned.counters)
                    : AddCounters(cell_counter, addition, &planned.counters)) [[likely]] {
      ++planned_count_;
      return true;
    }
  }
  return false;
}

// Creates the missing cells, and plans them. False when there is no room for all.
bool Shard::CreateCells(const CellGroup& group, std::size_t count) {
  if (!registry_.IsClass(group.class_id) || !registry_.IsDimensions(group.dimensions)) return false;
  if (!registry_.TakeCells(group, count)) {
    wants_relief_ = true;
    return false;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t number = InsertCell(missing_[i].key);
    if (number == CellStore::kNone) {
      registry_.GiveBackCells(count - i);
      wants_relief_ = true;
      return false;
    }
    if (segment_.free_extents() < segment_.extent_count() / 4) wants_relief_ = true;
    PlannedCell& planned = planned_[planned_count_++];
    planned.cell = &cells_.cell(number);
    planned.number = number;
    planned.counters = missing_[i].addition->counters;
  }
  return true;
}

// The usual event, without a plan: one part, not folded, whose atoms all stand on page 0 of a cell
// that there is and that has room. False, with nothing changed, for any other. It must do what
// Plan and the steps below do (ledger_test compares them).
bool Shard::RecordPlain(const Event& event) {
  if (event.parts.size() != 1 || event.id != nullptr || event.at < kEventInstantMin ||
      event.events - 1 >= kSumEventsMax || event.reported.has_value() ||
      event.arrived != kNoInstant || registry_.IsFolded(event.dimensions)) {
    return false;
  }
  const Part& part = event.parts.front();
  if (IsFoldedClass(part.class_id) || part.billed != nullptr || part.atoms == nullptr ||
      (part.priced && !IsAmountOf(event.events, part.cost))) {
    return false;
  }
  const CellGroup group{BucketOf(event.at), part.class_id, event.dimensions, TimeFold::kNone};
  const std::uint32_t number = cells_.Find(CellKey::Of(group, 0, 0));
  if (number == CellStore::kNone) return false;
  Cell& cell = cells_.cell(number);

  std::array<std::uint64_t, kCellCounters> counters;
  ForEachCounter([&](std::size_t i) { counters[i] = cell.counters[i].load(kOwn); });
  counters[kEventsCounter] += event.events;
  const std::uint64_t most = QuantityMaxOf(event.events);
  std::uint64_t all_bits = 0;
  for (const AtomQuantity& item : part.atoms->items()) {
    const auto atom = static_cast<std::size_t>(item.atom);
    if (atom >= kAtomsPerPage || item.quantity > most) return false;
    all_bits |= counters[kFirstQuantity + atom] += item.quantity;
  }
  if (all_bits >> kCellQuantityBits != 0) return false;

  StoreImage(number, cell, &undo_.images[0]);
  if (undo_.count.load(kOwn) != 1) undo_.count.store(1, kPublish);
  if (undo_.id_slot.load(kOwn) != 0) undo_.id_slot.store(0, kPublish);
  const std::uint64_t generation = undo_.generation.load(kOwn);
  const std::uint64_t sequence = cell.sequence.load(kOwn);
  undo_.generation.store(generation + 1, kPublish);
  cell.sequence.store(sequence + 1, kPublish);
  StoreCounters(counters, &cell);
  undo_.generation.store(generation + 2, kPublish);  // the event is recorded
  cell.sequence.store(sequence + 2, kPublish);
  return true;
}

// Claims the id, changes the cells, and lets the id's slot decide. A claim that is lost on the way
// (to a retry, while this thread was stopped) is looked for again.
RecordStatus Shard::CommitWithId(const EventId& id) {
  for (;;) {
    const IdTables::Claim claim = ids_->TryClaim(id, token_);
    switch (claim.outcome) {
      case IdTables::Outcome::kDuplicate:
        CountApart(ClassKind::kDuplicate);
        return RecordStatus::kDuplicate;
      case IdTables::Outcome::kConflict:
        CountApart(ClassKind::kConflict);
        return RecordStatus::kConflict;
      case IdTables::Outcome::kNotRemembered:
        OpenEvent(0);
        Apply();
        CloseEvent();
        return RecordStatus::kRecorded;
      case IdTables::Outcome::kClaimed:
        break;
    }
    OpenEvent(claim.slot);
    Apply();
    const bool recorded = ids_->Commit(claim.slot, token_);
    if (!recorded) RollBack();
    CloseEvent();
    if (recorded) return RecordStatus::kRecorded;
  }
}

// Counts an event that is not recorded, in the last resort's cell of its kind.
void Shard::CountApart(ClassKind kind) {
  planned_count_ = 0;
  PartPages pages;
  pages.count = 1;
  pages.additions[0].page = 0;
  pages.additions[0].counters.fill(0);
  pages.additions[0].counters[kEventsCounter] = 1;
  const CellGroup group{0, static_cast<ClassId>(kind), kAllFolded, TimeFold::kAnyTime};
  if (!PlanPart(group, pages)) return;
  OpenEvent(0);
  Apply();
  CloseEvent();
}

void Shard::OpenEvent(std::uint64_t id_slot) {
  for (std::size_t i = 0; i < planned_count_; ++i) {
    StoreImage(planned_[i].number, *planned_[i].cell, &undo_.images[i]);
  }
  undo_.count.store(planned_count_, kPublish);
  undo_.id_token.store(token_, kPublish);
  undo_.id_slot.store(id_slot, kPublish);
  undo_.generation.store(undo_.generation.load(kOwn) + 1, kPublish);
}

void Shard::Apply() {
  for (std::size_t i = 0; i < planned_count_; ++i) {
    Cell& cell = *planned_[i].cell;
    // `| 1`: a cell that is planned twice turns odd once.
    cell.sequence.store(cell.sequence.load(kOwn) | 1, kPublish);
    StoreCounters(planned_[i].counters, &cell);
  }
}

// The counters as the images have them; a cell planned twice has two equal images.
void Shard::RollBack() {
  for (std::size_t i = 0; i < planned_count_; ++i) {
    for (std::size_t counter = 0; counter < kCellCounters; ++counter) {
      planned_[i].cell->counters[counter].store(undo_.images[i].counters[counter].load(kOwn),
                                                kPublish);
    }
  }
}

void Shard::CloseEvent() {
  undo_.generation.store(undo_.generation.load(kOwn) + 1, kPublish);
  for (std::size_t i = 0; i < planned_count_; ++i) {
    std::atomic<std::uint64_t>& sequence = planned_[i].cell->sequence;
    sequence.store((sequence.load(kOwn) + 1) & ~std::uint64_t{1}, kPublish);
  }
}

}  // namespace tokentra
