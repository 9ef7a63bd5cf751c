#include "core/ledger/shared_shard.h"

#include <array>
#include <cstdlib>
#include <new>

namespace tokentra {
namespace {

constexpr std::uint32_t kLastResortPages = kAtomPages + 2;  // and reported, overflow
constexpr std::uint32_t kLastResortSlots = kClassKinds * kLastResortPages;

std::uint32_t LastResortPage(std::uint8_t page) {
  return page < kAtomPages ? page : static_cast<std::uint32_t>(kAtomPages) + (page - kReportedPage);
}

std::uint8_t PageOfLastResort(std::uint32_t position) {
  return static_cast<std::uint8_t>(position < kAtomPages ? position
                                                         : position - kAtomPages + kReportedPage);
}

}  // namespace

struct SharedShard::Plan {
  std::array<PlannedSlot, kEventCellsMax> slots;  // only the first `count` are set
  std::size_t count;
  bool folded;
};

std::unique_ptr<SharedShard> SharedShard::Create(Registry* registry) {
  constexpr std::size_t kBytes = (kSlots + kLastResortSlots) * sizeof(Slot);
  // calloc, with room to align: pages of slots that are never used take no memory. The state word
  // of a zeroed slot reads kEmpty.
  void* memory = std::calloc(1, kBytes + alignof(Slot) + sizeof(void*));
  if (memory == nullptr) return nullptr;
  auto address = reinterpret_cast<std::uintptr_t>(memory) + sizeof(void*);
  address = (address + alignof(Slot) - 1) / alignof(Slot) * alignof(Slot);
  reinterpret_cast<void**>(address)[-1] = memory;
  std::unique_ptr<SharedShard> shard(new (std::nothrow)
                                         SharedShard(registry, reinterpret_cast<Slot*>(address)));
  if (shard == nullptr) {
    std::free(memory);
    return nullptr;
  }
  shard->CreateLastResort();
  return shard;
}

SharedShard::~SharedShard() { std::free(reinterpret_cast<void**>(slots_)[-1]); }

std::span<SharedShard::Slot> SharedShard::all_slots() const {
  return {slots_, kSlots + kLastResortSlots};
}

std::uint64_t SharedShard::memory_bytes() const { return sizeof(*this) + all_slots().size_bytes(); }

void SharedShard::CreateLastResort() {
  for (ClassId class_id = 0; class_id < kClassKinds; ++class_id) {
    const CellGroup group{0, class_id, kAllFolded, TimeFold::kAnyTime};
    for (std::uint32_t i = 0; i < kLastResortPages; ++i) {
      Slot* slot = LastResortSlot(group, PageOfLastResort(i));
      slot->key = CellKey::Of(group, PageOfLastResort(i), 0);
      // Relaxed: no other thread knows of this object yet.
      slot->state.store(kReady, std::memory_order_relaxed);
    }
  }
}

SharedShard::Slot* SharedShard::LastResortSlot(const CellGroup& group, std::uint8_t page) const {
  return &slots_[kSlots + group.class_id * kLastResortPages + LastResortPage(page)];
}

SharedShard::Slot* SharedShard::FindOrClaim(const CellGroup& group, const CellKey& key) {
  const auto home = static_cast<std::uint32_t>(key.Hash());
  for (std::uint32_t i = 0; i < kProbesMax; ++i) {
    Slot& slot = slots_[(home + i) % kSlots];
    // Acquire: a ready slot's key is readable.
    std::uint32_t state = slot.state.load(std::memory_order_acquire);
    if (state == kReady && slot.key == key) return &slot;
    if (state != kEmpty) continue;
    if (!registry_.IsClass(group.class_id) || !registry_.IsDimensions(group.dimensions) ||
        !registry_.TakeCells(group, 1)) {
      return nullptr;
    }
    // Acquire: on failure, as the load above. Success needs no order: nobody reads the key before
    // kReady.
    if (slot.state.compare_exchange_strong(state, kClaimed, std::memory_order_acquire)) {
      slot.key = key;
      slot.state.store(kReady, std::memory_order_release);  // publishes the key
      return &slot;
    }
    registry_.GiveBackCells(1);
    if (state == kReady && slot.key == key) return &slot;
  }
  return nullptr;
}

RecordResult SharedShard::Record(const Event& event) {
  Plan plan;
  plan.count = 0;
  plan.folded = false;
  const RecordStatus status = PlanEvent(event, &plan);
  if (status != RecordStatus::kRecorded) return {status, false};
  for (std::size_t i = 0; i < plan.count; ++i) Add(plan.slots[i].addition, plan.slots[i].slot);
  // Relaxed: a figure for statistics.
  if (plan.folded) folded_events_.fetch_add(1, std::memory_order_relaxed);
  return {status, plan.folded};
}

RecordStatus SharedShard::PlanEvent(const Event& event, Plan* plan) {
  if (event.parts.empty() || event.parts.size() > kPartsMax || event.at < kEventInstantMin) {
    return RecordStatus::kInvalid;
  }
  std::int64_t bucket = event.at / registry_.bucket_ns();
  if (event.at % registry_.bucket_ns() < 0) --bucket;
  plan->folded = registry_.IsFolded(event.dimensions);
  for (const Part& part : event.parts) {
    PartPages pages;
    if (!registry_.IsClass(part.class_id) || !registry_.IsDimensions(event.dimensions) ||
        !SplitPart(part, &part == event.parts.data(), event.reported, &pages)) {
      return RecordStatus::kInvalid;
    }
    CellGroup group{BucketWord(bucket), part.class_id, event.dimensions, TimeFold::kNone};
    bool class_folded = IsFoldedClass(group.class_id);
    if (class_folded) AppendOverflow(part, &pages);
    plan->folded |= class_folded;
    while (!PlanPart(group, pages, plan)) {
      if (!registry_.Fold(&group)) return RecordStatus::kFull;
      if (!class_folded && IsFoldedClass(group.class_id)) {
        AppendOverflow(part, &pages);
        class_folded = true;
      }
      plan->folded = true;
    }
  }
  return RecordStatus::kRecorded;
}

bool SharedShard::PlanPart(const CellGroup& group, const PartPages& pages, Plan* plan) {
  const bool class_folded = IsFoldedClass(group.class_id);
  const std::size_t planned_before = plan->count;
  for (const PageAddition& addition : pages.pages()) {
    if (!PageApplies(addition.page, class_folded)) continue;
    Slot* slot = registry_.IsLastResort(group)
                     ? LastResortSlot(group, addition.page)
                     : FindOrClaim(group, CellKey::Of(group, addition.page, 0));
    if (slot == nullptr || !HasRoom(*slot, addition)) {
      plan->count = planned_before;
      return false;
    }
    plan->slots[plan->count++] = {slot, addition};
  }
  return true;
}

// Concurrent writers may each find room where only one has it: counters then pass their limit by
// at most an event a writer, which the distance of the limits from 64 and 128 bits allows for
// (2^16 writers and more). No counter wraps.
bool SharedShard::HasRoom(const Slot& slot, const PageAddition& addition) {
  std::array<std::uint64_t, kCellCounters> sum;
  const auto counter = [&](std::size_t i) {
    return slot.cell.counters[i].load(std::memory_order_relaxed);  // an estimate
  };
  return AddCounters(counter, addition, &sum);
}

void SharedShard::Add(const PageAddition& addition, Slot* slot) {
  // Release on every step: a reader that sees a counter's new value sees that its writer entered,
  // one that sees the writer left sees all its counters.
  constexpr auto kPublish = std::memory_order_release;
  slot->cell.sequence.fetch_add(1, kPublish);
  auto& counters = slot->cell.counters;
  std::array<std::uint64_t, kCellCounters> steps = addition.counters;
  if (IsAmountPage(addition.page)) {
    // The low word's old value tells this writer, and nobody else, whether its addition carried.
    const std::uint64_t low = counters[kAmountLow].fetch_add(steps[kAmountLow], kPublish);
    if (low + steps[kAmountLow] < low) ++steps[kAmountHigh];
    steps[kAmountLow] = 0;
  }
  for (std::size_t i = 0; i < kCellCounters; ++i) {
    if (steps[i] != 0) counters[i].fetch_add(steps[i], kPublish);
  }
  slot->left.fetch_add(1, kPublish);
}

void SharedShard::Read(const Slot& slot, CellImage* image) {
  for (int i = 0; i < kReadTries; ++i) {
    // Acquire: see Add. `left` is read before the counters and `entered` after them, so equal
    // counts mean that nobody was inside.
    const std::uint64_t left = slot.left.load(std::memory_order_acquire);
    for (std::size_t counter = 0; counter < kCellCounters; ++counter) {
      image->counters[counter] = slot.cell.counters[counter].load(std::memory_order_acquire);
    }
    if (slot.cell.sequence.load(std::memory_order_relaxed) == left) return;
  }
}

}  // namespace tokentra
