#include "core/base/json.h"

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/text.h"

namespace tokentra {

absl::StatusOr<Json> ParseJson(std::string_view text, std::string_view file) {
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  std::string problem;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (!problem.empty()) return false;
    const bool opens =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    // `depth` counts the lists and objects around what is read.
    if (opens && depth >= kJsonDepthMax) {
      problem = absl::StrCat("is nested deeper than ", kJsonDepthMax);
      return false;
    }
    if (event == Json::parse_event_t::object_start) {
      keys.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      keys.pop_back();
    } else if (event == Json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys.back().insert(key).second) {
        problem = absl::StrCat("has the key ", Quote(key), " twice in one object");
        return false;
      }
    }
    return true;
  };
  try {
    Json json = Json::parse(text.begin(), text.end(), watch);
    if (problem.empty()) return json;
  } catch (const Json::exception& error) {
    if (problem.empty()) {
      // nlohmann's text after its own prefix "[json.exception...] " says line, column and cause.
      std::string_view what = error.what();
      const std::size_t close = what.find("] ");
      if (close != std::string_view::npos) what.remove_prefix(close + 2);
      problem = absl::StrCat("is not JSON: ", what.substr(0, 200));
    }
  }
  return absl::InvalidArgumentError(absl::StrCat(file, " ", problem));
}

}  // namespace tokentra
