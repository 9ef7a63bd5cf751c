#include "core/base/json.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/text.h"

namespace tokentra {

namespace {

// Builds a document from events. What it holds when it goes is taken apart.
class DocumentBuilder : public nlohmann::json_sax<Json> {
 public:
  explicit DocumentBuilder(bool keeps_decimals) : keeps_decimals_(keeps_decimals) {}

  Json&& Take() { return std::move(root_); }
  const std::string& problem() const { return problem_; }

  bool null() override { return Add(nullptr); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(number_integer_t value) override { return Add(value); }
  bool number_unsigned(number_unsigned_t value) override { return Add(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    return keeps_decimals_ ? Add(text) : Add(value);
  }
  bool string(string_t& value) override { return Add(std::move(value)); }
  bool binary(binary_t&) override { return Fail("holds binary data"); }

  bool start_object(std::size_t) override { return Open(Json::object()); }
  bool start_array(std::size_t) override { return Open(Json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(string_t& name) override {
    if (!keys_.back().insert(name).second) {
      return Fail(absl::StrCat("has the key ", Quote(name), " twice in one object"));
    }
    key_ = name;
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& e) override {
    std::string_view what = e.what();
    const std::size_t close = what.find("] ");
    if (close != std::string_view::npos) what.remove_prefix(close + 2);
    return Fail(absl::StrCat("is not JSON: ", what.substr(0, 200)));
  }

 private:
  bool Fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }

  // A vector of members with const keys would grow by copying all values, and copies that memory
  // runs out for are destroyed. Here the values move, once nothing can fail any more.
  static void Grow(Json::object_t::Container& members) {
    Json::object_t::Container wider;
    wider.reserve(std::max<std::size_t>(8, 2 * members.size()));
    for (const auto& [name, value] : members) wider.emplace_back(name, nullptr);
    for (std::size_t i = 0; i < members.size(); ++i) wider[i].second.swap(members[i].second);
    wider.swap(members);
  }

  Json* Place(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    // The key is known to be new: the object's own insertion would search it again, and long
    // objects would cost the square of their size.
    auto& members = static_cast<Json::object_t::Container&>(*parent.get_ptr<Json::object_t*>());
    if (members.size() == members.capacity()) Grow(members);
    members.emplace_back(std::move(key_), std::move(value));
    return &members.back().second;
  }

  template <typename Value>
  bool Add(Value&& value) {
    Place(Json(std::forward<Value>(value)));
    return true;
  }

  bool Open(Json value) {
    if (open_.size() >= kJsonDepthMax) {
      return Fail(absl::StrCat("is nested deeper than ", kJsonDepthMax));
    }
    // A parent grows only after its open child is closed, so the pointers stay good.
    open_.push_back(Place(std::move(value)));
    keys_.emplace_back();
    return true;
  }

  bool Close() {
    open_.pop_back();
    keys_.pop_back();
    return true;
  }

  const bool keeps_decimals_;
  Json root_;
  const JsonGuard guard_{root_};
  std::vector<Json*> open_;
  std::vector<std::set<std::string>> keys_;  // of the objects and lists that are open
  std::string key_;
  std::string problem_;
};

absl::StatusOr<Json> Parse(std::string_view text, std::string_view file, bool keeps_decimals) {
  DocumentBuilder builder(keeps_decimals);
  try {
    if (Json::sax_parse(text.begin(), text.end(), &builder)) return builder.Take();
  } catch (const Json::exception&) {
    return absl::InvalidArgumentError(absl::StrCat(file, " is not JSON"));
  }
  return absl::InvalidArgumentError(absl::StrCat(file, " ", builder.problem()));
}

// Empties containers from the innermost outwards: nlohmann frees an empty one without allocating.
void TakeApart(Json& json) noexcept {
  if (Json::array_t* array = json.get_ptr<Json::array_t*>()) {
    for (Json& each : *array) TakeApart(each);
    array->clear();
  } else if (Json::object_t* object = json.get_ptr<Json::object_t*>()) {
    for (auto& [key, each] : *object) TakeApart(each);
    object->clear();
  }
}

}  // namespace

absl::StatusOr<Json> ParseJson(std::string_view text, std::string_view file) {
  return Parse(text, file, false);
}

absl::StatusOr<Json> ParseJsonKeepingDecimals(std::string_view text, std::string_view file) {
  return Parse(text, file, true);
}

JsonGuard::~JsonGuard() { TakeApart(json_); }

}  // namespace tokentra
