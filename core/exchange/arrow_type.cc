// Format strings of the Arrow C data interface.

#include "absl/strings/str_cat.h"
#include "core/base/text.h"
#include "core/exchange/arrow_column.h"

namespace tokentra {
namespace {

struct Letter {
  char letter;
  ArrowKind kind;
  std::uint8_t width;
  bool is_signed;
};

constexpr Letter kLetters[] = {
    {'n', ArrowKind::kNull, 0, false},   {'b', ArrowKind::kBool, 0, false},
    {'c', ArrowKind::kInteger, 1, true}, {'C', ArrowKind::kInteger, 1, false},
    {'s', ArrowKind::kInteger, 2, true}, {'S', ArrowKind::kInteger, 2, false},
    {'i', ArrowKind::kInteger, 4, true}, {'I', ArrowKind::kInteger, 4, false},
    {'l', ArrowKind::kInteger, 8, true}, {'L', ArrowKind::kInteger, 8, false},
    {'f', ArrowKind::kFloat, 4, true},   {'g', ArrowKind::kFloat, 8, true},
    {'u', ArrowKind::kText, 4, false},   {'U', ArrowKind::kText, 8, false},
};

std::int64_t UnitOf(char letter) {
  switch (letter) {
    case 's':
      return 1'000'000'000;
    case 'm':
      return 1'000'000;
    case 'u':
      return 1'000;
    default:
      return letter == 'n' ? 1 : 0;
  }
}

ArrowType TypeOf(std::string_view format) {
  ArrowType type;
  if (format.size() == 1) {
    for (const Letter& known : kLetters) {
      if (known.letter != format[0]) continue;
      type.kind = known.kind;
      type.width = known.width;
      type.is_signed = known.is_signed;
    }
  } else if (format == "vu") {
    type.kind = ArrowKind::kTextView;
  } else if (format == "+s") {
    type.kind = ArrowKind::kStruct;
  } else if (format.size() > 4 && format.starts_with("ts") && format[3] == ':') {
    // A timestamp without a zone is some place's clock, not an instant.
    type.unit_ns = UnitOf(format[2]);
    if (type.unit_ns != 0) type.kind = ArrowKind::kTimestamp;
    type.width = 8;
    type.is_signed = true;
  }
  return type;
}

}  // namespace

absl::StatusOr<ArrowType> ReadArrowType(std::string_view column, const ArrowSchema& schema) {
  const auto wrong = [&](std::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat("Arrow column ", Quote(column), ": ", what));
  };
  if (schema.release == nullptr) return wrong("its schema is released");
  if (schema.format == nullptr) return wrong("its schema has no format");
  const ArrowType type = TypeOf(schema.format);
  if (schema.dictionary == nullptr) return type;
  if (type.kind != ArrowKind::kInteger) return wrong("its dictionary's indexes are no integers");
  const ArrowSchema& values = *schema.dictionary;
  if (values.format == nullptr) return wrong("its dictionary has no format");
  if (values.dictionary != nullptr) return wrong("its dictionary has a dictionary");
  ArrowType result = TypeOf(values.format);
  result.is_dictionary = true;
  result.index_width = type.width;
  result.index_signed = type.is_signed;
  return result;
}

}  // namespace tokentra
