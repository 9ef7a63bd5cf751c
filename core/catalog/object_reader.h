// One JSON object of a source document being read: knows where it is for errors, and refuses
// fields that nobody asked for.
//
// `where` is a path: a file, then members and positions in it. An error is "PATH.FIELD PROBLEM",
// with the value that stands there.
//
// Thread: values; refers to the JSON it was made of.

#ifndef TOKENTRA_CORE_CATALOG_OBJECT_READER_H_
#define TOKENTRA_CORE_CATALOG_OBJECT_READER_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/base/json.h"
#include "core/base/money.h"
#include "core/catalog/source.h"

namespace tokentra {

// `, not VALUE`: the tail of an error about a value of the wrong kind, shortened.
std::string NotThis(const Json& value);

class ObjectReader {
 public:
  ObjectReader(const Json& json, std::string where, std::vector<std::string_view> fields)
      : json_(json), where_(std::move(where)), fields_(std::move(fields)) {}

  // It is an object, and has no other fields.
  absl::Status Check() const;

  // Null when the field is absent or null.
  const Json* Find(std::string_view field) const;

  // The path of a field.
  std::string At(std::string_view field) const;
  // `field` may be empty: the object itself.
  absl::Status Error(std::string_view field, std::string_view problem) const;
  // "must be WHAT, not VALUE".
  absl::Status MustBe(std::string_view field, std::string_view what) const;

  absl::StatusOr<std::string> Text(std::string_view field) const;
  absl::StatusOr<std::string> OptionalText(std::string_view field) const;
  absl::StatusOr<bool> Bool(std::string_view field, bool absent) const;
  absl::StatusOr<std::map<std::string, std::string>> TextMap(std::string_view field) const;
  absl::StatusOr<std::vector<std::string>> TextList(std::string_view field) const;
  // The items of a list of anything; null when absent.
  absl::StatusOr<const Json*> List(std::string_view field) const;
  // A decimal that is not negative.
  absl::StatusOr<Money> Decimal(std::string_view field) const;
  absl::StatusOr<std::string> Date(std::string_view field) const;
  // `from` and `until`, each on a quarter hour.
  absl::StatusOr<Interval> ReadInterval() const;

  const std::string& where() const { return where_; }

 private:
  absl::StatusOr<InstantNs> QuarterHour(std::string_view field, InstantNs absent) const;

  const Json& json_;
  std::string where_;
  std::vector<std::string_view> fields_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_OBJECT_READER_H_
