// Method: an oracle that knows nothing of transport problems. It enumerates every filling of a
// small table cell by cell, keeps those in which each stated meter is the sum of its atoms and
// each unstated row and column is empty, and answers from the list: none (contradiction), audio
// and image cells that differ (open), or the filling that is largest use by use, text first. An
// absent whole whose parts may overlap by more than is stated is open, too; its smallest value
// comes from trying every overlap.
// `ToAtoms` must agree on every combination of small quantities, present and absent.

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/usage/usage.h"
#include "gtest/gtest.h"

namespace tokentra {
namespace {

constexpr Modality kAll = Modality::kUnspecified;
// In the order of preference of the text-first rule.
constexpr Modality kRows[] = {Modality::kText, kAll, Modality::kAudio, Modality::kImage};

// The uses of one direction: `columns` are disjoint and in the order of the text-first rule.
struct Side {
  Direction direction;
  std::vector<Use> uses;     // below kAny
  std::vector<Use> columns;  // finest; kAny stands for none of these
};

const Side kInputSide = {Direction::kInput,
                         {Use::kTool, Use::kCacheRead, Use::kCacheWrite},
                         {Use::kTool, Use::kCacheRead, Use::kCacheWrite5m, Use::kCacheWrite1h,
                          Use::kCacheWrite, Use::kAny}};
const Side kOutputSide = {Direction::kOutput,
                          {Use::kReasoning, Use::kCitation},
                          {Use::kReasoning, Use::kCitation, Use::kAny}};

Atom AtomOf(const Side& side, Modality modality, Use use) {
  return FindMeter(MeterWith(side.direction, modality, use))->remainder;
}

using Grid = std::vector<std::vector<int>>;

// The most that rows and columns can share through the cells that are free, by trying everything.
int MostShared(std::vector<int> rows, std::vector<int> columns, const Grid& free, std::size_t at) {
  if (at == rows.size() * columns.size()) return 0;
  const std::size_t r = at / columns.size();
  const std::size_t c = at % columns.size();
  int most = 0;
  const int limit = free[r][c] != 0 ? std::min(rows[r], columns[c]) : 0;
  for (int shared = 0; shared <= limit; ++shared) {
    std::vector<int> rows_left = rows;
    std::vector<int> columns_left = columns;
    rows_left[r] -= shared;
    columns_left[c] -= shared;
    most = std::max(most, shared + MostShared(rows_left, columns_left, free, at + 1));
  }
  return most;
}

// Sums of parts for absent wholes, in the words of the header: overlaps counted once. Sets `open`
// when a whole is not known.
std::map<MeterId, int> Completed(const Side& side, std::map<MeterId, int> stated, bool* open) {
  const auto shared = [&](Use use, const std::vector<Use>& inner) {
    const auto get = [&](Modality m, Use u) {
      const auto it = stated.find(MeterWith(side.direction, m, u));
      return it == stated.end() ? 0 : it->second;
    };
    std::vector<int> rows;
    std::vector<int> columns;
    Grid free;
    for (int m = 1; m <= 4; ++m) {
      const Modality modality = static_cast<Modality>(m);
      rows.push_back(get(modality, use));
      free.emplace_back();
      for (Use u : inner) {
        rows.back() -= get(modality, u);
        free.back().push_back(!stated.contains(MeterWith(side.direction, modality, u)));
      }
    }
    for (Use u : inner) {
      columns.push_back(get(kAll, u));
      for (int m = 1; m <= 4; ++m) columns.back() -= get(static_cast<Modality>(m), u);
    }
    return MostShared(rows, columns, free, 0);
  };
  const auto complete = [&](Modality modality, Use use, const std::vector<Use>& inner) {
    const MeterId whole = MeterWith(side.direction, modality, use);
    if (stated.contains(whole)) return;
    std::optional<int> sum;
    const auto add = [&](Modality m, Use u, int sign) {
      const auto it = stated.find(MeterWith(side.direction, m, u));
      if (it != stated.end()) sum = sum.value_or(0) + sign * it->second;
    };
    for (Use u : inner) add(modality, u, 1);
    if (modality == kAll) {
      for (int m = 1; m <= 4; ++m) {
        add(static_cast<Modality>(m), use, 1);
        for (Use u : inner) add(static_cast<Modality>(m), u, -1);
      }
    }
    if (!sum.has_value()) return;
    const int more = modality == kAll ? shared(use, inner) : 0;
    *open = *open || more > 0;
    stated[whole] = *sum - more;
  };
  const std::vector<Use> lifetimes = {Use::kCacheWrite5m, Use::kCacheWrite1h};
  const bool input = side.direction == Direction::kInput;
  if (input) {
    for (Use use : lifetimes) complete(kAll, use, {});
    for (int m = 4; m >= 0; --m) complete(static_cast<Modality>(m), Use::kCacheWrite, lifetimes);
  }
  for (Use use : side.uses) complete(kAll, use, {});
  for (int m = 4; m >= 0; --m) complete(static_cast<Modality>(m), Use::kAny, side.uses);
  return stated;
}

struct Answer {
  enum Kind { kSolved, kContradiction, kOpen, kOpenWhole } kind = kContradiction;
  std::map<Atom, int> atoms;  // text first
};

Answer Ask(const Side& side, const std::map<MeterId, int>& given) {
  bool open_whole = false;
  const std::map<MeterId, int> stated = Completed(side, given, &open_whole);
  const auto quantity = [&](Modality m, Use u) -> std::optional<int> {
    const auto it = stated.find(MeterWith(side.direction, m, u));
    return it == stated.end() ? std::nullopt : std::optional<int>(it->second);
  };
  struct Cell {
    Modality modality;
    Use use;
    Atom atom;
    int max;
  };
  std::vector<Cell> cells;  // column by column, each in order of preference
  const int whole = quantity(kAll, Use::kAny).value_or(0);
  for (Use use : side.columns) {
    for (Modality modality : kRows) {
      // What no meter states is zero: a row, a column, a lifetime.
      int max = whole;
      if (modality != kAll) max = std::min(max, quantity(modality, Use::kAny).value_or(0));
      if (use != Use::kAny) max = std::min(max, quantity(kAll, use).value_or(0));
      cells.push_back({modality, use, AtomOf(side, modality, use), max});
    }
  }

  std::vector<std::pair<AtomSet, int>> sums;
  for (const auto& [meter, value] : stated) sums.emplace_back(FindMeter(meter)->atoms, value);

  std::vector<std::vector<int>> fillings;
  std::vector<int> values(cells.size());
  const std::function<void(std::size_t, int)> enumerate = [&](std::size_t at, int left) {
    if (at == cells.size()) {
      if (left == 0) {
        bool fits = true;
        for (const auto& [atoms, value] : sums) {
          int sum = 0;
          for (std::size_t i = 0; i < cells.size(); ++i) {
            if ((atoms & AtomBit(cells[i].atom)) != 0) sum += values[i];
          }
          fits = fits && sum == value;
        }
        if (fits) fillings.push_back(values);
      }
      return;
    }
    for (int value = 0; value <= std::min(left, cells[at].max); ++value) {
      values[at] = value;
      enumerate(at + 1, left - value);
    }
  };
  enumerate(0, whole);

  Answer answer;
  if (fillings.empty()) return answer;
  answer.kind = Answer::kSolved;
  std::vector<int> best = fillings.front();
  for (const std::vector<int>& filling : fillings) {
    if (filling > best) best = filling;  // lexicographic, which is the rule
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const bool joined = cells[i].modality != kAll && cells[i].modality != Modality::kText;
      if (joined && filling[i] != fillings.front()[i]) answer.kind = Answer::kOpen;
    }
  }
  if (open_whole) answer.kind = Answer::kOpenWhole;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (best[i] != 0) answer.atoms[cells[i].atom] = best[i];
  }
  return answer;
}

std::string Describe(const std::map<MeterId, int>& given) {
  std::string text;
  for (const auto& [meter, value] : given) {
    text += std::string(FindMeter(meter)->name) + '=' + std::to_string(value) + ' ';
  }
  return text;
}

void ExpectAgreement(const Side& side, const std::map<MeterId, int>& given,
                     std::map<Answer::Kind, int>* kinds) {
  Usage usage;
  for (const auto& [meter, value] : given) usage.Set(meter, static_cast<std::uint64_t>(value));
  const Answer answer = Ask(side, given);
  ++(*kinds)[answer.kind];
  const absl::StatusOr<Atoms> strict = ToAtoms(usage, JoinRule::kError);
  const absl::StatusOr<Atoms> text_first = ToAtoms(usage, JoinRule::kTextFirst);
  ASSERT_EQ(strict.ok(), answer.kind == Answer::kSolved)
      << Describe(given) << strict.status().ToString();
  ASSERT_EQ(text_first.ok(), answer.kind != Answer::kContradiction)
      << Describe(given) << text_first.status().ToString();
  if (answer.kind == Answer::kOpen || answer.kind == Answer::kOpenWhole) {
    const std::string_view asks = answer.kind == Answer::kOpen ? "is missing" : "is needed";
    ASSERT_NE(strict.status().message().find(asks), std::string_view::npos)
        << Describe(given) << strict.status().ToString();
  }
  if (!text_first.ok()) return;
  std::map<Atom, int> atoms;
  for (const AtomQuantity& item : text_first->items()) {
    atoms[item.atom] = static_cast<int>(item.quantity);
  }
  ASSERT_EQ(atoms, answer.atoms) << Describe(given);
  if (strict.ok()) {
    ASSERT_EQ(ToUsage(*strict).quantities().size(), ToUsage(*text_first).quantities().size());
  }
  const Usage back = ToUsage(*text_first);
  for (const auto& [meter, value] : given) {
    ASSERT_EQ(back.Get(meter).value_or(0), static_cast<std::uint64_t>(value)) << Describe(given);
  }
}

// Every combination of absent, 0, ..., max for the meters.
void Exhaust(const Side& side, const std::vector<MeterId>& meters, int max) {
  std::map<Answer::Kind, int> kinds;
  std::vector<int> digits(meters.size(), -1);
  for (;;) {
    std::map<MeterId, int> given;
    for (std::size_t i = 0; i < meters.size(); ++i) {
      if (digits[i] >= 0) given[meters[i]] = digits[i];
    }
    ExpectAgreement(side, given, &kinds);
    if (testing::Test::HasFatalFailure()) return;
    std::size_t at = 0;
    while (at < digits.size() && digits[at] == max) digits[at++] = -1;
    if (at == digits.size()) break;
    ++digits[at];
  }
  EXPECT_GT(kinds[Answer::kSolved], 0);
  EXPECT_GT(kinds[Answer::kContradiction], 0);
}

TEST(LatticeOracleTest, PlainCalls) {
  Exhaust(kInputSide,
          {kMeterInputTokens, kMeterCacheReadTokens, kMeterCacheWriteTokens,
           kMeterCacheWrite5mTokens, kMeterCacheWrite1hTokens},
          3);
  Exhaust(kOutputSide,
          {kMeterOutputTokens, kMeterOutputReasoningTokens, kMeterOutputCitationTokens}, 4);
}

TEST(LatticeOracleTest, OneModalityAndOneUse) {
  Exhaust(kInputSide,
          {kMeterInputTokens, kMeterInputAudioTokens, kMeterCacheReadTokens,
           kMeterCacheAudioReadTokens},
          5);
  Exhaust(
      kInputSide,
      {kMeterInputTokens, kMeterInputTextTokens, kMeterCacheReadTokens, kMeterCacheTextReadTokens},
      5);
}

TEST(LatticeOracleTest, TextAndAudioWithReads) {
  Exhaust(kInputSide,
          {kMeterInputTokens, kMeterInputTextTokens, kMeterInputAudioTokens, kMeterCacheReadTokens,
           kMeterCacheTextReadTokens, kMeterCacheAudioReadTokens},
          2);
}

TEST(LatticeOracleTest, TwoUsesCompete) {
  Exhaust(kInputSide,
          {kMeterInputTokens, kMeterInputAudioTokens, kMeterInputToolTokens, kMeterCacheReadTokens,
           kMeterInputAudioToolTokens, kMeterCacheAudioReadTokens},
          2);
}

TEST(LatticeOracleTest, LifetimesOfAudioWrites) {
  Exhaust(
      kInputSide,
      {kMeterInputAudioTokens, kMeterCacheWriteTokens, kMeterCacheWrite5mTokens,
       kMeterCacheAudioWriteTokens, kMeterCacheAudioWrite5mTokens, kMeterCacheAudioWrite1hTokens},
      2);
}

TEST(LatticeOracleTest, OutputModalities) {
  Exhaust(
      kOutputSide,
      {kMeterOutputTokens, kMeterOutputTextTokens, kMeterOutputAudioTokens,
       kMeterOutputReasoningTokens, kMeterOutputCitationTokens, kMeterOutputAudioReasoningTokens},
      2);
}

TEST(LatticeOracleTest, RandomSubsetsOfEveryMeter) {
  constexpr unsigned kSeed = 20261015;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  std::map<Answer::Kind, int> kinds;
  for (int round = 0; round < 20'000; ++round) {
    const Side& side = round % 4 == 0 ? kOutputSide : kInputSide;
    std::map<MeterId, int> given;
    const bool whole_stated = random() % 4 != 0;
    for (const MeterInfo& meter : Meters()) {
      if (meter.family != MeterFamily::kTokens || meter.direction != side.direction) continue;
      if (meter.modality == Modality::kVideo || random() % 5 != 0) continue;
      given[meter.id] = static_cast<int>(random() % 3);
    }
    if (whole_stated)
      given[MeterWith(side.direction, kAll, Use::kAny)] = static_cast<int>(random() % 5);
    bool open = false;
    if (Completed(side, given, &open)[MeterWith(side.direction, kAll, Use::kAny)] > 5) continue;
    ExpectAgreement(side, given, &kinds);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(kinds[Answer::kSolved], 500);
  EXPECT_GT(kinds[Answer::kOpen], 100);
  EXPECT_GT(kinds[Answer::kOpenWhole], 100);
  EXPECT_GT(kinds[Answer::kContradiction], 500);
}

}  // namespace
}  // namespace tokentra
