// JsonObject: reads the members of one JSON object, each known, with errors that name their path.
//
//   JsonObject object(json, "keys.team_id");
//   TOKENTRA_RETURN_IF_ERROR(object.Check({"words", "pattern"}));
//   TOKENTRA_RETURN_IF_ERROR(object.Text("pattern", pattern));
//
// Absent members leave their target alone.
//
// Thread: one object, one thread.

#ifndef TOKENTRA_CORE_CONVENTION_JSON_OBJECT_H_
#define TOKENTRA_CORE_CONVENTION_JSON_OBJECT_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/base/instant.h"
#include "core/base/json.h"

namespace tokentra {

class JsonObject {
 public:
  JsonObject(const Json& json, std::string path) : json_(json), path_(std::move(path)) {}

  // That it is an object and has no other members.
  absl::Status Check(std::initializer_list<std::string_view> known) const;

  const Json* Find(std::string_view name) const;
  std::string PathOf(std::string_view name) const;
  absl::Status Error(std::string_view what) const;
  absl::Status Error(std::string_view name, std::string_view what) const;

  absl::Status Text(std::string_view name, std::string& target,
                    std::size_t bytes_max = 1'024) const;
  absl::Status Texts(std::string_view name, std::vector<std::string>& target, std::size_t count_max,
                     std::size_t bytes_max) const;
  absl::Status Size(std::string_view name, std::uint64_t max, std::uint64_t& target) const;
  absl::Status Integer(std::string_view name, std::int64_t& target) const;
  // A date or an instant with a zone.
  absl::Status Instant(std::string_view name, InstantNs& target) const;
  // {"min": 1, "max": 20}
  absl::Status MinMax(std::string_view name, std::size_t limit, std::size_t& min,
                      std::size_t& max) const;

 private:
  const Json& json_;
  const std::string path_;
};

// What a JSON value is, for messages.
std::string_view JsonTypeName(const Json& json);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_JSON_OBJECT_H_
