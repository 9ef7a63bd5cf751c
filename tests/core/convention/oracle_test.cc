// A backtracking interpreter, slow and obvious, against the compiled automaton: for 300 random
// conventions (scripts/prove oracle: 4,000), each of which accepts and refuses at least 5 % of the
// strings and half of which are ambiguous, on every string up to length 7 over a small alphabet.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "core/convention/ambiguity.h"
#include "core/convention/pattern.h"
#include "core/convention/shape.h"
#include "core/convention/template.h"
#include "gtest/gtest.h"

namespace tokentra {
namespace {

constexpr std::string_view kAlphabet = "ab-";
constexpr std::size_t kLengthMax = 7;
constexpr std::size_t kShapesDefault = 300;

// TOKENTRA_ORACLE_SHAPES asks for more: scripts/prove oracle takes thousands.
std::size_t ShapesWanted() {
  const char* wanted = std::getenv("TOKENTRA_ORACLE_SHAPES");
  return wanted == nullptr ? kShapesDefault : std::strtoul(wanted, nullptr, 10);
}

// A regular expression as a tree, printed for the compiler and interpreted here.
struct Tree {
  enum Kind { kByte, kClass, kJoin, kEither, kStar, kPlus, kMaybe } kind;
  std::string bytes;  // kByte: one; kClass: several
  std::vector<Tree> children;

  std::string Text() const {
    switch (kind) {
      case kByte:
        return bytes;
      case kClass:
        return "[" + bytes + "]";
      case kJoin:
        return children[0].Text() + children[1].Text();
      case kEither:
        return "(" + children[0].Text() + "|" + children[1].Text() + ")";
      case kStar:
        return "(" + children[0].Text() + ")*";
      case kPlus:
        return "(" + children[0].Text() + ")+";
      case kMaybe:
        return "(" + children[0].Text() + ")?";
    }
    return "";
  }

  // Every end of a match that begins at `at`.
  std::vector<bool> Ends(std::string_view text, std::size_t at) const {
    std::vector<bool> ends(text.size() + 1, false);
    switch (kind) {
      case kByte:
      case kClass:
        if (at < text.size() && bytes.find(text[at]) != std::string::npos) ends[at + 1] = true;
        return ends;
      case kJoin: {
        const std::vector<bool> first = children[0].Ends(text, at);
        for (std::size_t i = 0; i < first.size(); ++i) {
          if (first[i]) Or(ends, children[1].Ends(text, i));
        }
        return ends;
      }
      case kEither:
        Or(ends, children[0].Ends(text, at));
        Or(ends, children[1].Ends(text, at));
        return ends;
      case kMaybe:
        ends = children[0].Ends(text, at);
        ends[at] = true;
        return ends;
      case kStar:
      case kPlus: {
        std::vector<std::size_t> open = {at};
        std::vector<bool> seen(text.size() + 1, false);
        seen[at] = true;
        while (!open.empty()) {
          const std::size_t from = open.back();
          open.pop_back();
          const std::vector<bool> next = children[0].Ends(text, from);
          for (std::size_t i = 0; i < next.size(); ++i) {
            if (!next[i]) continue;
            ends[i] = true;
            if (!seen[i]) {
              seen[i] = true;
              open.push_back(i);
            }
          }
        }
        if (kind == kStar) ends[at] = true;
        return ends;
      }
    }
    return ends;
  }

  static void Or(std::vector<bool>& a, const std::vector<bool>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = a[i] || b[i];
  }
};

class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  std::size_t Below(std::size_t end) { return random_() % end; }

  Tree MakeTree(int depth) {
    const std::size_t choice = depth == 0 ? Below(2) : Below(9);
    switch (choice) {
      case 0:
        return {Tree::kByte, std::string(1, kAlphabet[Below(3)]), {}};
      case 1:
      case 2:
        return {Tree::kClass, Below(2) == 0 ? "ab" : Below(2) == 0 ? "a-" : "ab-", {}};
      case 3:
      case 4:
      case 5:
        return {Tree::kJoin, "", {MakeTree(depth - 1), MakeTree(depth - 1)}};
      case 6:
        return {Tree::kEither, "", {MakeTree(depth - 1), MakeTree(depth - 1)}};
      case 7:
        return {Below(2) == 0 ? Tree::kPlus : Tree::kStar, "", {MakeTree(depth - 1)}};
      default:
        return {Below(2) == 0 ? Tree::kPlus : Tree::kMaybe, "", {MakeTree(depth - 1)}};
    }
  }

 private:
  std::mt19937 random_;
};

// One shape in the oracle's terms.
struct OracleElement {
  bool is_part;
  std::string literal;
  Tree tree{Tree::kByte, "a", {}};
};
using OracleAlternative = std::vector<OracleElement>;

struct OracleReading {
  std::size_t alternative;
  std::vector<std::size_t> ends;
  bool operator==(const OracleReading&) const = default;
};

void ReadAll(const OracleAlternative& elements, std::size_t number, std::string_view text,
             std::size_t element, std::size_t at, std::vector<std::size_t>& ends,
             std::vector<OracleReading>& out) {
  if (element == elements.size()) {
    if (at == text.size()) out.push_back({number, ends});
    return;
  }
  const OracleElement& each = elements[element];
  std::vector<bool> reachable(text.size() + 1, false);
  if (each.is_part) {
    reachable = each.tree.Ends(text, at);
  } else if (text.substr(at, each.literal.size()) == each.literal) {
    reachable[at + each.literal.size()] = true;
  }
  for (std::size_t end = at; end <= text.size(); ++end) {
    if (!reachable[end]) continue;
    ends.push_back(end);
    ReadAll(elements, number, text, element + 1, end, ends, out);
    ends.pop_back();
  }
}

std::vector<OracleReading> Readings(const std::vector<OracleAlternative>& alternatives,
                                    std::string_view text) {
  std::vector<OracleReading> out;
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    ReadAll(alternatives[i], i, text, 0, 0, ends, out);
  }
  return out;
}

// The reading that a policy takes, by its definition.
const OracleReading& Preferred(const std::vector<OracleReading>& readings, bool longest) {
  return *std::min_element(readings.begin(), readings.end(),
                           [&](const OracleReading& a, const OracleReading& b) {
                             if (a.alternative != b.alternative) {
                               return a.alternative < b.alternative;
                             }
                             for (std::size_t i = 0; i < a.ends.size(); ++i) {
                               if (a.ends[i] != b.ends[i]) {
                                 return (a.ends[i] > b.ends[i]) == longest;
                               }
                             }
                             return false;
                           });
}

std::vector<std::string> AllStrings() {
  std::vector<std::string> strings = {""};
  std::size_t begin = 0;
  for (std::size_t length = 0; length < kLengthMax; ++length) {
    const std::size_t end = strings.size();
    for (std::size_t i = begin; i < end; ++i) {
      for (const char c : kAlphabet) strings.push_back(strings[i] + c);
    }
    begin = end;
  }
  return strings;
}

struct RandomShape {
  std::vector<OracleAlternative> oracle;
  std::vector<ShapeAlternative> compiled;
  std::string text;
};

RandomShape MakeShape(Generator& generator) {
  RandomShape made;
  const std::size_t alternatives = generator.Below(4) == 0 ? 2 : 1;
  const std::size_t parts = 1 + generator.Below(3);
  for (std::size_t i = 0; i < alternatives; ++i) {
    OracleAlternative oracle;
    ShapeAlternative compiled;
    for (std::size_t part = 0; part < parts; ++part) {
      if (part != 0 && generator.Below(3) != 0) {
        const std::string_view dash = "-";
        oracle.push_back({false, "-"});
        compiled.push_back({std::make_shared<const Dfa>(Dfa::FromWords({&dash, 1})), -1, "-"});
        made.text += " - ";
      }
      OracleElement element{true, "", generator.MakeTree(3)};
      auto dfa = CompilePattern(element.tree.Text());
      EXPECT_TRUE(dfa.ok()) << dfa.status();
      made.text += "{" + element.tree.Text() + "}";
      compiled.push_back(
          {std::make_shared<const Dfa>(*std::move(dfa)), static_cast<int>(part), ""});
      oracle.push_back(std::move(element));
    }
    made.text += " | ";
    made.oracle.push_back(std::move(oracle));
    made.compiled.push_back(std::move(compiled));
  }
  return made;
}

bool Agree(const Reading& reading, const OracleReading& oracle) {
  if (reading.alternative != oracle.alternative || reading.elements != oracle.ends.size()) {
    return false;
  }
  for (std::size_t i = 0; i < oracle.ends.size(); ++i) {
    if (reading.ends[i] != oracle.ends[i]) return false;
  }
  return true;
}

TEST(ConventionOracle, AgreesOnEveryShortStringForRandomConventions) {
  const std::size_t shapes = ShapesWanted();
  constexpr std::uint32_t kSeed = 20'261'125;
  RecordProperty("seed", static_cast<int>(kSeed));
  Generator generator(kSeed);
  const std::vector<std::string> strings = AllStrings();
  ASSERT_EQ(strings.size(), 3'280u);  // 3^0 + ... + 3^7
  std::size_t ambiguous = 0;
  std::size_t unambiguous = 0;
  std::size_t witnesses_in_reach = 0;
  while (ambiguous + unambiguous < shapes) {
    const RandomShape random = MakeShape(generator);
    // One set of strings decides whether the convention is worth testing: neither nearly
    // everything nor nearly nothing is accepted.
    const Shape plain(random.compiled, Preference::kNone);
    const auto accepted = static_cast<std::size_t>(
        std::count_if(strings.begin(), strings.end(), [&](const std::string& text) {
          Reading reading;
          return plain.Match(text, nullptr, reading) != Shape::Result::kNone;
        }));
    if (accepted * 20 < strings.size() || (strings.size() - accepted) * 20 < strings.size()) {
      continue;
    }
    const auto witness = FindAmbiguity(plain, -1);
    ASSERT_TRUE(witness.ok()) << witness.status();
    // Half of them are ambiguous.
    if (witness->has_value() ? ambiguous * 2 >= shapes : unambiguous * 2 >= shapes) continue;
    (witness->has_value() ? ambiguous : unambiguous) += 1;

    std::vector<std::vector<OracleReading>> readings;
    bool several = false;
    for (const std::string& text : strings) {
      readings.push_back(Readings(random.oracle, text));
      several = several || readings.back().size() > 1;
    }
    if (witness->has_value()) {
      ASSERT_GE(Readings(random.oracle, **witness).size(), 2u)
          << random.text << " witness '" << **witness << "'";
      witnesses_in_reach += (*witness)->size() <= kLengthMax ? 1 : 0;
      EXPECT_TRUE(several || (*witness)->size() > kLengthMax) << random.text;
    } else {
      ASSERT_FALSE(several) << random.text << " has two readings and no witness";
    }
    const Shape longest(random.compiled, Preference::kLongest);
    const Shape shortest(random.compiled, Preference::kShortest);
    for (std::size_t i = 0; i < strings.size(); ++i) {
      Reading reading;
      const Shape::Result result = plain.Match(strings[i], nullptr, reading);
      const Shape::Result expected = readings[i].empty()       ? Shape::Result::kNone
                                     : readings[i].size() == 1 ? Shape::Result::kOne
                                                               : Shape::Result::kSeveral;
      ASSERT_EQ(result, expected) << random.text << " on '" << strings[i] << "'";
      if (expected == Shape::Result::kNone) continue;
      ASSERT_EQ(plain.Readings(strings[i], 1'000).size(), readings[i].size());
      Reading chosen;
      ASSERT_EQ(longest.Match(strings[i], nullptr, chosen), Shape::Result::kOne);
      ASSERT_TRUE(Agree(chosen, Preferred(readings[i], true)))
          << random.text << " longest of '" << strings[i] << "'";
      ASSERT_EQ(shortest.Match(strings[i], nullptr, chosen), Shape::Result::kOne);
      ASSERT_TRUE(Agree(chosen, Preferred(readings[i], false)))
          << random.text << " shortest of '" << strings[i] << "'";
    }
  }
  EXPECT_EQ(ambiguous, shapes / 2);
  EXPECT_EQ(unambiguous, shapes / 2);
  EXPECT_GT(witnesses_in_reach, shapes / 4);
}

// Binding one part to a text is the same as keeping the readings that give it that text.
TEST(ConventionOracle, BindingKeepsTheReadingsThatAgree) {
  Generator generator(7);
  const std::vector<std::string> strings = AllStrings();
  for (std::size_t round = 0; round < 60; ++round) {
    const RandomShape random = MakeShape(generator);
    const Shape shape(random.compiled, Preference::kLongest);
    const std::string wanted = std::string("a").substr(0, generator.Below(2)) + "b";
    BoundTexts bound = {};
    bound[0] = wanted;
    for (const std::string& text : strings) {
      std::vector<OracleReading> readings = Readings(random.oracle, text);
      std::erase_if(readings, [&](const OracleReading& reading) {
        return text.substr(0, reading.ends[0]) != wanted;
      });
      Reading chosen;
      const Shape::Result result = shape.Match(text, &bound, chosen);
      ASSERT_EQ(result == Shape::Result::kNone, readings.empty()) << random.text << text;
      if (readings.empty()) continue;
      ASSERT_TRUE(Agree(chosen, Preferred(readings, true))) << random.text << text;
    }
  }
}

}  // namespace
}  // namespace tokentra
