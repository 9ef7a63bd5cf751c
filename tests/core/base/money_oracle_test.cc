// Method: money_cases.txt, which make_money_cases.py computed with Python's decimal.Decimal from
// the definition alone, line by line. The file's lines are counted by kind, so that a file that
// was cut fails too.

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/money.h"
#include "gtest/gtest.h"

namespace tokentra {
namespace {

// Plain digits to 128 bits: no part of the code under test.
Int128 ReadInteger(const std::string& text) {
  const bool negative = text.front() == '-';
  Int128 value = 0;
  for (const char c : text.substr(negative ? 1 : 0)) value = value * 10 + (c - '0');
  return negative ? -value : value;
}

Money MoneyOf(const std::string& attos) { return *Money::FromAttos(ReadInteger(attos)); }

std::string TextOfSum(const std::string& a, const std::string& b) {
  Money sum = MoneyOf(a);
  if (sum.Add(MoneyOf(b))) return sum.ToString();
  EXPECT_EQ(sum, MoneyOf(a)) << "a sum that is out of range must change nothing";
  return "range";
}

// What the code answers and what the file expects, as comparable texts.
struct Answer {
  std::string actual;
  std::string expected;
};

std::string AmountText(const std::string& attos) {
  if (attos == "error" || attos == "range") return attos;
  return MoneyOf(attos).ToString();
}

Answer AnswerTo(const std::vector<std::string>& field) {
  const std::string& kind = field[0];
  if (kind == "parse") {
    const absl::StatusOr<Money> money = Money::Parse(field[1]);
    if (!money.ok()) return {"error", field[2]};
    const bool equal = field[2] != "error" && money->attos() == ReadInteger(field[2]);
    return {equal ? "equal" : money->ToString(), "equal"};
  }
  if (kind == "print") return {MoneyOf(field[1]).ToString(), field[2]};
  if (kind == "round") return {MoneyOf(field[1]).ToStringRounded(std::stoi(field[2])), field[3]};
  if (kind == "add") return {TextOfSum(field[1], field[2]), AmountText(field[3])};
  if (kind == "multiply") {
    const Rate rate{MoneyOf(field[1]), std::stoull(field[2])};
    const std::optional<Money> product = Multiply(rate, std::stoull(field[3]));
    return {product.has_value() ? product->ToString() : "range", AmountText(field[4])};
  }
  return {"no such kind: " + kind, ""};
}

TEST(MoneyOracleTest, AgreesWithDecimal) {
  std::ifstream file(std::string(TOKENTRA_SOURCE_DIR) + "/tests/core/base/money_cases.txt");
  std::map<std::string, int> counts;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    std::istringstream stream(line);
    std::vector<std::string> field;
    for (std::string one; stream >> one;) field.push_back(one);
    ++counts[field[0]];
    const Answer answer = AnswerTo(field);
    EXPECT_EQ(answer.actual, answer.expected) << line;
  }
  for (const auto& [kind, least] : std::map<std::string, int>{
           {"parse", 500}, {"print", 500}, {"round", 400}, {"add", 200}, {"multiply", 700}}) {
    EXPECT_GE(counts[kind], least) << kind;
  }
}

}  // namespace
}  // namespace tokentra
