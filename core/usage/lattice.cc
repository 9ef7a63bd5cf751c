#include "core/usage/lattice.h"

#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/usage/transport.h"

namespace tokentra::lattice {
namespace {

constexpr std::size_t kPlainColumn = Transport::kColumns - 1;  // tokens of no particular use
static_assert(kColumnsMax == kPlainColumn);
static_assert(2 * kModalityCount == Transport::kRows);

// Every stated meter lies within every stated meter that contains it. The error names the
// narrowest whole that is too small.
absl::Status CheckContainment(const Stated& stated, Direction direction) {
  absl::Status status;
  stated.ForEach(direction, [&](const MeterInfo& part, std::uint64_t part_quantity) {
    const MeterInfo* narrowest = nullptr;
    stated.ForEach(direction, [&](const MeterInfo& whole, std::uint64_t whole_quantity) {
      if (part_quantity <= whole_quantity || (part.atoms & ~whole.atoms) != 0) return;
      if (narrowest == nullptr || (whole.atoms & ~narrowest->atoms) == 0) narrowest = &whole;
    });
    if (narrowest == nullptr || !status.ok()) return;
    status = absl::InvalidArgumentError(
        absl::StrCat(Describe(part.id, part_quantity), " is more than ",
                     Describe(narrowest->id, stated.Get(narrowest->id))));
  });
  return status;
}

// One direction of one call whose stated quantities are complete.
class Table {
 public:
  Table(const Stated& stated, Direction direction)
      : stated_(stated),
        direction_(direction),
        columns_(ColumnsOf(direction)),
        uses_(UsesOf(direction)) {}

  absl::Status Solve(JoinRule joins, AtomTable* atoms) {
    if (absl::Status s = CheckSums(); !s.ok()) return s;
    if (absl::Status s = CheckMaximum(); !s.ok()) return s;
    if (absl::Status s = CheckContainment(stated_, direction_); !s.ok()) return s;
    if (absl::Status s = Fill(); !s.ok()) return s;
    PreferText();
    if (joins == JoinRule::kError) {
      if (absl::Status s = CheckDetermined(); !s.ok()) return s;
    }
    AddAtoms(atoms);
    return absl::OkStatus();
  }

 private:
  MeterId Meter(Modality modality, Use use) const { return MeterWith(direction_, modality, use); }
  bool Has(Modality modality, Use use) const { return stated_.Has(Meter(modality, use)); }
  std::uint64_t Get(Modality modality, Use use) const { return stated_.Get(Meter(modality, use)); }
  std::string Name(Modality modality, Use use) const {
    return Describe(Meter(modality, use), Get(modality, use));
  }

  // What was given is in range, so this is about sums of parts.
  absl::Status CheckMaximum() const {
    absl::Status status;
    stated_.ForEach(direction_, [&](const MeterInfo& meter, std::uint64_t quantity) {
      if (!status.ok() || quantity <= kQuantityMax) return;
      status = absl::InvalidArgumentError(absl::StrCat(
          Describe(meter.id, quantity), ", the sum of its parts, is more than ", kQuantityMax));
    });
    return status;
  }

  absl::Status CheckSum(MeterId whole, std::span<const MeterId> parts) const {
    if (!stated_.Has(whole)) return absl::OkStatus();
    std::uint64_t sum = 0;
    std::vector<std::string> names;
    for (MeterId part : parts) {
      if (!stated_.Has(part)) continue;
      sum += stated_.Get(part);
      names.push_back(Describe(part, stated_.Get(part)));
    }
    if (sum <= stated_.Get(whole)) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(absl::StrJoin(names, " and "),
                                                   " are together more than ",
                                                   Describe(whole, stated_.Get(whole))));
  }

  // Parts that exclude each other fit into their whole together.
  absl::Status CheckSums() const {
    std::vector<MeterId> parts;
    for (std::size_t m = 0; m < kModalityCount; ++m) {
      const Modality modality = static_cast<Modality>(m);
      parts.clear();
      for (Use use : uses_) parts.push_back(Meter(modality, use));
      if (absl::Status s = CheckSum(Meter(modality, Use::kAny), parts); !s.ok()) return s;
      if (direction_ != Direction::kInput) continue;
      parts.clear();
      for (Use use : kLifetimes) parts.push_back(Meter(modality, use));
      if (absl::Status s = CheckSum(Meter(modality, Use::kCacheWrite), parts); !s.ok()) return s;
    }
    const auto check_modalities = [&](Use use) {
      parts.clear();
      for (Modality m : kModalities) parts.push_back(Meter(m, use));
      return CheckSum(Meter(kAllModalities, use), parts);
    };
    if (absl::Status s = check_modalities(Use::kAny); !s.ok()) return s;
    for (Use use : uses_) {
      if (absl::Status s = check_modalities(use); !s.ok()) return s;
    }
    if (direction_ != Direction::kInput) return absl::OkStatus();
    for (Use use : kLifetimes) {
      if (absl::Status s = check_modalities(use); !s.ok()) return s;
    }
    return absl::OkStatus();
  }

  // The supply that fills a cell: a modality's row, or, where its cache writes are stated, those.
  std::size_t Row(Modality modality, Use column) const {
    const bool own =
        IsWrite(column) && Has(modality, Use::kCacheWrite) && modality != kAllModalities;
    return Index(modality) + (own ? kModalityCount : 0);
  }
  // Whether a cell is stated itself. The rest of cache writes never is: its meter is a sum.
  bool IsStated(Modality modality, Use column) const {
    return modality != kAllModalities && column != Use::kCacheWrite && Has(modality, column);
  }

  absl::Status Fill() {
    Transport& t = transport_;
    std::uint64_t unspecified = Get(kAllModalities, Use::kAny);
    for (Modality m : kModalities) {
      t.supply[Index(m)] = Get(m, Use::kAny);
      unspecified -= Get(m, Use::kAny);
      if (direction_ == Direction::kInput && Has(m, Use::kCacheWrite)) {
        t.supply[Index(m) + kModalityCount] = Get(m, Use::kCacheWrite);
        t.supply[Index(m)] -= Get(m, Use::kCacheWrite);
      }
    }
    t.supply[Index(kAllModalities)] = unspecified;

    std::uint64_t plain = Get(kAllModalities, Use::kAny);
    for (Use use : uses_) plain -= Get(kAllModalities, use);
    t.demand[kPlainColumn] = plain;
    for (std::size_t c = 0; c < columns_.size(); ++c)
      t.demand[c] = Get(kAllModalities, columns_[c]);
    if (direction_ == Direction::kInput) {
      // The column after the two lifetimes is the writes of no stated lifetime.
      t.demand[4] -= t.demand[2] + t.demand[3];
    }

    for (std::size_t m = 0; m < kModalityCount; ++m) {
      const Modality modality = static_cast<Modality>(m);
      t.open[m][kPlainColumn] = true;
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        const std::size_t row = Row(modality, columns_[c]);
        if (!IsStated(modality, columns_[c])) {
          t.open[row][c] = true;
          continue;
        }
        const std::uint64_t quantity = Get(modality, columns_[c]);
        if (quantity > t.supply[row] || quantity > t.demand[c]) return Contradiction();
        t.supply[row] -= quantity;
        t.demand[c] -= quantity;
      }
    }
    return t.Solve() ? absl::OkStatus() : Contradiction();
  }

  // No filling exists. Usually one modality and one use are to blame: their union is more than
  // the whole.
  absl::Status Contradiction() const {
    const std::uint64_t whole = Get(kAllModalities, Use::kAny);
    for (Modality m : kModalities) {
      for (Use use : uses_) {
        if (!Has(m, use)) continue;
        const std::uint64_t together = Get(m, Use::kAny) + Get(kAllModalities, use) - Get(m, use);
        if (together <= whole) continue;
        return absl::InvalidArgumentError(absl::StrCat(
            Name(m, Use::kAny), " and ", Name(kAllModalities, use), ", with ", Name(m, use),
            " in both, are together more than ", Name(kAllModalities, Use::kAny)));
      }
    }
    std::vector<std::string> names;
    stated_.ForEach(direction_, [&](const MeterInfo& meter, std::uint64_t quantity) {
      names.push_back(Describe(meter.id, quantity));
    });
    return absl::InvalidArgumentError(
        absl::StrCat("quantities contradict each other: ", absl::StrJoin(names, ", ")));
  }

  // Use by use, as much as possible on text, then on no stated modality, then audio, image, video.
  void PreferText() {
    constexpr Modality kOrder[] = {Modality::kText, kAllModalities, Modality::kAudio,
                                   Modality::kImage, Modality::kVideo};
    Transport trial = transport_;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      for (Modality modality : kOrder) {
        const std::size_t row = Row(modality, columns_[c]);
        if (!trial.open[row][c]) continue;
        trial.Maximize(row, c);
        trial.open[row][c] = false;
      }
    }
    trial.open = transport_.open;
    transport_ = trial;
  }

  // After `PreferText` audio, image and video carry as little of each use as they can. When one of
  // their cells could carry more, the stated quantities leave more than one value.
  absl::Status CheckDetermined() const {
    for (Modality m : {Modality::kAudio, Modality::kImage, Modality::kVideo}) {
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        const std::size_t row = Row(m, columns_[c]);
        if (!transport_.open[row][c] || !transport_.CanGrow(row, c)) continue;
        return absl::InvalidArgumentError(Ask(m, columns_[c]));
      }
    }
    return absl::OkStatus();
  }

  // Names the absent meter that would settle what share of a use is of a modality.
  std::string Ask(Modality modality, Use use) const {
    if (use == Use::kCacheWrite && Has(modality, Use::kCacheWrite)) {
      // The writes are stated, so it is their lifetimes that are open.
      use = Has(modality, Use::kCacheWrite5m) ? Use::kCacheWrite1h : Use::kCacheWrite5m;
    }
    const MeterId missing = Meter(modality, use);
    return absl::StrCat(FindMeter(missing)->name, " is missing: how much of ",
                        Name(kAllModalities, use), " is part of ", Name(modality, Use::kAny),
                        " cannot be derived");
  }

  void AddAtoms(AtomTable* atoms) const {
    for (std::size_t m = 0; m < kModalityCount; ++m) {
      const Modality modality = static_cast<Modality>(m);
      const auto at = [&](Use use) -> std::uint64_t& {
        return (*atoms)[static_cast<std::size_t>(FindMeter(Meter(modality, use))->remainder)];
      };
      at(Use::kAny) += transport_.cell(m, kPlainColumn);
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        Use column = columns_[c];
        at(column) += IsStated(modality, column) ? Get(modality, column)
                                                 : transport_.cell(Row(modality, column), c);
      }
    }
  }

  const Stated& stated_;
  Direction direction_;
  std::span<const Use> columns_;
  std::span<const Use> uses_;
  Transport transport_;
};

}  // namespace

std::string Describe(MeterId meter, std::uint64_t quantity) {
  return absl::StrCat(FindMeter(meter)->name, " ", quantity);
}

absl::Status SolveTokens(const Usage& usage, Direction direction, JoinRule joins, Stated* stated,
                         AtomTable* atoms) {
  const OpenWhole open = stated->Complete(direction);
  const bool refused = open.whole != 0 && joins == JoinRule::kError;
  if (!refused && SolveDirect(*stated, direction, atoms)) return absl::OkStatus();
  // What the caller gave is checked before sums of it, so that errors name what was given.
  if (absl::Status s = CheckContainment(Stated(usage), direction); !s.ok()) return s;
  if (refused) {
    return absl::InvalidArgumentError(
        absl::StrCat(FindMeter(open.whole)->name,
                     " is needed: ", Describe(open.modality, stated->Get(open.modality)), " and ",
                     Describe(open.use, stated->Get(open.use)), " may overlap"));
  }
  return Table(*stated, direction).Solve(joins, atoms);
}

}  // namespace tokentra::lattice
