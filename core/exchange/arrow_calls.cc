#include "core/exchange/arrow_calls.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/metadata_key.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

constexpr std::pair<std::string_view, CallField> kFields[] = {
    {"provider", CallField::kProvider},
    {"model", CallField::kModel},
    {"api", CallField::kApi},
    {"service_tier", CallField::kServiceTier},
    {"region", CallField::kRegion},
    {"batch", CallField::kBatch},
    {"id", CallField::kId},
    {"at", CallField::kAt},
};

// Parts of a call that may be structs, and prefixes of names.
constexpr std::string_view kUsage = "usage";
constexpr std::string_view kMetadata = "metadata";
constexpr std::string_view kConditions = "conditions";

class ColumnReader {
 public:
  ColumnReader(const Catalog& catalog, const CallColumnOptions& options) : options_(options) {
    const CatalogImage& image = catalog.image();
    for (const ConditionRecord& condition : image.conditions) {
      conditions_.insert(image.Text(condition.name));
    }
  }

  absl::Status ReadAll(const ArrowSchema& schema) {
    for (std::int64_t i = 0; i < schema.n_children; ++i) {
      TOKENTRA_RETURN_IF_ERROR(ReadOne(schema.children[i], static_cast<std::size_t>(i)));
    }
    return absl::OkStatus();
  }

  std::vector<CallColumn> Take() { return std::move(columns_); }

 private:
  static absl::Status Wrong(std::string_view name, std::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat("Arrow column ", Quote(name), ": ", what));
  }

  absl::Status ReadOne(const ArrowSchema* schema, std::size_t index) {
    if (schema == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("Arrow column ", index, " has no schema"));
    }
    const std::string_view name = schema->name == nullptr ? "" : schema->name;
    CallColumn column;
    column.name = name;
    column.column = index;
    TOKENTRA_ASSIGN_OR_RETURN(column.type, ReadArrowType(name, *schema));
    if (column.type.kind == ArrowKind::kStruct && !column.type.is_dictionary) {
      return ReadStruct(*schema, name, index);
    }
    const std::size_t dot = name.find('.');
    const std::string_view part = dot == name.npos ? std::string_view() : name.substr(0, dot);
    if (part == kUsage || part == kMetadata || part == kConditions) {
      return Add(std::move(column), part, name.substr(dot + 1));
    }
    return Add(std::move(column), {}, name);
  }

  absl::Status ReadStruct(const ArrowSchema& schema, std::string_view name, std::size_t index) {
    if (name != kUsage && name != kMetadata && name != kConditions) {
      return Wrong(name, "only usage, metadata and conditions may be structs");
    }
    if (schema.n_children < 0 || (schema.n_children > 0 && schema.children == nullptr)) {
      return Wrong(name, "its schema lacks its children");
    }
    for (std::int64_t i = 0; i < schema.n_children; ++i) {
      const ArrowSchema* child = schema.children[i];
      if (child == nullptr) return Wrong(name, absl::StrCat("child ", i, " has no schema"));
      const std::string_view key = child->name == nullptr ? "" : child->name;
      CallColumn column;
      column.name = absl::StrCat(name, ".", key);
      column.column = index;
      column.child = static_cast<std::ptrdiff_t>(i);
      TOKENTRA_ASSIGN_OR_RETURN(column.type, ReadArrowType(column.name, *child));
      TOKENTRA_RETURN_IF_ERROR(Add(std::move(column), name, key));
    }
    return absl::OkStatus();
  }

  static bool SetMeter(std::string_view key, CallColumn& column) {
    column.field = CallField::kMeter;
    if (const MeterInfo* meter = FindMeter(key)) {
      column.meter = meter->id;
      return true;
    }
    if (const MeterInfo* meter = FindMeterInSeconds(key)) {
      column.meter = meter->id;
      column.multiplier = 1000;
      return true;
    }
    return false;
  }

  // What a name alone means.
  bool SetByName(std::string_view key, CallColumn& column) const {
    const auto has = [&](const std::vector<std::string_view>& names) {
      return std::find(names.begin(), names.end(), key) != names.end();
    };
    column.field = CallField::kMetadata;
    if (has(options_.tags)) return true;
    for (const auto& [name, field] : kFields) {
      if (name != key) continue;
      column.field = field;
      return true;
    }
    if (SetMeter(key, column)) return true;
    column.field = CallField::kMetadata;
    if (IsWellKnownMetadataKey(CanonicalMetadataKey(key)) || has(options_.dimensions)) return true;
    column.field = CallField::kCondition;
    return conditions_.contains(key);
  }

  absl::Status Add(CallColumn column, std::string_view part, std::string_view key) {
    column.key = key;
    if (columns_.size() == kCallColumnsMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("more than ", kCallColumnsMax, " Arrow columns"));
    }
    bool known = true;
    if (part == kMetadata) {
      column.field = CallField::kMetadata;
    } else if (part == kConditions) {
      column.field = CallField::kCondition;
    } else if (part == kUsage) {
      known = SetMeter(key, column);
    } else {
      known = SetByName(key, column);
    }
    if (!known) return Unknown(column.name, part == kUsage);
    TOKENTRA_RETURN_IF_ERROR(CheckType(column));
    for (const CallColumn& other : columns_) {
      const bool same = other.field == column.field && other.meter == column.meter &&
                        (column.field != CallField::kMetadata || other.key == column.key) &&
                        (column.field != CallField::kCondition || other.key == column.key);
      if (same) return Wrong(column.name, absl::StrCat("says the same as ", Quote(other.name)));
    }
    columns_.push_back(std::move(column));
    return absl::OkStatus();
  }

  absl::Status Unknown(std::string_view name, bool meters_only) const {
    std::vector<std::string_view> known;
    for (const MeterInfo& meter : Meters()) known.push_back(meter.name);
    if (!meters_only) {
      for (const auto& [field, number] : kFields) known.push_back(field);
      known.insert(known.end(), options_.dimensions.begin(), options_.dimensions.end());
      known.insert(known.end(), conditions_.begin(), conditions_.end());
      for (const std::string_view key : WellKnownMetadataKeys()) known.push_back(key);
    }
    return Wrong(name, absl::StrCat(meters_only ? "no meter"
                                                : "no part of a call, meter or condition; declare "
                                                  "it as a tag if it is metadata",
                                    NearestHint(name, known)));
  }

  // A column of nulls may be any part: nothing is stated.
  static absl::Status CheckType(const CallColumn& column) {
    const ArrowKind kind = column.type.kind;
    const bool is_dictionary = column.type.is_dictionary;
    const bool is_text = kind == ArrowKind::kText || kind == ArrowKind::kTextView;
    if (kind == ArrowKind::kNull && !is_dictionary) return absl::OkStatus();
    if (is_dictionary && !is_text) {
      return Wrong(column.name, "of dictionaries only those of texts are read");
    }
    switch (column.field) {
      case CallField::kMeter:
        if (!is_dictionary && (kind == ArrowKind::kInteger || kind == ArrowKind::kFloat)) break;
        return Wrong(column.name, "a meter is a column of integers");
      case CallField::kAt:
        if (is_text || kind == ArrowKind::kTimestamp) break;
        if (kind == ArrowKind::kInteger && column.type.width == 8 && column.type.is_signed) break;
        return Wrong(column.name,
                     "an instant is a timestamp with a zone, int64 nanoseconds since 1970, or RFC "
                     "3339 text");
      case CallField::kBatch:
        if (is_text || kind == ArrowKind::kBool) break;
        return Wrong(column.name, "batch is true or false");
      case CallField::kMetadata:
      case CallField::kId:
        if (is_text || kind == ArrowKind::kInteger || kind == ArrowKind::kBool) break;
        return Wrong(column.name, "metadata is a column of texts, integers or booleans");
      default:
        if (is_text) break;
        return Wrong(column.name, "it has to be a column of texts");
    }
    return absl::OkStatus();
  }

  const CallColumnOptions& options_;
  std::set<std::string_view> conditions_;
  std::vector<CallColumn> columns_;
};

}  // namespace

absl::StatusOr<std::vector<CallColumn>> ReadCallColumns(const ArrowSchema& schema,
                                                        const Catalog& catalog,
                                                        const CallColumnOptions& options) {
  if (schema.format == nullptr || std::string_view(schema.format) != "+s" ||
      schema.dictionary != nullptr) {
    return absl::InvalidArgumentError("the Arrow data is no table: its type is not a struct");
  }
  if (schema.n_children < 0 || (schema.n_children > 0 && schema.children == nullptr)) {
    return absl::InvalidArgumentError("the Arrow schema lacks its columns");
  }
  ColumnReader reader(catalog, options);
  TOKENTRA_RETURN_IF_ERROR(reader.ReadAll(schema));
  return reader.Take();
}

}  // namespace tokentra
