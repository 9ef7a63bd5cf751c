#include "core/usage/reader.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/text.h"

namespace tokentra::extract {
namespace {

// Names in a body that are longer are no names.
constexpr std::size_t kNameMax = 512;

// Calls `visit` with each part of `list` up to `separator` until it returns true.
template <typename Visit>
bool AnyOf(std::string_view list, char separator, Visit visit) {
  while (!list.empty()) {
    const std::size_t end = list.find(separator);
    if (visit(list.substr(0, end))) return true;
    if (end == std::string_view::npos) return false;
    list.remove_prefix(end + 1);
  }
  return false;
}

std::string_view TypeName(Element value) {
  switch (value.type()) {
    case simdjson::dom::element_type::ARRAY:
      return "an array";
    case simdjson::dom::element_type::OBJECT:
      return "an object";
    case simdjson::dom::element_type::BOOL:
      return "a boolean";
    case simdjson::dom::element_type::STRING:
      return "a string";
    default:
      return "a number";
  }
}

// "12" and "12.000" are whole numbers; everything else is not.
std::optional<std::uint64_t> ParseCount(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos) {
    const std::string_view decimals = text.substr(point + 1);
    if (decimals.empty() || decimals.find_first_not_of('0') != std::string_view::npos) {
      return std::nullopt;
    }
    text = text.substr(0, point);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A JSON number with a point or an exponent, times `scale`, when that is a whole number. The
// parser has rounded the text to a double already; a quotient that gives the same double back
// shows that `whole` / `scale` is the number that was written.
std::optional<std::uint64_t> WholeNumber(double value, std::uint32_t scale) {
  const double scaled = std::nearbyint(value * scale);
  if (!(scaled >= 0) || scaled > static_cast<double>(kQuantityMax)) return std::nullopt;
  if (scaled / scale != value) return std::nullopt;
  return static_cast<std::uint64_t>(scaled);
}

}  // namespace

std::optional<Element> Find(Element from, std::string_view paths) {
  std::optional<Element> found;
  AnyOf(paths, '|', [&](std::string_view path) {
    Element at = from;
    const bool missing = AnyOf(path, '/', [&](std::string_view key) {
      simdjson::dom::object object;
      if (at.get_object().get(object) != simdjson::SUCCESS) return true;
      return object.at_key(key).get(at) != simdjson::SUCCESS;
    });
    if (!missing && !at.is_null()) found = at;
    return found.has_value();
  });
  return found;
}

std::optional<std::string_view> FindText(Element from, std::string_view paths) {
  const std::optional<Element> found = Find(from, paths);
  std::string_view text;
  if (!found || found->get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

bool IsOneOf(std::string_view value, std::string_view values) {
  return AnyOf(values, '|', [&](std::string_view one) { return one == value; });
}

void Reader::Suspect(std::string finding) {
  out_.quality = Quality::kSuspect;
  out_.findings.push_back(std::move(finding));
}

std::optional<std::uint64_t> Reader::ReadCount(Element value, std::string_view path,
                                               std::uint32_t scale) {
  path = path.substr(0, path.find('|'));
  std::uint64_t count = 0;
  if (value.get_uint64().get(count) == simdjson::SUCCESS) {
    if (count <= kQuantityMax / scale) return count * scale;
    Suspect(absl::StrCat(path, " is ", count, ", too many to be a count; left out"));
    return std::nullopt;
  }
  std::string_view text;
  if (value.get_string().get(text) == simdjson::SUCCESS) {
    const std::optional<std::uint64_t> parsed = ParseCount(text);
    if (parsed && *parsed <= kQuantityMax / scale) return *parsed * scale;
    Suspect(absl::StrCat(path, " is ", Quote(text), ", no count; left out"));
    return std::nullopt;
  }
  double number = 0;
  if (value.get_double().get(number) == simdjson::SUCCESS) {
    if (const auto whole = WholeNumber(number, scale)) return whole;
    Suspect(absl::StrCat(path, " is ", number, ", no count; left out"));
    return std::nullopt;
  }
  Suspect(absl::StrCat(path, " is ", TypeName(value), ", no count; left out"));
  return std::nullopt;
}

void Reader::AddCount(Usage* usage, MeterId meter, std::uint64_t count, std::string_view path) {
  if (meter == kNoMeter || usage->Add(meter, count)) return;
  Suspect(absl::StrCat(FindMeter(meter)->name, " with ", path.substr(0, path.find('|')), " ", count,
                       " is more than ", kQuantityMax, "; left out"));
}

void Reader::ReadSplit(Element from, const SplitField& split, Usage* usage) {
  const std::optional<Element> found = Find(from, split.path);
  if (!found) return;
  simdjson::dom::array items;
  if (found->get_array().get(items) != simdjson::SUCCESS) {
    Suspect(absl::StrCat(split.path.substr(0, split.path.find('|')), " is ", TypeName(*found),
                         ", no array; left out"));
    return;
  }
  const MeterSet before = usage->present();
  for (Element item : items) {
    const std::optional<std::string_view> key = FindText(item, split.key);
    const std::optional<Element> value = Find(item, split.count);
    if (!key || !value) continue;
    for (const SplitValue& known : split.values) {
      if (known.value != *key) continue;
      const std::optional<std::uint64_t> count = ReadCount(*value, split.count, 1);
      if (!count) continue;
      AddCount(usage, known.meter, *count, split.path);
      if (known.unless == kNoMeter || (before >> known.unless & 1) == 0) {
        AddCount(usage, known.whole, *count, split.path);
      }
    }
  }
}

Usage Reader::ReadCounts(Element from) {
  Usage usage;
  for (const CountField& field : flavour_.counts) {
    const std::optional<Element> value = Find(from, field.path);
    if (!value) continue;
    const std::optional<std::uint64_t> count = ReadCount(*value, field.path, field.scale);
    if (!count) continue;
    AddCount(&usage, field.meter, *count, field.path);
    if (field.unless == kNoMeter || !usage.Has(field.unless)) {
      AddCount(&usage, field.whole, *count, field.path);
    }
  }
  for (const SplitField& split : flavour_.splits) ReadSplit(from, split, &usage);
  return usage;
}

void Reader::SetCondition(std::string_view name, std::string_view value) {
  for (Condition& condition : out_.conditions) {
    if (condition.name == name) {
      condition.value = value;
      return;
    }
  }
  out_.conditions.push_back({std::string(name), std::string(value)});
}

void Reader::ReadConditions() {
  for (const ConditionField& field : flavour_.conditions) {
    const std::optional<std::string_view> value = FindText(body_, field.path);
    if (!value || value->empty() || IsOneOf(*value, field.ignored)) continue;
    if (value->size() > kNameMax) {
      Suspect(absl::StrCat(field.name, " is ", value->size(), " bytes long; left out"));
      continue;
    }
    SetCondition(field.name, *value);
  }
}

void Reader::ReadNames() {
  const auto read = [&](std::string_view paths, std::string_view what, std::string* to) {
    const std::optional<std::string_view> text = FindText(body_, paths);
    if (!text) return;
    if (text->size() > kNameMax) {
      Suspect(absl::StrCat(what, " is ", text->size(), " bytes long; left out"));
      return;
    }
    *to = *text;
  };
  read(flavour_.model, "model", &out_.model);
  read(flavour_.id, "response id", &out_.response_id);
}

void Reader::ReadReported() {
  const std::optional<Element> value = Find(usage_object_, flavour_.reported);
  if (!value) return;
  std::string text;
  std::string_view string;
  double number = 0;
  if (value->get_string().get(string) == simdjson::SUCCESS) {
    text = string;
  } else if (value->get_double().get(number) == simdjson::SUCCESS) {
    // The shortest text that reads back as this double is what the provider wrote.
    char buffer[64];
    const auto [end, error] =
        std::to_chars(buffer, buffer + sizeof(buffer), number, std::chars_format::fixed);
    if (error == std::errc()) text.assign(buffer, end);
  }
  const absl::StatusOr<Money> money = Money::Parse(text);
  if (money.ok()) {
    out_.reported = *money;
  } else {
    Suspect(absl::StrCat("the reported cost is no amount: ", money.status().message()));
  }
}

// Input and output in the inclusive convention are all tokens there are, whatever the provider's
// own convention is: a total that differs shows that a rule of the flavour does not hold. When
// adding a sub-count to its whole makes the total right, that is the reading; so it is for
// reasoning above its output where no total speaks against it.
void Reader::CheckTotal() {
  const std::uint64_t input = usage_.Get(kMeterInputTokens).value_or(0);
  const std::uint64_t output = usage_.Get(kMeterOutputTokens).value_or(0);
  const std::uint64_t reasoning =
      usage_.Has(kMeterOutputTokens) ? usage_.Get(kMeterOutputReasoningTokens).value_or(0) : 0;
  const std::uint64_t cached = usage_.Get(kMeterCacheReadTokens).value_or(0) +
                               usage_.Get(kMeterCacheWriteTokens).value_or(0);
  bool cached_is_inside = true;
  for (const CountField& field : flavour_.counts) {
    if (field.whole == kMeterInputTokens) cached_is_inside = false;
  }

  std::optional<std::uint64_t> total;
  if (const std::optional<Element> value = Find(usage_object_, flavour_.total)) {
    total = ReadCount(*value, flavour_.total, 1);
  }
  if (!total) {
    if (reasoning <= output) return;
    usage_.Set(kMeterOutputTokens, output + reasoning);
    Suspect(absl::StrCat("output_reasoning_tokens ", reasoning, " is more than output_tokens ",
                         output, "; added to it"));
    return;
  }
  if (*total == input + output) return;
  std::string finding =
      absl::StrCat(flavour_.total.substr(0, flavour_.total.find('|')), " ", *total,
                   " is not input_tokens ", input, " and output_tokens ", output, " together");
  if (reasoning != 0 && *total == input + output + reasoning) {
    usage_.Set(kMeterOutputTokens, output + reasoning);
    absl::StrAppend(&finding, ", but is with output_reasoning_tokens ", reasoning,
                    "; added to the output");
  } else if (cached_is_inside && cached != 0 && *total == input + output + cached) {
    usage_.Set(kMeterInputTokens, input + cached);
    absl::StrAppend(&finding, ", but is with cached tokens ", cached, "; added to the input");
  }
  Suspect(std::move(finding));
}

void Reader::AddPart(std::string_view model, const Usage& usage) {
  ExtractedPart part;
  part.model = model.empty() ? out_.model : std::string(model);
  part.usage = usage;
  std::vector<std::string> findings;
  part.atoms = Settle(&part.usage, &findings);
  for (std::string& finding : findings) Suspect(std::move(finding));
  if (out_.parts.size() < kPartsMax - 1) {  // the main part comes last and goes first
    out_.parts.push_back(std::move(part));
    return;
  }
  ExtractedPart* room = &out_.parts.back();
  for (ExtractedPart& other : out_.parts) {
    if (other.model == part.model) room = &other;
  }
  Suspect(absl::StrCat("more than ", kPartsMax, " parts: one of ", Quote(part.model),
                       " is counted with one of ", Quote(room->model)));
  for (const Quantity& item : part.usage.quantities()) {
    AddCount(&room->usage, item.meter, item.quantity, "a part");
  }
  room->atoms = Settle(&room->usage, &findings);
}

void Reader::Read() {
  ReadNames();
  const std::optional<Element> found = Find(body_, flavour_.usage);
  if (!found) return;  // unmetered
  if (!found->is_object()) {
    Suspect(absl::StrCat(flavour_.usage.substr(0, flavour_.usage.find('|')), " is ",
                         TypeName(*found), ", no object"));
    return;
  }
  usage_object_ = *found;
  ReadConditions();
  if (!flavour_.reported.empty()) ReadReported();
  usage_ = ReadCounts(usage_object_);
  CheckTotal();
  // The main part comes first; a special reader appends others or refines this one.
  if (flavour_.special != nullptr) flavour_.special(*this);
  Finish();
}

void Reader::Finish() {
  if (usage_.empty()) {
    simdjson::dom::object object;
    const bool has_fields =
        usage_object_.get_object().get(object) == simdjson::SUCCESS && object.size() != 0;
    if (has_fields && out_.parts.empty()) {
      Suspect(absl::StrCat("usage has no count that ", flavour_.api, " bodies have"));
    }
    return;
  }
  bool all_zero = true;
  for (const Quantity& item : usage_.quantities()) all_zero = all_zero && item.quantity == 0;
  if (all_zero && !out_.parts.empty()) return;
  ExtractedPart part;
  part.model = out_.model;
  part.usage = usage_;
  std::vector<std::string> findings;
  part.atoms = Settle(&part.usage, &findings);
  for (std::string& finding : findings) Suspect(std::move(finding));
  out_.parts.insert(out_.parts.begin(), std::move(part));
}

}  // namespace tokentra::extract
