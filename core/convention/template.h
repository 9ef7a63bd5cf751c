// Templates: the text of a key's form, taken apart.
//
//   {team}-{product}-{feature}     literal text and named parts
//   {team}-{product}[-{feature}]   what stands in [ ] may be absent
//
// A part's name is used once in a template. Groups do not nest.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_CONVENTION_TEMPLATE_H_
#define TOKENTRA_CORE_CONVENTION_TEMPLATE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tokentra {

struct TemplateElement {
  bool is_part = false;
  std::string text;  // the part's name, or the literal
};
using TemplateSequence = std::vector<TemplateElement>;

// The sequences a template stands for: one, or one for each choice of its optional groups, with
// everything present first. INVALID_ARGUMENT begins with `template "..."`.
absl::StatusOr<std::vector<TemplateSequence>> ExpandTemplate(std::string_view text);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_TEMPLATE_H_
