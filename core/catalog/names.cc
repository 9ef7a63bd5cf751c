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

bool IsBounded(const NameRecord& record) {
  return record.from != std::numeric_limits<InstantNs>::min() ||
         record.until != std::numeric_limits<InstantNs>::max();
}

class TableBuilder {
 public:
  TableBuilder(std::size_t capacity, OwnedImage& image) : image_(image) {
    image_.names.assign(std::bit_ceil(capacity * 2 + 1), NameRecord());
  }

  absl::Status AddDeclared(const DeclaredName& name) {
    for (std::size_t slot = First(name.record); image_.names[slot].hash != 0; slot = Next(slot)) {
      const NameRecord& other = image_.names[slot];
      if (!SameName(other, name.record)) continue;
      if (std::max(other.from, name.record.from) < std::min(other.until, name.record.until)) {
        return absl::InvalidArgumentError(
            absl::StrCat(name.where, ": the name ", Quote(Text(name.record.name)),
                         " already belongs to model ", Quote(Text(image_.models[other.model].id))));
      }
    }
    Insert(name.record);
    return absl::OkStatus();
  }

  // A spelling that is made, not declared: a name that stands already wins. Two models for one
  // such spelling leave it without any.
  void AddDerived(const NameRecord& from, std::string_view spelling, NameKind kind) {
    NameRecord record = from;
    record.kind = kind;
    record.hash = NameHash(from.provider, spelling);
    for (std::size_t slot = First(record); image_.names[slot].hash != 0; slot = Next(slot)) {
      NameRecord& other = image_.names[slot];
      if (other.hash != record.hash || other.provider != record.provider ||
          Text(other.name) != spelling) {
        continue;
      }
      if (other.kind == kind && other.model != record.model) other.model = kNobody;
      return;
    }
    record.name = Append(spelling);
    Insert(record);
  }

  // Takes out the spellings that belong to nobody. Later entries of their probe chains move up, so
  // the table is simply built again.
  void DropAmbiguous() {
    std::vector<NameRecord> kept;
    bool any = false;
    for (const NameRecord& record : image_.names) {
      if (record.hash == 0) continue;
      any = any || record.model == kNobody;
      if (record.model != kNobody) kept.push_back(record);
    }
    if (!any) return;
    image_.names.assign(image_.names.size(), NameRecord());
    for (const NameRecord& record : kept) Insert(record);
  }

  const NameRecord* FindStable(std::uint32_t provider, std::string_view name) const {
    NameRecord wanted;
    wanted.hash = NameHash(provider, name);
    for (std::size_t slot = First(wanted); image_.names[slot].hash != 0; slot = Next(slot)) {
      const NameRecord& record = image_.names[slot];
      if (record.hash == wanted.hash && record.provider == provider && Text(record.name) == name) {
        return &record;
      }
    }
    return nullptr;
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
  std::size_t First(const NameRecord& record) const {
    return record.hash & (image_.names.size() - 1);
  }
  std::size_t Next(std::size_t slot) const { return (slot + 1) & (image_.names.size() - 1); }
  bool SameName(const NameRecord& a, const NameRecord& b) const {
    return a.hash == b.hash && a.provider == b.provider && Text(a.name) == Text(b.name);
  }
  void Insert(const NameRecord& record) {
    std::size_t slot = First(record);
    while (image_.names[slot].hash != 0) slot = Next(slot);
    image_.names[slot] = record;
  }

  OwnedImage& image_;
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
std::string_view FamilyOf(std::string_view name, std::uint8_t normalize) {
  std::size_t length = 0;
  if ((normalize & kNormalizeDateSuffix) != 0) length = DateSuffixLength(name);
  if (length == 0 && (normalize & kNormalizeVertexVersion) != 0) length = VertexVersionLength(name);
  if (length == 0 && (normalize & kNormalizeBedrockVersion) != 0) {
    length = BedrockVersionLength(name);
  }
  return length == 0 ? std::string_view() : name.substr(0, name.size() - length);
}

bool SameConditions(const CatalogImage& image, const RowRecord& a, const RowRecord& b) {
  const auto x = CatalogImage::Slice(image.conditions, a.conditions);
  const auto y = CatalogImage::Slice(image.conditions, b.conditions);
  return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                    [&](const ConditionRecord& left, const ConditionRecord& right) {
                      return image.Text(left.name) == image.Text(right.name) &&
                             image.Text(left.value) == image.Text(right.value);
                    });
}

bool SameRates(const CatalogImage& image, const RowRecord& a, const RowRecord& b) {
  const auto x = CatalogImage::Slice(image.rates, a.rates);
  const auto y = CatalogImage::Slice(image.rates, b.rates);
  return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                    [](const RateRecord& left, const RateRecord& right) {
                      return left.meter == right.meter && left.amount_lo == right.amount_lo &&
                             left.amount_hi == right.amount_hi && left.per == right.per &&
                             left.minimum == right.minimum && left.step == right.step;
                    });
}

bool SameRow(const CatalogImage& image, const RowRecord& a, const RowRecord& b) {
  const auto same_band = [](const BandRecord& x, const BandRecord& y) {
    return x.meter == y.meter && x.min == y.min && x.max == y.max;
  };
  return a.from == b.from && a.until == b.until && a.tier == b.tier && a.batch == b.batch &&
         a.region == b.region && a.region_not == b.region_not && a.free == b.free &&
         a.shape == b.shape &&
         std::equal(a.bands.begin(), a.bands.end(), b.bands.begin(), same_band) &&
         SameConditions(image, a, b) && SameRates(image, a, b);
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
  TableBuilder table(names.size() * 2, image);
  for (const DeclaredName& name : names) {
    if (absl::Status status = table.AddDeclared(name); !status.ok()) return status;
  }
  for (const DeclaredName& declared : names) {
    const NameRecord& record = declared.record;
    const std::uint8_t normalize = image.providers[record.provider].normalize;
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
    const std::string_view family =
        FamilyOf(view.Text(record.name), image.providers[record.provider].normalize);
    if (family.empty()) continue;
    const NameRecord* base = table.FindStable(record.provider, family);
    if (base == nullptr) continue;
    const bool one_rate = record.model == base->model && !IsBounded(record);
    if (one_rate || (!IsBounded(record) &&
                     SamePrices(view, image.models[record.model], image.models[base->model]))) {
      continue;
    }
    decided.push_back(base->model);
  }
  for (const std::uint32_t model : decided) image.models[model].dated_snapshots = 0;
  return absl::OkStatus();
}

}  // namespace tokentra
