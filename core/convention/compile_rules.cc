#include "core/convention/compile_rules.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

std::uint64_t Bit(std::size_t key) { return std::uint64_t{1} << key; }

absl::Status Error(std::string_view path, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
}

template <typename Key>
absl::Status CheckWordsSurvive(Profile profile, const Key& key) {
  for (const auto& part : key.parts) {
    if (part.vocabulary == nullptr || !key.templates.empty()) continue;
    for (std::uint32_t i = 0; i < part.vocabulary->size(); ++i) {
      const std::string& word = part.vocabulary->word(i).name;
      const std::string problem = ValueProblem(profile, word);
      if (problem.empty()) continue;
      return Error(key.path,
                   absl::StrCat("its word ", Quote(word), " does not survive the profile ",
                                ProfileName(profile), ": ", problem, "; there it could be ",
                                Quote(MapValue(profile, word))));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RuleCompiler::Run() {
  TOKENTRA_RETURN_IF_ERROR(CompileConditions());
  TOKENTRA_RETURN_IF_ERROR(CompileScopes());
  return CompileProfiles();
}

int RuleCompiler::IndexOf(std::string_view name) const {
  for (std::size_t i = 0; i < source_.keys.size(); ++i) {
    if (source_.keys[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

std::string RuleCompiler::NearestKey(std::string_view name) const {
  std::vector<std::string_view> names;
  for (const KeySource& key : source_.keys) names.push_back(key.name);
  return NearestHint(name, names);
}

// A key and a value that a condition or scope waits for.
absl::StatusOr<std::vector<Convention::KeyValue>> RuleCompiler::CompileWhen(
    const KeyValues& when, const std::string& path) const {
  std::vector<Convention::KeyValue> compiled;
  for (const auto& [name, value] : when) {
    const int index = IndexOf(name);
    if (index >= 0) {
      const Convention::Key& key = made_.keys_[static_cast<std::size_t>(index)];
      Reading reading;
      if (key.shape.Match(value, nullptr, reading) == Shape::Result::kNone) {
        std::string hint;
        if (key.parts.size() == 1 && key.parts[0].vocabulary != nullptr) {
          std::vector<std::string_view> words;
          for (std::uint32_t i = 0; i < key.parts[0].vocabulary->size(); ++i) {
            words.push_back(key.parts[0].vocabulary->word(i).name);
          }
          hint = NearestHint(value, words);
        }
        return Error(path,
                     absl::StrCat("can never apply: ", name, " is never ", Quote(value), hint));
      }
    }
    compiled.push_back({name, index, value});
  }
  return compiled;
}

absl::StatusOr<std::uint64_t> RuleCompiler::Mask(const std::vector<std::string>& names,
                                                 const std::string& path) const {
  std::uint64_t mask = 0;
  for (const std::string& name : names) {
    const int index = IndexOf(name);
    if (index < 0) {
      return Error(path, absl::StrCat("names the key ", Quote(name), ", which is not declared",
                                      NearestKey(name)));
    }
    mask |= Bit(static_cast<std::size_t>(index));
  }
  return mask;
}

absl::Status RuleCompiler::CompileConditions() {
  for (std::size_t i = 0; i < source_.conditions.size(); ++i) {
    const std::string path = absl::StrCat("conditions[", i, "]");
    Convention::Condition condition;
    condition.number = i;
    TOKENTRA_ASSIGN_OR_RETURN(condition.when, CompileWhen(source_.conditions[i].when, path));
    TOKENTRA_ASSIGN_OR_RETURN(condition.require, Mask(source_.conditions[i].require, path));
    TOKENTRA_ASSIGN_OR_RETURN(condition.forbid, Mask(source_.conditions[i].forbid, path));
    std::uint64_t waits_for = 0;
    for (const Convention::KeyValue& when : condition.when) {
      if (when.index >= 0) waits_for |= Bit(static_cast<std::size_t>(when.index));
    }
    const std::uint64_t both = condition.forbid & (condition.require | made_.required_ | waits_for);
    if (both != 0) {
      const auto key = static_cast<std::size_t>(std::countr_zero(both));
      return Error(path, absl::StrCat("nothing can satisfy it: it forbids ", source_.keys[key].name,
                                      ", which is required there"));
    }
    for (std::size_t key = 0; key < made_.keys_.size(); ++key) {
      if ((condition.require & Bit(key)) != 0 &&
          made_.keys_[key].presence == KeySource::Presence::kForbidden) {
        return Error(path, absl::StrCat("nothing can satisfy it: it requires ",
                                        source_.keys[key].name, ", which is forbidden"));
      }
    }
    made_.conditions_.push_back(std::move(condition));
  }
  return absl::OkStatus();
}

absl::Status RuleCompiler::CompileScopes() {
  for (std::size_t i = 0; i < source_.scopes.size(); ++i) {
    const std::string path = absl::StrCat("scopes[", i, "]");
    const ScopeSource& from = source_.scopes[i];
    for (std::size_t other = 0; other < i; ++other) {
      const KeyValues& before = source_.scopes[other].when;
      const bool covered = std::all_of(before.begin(), before.end(), [&](const auto& pair) {
        return std::find(from.when.begin(), from.when.end(), pair) != from.when.end();
      });
      if (covered) {
        return Error(path, absl::StrCat("can never apply: scopes[", other,
                                        "] applies first wherever it would, for example ",
                                        before[0].first, " = ", Quote(before[0].second)));
      }
    }
    Convention::Scope scope;
    TOKENTRA_ASSIGN_OR_RETURN(scope.when, CompileWhen(from.when, path));
    scope.mode = from.mode.value_or(source_.mode);
    for (std::size_t rule = 0; rule < kRuleCount; ++rule) {
      scope.severity[rule] = from.severity[rule].value_or(made_.severity_[rule]);
    }
    made_.scopes_.push_back(std::move(scope));
  }
  return absl::OkStatus();
}

absl::Status RuleCompiler::CompileProfiles() {
  for (const std::string& name : source_.profiles) {
    const std::optional<Profile> profile = FindProfile(name);
    if (!profile.has_value()) {
      const std::vector<std::string_view> names = ProfileNames();
      return Error("profiles", absl::StrCat(Quote(name), " is no profile; they are ",
                                            absl::StrJoin(names, ", "), NearestHint(name, names)));
    }
    made_.profiles_.push_back(*profile);
    for (Convention::Key& key : made_.keys_) {
      if (const std::string problem = KeyProblem(*profile, key.name); !problem.empty()) {
        return Error(key.path,
                     absl::StrCat("does not survive the profile ", name, ": ", problem,
                                  "; there it could be ", Quote(MapKey(*profile, key.name))));
      }
      TOKENTRA_RETURN_IF_ERROR(CheckWordsSurvive(*profile, key));
      key.needs_look = true;
    }
  }
  return absl::OkStatus();
}

}  // namespace tokentra
