// The slow, obvious ledger: a map from keys as text to sums in 128 bits, without folding. A
// snapshot that folded nothing must equal it entry by entry; any snapshot must equal its totals.

#ifndef TOKENTRA_TESTS_CORE_LEDGER_LEDGER_ORACLE_H_
#define TOKENTRA_TESTS_CORE_LEDGER_LEDGER_ORACLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/ledger/ledger.h"

namespace tokentra::ledger_test {

// One dimension's value, or none.
using Value = std::optional<std::string>;
// Bucket start, class bytes, kind, values.
using OracleKey = std::tuple<InstantNs, std::string, ClassKind, std::vector<Value>>;

struct OraclePart {
  std::string class_bytes;
  ClassKind kind;
  Atoms atoms;
  Atoms billed;
  Int128 cost = 0;
};

struct OracleEvent {
  InstantNs at;
  std::vector<Value> values;
  std::vector<OraclePart> parts;
  std::optional<Int128> reported;
};

inline void AddAtoms(const Atoms& atoms, std::array<Uint128, kAtomCount>* sums) {
  for (const AtomQuantity& item : atoms.items()) {
    (*sums)[static_cast<std::size_t>(item.atom)] += item.quantity;
  }
}

class LedgerOracle {
 public:
  void Record(const OracleEvent& event) {
    const std::int64_t width = kBucketSeconds * kNsPerSecond;
    const InstantNs in_bucket = ((event.at % width) + width) % width;
    for (const OraclePart& part : event.parts) {
      SnapshotTotals& sums =
          sums_[{event.at - in_bucket, part.class_bytes, part.kind, event.values}];
      for (SnapshotTotals* each : {&sums, &totals_}) {
        AddAtoms(part.atoms, &each->atoms);
        AddAtoms(part.billed, &each->billed);
        if (&part != event.parts.data()) continue;
        ++each->events;
        if (!event.reported.has_value()) continue;
        each->reported += *event.reported;
        ++each->reported_events;
      }
    }
  }

  // Without keys that only parts without any quantity had: a snapshot skips zeros.
  std::map<OracleKey, SnapshotTotals> sums() const {
    auto sums = sums_;
    std::erase_if(sums, [](const auto& item) { return item.second == SnapshotTotals(); });
    return sums;
  }
  const SnapshotTotals& totals() const { return totals_; }

 private:
  std::map<OracleKey, SnapshotTotals> sums_;
  SnapshotTotals totals_;
};

inline std::vector<Value> ValuesOf(const DecodedTuple& tuple) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < tuple.values.size(); ++i) {
    values.push_back((tuple.present >> i & 1) != 0 ? Value(tuple.values[i]) : std::nullopt);
  }
  return values;
}

// Entries of one key, several of them where a sum is huge, added up.
inline std::map<OracleKey, SnapshotTotals> SumsOf(const Snapshot& snapshot) {
  std::map<OracleKey, SnapshotTotals> all;
  for (const SnapshotEntry& entry : snapshot.entries()) {
    const SnapshotClass& snapshot_class = snapshot.classes()[entry.class_index];
    SnapshotTotals& sums = all[{entry.bucket_start, snapshot_class.bytes, snapshot_class.kind,
                                ValuesOf(snapshot.dimensions()[entry.dimensions_index])}];
    sums.events += entry.events;
    for (const AtomQuantity& item : entry.atoms) {
      sums.atoms[static_cast<std::size_t>(item.atom)] += item.quantity;
    }
    for (const AtomQuantity& item : entry.billed) {
      sums.billed[static_cast<std::size_t>(item.atom)] += item.quantity;
    }
    sums.reported += entry.reported;
    sums.reported_events += entry.reported_events;
    sums.overflow_cost += entry.overflow_cost;
    sums.overflow_parts += entry.overflow_parts;
  }
  return all;
}

inline DimensionsId Intern(Ledger& ledger, const std::vector<Value>& values) {
  std::vector<std::string_view> views;
  std::uint64_t present = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    views.push_back(values[i].has_value() ? std::string_view(*values[i]) : std::string_view());
    if (values[i].has_value()) present |= std::uint64_t{1} << i;
  }
  return ledger.InternDimensions(views, present);
}

inline RecordResult RecordInto(Ledger& ledger, const OracleEvent& event) {
  std::vector<Part> parts;
  for (const OraclePart& part : event.parts) {
    parts.push_back({ledger.InternClass(part.class_bytes, part.kind), &part.atoms,
                     part.billed.empty() ? nullptr : &part.billed, part.cost,
                     part.kind == ClassKind::kPriced});
  }
  return ledger.Record({event.at, Intern(ledger, event.values), parts, event.reported});
}

inline Atoms AtomsOf(std::initializer_list<AtomQuantity> items) {
  Atoms atoms;
  for (const AtomQuantity& item : items) atoms.Append(item.atom, item.quantity);
  return atoms;
}

// A small deterministic generator (SplitMix64), so that a seed means the same everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::uint64_t Below(std::uint64_t limit) { return Next() % limit; }

 private:
  std::uint64_t state_;
};

// Anything that may be recorded: 1 to 8 parts over few classes, so that parts share cells; all
// pages; absent, empty and present values; amounts of both signs.
inline OracleEvent RandomEvent(Random& random, std::size_t dimensions) {
  OracleEvent event{};
  event.at = (static_cast<InstantNs>(random.Below(8'000)) - 4'000) * kNsPerSecond;
  for (std::size_t i = 0; i < dimensions; ++i) {
    const std::uint64_t choice = random.Below(4);
    event.values.push_back(choice == 0   ? Value()
                           : choice == 1 ? Value("")
                                         : Value("v" + std::to_string(choice)));
  }
  const std::uint64_t parts = random.Below(4) == 0 ? 1 + random.Below(kPartsMax) : 1;
  for (std::uint64_t i = 0; i < parts; ++i) {
    OraclePart part{};
    part.class_bytes = "class-" + std::to_string(random.Below(3));
    part.kind = random.Below(8) == 0 ? ClassKind::kUnpriced : ClassKind::kPriced;
    const bool plain = random.Below(2) == 0;
    for (std::size_t atom = 0; atom < (plain ? kAtomsPerPage : kAtomCount); ++atom) {
      if (random.Below(plain ? 2 : 8) == 0) {
        part.atoms.Append(static_cast<Atom>(atom), random.Below(1'000'000));
      }
      if (random.Below(40) == 0) part.billed.Append(static_cast<Atom>(atom), random.Below(1000));
    }
    part.cost = static_cast<Int128>(random.Below(1'000'000));
    event.parts.push_back(part);
  }
  if (random.Below(3) == 0) {
    event.reported = (static_cast<Int128>(random.Next()) - (Int128{1} << 63)) * 1'000'000;
  }
  return event;
}

}  // namespace tokentra::ledger_test

#endif  // TOKENTRA_TESTS_CORE_LEDGER_LEDGER_ORACLE_H_
