#include "core/ledger/shard.h"

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

std::unique_ptr<Shard> Shard::Create(Registry* registry) {
  std::unique_ptr<Shard> shard(new (std::nothrow) Shard(registry));
  if (shard == nullptr || !shard->CreateLastResort()) return nullptr;
  return shard;
}

bool Shard::CreateLastResort() {
  for (ClassId class_id = 0; class_id < kClassKinds; ++class_id) {
    const CellGroup group{0, class_id, kAllFolded, TimeFold::kAnyTime};
    const auto insert = [&](std::uint8_t page) {
      return cells_.Insert(CellKey::Of(group, page, 0)) != CellStore::kNone;
    };
    for (std::uint8_t page = 0; page < kAtomPages; ++page) {
      if (!insert(page)) return false;
    }
    if (!insert(kReportedPage) || !insert(kOverflowPage)) return false;
  }
  return true;
}

RecordResult Shard::Record(const Event& event) {
  BusyScope scope(&busy_);
  if (RecordPlain(event)) [[likely]]
    return {RecordStatus::kRecorded, false};
  const RecordResult result = Plan(event);
  if (result.status != RecordStatus::kRecorded) return result;
  Commit();
  if (result.folded) {
    // Relaxed load and store: one writer, and a figure for statistics.
    folded_events_.store(folded_events_.load(std::memory_order_relaxed) + 1,
                         std::memory_order_relaxed);
  }
  return result;
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
  if (event.parts.empty() || event.parts.size() > kPartsMax || event.at < kEventInstantMin) {
    return {RecordStatus::kInvalid, false};
  }
  const std::uint32_t bucket = BucketOf(event.at);
  bool folded = registry_.IsFolded(event.dimensions);
  for (const Part& part : event.parts) {
    PartPages pages;
    if (!SplitPart(part, &part == event.parts.data(), event.reported, &pages)) {
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
  if (!registry_.IsClass(group.class_id) || !registry_.IsDimensions(group.dimensions) ||
      !registry_.TakeCells(group, count)) {
    return false;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t number = cells_.Insert(missing_[i].key);
    if (number == CellStore::kNone) {
      registry_.GiveBackCells(count - i);
      return false;
    }
    PlannedCell& planned = planned_[planned_count_++];
    planned.cell = &cells_.cell(number);
    planned.number = number;
    planned.counters = missing_[i].addition->counters;
  }
  return true;
}

// The usual event, without a plan: one part, not folded, whose atoms all stand on page 0 of a cell
// that there is and that has room. False, with nothing changed, for any other. It must do what
// Plan and Commit do (shard_test compares them).
bool Shard::RecordPlain(const Event& event) {
  if (event.parts.size() != 1 || event.at < kEventInstantMin || event.reported.has_value() ||
      registry_.IsFolded(event.dimensions)) {
    return false;
  }
  const Part& part = event.parts.front();
  if (IsFoldedClass(part.class_id) || part.billed != nullptr || part.atoms == nullptr ||
      (part.priced && !IsEventAmount(part.cost))) {
    return false;
  }
  const CellGroup group{BucketOf(event.at), part.class_id, event.dimensions, TimeFold::kNone};
  const std::uint32_t number = cells_.Find(CellKey::Of(group, 0, 0));
  if (number == CellStore::kNone) return false;
  Cell& cell = cells_.cell(number);

  std::array<std::uint64_t, kCellCounters> counters;
  ForEachCounter([&](std::size_t i) { counters[i] = cell.counters[i].load(kOwn); });
  ++counters[kEventsCounter];
  std::uint64_t all_bits = 0;
  for (const AtomQuantity& item : part.atoms->items()) {
    const auto atom = static_cast<std::size_t>(item.atom);
    if (atom >= kAtomsPerPage || item.quantity > kQuantityMax) return false;
    all_bits |= counters[kFirstQuantity + atom] += item.quantity;
  }
  if (all_bits >> kCellQuantityBits != 0) return false;

  StoreImage(number, cell, &undo_.images[0]);
  if (undo_.count.load(kOwn) != 1) undo_.count.store(1, kPublish);
  const std::uint64_t generation = undo_.generation.load(kOwn);
  const std::uint64_t sequence = cell.sequence.load(kOwn);
  undo_.generation.store(generation + 1, kPublish);
  cell.sequence.store(sequence + 1, kPublish);
  StoreCounters(counters, &cell);
  undo_.generation.store(generation + 2, kPublish);  // the event is recorded
  cell.sequence.store(sequence + 2, kPublish);
  return true;
}

void Shard::Commit() {
  for (std::size_t i = 0; i < planned_count_; ++i) {
    StoreImage(planned_[i].number, *planned_[i].cell, &undo_.images[i]);
  }
  undo_.count.store(planned_count_, kPublish);
  const std::uint64_t generation = undo_.generation.load(kOwn);
  undo_.generation.store(generation + 1, kPublish);

  for (std::size_t i = 0; i < planned_count_; ++i) {
    Cell& cell = *planned_[i].cell;
    // `| 1`: a cell that is planned twice turns odd once.
    cell.sequence.store(cell.sequence.load(kOwn) | 1, kPublish);
    StoreCounters(planned_[i].counters, &cell);
  }
  undo_.generation.store(generation + 2, kPublish);  // the event is recorded

  for (std::size_t i = 0; i < planned_count_; ++i) {
    std::atomic<std::uint64_t>& sequence = planned_[i].cell->sequence;
    sequence.store((sequence.load(kOwn) + 1) & ~std::uint64_t{1}, kPublish);
  }
}

}  // namespace tokentra
