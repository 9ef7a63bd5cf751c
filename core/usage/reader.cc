#include "core/usage/reader.h"

#include <charconv>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/text.h"
#include "core/usage/fields.h"

namespace tokentra::extract {
namespace {

// Names in a body that are longer are no names.
constexpr std::size_t kNameMax = 512;

}  // namespace

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

// The first spelling that is there, unless it is a zero and another is not.
std::optional<std::uint64_t> Reader::ReadField(Element from, const CountField& field) {
  std::optional<std::uint64_t> count;
  std::string_view counted;
  AnyOf(field.path, '|', [&](std::string_view path) {
    const std::optional<Element> value = FindOne(from, path);
    if (!value) return false;
    const std::optional<std::uint64_t> other = ReadCount(*value, path, field.scale);
    if (!other) return false;
    if (count && *count != *other) {
      const bool yields = *count == 0;
      Suspect(absl::StrCat(counted, " ", *count / field.scale, " is not ", path, " ",
                           *other / field.scale, "; the ", yields ? "second" : "first",
                           " is taken"));
      if (!yields) return false;
    } else if (count) {
      return false;
    }
    count = other;
    counted = path;
    return false;
  });
  return count;
}

Usage Reader::ReadCounts(Element from) {
  Usage usage;
  for (const CountField& field : flavour_.counts) {
    const std::optional<std::uint64_t> count = ReadField(from, field);
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
  for (const ReportedField& field : flavour_.reported) {
    const std::optional<Element> value = Find(usage_object_, field.path);
    if (!value || value->is_object()) continue;
    std::string text;
    std::string_view string;
    double number = 0;
    std::uint64_t whole = 0;
    if (value->get_string().get(string) == simdjson::SUCCESS) {
      text = string;
    } else if (value->get_uint64().get(whole) == simdjson::SUCCESS) {
      text = absl::StrCat(whole);
    } else if (value->get_double().get(number) == simdjson::SUCCESS) {
      // The shortest text that reads back as this double is what the provider wrote.
      char buffer[64];
      const auto [end, error] =
          std::to_chars(buffer, buffer + sizeof(buffer), number, std::chars_format::fixed);
      if (error == std::errc()) text.assign(buffer, end);
    }
    const absl::StatusOr<Money> money = Money::Parse(ShiftDecimal(text, field.exponent));
    if (money.ok()) {
      out_.reported = *money;
      return;
    }
    Suspect(absl::StrCat("the reported cost is no amount: ", money.status().message()));
  }
}

std::optional<std::uint64_t> Reader::ReadTotal(std::string_view paths) {
  const std::optional<Element> value = Find(usage_object_, paths);
  if (!value) return std::nullopt;
  return ReadCount(*value, paths, 1);
}

// Input and output in the inclusive convention are all tokens there are, whatever the provider's
// own convention is: a total that differs shows that a rule of the flavour does not hold. When
// adding a sub-count to its whole, or leaving it inside, makes the total right, that is the
// reading; so it is for reasoning above its output where no total speaks against it.
void Reader::CheckTotal(std::string_view paths) {
  const std::uint64_t input = usage_.Get(kMeterInputTokens).value_or(0);
  const std::uint64_t output = usage_.Get(kMeterOutputTokens).value_or(0);
  const std::uint64_t reasoning =
      usage_.Has(kMeterOutputTokens) ? usage_.Get(kMeterOutputReasoningTokens).value_or(0) : 0;
  const std::uint64_t cached = usage_.Get(kMeterCacheReadTokens).value_or(0) +
                               usage_.Get(kMeterCacheWriteTokens).value_or(0);
  bool cached_is_inside = true;
  bool reasoning_is_inside = true;
  for (const CountField& field : flavour_.counts) {
    if (field.meter == kMeterCacheReadTokens) cached_is_inside = field.whole == kNoMeter;
    if (field.meter == kMeterOutputReasoningTokens) reasoning_is_inside = field.whole == kNoMeter;
  }

  const std::optional<std::uint64_t> total = ReadTotal(paths);
  if (!total) {
    if (reasoning <= output) return;
    usage_.Set(kMeterOutputTokens, output + reasoning);
    Suspect(absl::StrCat("output_reasoning_tokens ", reasoning, " is more than output_tokens ",
                         output, "; added to it"));
    return;
  }
  if (*total == input + output) return;
  std::string finding =
      absl::StrCat(paths.substr(0, paths.find('|')), " ", *total, " is not input_tokens ", input,
                   " and output_tokens ", output, " together");
  if (reasoning != 0 && reasoning_is_inside && *total == input + output + reasoning) {
    usage_.Set(kMeterOutputTokens, output + reasoning);
    absl::StrAppend(&finding, ", but is with output_reasoning_tokens ", reasoning,
                    "; added to the output");
  } else if (reasoning != 0 && !reasoning_is_inside && output - reasoning >= reasoning &&
             *total == input + output - reasoning) {
    usage_.Set(kMeterOutputTokens, output - reasoning);
    absl::StrAppend(&finding, ", but is when output_reasoning_tokens ", reasoning,
                    " lie inside; read so");
  } else if (cached != 0 && cached_is_inside && *total == input + output + cached) {
    usage_.Set(kMeterInputTokens, input + cached);
    absl::StrAppend(&finding, ", but is with cached tokens ", cached, "; added to the input");
  } else if (cached != 0 && !cached_is_inside && input - cached >= cached &&
             *total == input - cached + output) {
    usage_.Set(kMeterInputTokens, input - cached);
    absl::StrAppend(&finding, ", but is when cached tokens ", cached, " lie inside; read so");
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
  ReadReported();
  usage_ = ReadCounts(usage_object_);
  if (!flavour_.total.empty()) CheckTotal(flavour_.total);
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
