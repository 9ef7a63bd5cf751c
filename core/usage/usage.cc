#include "core/usage/usage.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/usage/lattice.h"

namespace tokentra {
namespace {

using lattice::AtomTable;
using lattice::Describe;

// Meters of the common calls: text with caching and reasoning.
constexpr MeterId kPlainTokenMeters[] = {kMeterInputTokens,          kMeterOutputTokens,
                                         kMeterCacheReadTokens,      kMeterCacheWriteTokens,
                                         kMeterCacheWrite5mTokens,   kMeterCacheWrite1hTokens,
                                         kMeterOutputReasoningTokens};

// Meters that neither contain others nor lie in others: each is its atom. In order of their atoms,
// which all come after those of the plain token meters.
constexpr MeterId kLoneMeters[] = {kMeterWebSearches,
                                   kMeterStorageSearches,
                                   kMeterCodeExecutions,
                                   kMeterSocialSearches,
                                   kMeterRequests,
                                   kMeterInputCharacters,
                                   kMeterInputPixels,
                                   kMeterInputTextMessages,
                                   kMeterRerankSearches,
                                   kMeterMapSearches,
                                   kMeterInputImages,
                                   kMeterOutputImages,
                                   kMeterOutputMegapixels,
                                   kMeterOutputCharacters,
                                   kMeterInputVideoMilliseconds,
                                   kMeterOutputVideoMilliseconds,
                                   kMeterOutputAudioClips,
                                   kMeterSessionMilliseconds,
                                   kMeterSearchQueries,
                                   kMeterSearchResults,
                                   kMeterPageFetches,
                                   kMeterGroundedPrompts,
                                   kMeterCodeSessions,
                                   kMeterDocumentCredits,
                                   kMeterStorageGbDays,
                                   kMeterCacheStorageTokenHours,
                                   kMeterGuardrailContentPolicyUnits,
                                   kMeterGuardrailTopicPolicyUnits,
                                   kMeterGuardrailContextualGroundingUnits,
                                   kMeterGuardrailSensitiveInformationUnits,
                                   kMeterGuardrailContentPolicyImageUnits,
                                   kMeterGuardrailAutomatedReasoningUnits,
                                   kMeterGuardrailWordPolicyUnits,
                                   kMeterGuardrailSensitiveInformationFreeUnits};

constexpr MeterSet BitsOf(std::span<const MeterId> meters) {
  MeterSet bits = 0;
  for (MeterId meter : meters) bits |= MeterBit(meter);
  return bits;
}
constexpr MeterSet kPlainTokenBits = BitsOf(kPlainTokenMeters);
constexpr MeterSet kLoneBits = BitsOf(kLoneMeters);

// Slot of a meter in the fast path's local array; the last slot takes what is not looked at.
constexpr std::size_t kSlotCount = std::size(kPlainTokenMeters) + 1;
constexpr std::array<std::uint8_t, kMeterCount + 1> MakeSlots() {
  std::array<std::uint8_t, kMeterCount + 1> slots{};
  slots.fill(kSlotCount - 1);
  for (std::size_t i = 0; i < std::size(kPlainTokenMeters); ++i) {
    slots[kPlainTokenMeters[i]] = static_cast<std::uint8_t>(i);
  }
  return slots;
}
constexpr std::array<std::uint8_t, kMeterCount + 1> kSlots = MakeSlots();

absl::Status TooMuch(MeterId part, std::uint64_t part_quantity, MeterId whole,
                     std::uint64_t whole_quantity) {
  return absl::InvalidArgumentError(absl::StrCat(Describe(part, part_quantity), " is more than ",
                                                 Describe(whole, whole_quantity)));
}

absl::Status CheckMaximum(const Usage& usage) {
  for (const Quantity& item : usage.quantities()) {
    if (item.quantity > kQuantityMax) {
      return absl::InvalidArgumentError(
          absl::StrCat(Describe(item.meter, item.quantity), " is more than ", kQuantityMax));
    }
  }
  return absl::OkStatus();
}

// Calls without modalities: straight arithmetic over seven quantities. False when something is
// wrong, which the general way then explains.
bool PlainToAtoms(const Usage& usage, Atoms* atoms) {
  std::array<std::uint64_t, kSlotCount> slot{};
  std::uint64_t largest = 0;
  for (const Quantity& item : usage.quantities()) {
    slot[kSlots[item.meter]] = item.quantity;
    largest = std::max(largest, item.quantity);
  }
  auto [input, output, read, write, write_5m, write_1h, reasoning, unused] = slot;
  (void)unused;

  const std::uint64_t lifetimes = write_5m + write_1h;
  if (!usage.Has(kMeterCacheWriteTokens)) write = lifetimes;
  const std::uint64_t cached = read + write;
  if (!usage.Has(kMeterInputTokens)) input = cached;
  if (!usage.Has(kMeterOutputTokens)) output = reasoning;
  if (largest > kQuantityMax || input > kQuantityMax || write > kQuantityMax || lifetimes > write ||
      cached > input || reasoning > output) {
    return false;
  }

  atoms->Append(Atom::kInput, input - cached);
  atoms->Append(Atom::kOutput, output - reasoning);
  atoms->Append(Atom::kCacheRead, read);
  atoms->Append(Atom::kOutputReasoning, reasoning);
  atoms->Append(Atom::kCacheWrite, write - lifetimes);
  atoms->Append(Atom::kCacheWrite5m, write_5m);
  atoms->Append(Atom::kCacheWrite1h, write_1h);
  if ((usage.present() & kLoneBits) == 0) return true;
  for (MeterId meter : kLoneMeters) {
    if (usage.Has(meter)) atoms->Append(FindMeter(meter)->remainder, *usage.Get(meter));
  }
  return true;
}

// A whole with parts that exclude each other and one remainder: durations, pages.
absl::Status AddFamily(const Usage& usage, MeterId whole, std::span<const MeterId> parts,
                       AtomTable* table) {
  std::uint64_t sum = 0;
  for (MeterId part : parts) {
    const std::uint64_t quantity = usage.Get(part).value_or(0);
    sum += quantity;
    (*table)[static_cast<std::size_t>(FindMeter(part)->remainder)] = quantity;
  }
  const std::uint64_t total = usage.Get(whole).value_or(sum);
  if (sum > kQuantityMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(Describe(whole, sum), ", the sum of its parts, is more than ", kQuantityMax));
  }
  if (sum > total) {
    std::vector<std::string> names;
    for (MeterId part : parts) {
      const std::uint64_t quantity = usage.Get(part).value_or(0);
      if (quantity > total) return TooMuch(part, quantity, whole, total);
      if (usage.Has(part)) names.push_back(Describe(part, quantity));
    }
    return absl::InvalidArgumentError(absl::StrCat(
        absl::StrJoin(names, " and "), " are together more than ", Describe(whole, total)));
  }
  (*table)[static_cast<std::size_t>(FindMeter(whole)->remainder)] = total - sum;
  return absl::OkStatus();
}

absl::Status GeneralToAtoms(const Usage& usage, JoinRule joins, Atoms* atoms) {
  constexpr MeterId kDurationParts[] = {kMeterInputAudioMilliseconds,
                                        kMeterOutputAudioMilliseconds};
  constexpr MeterId kPageParts[] = {kMeterInputAnnotatedDocumentPages};

  if (absl::Status s = CheckMaximum(usage); !s.ok()) return s;
  AtomTable table{};
  lattice::Stated stated(usage);
  for (Direction direction : {Direction::kInput, Direction::kOutput}) {
    absl::Status s = lattice::SolveTokens(usage, direction, joins, &stated, &table);
    if (!s.ok()) return s;
  }
  absl::Status s = AddFamily(usage, kMeterAudioMilliseconds, kDurationParts, &table);
  if (!s.ok()) return s;
  s = AddFamily(usage, kMeterInputDocumentPages, kPageParts, &table);
  if (!s.ok()) return s;
  for (const Quantity& item : usage.quantities()) {
    if ((kLoneBits & MeterBit(item.meter)) == 0) continue;
    table[static_cast<std::size_t>(FindMeter(item.meter)->remainder)] = item.quantity;
  }
  for (std::size_t i = 0; i < kAtomCount; ++i) atoms->Append(static_cast<Atom>(i), table[i]);
  return absl::OkStatus();
}

}  // namespace

Usage& Usage::operator=(const Usage& other) {
  present_ = other.present_;
  count_ = other.count_;
  std::copy_n(other.items_.begin(), count_, items_.begin());
  return *this;
}

std::optional<std::uint64_t> Usage::Get(MeterId meter) const {
  if (!Has(meter)) return std::nullopt;
  for (const Quantity& item : quantities()) {
    if (item.meter == meter) return item.quantity;
  }
  return std::nullopt;
}

void Usage::Set(MeterId meter, std::uint64_t quantity) {
  assert(FindMeter(meter) != nullptr);
  if (!Has(meter)) {
    items_[count_++] = {meter, quantity};
    present_ |= MeterBit(meter);
    return;
  }
  for (Quantity& item : std::span(items_.data(), count_)) {
    if (item.meter == meter) item.quantity = quantity;
  }
}

bool Usage::Add(MeterId meter, std::uint64_t quantity) {
  const std::uint64_t before = Get(meter).value_or(0);
  if (quantity > kQuantityMax || before > kQuantityMax - quantity) return false;
  Set(meter, before + quantity);
  return true;
}

Atoms& Atoms::operator=(const Atoms& other) {
  present_ = other.present_;
  count_ = other.count_;
  std::copy_n(other.items_.begin(), count_, items_.begin());
  return *this;
}

std::uint64_t Atoms::Get(Atom atom) const { return Sum(AtomBit(atom)); }

std::uint64_t Atoms::Sum(AtomSet set) const {
  std::uint64_t sum = 0;
  if ((present_ & set) == 0) return sum;
  for (const AtomQuantity& item : items()) {
    if ((set & AtomBit(item.atom)) != 0) sum += item.quantity;
  }
  return sum;
}

absl::Status ToAtoms(const Usage& usage, JoinRule joins, Atoms* atoms) {
  atoms->Clear();
  const bool plain = (usage.present() & ~(kPlainTokenBits | kLoneBits)) == 0;
  if (plain && PlainToAtoms(usage, atoms)) return absl::OkStatus();
  absl::Status status = GeneralToAtoms(usage, joins, atoms);
  if (!status.ok()) atoms->Clear();
  return status;
}

absl::StatusOr<Atoms> ToAtoms(const Usage& usage, JoinRule joins) {
  absl::StatusOr<Atoms> result(absl::in_place);
  if (absl::Status s = ToAtoms(usage, joins, &*result); !s.ok()) return s;
  return result;
}

Usage ToUsage(const Atoms& atoms) {
  Usage usage;
  for (const MeterInfo& meter : Meters()) {
    if ((meter.atoms & atoms.present()) != 0) usage.Set(meter.id, atoms.Sum(meter.atoms));
  }
  return usage;
}

}  // namespace tokentra
