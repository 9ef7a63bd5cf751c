#include "core/convention/template.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/text.h"
#include "core/convention/shape.h"

namespace tokentra {
namespace {

struct Item {
  TemplateElement element;
  int group = -1;  // index of the optional group; -1: always there
};

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

absl::StatusOr<std::vector<TemplateSequence>> ExpandTemplate(std::string_view text) {
  const auto error = [&](std::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat("template ", Quote(text), " ", what));
  };
  std::vector<Item> items;
  int group = -1;
  int groups = 0;
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) items.push_back({{false, literal}, group});
    literal.clear();
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '{') {
      end_literal();
      const std::size_t close = text.find('}', at);
      if (close == std::string_view::npos) return error("has '{' without '}'");
      const std::string_view name = text.substr(at + 1, close - at - 1);
      if (name.empty() || !std::all_of(name.begin(), name.end(), IsNameByte)) {
        return error(
            absl::StrCat("has the part name ", Quote(name), "; names are letters, digits and _"));
      }
      for (const Item& item : items) {
        if (item.element.is_part && item.element.text == name) {
          return error(absl::StrCat("has the part {", name, "} twice"));
        }
      }
      items.push_back({{true, std::string(name)}, group});
      at = close;
    } else if (c == '[') {
      end_literal();
      if (group >= 0) return error("has '[' inside '[ ]'; groups do not nest");
      group = groups++;
    } else if (c == ']') {
      end_literal();
      if (group < 0) return error("has ']' without '['");
      group = -1;
    } else if (c == '}') {
      return error("has '}' without '{'");
    } else {
      literal += c;
    }
  }
  end_literal();
  if (group >= 0) return error("has '[' without ']'");
  const auto parts = std::count_if(items.begin(), items.end(),
                                   [](const Item& item) { return item.element.is_part; });
  if (parts == 0) return error("has no part");
  if (static_cast<std::size_t>(parts) > kNamePartsMax) {
    return error(absl::StrCat("has ", parts, " parts; parts_max is ", kNamePartsMax));
  }
  if (items.size() > kElementsMax) {
    return error(absl::StrCat("has ", items.size(), " elements; elements_max is ", kElementsMax));
  }
  if ((std::size_t{1} << std::min(groups, 16)) > kAlternativesMax) {
    return error(absl::StrCat("has ", groups, " optional groups, which is more than ",
                              kAlternativesMax, " alternatives"));
  }
  std::vector<TemplateSequence> sequences;
  for (int choice = (1 << groups) - 1; choice >= 0; --choice) {
    TemplateSequence sequence;
    for (const Item& item : items) {
      if (item.group < 0 || (choice >> (groups - 1 - item.group) & 1) != 0) {
        sequence.push_back(item.element);
      }
    }
    if (!sequence.empty()) sequences.push_back(std::move(sequence));
  }
  return sequences;
}

}  // namespace tokentra
