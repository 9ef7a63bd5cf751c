#include "core/catalog/names.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/text.h"
#include "core/catalog/pattern.h"
#include "core/catalog/spelling.h"

namespace tokentra {
namespace {

class TableBuilder {
 public:
  TableBuilder(std::size_t capacity, OwnedImage& image) : image_(image) {
    image_.names.clear();
    image_.name_slots.assign(std::bit_ceil(capacity * 2 + 1), 0);
  }

  const IntervalRecord& Interval(const NameRecord& record) const {
    return image_.name_terms[record.terms].interval;
  }

  absl::Status AddDeclared(const DeclaredName& name) {
    const std::uint32_t provider = image_.models[name.record.model].provider;
    const IntervalRecord& interval = Interval(name.record);
    bool taken = false;
    ForEach(provider, Text(name.record.name), [&](NameRecord& other) {
      const IntervalRecord& held = Interval(other);
      taken = std::max(held.from, interval.from) < std::min(held.until, interval.until);
      if (taken) other_ = other.model;
      return !taken;
    });
    if (taken) {
      return absl::InvalidArgumentError(
          absl::StrCat(name.where, ": the name ", Quote(Text(name.record.name)),
                       " already belongs to model ", Quote(Text(image_.models[other_].id))));
    }
    Insert(provider, name.record);
    return absl::OkStatus();
  }

  // A spelling that is made, not declared: a name that stands already wins. Two models for one
  // such spelling leave it without any.
  void AddDerived(const NameRecord& from, std::string_view spelling, NameKind kind) {
    const std::uint32_t provider = image_.models[from.model].provider;
    bool taken = false;
    ForEach(provider, spelling, [&](NameRecord& other) {
      if (other.kind == kind && other.model != from.model) other.model = kNobody;
      taken = true;
      return false;
    });
    if (taken) return;
    NameRecord record = from;
    record.kind = kind;
    record.name = Append(spelling);
    Insert(provider, record);
  }

  // Takes out the spellings that belong to nobody. Later entries of their probe chains move up, so
  // the table is simply built again.
  void DropAmbiguous() {
    const std::vector<NameRecord> names = std::move(image_.names);
    const std::vector<std::uint32_t> providers = std::move(providers_);
    image_.names.clear();
    providers_.clear();
    image_.name_slots.assign(image_.name_slots.size(), 0);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i].model != kNobody) Insert(providers[i], names[i]);
    }
  }

  const NameRecord* Find(std::uint32_t provider, std::string_view name) {
    const NameRecord* found = nullptr;
    ForEach(provider, name, [&](const NameRecord& record) {
      found = &record;
      return false;
    });
    return found;
  }

 private:
  static constexpr std::uint32_t kNobody = ~std::uint32_t{0};

  std::string_view Text(TextRef ref) const {
    return std::string_view(image_.text).substr(ref.offset, ref.size);
  }
  TextRef Append(std::string_view text) {
    const TextRef ref{static_cast<std::uint32_t>(image_.text.size()),
                      static_cast<std::uint32_t>(text.size())};
    image_.text += text;
    return ref;
  }
  // Calls `visit` with each record of the name until that returns false.
  template <typename Visit>
  void ForEach(std::uint32_t provider, std::string_view name, const Visit& visit) {
    const std::uint64_t hash = NameHash(provider, name);
    const std::size_t mask = image_.name_slots.size() - 1;
    for (std::size_t at = hash & mask; image_.name_slots[at] != 0; at = (at + 1) & mask) {
      const std::uint32_t index = NameIndex(image_.name_slots[at]);
      if (providers_[index] != provider || Text(image_.names[index].name) != name) continue;
      if (!visit(image_.names[index])) return;
    }
  }
  void Insert(std::uint32_t provider, const NameRecord& record) {
    const std::uint64_t hash = NameHash(provider, Text(record.name));
    const std::size_t mask = image_.name_slots.size() - 1;
    std::size_t at = hash & mask;
    while (image_.name_slots[at] != 0) at = (at + 1) & mask;
    image_.name_slots[at] = NameSlot(hash, static_cast<std::uint32_t>(image_.names.size()));
    image_.names.push_back(record);
    providers_.push_back(provider);
  }

  OwnedImage& image_;
  std::vector<std::uint32_t> providers_;  // of each name
  std::uint32_t other_ = 0;
};

// "anthropic.claude-...-v1:0" -> "anthropic.claude-...-v1" and "anthropic.claude-...".
void AddUnversioned(const NameRecord& record, std::string_view name, TableBuilder& table) {
  const std::size_t length = BedrockVersionLength(name);
  if (length == 0) return;
  const std::size_t colon = name.rfind(':');
  if (colon != std::string_view::npos && colon > name.size() - length) {
    table.AddDerived(record, name.substr(0, colon), NameKind::kUnversioned);
  }
  table.AddDerived(record, name.substr(0, name.size() - length), NameKind::kUnversioned);
}

// The name without a date or version at its end; empty when it has none.
std::string_view FamilyOf(std::string_view name, std::uint32_t normalize) {
  std::size_t length = 0;
  if ((normalize & kNormalizeDateSuffix) != 0) length = DateSuffixLength(name);
  if (length == 0 && (normalize & kNormalizeVertexVersion) != 0) length = VertexVersionLength(name);
  if (length == 0 && (normalize & kNormalizeBedrockVersion) != 0) {
    length = BedrockVersionLength(name);
  }
  return length == 0 ? std::string_view() : name.substr(0, name.size() - length);
}

// Everything that rows share stands once, so equal numbers are equal contents.
bool SameRow(const CatalogImage& image, const RowRecord& a, const RowRecord& b) {
  if (a.rate_count != b.rate_count) return false;
  for (std::size_t i = 0; i < a.rate_count; ++i) {
    const RateRecord& x = image.Rate(a, i);
    const RateRecord& y = image.Rate(b, i);
    if (x.meter != y.meter || x.amount_lo != y.amount_lo || x.amount_hi != y.amount_hi ||
        x.per != y.per || x.rule != y.rule) {
      return false;
    }
  }
  return a.interval == b.interval && a.tier == b.tier && a.batch == b.batch &&
         a.region == b.region && a.region_not == b.region_not && a.free == b.free &&
         a.shape == b.shape && a.bands == b.bands && a.hours == b.hours &&
         a.conditions == b.conditions;
}

std::uint32_t NormalizeOf(const OwnedImage& image, const NameRecord& record) {
  return image.providers[image.models[record.model].provider].normalize;
}

}  // namespace

bool SamePrices(const CatalogImage& image, const ModelRecord& a, const ModelRecord& b) {
  if (a.rows.count != b.rows.count || a.provider != b.provider) return false;
  const auto x = CatalogImage::Slice(image.rows, a.rows);
  const auto y = CatalogImage::Slice(image.rows, b.rows);
  return std::all_of(x.begin(), x.end(), [&](const RowRecord& row) {
    return std::any_of(y.begin(), y.end(),
                       [&](const RowRecord& other) { return SameRow(image, row, other); });
  });
}

absl::Status BuildNameTable(const std::vector<DeclaredName>& names, OwnedImage& image) {
  // A name may give two spellings more.
  if (names.size() * 3 > kNamesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("the catalog has more than ", kNamesMax / 3, " names"));
  }
  TableBuilder table(names.size() * 2, image);
  for (const DeclaredName& name : names) {
    if (absl::Status status = table.AddDeclared(name); !status.ok()) return status;
  }
  for (const DeclaredName& declared : names) {
    const NameRecord& record = declared.record;
    const std::uint32_t normalize = NormalizeOf(image, record);
    const std::string name(image.text, record.name.offset, record.name.size);
    std::string folded = AsciiLower(name);
    if ((normalize & kNormalizeCase) != 0 && folded != name) {
      table.AddDerived(record, folded, NameKind::kFolded);
    }
    if ((normalize & kNormalizeBedrockVersion) != 0) AddUnversioned(record, folded, table);
  }
  table.DropAmbiguous();

  // A listed snapshot with prices of its own, or one that comes and goes, and its family's date
  // decides: nobody may drop one from an id of that family.
  const CatalogImage view = image.View();
  std::vector<std::uint32_t> decided;
  for (const DeclaredName& declared : names) {
    const NameRecord& record = declared.record;
    const std::string_view family = FamilyOf(view.Text(record.name), NormalizeOf(image, record));
    if (family.empty()) continue;
    const NameRecord* base = table.Find(image.models[record.model].provider, family);
    if (base == nullptr) continue;
    const bool bounded = table.Interval(record).IsBounded();
    const bool one_rate = record.model == base->model && !bounded;
    if (one_rate ||
        (!bounded && SamePrices(view, image.models[record.model], image.models[base->model]))) {
      continue;
    }
    decided.push_back(base->model);
  }
  for (const std::uint32_t model : decided) image.models[model].dated_snapshots = 0;
  return absl::OkStatus();
}

}  // namespace tokentra
