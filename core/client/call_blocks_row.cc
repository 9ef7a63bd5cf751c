// Rows that stand alone: one row of a batch as a call.

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/client/call_blocks.h"

namespace tokentra {
namespace {

absl::Status BadCount(const CallColumn& column, std::string_view value, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(column.name, " ", value, " ", why));
}

// The text of a row, where it has a dictionary of that; copied, because numbers have none.
absl::StatusOr<std::string> TextOf(const ArrowColumn& column, std::int64_t row) {
  std::string store;
  if (!column.type().is_dictionary) {
    TOKENTRA_ASSIGN_OR_RETURN(const std::string_view text, column.Text(row, &store));
    return std::string(text);
  }
  ArrowColumn values;
  std::uint32_t index = 0;
  TOKENTRA_RETURN_IF_ERROR(column.BindDictionary(&values));
  TOKENTRA_RETURN_IF_ERROR(column.ReadIndexes(row, 1, &index));
  TOKENTRA_ASSIGN_OR_RETURN(const std::string_view text,
                            values.Text(std::int64_t{index} - 1, &store));
  return std::string(text);
}

}  // namespace

absl::Status CallBlocks::SetField(const CallColumn& column, std::string_view text,
                                  RowCall* out) const {
  Call& call = out->call;
  switch (column.field) {
    case CallField::kProvider:
      call.provider = text;
      break;
    case CallField::kModel:
      call.model = text;
      break;
    case CallField::kApi:
      call.api = text;
      break;
    case CallField::kServiceTier:
      call.service_tier = text;
      break;
    case CallField::kRegion:
      call.region = text;
      break;
    case CallField::kCondition:
      out->conditions.push_back({column.key, text});
      break;
    case CallField::kBatch:
      if (text != "true" && text != "false") {
        return absl::InvalidArgumentError(
            absl::StrCat("batch: ", Quote(text), " is not true or false"));
      }
      call.batch = text == "true";
      break;
    default:
      out->metadata.push_back({column.key, text});
  }
  return absl::OkStatus();
}

absl::Status CallBlocks::ReadInstant(std::int64_t row, RowCall* out) const {
  InstantNs& at = out->call.at;
  at = options_.default_at;
  if (at_column_ != nullptr && !at_array_.IsNull(row)) {
    const ArrowKind kind = at_column_->type.kind;
    if (kind == ArrowKind::kText || kind == ArrowKind::kTextView) {
      TOKENTRA_ASSIGN_OR_RETURN(const std::string text, TextOf(at_array_, row));
      absl::StatusOr<InstantNs> parsed = ParseInstant(text);
      if (!parsed.ok()) {
        return absl::InvalidArgumentError(absl::StrCat("at: ", parsed.status().message()));
      }
      at = *parsed;
    } else {
      std::uint8_t refused = 0;
      at_array_.ReadInstants(row, 1, at_unit_ns_, &at, &refused);
      if (refused != 0) {
        return absl::InvalidArgumentError(absl::StrCat("at ", at_array_.NumberText(row),
                                                       " is outside of the years 1678 to 2261"));
      }
    }
  }
  if (at == kNoInstant) {
    return absl::InvalidArgumentError(
        "at is missing: a row of a table never means now; state it or give a default instant");
  }
  return absl::OkStatus();
}

absl::Status CallBlocks::ReadUsage(std::int64_t row, RowCall* out) const {
  out->usage.Clear();
  bool metered = false;
  for (const MeterColumn& meter : meters_) {
    if (meter.array.IsNull(row)) continue;
    const CallColumn& column = *meter.column;
    std::uint64_t count = 0;
    std::uint8_t refused = 0;
    meter.array.ReadCounts(row, 1, &count, &refused);
    if (refused != 0) {
      const std::string text = meter.array.NumberText(row);
      return BadCount(column, text,
                      text.starts_with('-') ? "is negative" : "is no whole number of its quantum");
    }
    if (count > kQuantityMax / column.multiplier) {
      return BadCount(column, meter.array.NumberText(row),
                      absl::StrCat("is more than ", kQuantityMax / column.multiplier));
    }
    out->usage.Set(column.meter, count * column.multiplier);
    metered = true;
  }
  if (metered) {
    out->call.usage = &out->usage;
    return absl::OkStatus();
  }
  out->extraction = Extraction();
  out->extraction.provider = out->call.provider;
  out->extraction.model = out->call.model;
  out->call.extraction = &out->extraction;
  return absl::OkStatus();
}

absl::Status CallBlocks::ReadRow(std::size_t row, RowCall* out) const {
  out->call = Call();
  out->id.clear();
  out->conditions.clear();
  out->metadata.clear();
  const std::int64_t at_row = block_row_ + static_cast<std::int64_t>(row);
  const std::vector<std::uint32_t>& ids = combinations_[combination_[row]];
  absl::Status status;
  for (std::size_t k = 0; k < kinds_.size(); ++k) {
    if (ids[k] == 0) continue;
    status.Update(SetField(*kinds_[k].column, kinds_[k].ids.Text(ids[k]), out));
  }
  if (out->call.provider.empty()) out->call.provider = options_.provider;
  out->call.conditions = out->conditions;
  status.Update(ReadInstant(at_row, out));
  if (!status.ok()) return status;
  if (out->call.provider.empty()) return absl::InvalidArgumentError("provider is missing");
  if (id_column_ != nullptr && !id_array_.IsNull(at_row)) {
    TOKENTRA_ASSIGN_OR_RETURN(out->id, TextOf(id_array_, at_row));
  }
  return ReadUsage(at_row, out);
}

}  // namespace tokentra
