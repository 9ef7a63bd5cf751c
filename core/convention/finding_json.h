// Findings as JSON, for every binding.
//
// Members that are empty are left out. Sensitive values are in none of it: findings hold none.
// Thread: pure functions.

#ifndef TOKENTRA_CORE_CONVENTION_FINDING_JSON_H_
#define TOKENTRA_CORE_CONVENTION_FINDING_JSON_H_

#include <string>

#include "core/base/json_writer.h"
#include "core/convention/convention.h"

namespace tokentra {

// One object.
void WriteFinding(const Finding& finding, JsonWriter& json);

// {"mode":...,"findings":[...],"recorded":{key: what is recorded in its place}}
std::string CheckJson(const CheckResult& result);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_FINDING_JSON_H_
