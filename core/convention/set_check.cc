// SetChecker: everything that is wrong with one set of metadata, and what to record instead.

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/text.h"
#include "core/convention/convention.h"
#include "core/convention/firewall.h"
#include "core/convention/value_check.h"

namespace tokentra {
namespace {

// Escaped and shortened, without the quotes.
std::string Shown(std::string_view value) {
  const std::string quoted = Quote(value);
  std::string_view inner = quoted;
  inner.remove_prefix(1);
  const std::size_t end = inner.rfind('"');
  return absl::StrCat(inner.substr(0, end), inner.substr(end + 1));
}

}  // namespace

class SetChecker {
 public:
  SetChecker(const Convention& convention, std::span<const MetadataEntry> entries, InstantNs at)
      : convention_(convention), entries_(entries.begin(), entries.end()), at_(at) {
    // One order, whatever the caller's.
    std::sort(entries_.begin(), entries_.end(), [](const MetadataEntry& a, const MetadataEntry& b) {
      return std::pair(a.key, a.value) < std::pair(b.key, b.value);
    });
    slots_.resize(convention.keys_.size());
  }

  CheckResult Run() {
    ScanEntries();
    ResolveEntries();
    CheckValues();
    ChooseScope();
    CheckPresence();
    CheckConditions();
    CheckEntryCounts();
    Weigh();
    Replace();
    return std::move(result_);
  }

 private:
  struct Slot {
    bool present = false;
    bool sensitive = false;
    bool under_alias = false;
    std::string_view value;
    std::string effective;  // with its safe fix
    bool fixed = false;
  };

  const Convention::Key& KeyAt(std::size_t index) const { return convention_.keys_[index]; }

  Finding& Add(Rule rule, std::string_view key, std::string_view raw, std::string message) {
    Finding& finding = result_.findings.emplace_back();
    finding.rule = rule;
    finding.key = std::string(key);
    finding.raw = std::string(raw);
    finding.value = Shown(raw);
    finding.end = static_cast<std::uint32_t>(raw.size());
    finding.message = std::move(message);
    return finding;
  }

  Severity BaseSeverity(Rule rule) const { return severity_[static_cast<std::size_t>(rule)]; }

  // Sensitive values leave before anything else can see them.
  void ScanEntries() {
    for (MetadataEntry& entry : entries_) {
      const bool key_found = AddSensitive(Scan({}, entry.key), entry.key, true);
      if (key_found) entry.key = {};
      std::optional<SensitiveFind> found = Scan(entry.key, entry.value);
      if (found.has_value() && !AddSensitive(found, entry.value, false, entry.key)) found.reset();
      if (!found.has_value()) continue;
      sensitive_.push_back(entry.key);
      const int index = convention_.FindKey(entry.key, nullptr);
      if (index >= 0) {
        Slot& slot = slots_[static_cast<std::size_t>(index)];
        slot.present = slot.sensitive = true;
      }
      if (!entry.key.empty()) {
        result_.replacements.push_back({index >= 0 ? KeyAt(static_cast<std::size_t>(index)).name
                                                   : std::string(CanonicalMetadataKey(entry.key)),
                                        std::string(kRedactedBucket)});
      }
      entry.value = {};
      entry.key = {};
    }
    std::erase_if(entries_, [](const MetadataEntry& entry) { return entry.key.empty(); });
  }

  bool AddSensitive(const std::optional<SensitiveFind>& found, std::string_view text, bool is_key,
                    std::string_view key = {}) {
    if (!found.has_value()) return false;
    if (convention_.severity_[static_cast<std::size_t>(found->rule)] == Severity::kOff) {
      return false;
    }
    result_.sensitive = true;
    const std::string redacted = absl::StrCat("[redacted: ", found->kind, "]");
    Finding& finding = Add(found->rule, is_key ? redacted : std::string(key), "",
                           absl::StrCat(is_key ? "the key" : "the value", " holds ",
                                        found->rule == Rule::kSecret    ? "a credential"
                                        : found->rule == Rule::kEntropy ? "random key material"
                                        : found->rule == Rule::kEmail   ? "an e-mail address"
                                        : found->rule == Rule::kPhone   ? "a telephone number"
                                                                        : "a card number",
                                        " (", found->kind, "); it is not stored"));
    finding.value = redacted;
    finding.begin = finding.end = 0;
    finding.expected = "an id that is no secret and names no person";
    if (!convention_.fingerprint_key_.empty()) {
      finding.fingerprint = Fingerprint(convention_.fingerprint_key_, text);
    }
    return true;
  }

  // Which entry speaks for each declared key: its name, then its camelCase spelling, then aliases.
  void ResolveEntries() {
    for (int rank = 0; rank < 3; ++rank) {
      for (const MetadataEntry& entry : entries_) {
        bool is_alias = false;
        const int index = convention_.FindKey(entry.key, &is_alias);
        if (index < 0) {
          if (rank == 0) UnknownEntry(entry);
          continue;
        }
        const Convention::Key& key = KeyAt(static_cast<std::size_t>(index));
        const int own_rank = is_alias ? 2 : entry.key == key.name ? 0 : 1;
        if (own_rank != rank) continue;
        TakeEntry(static_cast<std::size_t>(index), entry, is_alias);
      }
    }
  }

  void TakeEntry(std::size_t index, const MetadataEntry& entry, bool is_alias) {
    Slot& slot = slots_[index];
    const Convention::Key& key = KeyAt(index);
    if (slot.present) {
      if (slot.value != entry.value && !slot.sensitive) {
        Finding& finding =
            Add(Rule::kKeySpelling, key.name, entry.value,
                absl::StrCat("it is given as ", Quote(entry.key), " too, with ", Quote(entry.value),
                             "; ", Quote(slot.value), " counts"));
        finding.expected = "one value";
      }
      return;
    }
    slot.present = true;
    slot.value = entry.value;
    slot.under_alias = is_alias;
    if (is_alias) {
      Finding& finding = Add(Rule::kKeyAlias, entry.key, "",
                             absl::StrCat(Quote(entry.key), " is an alias of the key ", key.name));
      finding.expected = key.name;
      finding.suggestion = key.name;
      finding.fix_is_safe = true;
    }
    if (key.presence == KeySource::Presence::kForbidden) {
      Finding& finding = Add(Rule::kForbiddenKey, key.name, entry.value, "this key is forbidden");
      finding.expected = "no such key";
    } else if (key.deprecated && (key.deprecated_since == kNoInstant || at_ == kNoInstant ||
                                  at_ >= key.deprecated_since)) {
      Finding& finding = Add(
          Rule::kDeprecatedKey, key.name, entry.value,
          absl::StrCat("this key is deprecated", key.successor_name.empty()
                                                     ? std::string()
                                                     : absl::StrCat("; use ", key.successor_name)));
      finding.expected = key.successor_name;
    }
  }

  void UnknownEntry(const MetadataEntry& entry) {
    unknown_.push_back(entry);
    std::vector<std::string_view> names;
    for (const Convention::Key& key : convention_.keys_) names.push_back(key.name);
    const std::vector<std::string_view> nearest = Nearest(entry.key, names, 1);
    const bool is_near = !nearest.empty() && WordDistance(entry.key, nearest[0], 3) <= 3;
    Finding& finding = Add(
        Rule::kUnknownKey, entry.key, "",
        absl::StrCat("the key ", Quote(entry.key), " is not declared",
                     is_near ? absl::StrCat(", nearest is \"", nearest[0], "\"") : std::string()));
    finding.expected = absl::StrCat("one of ", absl::StrJoin(names, ", "));
    if (is_near) finding.suggestion = std::string(nearest[0]);
  }

  // Keys that others must equal come first: what they are after a safe fix is what binds.
  void CheckValues() {
    for (const bool bound_ones : {false, true}) {
      for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (KeyAt(i).has_binding == bound_ones) CheckValue(i);
      }
    }
  }

  void CheckValue(std::size_t index) {
    Slot& slot = slots_[index];
    if (!slot.present || slot.sensitive) return;
    const Convention::Key& key = KeyAt(index);
    slot.effective = std::string(slot.value);
    BoundTexts bound = {};
    std::string_view parent;
    for (std::size_t i = 0; i < key.parts.size(); ++i) {
      const int other = key.parts[i].equals;
      if (other >= 0 && slots_[static_cast<std::size_t>(other)].present &&
          !slots_[static_cast<std::size_t>(other)].sensitive) {
        bound[i] = slots_[static_cast<std::size_t>(other)].effective;
      }
      const int above = key.parts[i].child_of_key;
      if (above >= 0 && slots_[static_cast<std::size_t>(above)].present) {
        parent = slots_[static_cast<std::size_t>(above)].value;
      }
    }
    ValueChecker checker(convention_, index, slot.value, bound, parent, at_);
    std::vector<ValueFinding> found = checker.Run();
    bool all_safe = true;
    for (ValueFinding& each : found) {
      Finding& finding = Add(each.rule, key.name, slot.value, std::move(each.message));
      finding.begin = static_cast<std::uint32_t>(each.begin);
      finding.end = static_cast<std::uint32_t>(each.end);
      finding.part = std::move(each.part);
      finding.expected = std::move(each.expected);
      finding.suggestion = std::move(each.suggestion);
      finding.fix_is_safe = each.fix_is_safe;
      all_safe = all_safe && each.fix_is_safe;
      if (each.fix_is_safe && !slot.fixed) {
        slot.effective = finding.suggestion;
        slot.fixed = true;
      }
    }
    // A fix that leaves something wrong is no fix.
    if (!all_safe && slot.fixed) {
      slot.fixed = false;
      slot.effective = std::string(slot.value);
      for (Finding& finding : result_.findings) {
        if (finding.key == key.name && finding.raw == slot.value) finding.fix_is_safe = false;
      }
    }
  }

  bool Applies(const std::vector<Convention::KeyValue>& when) const {
    for (const Convention::KeyValue& wanted : when) {
      if (wanted.index >= 0) {
        const Slot& slot = slots_[static_cast<std::size_t>(wanted.index)];
        if (!slot.present || slot.sensitive || slot.effective != wanted.value) return false;
        continue;
      }
      const bool found = std::any_of(unknown_.begin(), unknown_.end(), [&](const auto& entry) {
        return entry.key == wanted.key && entry.value == wanted.value;
      });
      if (!found) return false;
    }
    return true;
  }

  void ChooseScope() {
    result_.mode = convention_.mode_;
    severity_ = convention_.severity_;
    for (const Convention::Scope& scope : convention_.scopes_) {
      if (!Applies(scope.when)) continue;
      result_.mode = scope.mode;
      severity_ = scope.severity;
      return;
    }
  }

  void CheckPresence() {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const Convention::Key& key = KeyAt(i);
      if (slots_[i].present) continue;
      if (key.has_default) {
        defaults_.push_back(i);
        continue;
      }
      if (key.presence != KeySource::Presence::kRequired) continue;
      Finding& finding = Add(Rule::kMissingKey, key.name, "",
                             absl::StrCat("the required key ", key.name, " is absent"));
      if (!key.example.empty()) {
        finding.expected = absl::StrCat("for example ", Quote(key.example));
      }
    }
  }

  void CheckConditions() {
    for (const Convention::Condition& condition : convention_.conditions_) {
      if (!Applies(condition.when)) continue;
      std::vector<std::string> when;
      for (const Convention::KeyValue& each : condition.when) {
        when.push_back(absl::StrCat(each.key, " is ", Quote(each.value)));
      }
      const std::string reason = absl::StrJoin(when, " and ");
      for (std::size_t i = 0; i < slots_.size(); ++i) {
        if ((condition.require >> i & 1) != 0 && !slots_[i].present && !KeyAt(i).has_default &&
            KeyAt(i).presence != KeySource::Presence::kRequired) {
          Finding& finding =
              Add(Rule::kConditionalKey, KeyAt(i).name, "",
                  absl::StrCat("the key ", KeyAt(i).name, " is required where ", reason));
          finding.expected = KeyAt(i).name;
        }
        if ((condition.forbid >> i & 1) != 0 && slots_[i].present) {
          Finding& finding =
              Add(Rule::kForbiddenKey, KeyAt(i).name, slots_[i].sensitive ? "" : slots_[i].value,
                  absl::StrCat("the key ", KeyAt(i).name, " is forbidden where ", reason));
          finding.expected = "no such key";
        }
      }
    }
  }

  // Profiles limit how many entries there may be, and see the undeclared ones too.
  void CheckEntryCounts() {
    for (const Profile profile : convention_.profiles_) {
      const std::size_t most = EntriesMax(profile);
      if (most != 0 && entries_.size() > most) {
        Add(Rule::kProfile, "", "",
            absl::StrCat("the profile ", ProfileName(profile), " holds ", most, " entries, not ",
                         entries_.size()));
      }
      for (const MetadataEntry& entry : unknown_) {
        const std::string key_problem = KeyProblem(profile, entry.key);
        const std::string value_problem = ValueProblem(profile, entry.value);
        if (!key_problem.empty()) {
          Finding& finding = Add(Rule::kProfile, entry.key, "",
                                 absl::StrCat("the key does not survive the profile ",
                                              ProfileName(profile), ": ", key_problem));
          finding.expected = absl::StrCat("there it could be ", Quote(MapKey(profile, entry.key)));
        } else if (!value_problem.empty()) {
          Finding& finding = Add(Rule::kProfile, entry.key, entry.value,
                                 absl::StrCat("it does not survive the profile ",
                                              ProfileName(profile), ": ", value_problem));
          finding.expected =
              absl::StrCat("there it could be ", Quote(MapValue(profile, entry.value)));
          finding.suggestion = MapValue(profile, entry.value);
        }
      }
    }
  }

  // Severities, what is switched off, what is known.
  void Weigh() {
    for (Finding& finding : result_.findings) {
      finding.severity = BaseSeverity(finding.rule);
      const int index = convention_.FindKey(finding.key, nullptr);
      if (index >= 0 && KeyAt(static_cast<std::size_t>(index)).has_severity &&
          finding.severity != Severity::kOff && !IsSensitive(finding.rule)) {
        finding.severity = KeyAt(static_cast<std::size_t>(index)).severity;
      }
      if (!IsSensitive(finding.rule)) {
        finding.baselined = convention_.baseline_.contains(
            absl::StrCat(TextOf(finding.rule).id, "\n", finding.key, "\n", finding.raw));
      }
    }
    const bool is_off = result_.mode == Mode::kOff;
    std::erase_if(result_.findings, [&](const Finding& finding) {
      return is_off || finding.severity == Severity::kOff;
    });
    if (is_off) result_.replacements.clear();
    if (is_off) result_.sensitive = false;
    std::stable_sort(result_.findings.begin(), result_.findings.end(),
                     [](const Finding& a, const Finding& b) {
                       return std::pair(b.severity, std::string_view(a.key)) <
                              std::pair(a.severity, std::string_view(b.key));
                     });
  }

  // What is recorded instead. Sensitive values went first; the mode decides about the others.
  void Replace() {
    const Mode mode = result_.mode;
    if (mode == Mode::kOff) return;
    if (mode != Mode::kObserve) {
      for (const std::size_t index : defaults_) {
        result_.replacements.push_back({KeyAt(index).name, KeyAt(index).default_value});
      }
    }
    const bool fixes = mode == Mode::kNormalize || mode == Mode::kQuarantine;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const Slot& slot = slots_[i];
      if (!slot.present || slot.sensitive) continue;
      const std::string& name = KeyAt(i).name;
      bool wrong = false;
      for (Finding& finding : result_.findings) {
        if (finding.key != name || finding.rule == Rule::kKeySpelling) continue;
        const bool fixed = fixes && slot.fixed && finding.fix_is_safe && !finding.baselined;
        if (fixed) finding.applied = true;
        wrong = wrong || (!fixed && !finding.baselined && finding.severity == Severity::kError);
      }
      if (wrong && (mode == Mode::kQuarantine || mode == Mode::kReject)) {
        result_.replacements.push_back(
            {name, std::string(mode == Mode::kReject ? kRefusedBucket : kQuarantinedBucket)});
      } else if (fixes && slot.fixed && IsApplied(name)) {
        result_.replacements.push_back({name, slot.effective});
      } else if (slot.under_alias && mode != Mode::kObserve) {
        result_.replacements.push_back({name, std::string(slot.value)});
      }
    }
    for (Finding& finding : result_.findings) {
      if (finding.rule == Rule::kKeyAlias && mode != Mode::kObserve) finding.applied = true;
    }
  }

  bool IsApplied(std::string_view name) const {
    return std::any_of(
        result_.findings.begin(), result_.findings.end(),
        [&](const Finding& finding) { return finding.key == name && finding.applied; });
  }

  const Convention& convention_;
  std::vector<MetadataEntry> entries_;
  const InstantNs at_;
  std::vector<Slot> slots_;
  std::vector<MetadataEntry> unknown_;
  std::vector<std::string_view> sensitive_;
  std::vector<std::size_t> defaults_;
  std::array<Severity, kRuleCount> severity_ = {};
  CheckResult result_;
};

CheckResult Convention::Check(std::span<const MetadataEntry> entries, InstantNs at) const {
  return SetChecker(*this, entries, at).Run();
}

}  // namespace tokentra
