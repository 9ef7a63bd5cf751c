#include "core/client/record_fix.h"

#include <map>
#include <vector>

#include "core/base/json.h"
#include "core/base/json_writer.h"

namespace tokentra {
namespace {

// Steps over the members of an object in a text that is known to be JSON.
class Members {
 public:
  explicit Members(std::string_view object) : rest_(object), begin_(object.data()) {
    Skip();
    if (!rest_.empty() && rest_.front() == '{') rest_.remove_prefix(1);
  }

  // False at the end. Views with their quotes.
  bool Next(std::string_view& key, std::string_view& value) {
    Skip();
    if (!rest_.empty() && rest_.front() == ',') rest_.remove_prefix(1);
    Skip();
    if (rest_.empty() || rest_.front() != '"') return false;
    key = Take(TextSize());
    Skip();
    if (rest_.empty() || rest_.front() != ':') return false;
    rest_.remove_prefix(1);
    Skip();
    value = Take(ValueSize());
    return true;
  }
  std::size_t offset() const { return static_cast<std::size_t>(rest_.data() - begin_); }

 private:
  void Skip() {
    const std::size_t end = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(std::min(end, rest_.size()));
  }
  std::string_view Take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  // Of the text that begins with a quote.
  std::size_t TextSize(std::size_t begin = 0) const {
    std::size_t i = begin + 1;
    while (i < rest_.size() && rest_[i] != '"') i += rest_[i] == '\\' ? 2 : 1;
    return i + 1 - begin;
  }
  std::size_t ValueSize() const {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (c == '"') {
        i += TextSize(i) - 1;
        if (depth == 0) return i + 1;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if (c == '}' || c == ']') {
        if (depth == 0) return i;
        if (--depth == 0) return i + 1;
      } else if (depth == 0 && (c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n')) {
        return i;
      }
    }
    return rest_.size();
  }

  std::string_view rest_;
  const char* const begin_;
};

std::string TextOfJson(std::string_view json) {
  absl::StatusOr<Json> parsed = ParseJson(json, "a key");
  return parsed.ok() && parsed->is_string() ? parsed->get<std::string>() : std::string();
}

struct Fixes {
  std::map<std::string, std::string, std::less<>> values;  // by canonical key
  std::map<std::string, std::string, std::less<>> keys;    // aliases and what they stand for
};

Fixes FixesOf(const CheckResult& checked) {
  Fixes fixes;
  for (const Finding& finding : checked.findings) {
    if (!finding.fix_is_safe || finding.baselined || finding.suggestion.empty()) continue;
    if (finding.rule == Rule::kKeyAlias) {
      fixes.keys[finding.key] = finding.suggestion;
    } else if (!IsSensitive(finding.rule)) {
      fixes.values[finding.key] = finding.suggestion;
    }
  }
  return fixes;
}

}  // namespace

std::string FixRecord(const Convention& convention, std::string_view record,
                      std::span<const MetadataEntry> metadata, InstantNs at, std::uint64_t* fixes) {
  if (convention.Conforms(metadata, at)) return std::string(record);
  const Fixes found = FixesOf(convention.Check(metadata, at));
  if (found.values.empty() && found.keys.empty()) return std::string(record);
  Members members(record);
  std::string_view key;
  std::string_view object;
  while (members.Next(key, object)) {
    if (key != "\"metadata\"" || object.empty() || object.front() != '{') continue;
    std::string made;
    JsonWriter json(made);
    json.BeginObject();
    Members entries(object);
    std::string_view entry_key;
    std::string_view value;
    while (entries.Next(entry_key, value)) {
      const std::string name = TextOfJson(entry_key);
      const auto renamed = found.keys.find(name);
      const std::string& final_name = renamed == found.keys.end() ? name : renamed->second;
      const auto fixed = found.values.find(CanonicalMetadataKey(final_name));
      json.Key(final_name);
      if (fixed == found.values.end()) {
        json.Raw(value);
      } else {
        json.Text(fixed->second);
      }
      *fixes += (renamed != found.keys.end()) + (fixed != found.values.end());
    }
    json.EndObject();
    std::string out(record);
    return out.replace(members.offset() - object.size(), object.size(), made);
  }
  return std::string(record);
}

}  // namespace tokentra
