#include "core/convention/convention.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/text.h"
#include "core/convention/firewall.h"
#include "core/convention/unicode.h"

namespace tokentra {

bool IsBucketName(std::string_view value) {
  return value.size() > 4 && value[0] == '_' &&
         (value == kRefusedBucket || value == kQuarantinedBucket || value == kRedactedBucket ||
          value == kOtherBucket);
}

void Convention::FindKeys() {
  std::sort(names_.begin(), names_.end(), [](const KeyName& a, const KeyName& b) {
    return a.name.size() != b.name.size() ? a.name.size() < b.name.size() : a.name < b.name;
  });
  names_of_size_.fill(static_cast<std::uint16_t>(names_.size()));
  for (std::size_t i = names_.size(); i-- > 0;) {
    names_of_size_[names_[i].name.size()] = static_cast<std::uint16_t>(i);
  }
  // Sizes without a name begin where the next one does.
  for (std::size_t size = names_of_size_.size() - 1; size-- > 0;) {
    names_of_size_[size] = std::min(names_of_size_[size], names_of_size_[size + 1]);
  }
}

int Convention::FindKey(std::string_view name, bool* is_alias) const {
  if (name.size() + 1 >= names_of_size_.size()) return -1;
  const std::size_t end = names_of_size_[name.size() + 1];
  for (std::size_t i = names_of_size_[name.size()]; i < end; ++i) {
    if (names_[i].name != name) continue;
    if (is_alias != nullptr) *is_alias = names_[i].is_alias;
    return names_[i].key;
  }
  return -1;
}

bool Convention::IsFormerAt(const Vocabulary::Spelling& spelling, InstantNs at) {
  return spelling.until == kNoInstant || at == kNoInstant || at >= spelling.until;
}

std::uint32_t Convention::EpochOf(InstantNs at) const {
  if (epochs_.empty()) return 0;
  if (at == kNoInstant) return static_cast<std::uint32_t>(epochs_.size());
  return static_cast<std::uint32_t>(std::upper_bound(epochs_.begin(), epochs_.end(), at) -
                                    epochs_.begin());
}

bool Convention::IgnoresUndeclared() const {
  const auto waits_for_undeclared = [](const auto& rules) {
    for (const auto& rule : rules) {
      for (const KeyValue& when : rule.when) {
        if (when.index < 0) return true;
      }
    }
    return false;
  };
  const auto minds = [](const std::array<Severity, kRuleCount>& severity) {
    return severity[static_cast<std::size_t>(Rule::kUnknownKey)] != Severity::kOff;
  };
  return profiles_.empty() && !minds(severity_) && !waits_for_undeclared(conditions_) &&
         !waits_for_undeclared(scopes_) &&
         std::none_of(scopes_.begin(), scopes_.end(),
                      [&](const Scope& scope) { return minds(scope.severity); });
}

std::vector<std::string_view> Convention::RequiredKeys() const {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if ((required_ >> i & 1) != 0) names.push_back(keys_[i].name);
  }
  return names;
}

std::vector<std::string_view> Convention::DeclaredKeys() const {
  std::vector<std::string_view> names;
  for (const Key& key : keys_) names.push_back(key.name);
  return names;
}

std::vector<Convention::Cap> Convention::Caps() const {
  std::vector<Cap> caps;
  for (const Key& key : keys_) {
    if (key.cardinality_max == 0) continue;
    const Severity base = severity_[static_cast<std::size_t>(Rule::kCardinality)];
    caps.push_back({key.name, key.cardinality_max,
                    base == Severity::kOff || !key.has_severity ? base : key.severity});
  }
  return caps;
}

// The check that every event takes. False sends it to the slow one, which has the last word.
class FastCheck {
 public:
  FastCheck(const Convention& convention, InstantNs at) : convention_(convention), at_(at) {}

  bool Run(std::span<const MetadataEntry> entries) {
    if (convention_.mode_ == Mode::kOff && convention_.scopes_.empty()) return true;
    if (!convention_.profiles_.empty() && entries.size() > 50) return false;
    for (const MetadataEntry& entry : entries) {
      if (!Enter(entry)) return false;
    }
    if ((convention_.required_ & ~present_) != 0) return false;
    if ((convention_.default_keys_ & ~present_) != 0) return false;
    for (const Convention::Condition& condition : convention_.conditions_) {
      if ((condition.require & ~present_) == 0 && (condition.forbid & present_) == 0) continue;
      if (Applies(condition.when, entries)) return false;
    }
    for (std::uint64_t rest = present_; rest != 0; rest &= rest - 1) {
      if (!CheckValue(static_cast<std::size_t>(__builtin_ctzll(rest)))) return false;
    }
    return true;
  }

 private:
  bool Enter(const MetadataEntry& entry) {
    const std::uint8_t classes = ByteClasses(entry.value);
    if (!LooksPlain(classes, entry.value.size()) && Scan(entry.key, entry.value).has_value()) {
      return false;
    }
    bool is_alias = false;
    const int found = convention_.FindKey(entry.key, &is_alias);
    if (found < 0) {
      const std::uint8_t key_classes = ByteClasses(entry.key);
      if (!LooksPlain(key_classes, entry.key.size()) && Scan({}, entry.key).has_value()) {
        return false;
      }
      return convention_.severity_[static_cast<std::size_t>(Rule::kUnknownKey)] == Severity::kOff &&
             convention_.scopes_.empty() && convention_.profiles_.empty();
    }
    if ((classes & firewall::kControl) != 0) return false;
    if ((classes & firewall::kWide) != 0 && !IsFineText(entry.value)) return false;
    const std::uint64_t bit = std::uint64_t{1} << found;
    if (is_alias || (present_ & bit) != 0 || (convention_.special_keys_ & bit) != 0) return false;
    present_ |= bit;
    values_[static_cast<std::size_t>(found)] = entry.value;
    return true;
  }

  // What the shape cannot see of a value with characters outside ASCII.
  static bool IsFineText(std::string_view value) {
    if (!IsValidUtf8(value) || !unicode::IsNfc(value)) return false;
    for (std::string_view rest = value; !rest.empty();) {
      if (unicode::IsForbidden(unicode::Decode(rest))) return false;
    }
    return unicode::ReplaceConfusables(value) == value;
  }

  bool Applies(const std::vector<Convention::KeyValue>& when,
               std::span<const MetadataEntry> entries) const {
    for (const Convention::KeyValue& wanted : when) {
      if (wanted.index >= 0) {
        const auto index = static_cast<std::size_t>(wanted.index);
        if ((present_ >> index & 1) == 0 || values_[index] != wanted.value) return false;
        continue;
      }
      bool found = false;
      for (const MetadataEntry& entry : entries) {
        found = found || (entry.key == wanted.key && entry.value == wanted.value);
      }
      if (!found) return false;
    }
    return true;
  }

  bool CheckValue(std::size_t index) const {
    const Convention::Key& key = convention_.keys_[index];
    const std::string_view value = values_[index];
    if (value.size() < key.length_min || value.size() > key.length_max || value.empty()) {
      return false;
    }
    if (IsBucketName(value)) return false;
    Reading reading;
    if (!key.has_binding) {
      if (key.shape.Match(value, nullptr, reading) != Shape::Result::kOne) return false;
    } else {
      BoundTexts bound = {};
      for (std::size_t i = 0; i < key.parts.size(); ++i) {
        const int other = key.parts[i].equals;
        if (other >= 0 && (present_ >> other & 1) != 0) {
          bound[i] = values_[static_cast<std::size_t>(other)];
        }
      }
      if (key.shape.Match(value, &bound, reading) != Shape::Result::kOne) return false;
    }
    return !key.needs_look || Look(key, value, reading);
  }

  bool Look(const Convention::Key& key, std::string_view value, const Reading& reading) const {
    if (!key.reserved.empty() && key.reserved.contains(value)) return false;
    for (const Profile profile : convention_.profiles_) {
      if (!ValueProblem(profile, value).empty()) return false;
    }
    for (std::size_t i = 0; i < key.parts.size(); ++i) {
      const Convention::Part& part = key.parts[i];
      if (part.vocabulary == nullptr) continue;
      const bool has_parent = part.child_of_part >= 0 || part.child_of_key >= 0;
      if (!part.vocabulary->has_other_spellings() && !has_parent) continue;
      const PartSpan span = key.shape.SpanOf(reading, i);
      if (!span.present || span.begin == span.end) continue;
      const Vocabulary::Spelling* spelling =
          part.vocabulary->Find(value.substr(span.begin, span.end - span.begin));
      if (spelling == nullptr) return false;
      if (spelling->kind == Vocabulary::Kind::kAlias) return false;
      if (spelling->kind == Vocabulary::Kind::kFormer && Convention::IsFormerAt(*spelling, at_)) {
        return false;
      }
      if (!has_parent) continue;
      std::string_view above;
      if (part.child_of_part >= 0) {
        const PartSpan parent =
            key.shape.SpanOf(reading, static_cast<std::size_t>(part.child_of_part));
        if (parent.present) above = value.substr(parent.begin, parent.end - parent.begin);
      } else if ((present_ >> part.child_of_key & 1) != 0) {
        above = values_[static_cast<std::size_t>(part.child_of_key)];
      }
      if (!above.empty() && !part.vocabulary->IsBelow(spelling->name, above)) return false;
    }
    return true;
  }

  const Convention& convention_;
  const InstantNs at_;
  std::uint64_t present_ = 0;
  std::array<std::string_view, kKeysMax> values_;
};

bool Convention::Conforms(std::span<const MetadataEntry> entries, InstantNs at) const {
  return FastCheck(*this, at).Run(entries);
}

}  // namespace tokentra
