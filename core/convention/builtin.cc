// The built-in convention: what the best-practices page asks for.

#include "core/convention/convention.h"

namespace tokentra {

std::string_view Convention::BuiltinJson() {
  return R"json({
  "tokentra_convention": 1,
  "name": "best-practices",
  "version": "1",
  "mode": "warn",
  "keys": {
    "project_id": {
      "description": "Projects are {team}-{product}-{feature}; the team is the one of team_id.",
      "presence": "required",
      "template": "{team}-{product}-{feature}",
      "parts": {
        "team": {"case": "lower", "separator": "-", "equals": "team_id"},
        "product": {"case": "lower"},
        "feature": {"case": "lower", "separator": "-"}
      },
      "ambiguity": "shortest",
      "length": {"min": 5, "max": 63}
    },
    "team_id": {
      "description": "Teams match the organisation: give its teams as a vocabulary.",
      "presence": "required",
      "case": "lower",
      "separator": "-",
      "length": {"min": 1, "max": 63}
    },
    "feature": {
      "description": "Features are descriptive, lower-case, hyphenated.",
      "presence": "optional",
      "case": "lower",
      "separator": "-",
      "length": {"min": 2, "max": 63}
    },
    "environment": {
      "description": "Environments are lower-case words.",
      "presence": "optional",
      "case": "lower",
      "separator": "-",
      "length": {"min": 1, "max": 63}
    }
  },
  "unknown_keys": "allow"
}
)json";
}

std::shared_ptr<const Convention> Convention::Builtin() {
  // Compiled once a process; it cannot fail, and tests say so.
  static const std::shared_ptr<const Convention> builtin =
      Compile(BuiltinJson(), ConventionOptions()).value_or(nullptr);
  return builtin;
}

}  // namespace tokentra
