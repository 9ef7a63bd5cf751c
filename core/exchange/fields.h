// Reading the members of a foreign record: tolerant of spelling, strict about counts, and able to
// tell afterwards which members nobody read.
//
// A reader asks an object for members by name; alternatives are joined by '|', the first that is
// present and not null wins. Counts may be numbers, whole floats or decimal texts. With a
// `FieldLog`, every question is noted, and `NoteSeen` notes what a record holds: what was seen and
// never asked for is unread.
//
// Thread: one log, one thread; logs merge.

#ifndef TOKENTRA_CORE_EXCHANGE_FIELDS_H_
#define TOKENTRA_CORE_EXCHANGE_FIELDS_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/base/meter.h"
#include "core/exchange/record.h"
#include "core/usage/usage.h"
#include "simdjson.h"

namespace tokentra {

class FieldLog {
 public:
  static constexpr std::size_t kFieldsMax = 4096;

  struct Entry {
    std::uint64_t seen = 0;
    bool asked = false;
    bool whole = false;  // it was taken with everything under it
  };

  void NoteSeen(const std::string& path, std::uint64_t count = 1);
  void NoteAsked(const std::string& path, bool whole);
  // Every leaf under `value`; list elements share one path, `spans[].name`.
  void NoteSeen(const std::string& path, simdjson::dom::element value);

  // Path and count of what was seen and not read, by path.
  std::map<std::string, std::uint64_t> Unread() const;
  const std::map<std::string, Entry>& entries() const { return entries_; }
  void Merge(const std::string& path, const Entry& entry);

 private:
  Entry* At(const std::string& path);

  std::map<std::string, Entry> entries_;
};

// Texts that a reader makes; their addresses are stable.
using TextStore = std::deque<std::string>;

// What the readers of one record share; everything in it lives until `Reset`.
struct ReaderContext {
  static constexpr std::size_t kNestedMax = 16;

  TextStore texts;
  FieldLog* log = nullptr;
  simdjson::dom::element root;  // the record being read
  std::deque<simdjson::dom::parser> parsers;
  std::size_t parsers_used = 0;

  void Reset();
  // A JSON object or list that stands in a text, as databases export them.
  std::optional<simdjson::dom::element> ParseNested(std::string_view text);
};

class Fields {
 public:
  Fields(simdjson::dom::object object, ReaderContext& context, std::string path = {})
      : object_(object), context_(&context), path_(std::move(path)) {}

  // A leaf.
  std::optional<simdjson::dom::element> Find(std::string_view names) const;
  // A member taken with everything under it. Here and in Object and Array a text that holds a JSON
  // object or list counts as what it holds.
  std::optional<simdjson::dom::element> FindWhole(std::string_view names) const;
  std::optional<Fields> Object(std::string_view names) const;
  std::optional<simdjson::dom::array> Array(std::string_view names) const;
  // Path of a member that Object or Array found first among `names`.
  std::string PathOf(std::string_view name) const;

  // The text, or a number or boolean as text; empty when absent or anything else.
  std::string_view Text(std::string_view names) const;
  // Absent when there is none; INVALID_ARGUMENT when it is no count.
  absl::StatusOr<std::optional<std::uint64_t>> Count(std::string_view names) const;
  // Sets `meter` when the count is there.
  absl::Status Count(std::string_view names, MeterId meter, Usage& usage) const;
  // An instant in any usual spelling; kNoInstant when absent.
  absl::StatusOr<InstantNs> Instant(std::string_view names) const;
  bool True(std::string_view names) const;

  simdjson::dom::object object() const { return object_; }
  ReaderContext& context() const { return *context_; }

 private:
  std::optional<simdjson::dom::element> FindNamed(std::string_view names, bool whole,
                                                  std::string_view* found) const;
  std::optional<simdjson::dom::element> Unwrapped(
      std::optional<simdjson::dom::element> value) const;

  simdjson::dom::object object_;
  ReaderContext* context_;
  std::string path_;
};

// The text of a scalar, kept in `texts` when it is made; empty for lists, objects and null.
std::string_view ScalarText(simdjson::dom::element value, TextStore& texts);
// A count in any usual spelling.
absl::StatusOr<std::uint64_t> ForeignCount(std::string_view name, simdjson::dom::element value);
absl::StatusOr<std::uint64_t> ForeignCount(std::string_view name, std::string_view text);

// RFC 3339, the same with a space or without a zone (UTC), a date (midnight UTC), or a number of
// seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by magnitude.
absl::StatusOr<InstantNs> ForeignInstant(std::string_view text);

// Decimal text of a number, as short as reads back the same; nullopt for no number.
std::optional<Money> ForeignMoney(simdjson::dom::element value);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_FIELDS_H_
