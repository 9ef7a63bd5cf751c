// The tables that cmake/unicode/make_tables.cc writes at build time; unicode.h reads them.

#ifndef TOKENTRA_CORE_CONVENTION_UNICODE_TABLES_H_
#define TOKENTRA_CORE_CONVENTION_UNICODE_TABLES_H_

#include <cstddef>
#include <cstdint>

namespace tokentra::unicode {

// General categories; marks, numbers, punctuation and symbols without their second letter.
enum class Category : std::uint8_t {
  kCn,  // unassigned
  kLu,
  kLl,
  kLt,
  kLm,
  kLo,
  kM,
  kN,
  kP,
  kS,
  kZs,
  kZl,
  kZp,
  kCc,
  kCf,
  kCs,
  kCo,
};

struct CategoryRange {
  std::uint32_t first;
  std::uint32_t last;
  Category category;
};
struct ClassRange {
  std::uint32_t first;
  std::uint32_t last;
  std::uint8_t combining_class;
};
struct Decomposition {
  std::uint32_t point;
  std::uint32_t first;
  std::uint32_t second;  // 0: `point` decomposes to one other character
};
struct Confusable {
  std::uint32_t point;
  char looks_like;
};

// Sorted by code point; kCompositions by first, then second.
extern const CategoryRange kCategories[];
extern const std::size_t kCategoryCount;
extern const ClassRange kClasses[];
extern const std::size_t kClassCount;
extern const Decomposition kDecompositions[];
extern const std::size_t kDecompositionCount;
extern const Decomposition kCompositions[];
extern const std::size_t kCompositionCount;
extern const Confusable kConfusables[];
extern const std::size_t kConfusableCount;
extern const char kVersion[];

}  // namespace tokentra::unicode

#endif  // TOKENTRA_CORE_CONVENTION_UNICODE_TABLES_H_
