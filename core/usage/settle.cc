// Makes what a body says consistent, in a defined order and never without a word.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/usage/reader.h"

namespace tokentra::extract {
namespace {

// What is given up first when quantities contradict each other: a wrong lifetime costs less truth
// than a wrong cache count, and the two wholes are what the rest is measured against.
enum class Detail { kJoin, kLifetime, kModality, kUse, kWhole };

Detail DetailOf(const MeterInfo& meter) {
  const bool has_modality = meter.modality != Modality::kUnspecified;
  const bool has_use = meter.use != Use::kAny;
  if (has_modality && has_use) return Detail::kJoin;
  if (meter.use == Use::kCacheWrite5m || meter.use == Use::kCacheWrite1h) return Detail::kLifetime;
  if (has_modality) return Detail::kModality;
  if (has_use) return Detail::kUse;
  return Detail::kWhole;
}

// The quantities of one direction (kNone: of everything that is no token).
bool BelongsTo(const MeterInfo& meter, Direction direction) {
  const bool token = meter.family == MeterFamily::kTokens;
  return direction == Direction::kNone ? !token : token && meter.direction == direction;
}

Usage Select(const Usage& usage, Direction direction) {
  Usage selected;
  for (const Quantity& item : usage.quantities()) {
    if (BelongsTo(*FindMeter(item.meter), direction)) selected.Set(item.meter, item.quantity);
  }
  return selected;
}

// Leaves out one kind of detail of a direction after the other until the rest fits together.
void Repair(Direction direction, Usage* usage, std::vector<std::string>* findings) {
  Atoms atoms;
  absl::Status status = ToAtoms(Select(*usage, direction), JoinRule::kTextFirst, &atoms);
  for (Detail detail :
       {Detail::kJoin, Detail::kLifetime, Detail::kModality, Detail::kUse, Detail::kWhole}) {
    if (status.ok()) return;
    Usage kept;
    std::string left_out;
    for (const Quantity& item : usage->quantities()) {
      const MeterInfo& meter = *FindMeter(item.meter);
      if (BelongsTo(meter, direction) && DetailOf(meter) == detail) {
        absl::StrAppend(&left_out, left_out.empty() ? "" : ", ", meter.name);
      } else {
        kept.Set(item.meter, item.quantity);
      }
    }
    if (left_out.empty()) continue;
    findings->push_back(absl::StrCat(status.message(), "; left out: ", left_out));
    *usage = kept;
    status = ToAtoms(Select(*usage, direction), JoinRule::kTextFirst, &atoms);
  }
}

}  // namespace

Atoms Settle(Usage* usage, std::vector<std::string>* findings) {
  Atoms atoms;
  if (ToAtoms(*usage, JoinRule::kError, &atoms).ok()) return atoms;
  if (!ToAtoms(*usage, JoinRule::kTextFirst, &atoms).ok()) {
    for (Direction direction : {Direction::kInput, Direction::kOutput, Direction::kNone}) {
      Repair(direction, usage, findings);
    }
    if (!ToAtoms(*usage, JoinRule::kTextFirst, &atoms).ok()) {
      // Every detail is gone and it still does not fit: there is nothing left to trust.
      usage->Clear();
      atoms.Clear();
      return atoms;
    }
  }
  // State the wholes and joins that the rule decided, for whoever reads the usage again.
  if (Atoms strict; ToAtoms(*usage, JoinRule::kError, &strict).ok()) return atoms;
  for (MeterId whole : {kMeterInputTokens, kMeterOutputTokens, kMeterCacheWriteTokens}) {
    const std::uint64_t quantity = atoms.Sum(FindMeter(whole)->atoms);
    if (!usage->Has(whole) && quantity != 0) usage->Set(whole, quantity);
  }
  if (Atoms strict; ToAtoms(*usage, JoinRule::kError, &strict).ok()) return atoms;
  for (const MeterInfo& meter : Meters()) {
    if (DetailOf(meter) != Detail::kJoin || meter.modality == Modality::kText) continue;
    const MeterId row = MeterWith(meter.direction, meter.modality, Use::kAny);
    const MeterId column = MeterWith(meter.direction, Modality::kUnspecified, meter.use);
    if (usage->Has(meter.id) || atoms.Sum(FindMeter(row)->atoms) == 0) continue;
    if (atoms.Sum(FindMeter(column)->atoms) == 0) continue;
    usage->Set(meter.id, atoms.Sum(meter.atoms));
  }
  return atoms;
}

}  // namespace tokentra::extract

namespace tokentra {

Atoms SettleUsage(Usage* usage, std::vector<std::string>* findings) {
  return extract::Settle(usage, findings);
}

}  // namespace tokentra
