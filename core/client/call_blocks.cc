// Texts, combinations and instants of blocks; the meters are in call_blocks_meters.cc, rows that
// stand alone in call_blocks_row.cc.

#include "core/client/call_blocks.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/ledger/event.h"

namespace tokentra {
namespace {

// A table of combinations may be this much larger than the batch that fills it, within bounds.
constexpr std::size_t kTablePerRow = 16;
constexpr std::size_t kTableMin = 4096;
constexpr std::size_t kTableMax = std::size_t{1} << 24;

bool IsText(ArrowKind kind) { return kind == ArrowKind::kText || kind == ArrowKind::kTextView; }

}  // namespace

CallBlocks::CallBlocks(const Catalog& catalog, std::vector<CallColumn> columns, Options options)
    : catalog_(catalog), columns_(std::move(columns)), options_(std::move(options)) {
  for (const CallColumn& column : columns_) {
    switch (column.field) {
      case CallField::kAt:
        at_column_ = &column;
        if (column.type.kind == ArrowKind::kTimestamp) at_unit_ns_ = column.type.unit_ns;
        break;
      case CallField::kId:
        id_column_ = &column;
        break;
      case CallField::kMeter:
        meters_.push_back({&column, {}, false, {}, {}});
        break;
      default:
        kinds_.push_back({&column, {}, {}, {}, {}});
    }
  }
  for (auto* numbers : {&local_, &combination_, &context_}) numbers->resize(CallBlock::kRows);
  for (auto* bytes : {&alone_, &refused_}) bytes->resize(CallBlock::kRows);
  for (auto* counts : {&input_, &output_, &cached_, &write_, &zeros_}) {
    counts->resize(CallBlock::kRows);
  }
  at_.resize(CallBlock::kRows);
  ChooseAtoms();
}

absl::Status CallBlocks::BindColumn(const CallColumn& column, const ArrowArray& batch,
                                    ArrowColumn* out) {
  const auto wrong = [&](std::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("Arrow column ", Quote(column.name), ": ", what));
  };
  if (static_cast<std::int64_t>(column.column) >= batch.n_children) {
    return wrong("the batch has no array for it");
  }
  const ArrowArray* array = batch.children[column.column];
  if (array == nullptr) return wrong("the batch has no array for it");
  // Rows that are null as a whole state nothing: above a column is the batch, or its struct.
  ArrowColumn::Above above;
  if (batch.n_buffers == 1 && batch.buffers != nullptr && batch.null_count != 0) {
    above = {static_cast<const std::uint8_t*>(batch.buffers[0]), batch.offset};
  }
  std::int64_t first = batch.offset;
  if (column.child >= 0) {
    ArrowColumn outer;
    ArrowType type;
    type.kind = ArrowKind::kStruct;
    TOKENTRA_RETURN_IF_ERROR(
        outer.Bind(column.name, type, *array, first, batch.length, ArrowColumn::Above()));
    if (column.child >= array->n_children || array->children == nullptr ||
        array->children[column.child] == nullptr) {
      return wrong("its struct has no array for it");
    }
    first += array->offset;
    if (array->null_count != 0 && array->buffers[0] != nullptr) {
      if (above.validity != nullptr) return wrong("both its batch and its struct have null rows");
      above = {static_cast<const std::uint8_t*>(array->buffers[0]), first};
    }
    array = array->children[column.child];
  }
  return out->Bind(column.name, column.type, *array, first, batch.length, above);
}

absl::Status CallBlocks::Bind(const ArrowArray& batch) {
  constexpr std::int64_t kOffsetMax = std::int64_t{1} << 60;
  if (batch.length < 0 || batch.offset < 0 || batch.length > kBatchRowsMax ||
      batch.offset > kOffsetMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("the Arrow batch has length ", batch.length, " and offset ", batch.offset));
  }
  if (batch.n_children < 0 || (batch.n_children > 0 && batch.children == nullptr)) {
    return absl::InvalidArgumentError("the Arrow batch lacks its columns");
  }
  for (KindColumn& kind : kinds_) {
    TOKENTRA_RETURN_IF_ERROR(BindColumn(*kind.column, batch, &kind.array));
  }
  for (MeterColumn& meter : meters_) {
    TOKENTRA_RETURN_IF_ERROR(BindColumn(*meter.column, batch, &meter.array));
  }
  if (at_column_ != nullptr) TOKENTRA_RETURN_IF_ERROR(BindColumn(*at_column_, batch, &at_array_));
  if (id_column_ != nullptr) TOKENTRA_RETURN_IF_ERROR(BindColumn(*id_column_, batch, &id_array_));
  return absl::OkStatus();
}

void CallBlocks::ForgetIfMany(CallBlockSink& sink) {
  std::size_t bytes = 0;
  for (const KindColumn& kind : kinds_) bytes += kind.ids.bytes();
  if (combinations_.size() * contexts_ < places_max_ && bytes < kTextBytesMax) return;
  sink.OnForget();
  for (KindColumn& kind : kinds_) kind.ids.Clear();
  combinations_.clear();
  combination_index_.clear();
}

absl::StatusOr<std::uint32_t> CallBlocks::IdOf(KindColumn& kind, const ArrowColumn& values,
                                               std::int64_t row) {
  std::string store;
  TOKENTRA_ASSIGN_OR_RETURN(const std::string_view text, values.Text(row, &store));
  const std::uint32_t known = kind.ids.size();
  const std::uint32_t id = kind.ids.IdOf(text);
  if (id > known && !IsValidUtf8(text)) {
    return absl::InvalidArgumentError(absl::StrCat("Arrow column ", Quote(kind.column->name), ": ",
                                                   Quote(text), " is not UTF-8"));
  }
  return id;
}

// Numbers of the batch's values, and the ids that they stand for.
absl::Status CallBlocks::ReadKind(KindColumn& kind, std::size_t rows) {
  kind.of_local.assign(1, 0);  // null
  if (kind.array.type().is_dictionary) {
    ArrowColumn values;
    TOKENTRA_RETURN_IF_ERROR(kind.array.BindDictionary(&values));
    for (std::int64_t i = 0; i < kind.array.dictionary_size(); ++i) {
      std::uint32_t id = 0;
      if (!values.IsNull(i)) {
        TOKENTRA_ASSIGN_OR_RETURN(id, IdOf(kind, values, i));
      }
      kind.of_local.push_back(id);
    }
    kind.cardinality = kind.of_local.size();
    return absl::OkStatus();
  }
  if (kind.array.type().kind == ArrowKind::kNull) {
    kind.cardinality = 1;
    return absl::OkStatus();
  }
  kind.local.resize(rows);
  const bool may_have_nulls = kind.array.may_have_nulls();
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = static_cast<std::int64_t>(i);
    kind.local[i] = 0;
    if (may_have_nulls && kind.array.IsNull(row)) continue;
    TOKENTRA_ASSIGN_OR_RETURN(kind.local[i], IdOf(kind, kind.array, row));
  }
  kind.cardinality = kind.ids.size() + 1;
  for (std::uint32_t id = 1; id < kind.cardinality; ++id) kind.of_local.push_back(id);
  return absl::OkStatus();
}

absl::Status CallBlocks::ReadKinds(std::size_t rows) {
  std::size_t product = 1;
  const std::size_t most = std::clamp(kTablePerRow * rows, kTableMin, kTableMax);
  for (KindColumn& kind : kinds_) {
    TOKENTRA_RETURN_IF_ERROR(ReadKind(kind, rows));
    kind.stride = product;
    product = product > most ? product : product * kind.cardinality;
  }
  table_.clear();
  if (product <= most) table_.resize(product);
  return absl::OkStatus();
}

std::uint32_t CallBlocks::CombinationOf(std::span<const std::uint32_t> ids) {
  const std::string key(reinterpret_cast<const char*>(ids.data()), ids.size_bytes());
  const auto [found, is_new] =
      combination_index_.try_emplace(key, static_cast<std::uint32_t>(combinations_.size()));
  if (is_new) combinations_.emplace_back(ids.begin(), ids.end());
  return found->second;
}

absl::Status CallBlocks::ReadCombinations(std::int64_t row, std::size_t count) {
  if (table_.empty()) {
    std::vector<std::uint32_t> ids(kinds_.size() * count);
    for (std::size_t k = 0; k < kinds_.size(); ++k) {
      const KindColumn& kind = kinds_[k];
      const std::uint32_t* local = local_.data();
      if (kind.array.type().is_dictionary) {
        TOKENTRA_RETURN_IF_ERROR(kind.array.ReadIndexes(row, count, local_.data()));
      } else if (kind.cardinality > 1) {
        local = kind.local.data() + row;
      } else {
        std::fill_n(local_.data(), count, 0U);
      }
      for (std::size_t i = 0; i < count; ++i) ids[i * kinds_.size() + k] = kind.of_local[local[i]];
    }
    for (std::size_t i = 0; i < count; ++i) {
      combination_[i] = CombinationOf(std::span(ids).subspan(i * kinds_.size(), kinds_.size()));
    }
    return absl::OkStatus();
  }
  std::fill_n(combination_.data(), count, 0U);
  for (const KindColumn& kind : kinds_) {
    const auto stride = static_cast<std::uint32_t>(kind.stride);
    if (kind.cardinality == 1) continue;
    const std::uint32_t* local = kind.local.data() + row;
    if (kind.array.type().is_dictionary) {
      TOKENTRA_RETURN_IF_ERROR(kind.array.ReadIndexes(row, count, local_.data()));
      local = local_.data();
    }
    for (std::size_t i = 0; i < count; ++i) combination_[i] += local[i] * stride;
  }
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t& known = table_[combination_[i]];
    if (known == 0) [[unlikely]] {
      std::vector<std::uint32_t> ids;
      for (const KindColumn& kind : kinds_) {
        ids.push_back(kind.of_local[combination_[i] / kind.stride % kind.cardinality]);
      }
      known = CombinationOf(ids) + 1;
    }
    combination_[i] = known - 1;
  }
  return absl::OkStatus();
}

void CallBlocks::ReadTextInstants(std::int64_t row, std::size_t count) {
  RowCall one;
  for (std::size_t i = 0; i < count; ++i) {
    const bool known = ReadInstant(row + static_cast<std::int64_t>(i), &one).ok();
    at_[i] = known ? one.call.at : kNoInstant;
  }
}

absl::Status CallBlocks::ReadInstants(std::int64_t row, std::size_t count) {
  if (at_column_ == nullptr || at_column_->type.kind == ArrowKind::kNull) {
    std::fill_n(at_.data(), count, options_.default_at);
  } else if (IsText(at_column_->type.kind)) {
    ReadTextInstants(row, count);
  } else {
    std::fill_n(refused_.data(), count, std::uint8_t{0});
    at_array_.ReadInstants(row, count, at_unit_ns_, at_.data(), refused_.data());
    for (std::size_t i = 0; i < count; ++i) alone_[i] |= refused_[i];
    if (at_array_.may_have_nulls()) {
      for (std::size_t i = 0; i < count; ++i) {
        if (at_array_.IsNull(row + static_cast<std::int64_t>(i))) at_[i] = options_.default_at;
      }
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    alone_[i] |= static_cast<std::uint8_t>(at_[i] < kEventInstantMin);
  }
  return absl::OkStatus();
}

absl::Status CallBlocks::Read(const ArrowArray& batch, CallBlockSink& sink) {
  ForgetIfMany(sink);
  TOKENTRA_RETURN_IF_ERROR(Bind(batch));
  sink.OnBatch(static_cast<std::size_t>(batch.length));
  TOKENTRA_RETURN_IF_ERROR(ReadKinds(static_cast<std::size_t>(batch.length)));
  CallBlock block;
  block.alone = alone_.data();
  block.combination = combination_.data();
  block.context = context_.data();
  block.at = at_.data();
  for (std::size_t i = 0; i < atoms_.size(); ++i) block.atoms[i] = atom_counts_[i]->data();
  for (std::int64_t row = 0; row < batch.length;) {
    const auto rows =
        static_cast<std::size_t>(std::min<std::int64_t>(batch.length - row, CallBlock::kRows));
    block_row_ = row;
    std::fill_n(alone_.data(), rows, std::uint8_t{0});
    TOKENTRA_RETURN_IF_ERROR(ReadCombinations(row, rows));
    TOKENTRA_RETURN_IF_ERROR(ReadInstants(row, rows));
    ReadMeters(row, rows);
    ReadContexts(rows);
    if (id_column_ != nullptr && id_column_->type.kind != ArrowKind::kNull) {
      for (std::size_t i = 0; i < rows; ++i) {
        if (!id_array_.IsNull(row + static_cast<std::int64_t>(i))) alone_[i] = 1;
      }
    }
    block.first_row = rows_read_ + static_cast<std::uint64_t>(row);
    block.rows = rows;
    block.any_alone = std::find(alone_.begin(), alone_.begin() + static_cast<std::ptrdiff_t>(rows),
                                1) != alone_.begin() + static_cast<std::ptrdiff_t>(rows);
    TOKENTRA_RETURN_IF_ERROR(sink.OnBlock(block));
    row += static_cast<std::int64_t>(rows);
  }
  rows_read_ += static_cast<std::uint64_t>(batch.length);
  return absl::OkStatus();
}

}  // namespace tokentra
