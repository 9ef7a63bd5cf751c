#include "core/client/arrow_record.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/metadata_key.h"
#include "core/base/status_macros.h"
#include "core/client/arrow_columns.h"
#include "core/client/call_blocks.h"
#include "core/client/call_slots.h"
#include "core/exchange/arrow_stream.h"
#include "core/pricing/price_edges.h"

namespace tokentra {
namespace {

class RecordSink : public CallBlockSink {
 public:
  // `checked`: a convention judges the metadata.
  RecordSink(Client& client, const Client::Batch& batch, bool checked, CallBlocks& blocks,
             ArrowRecordResult& result)
      : client_(client),
        batch_(batch),
        checked_(checked),
        blocks_(blocks),
        edges_(*batch_.catalog),
        result_(result),
        bucket_ns_(client.ledger().options().bucket_seconds * kNsPerSecond),
        atom_count_(blocks.atoms().size()),
        slots_(blocks.contexts(), 1 + atom_count_) {}

  void OnBatch(std::size_t) override {}
  absl::Status OnBlock(const CallBlock& block) override;
  void OnForget() override;
  // Records what is summed so far.
  void Flush();

 private:
  // Words of a slot behind its span: rows summed, and the sum of each atom.
  static constexpr std::size_t kEvents = 2;
  static constexpr std::size_t kSums = 3;
  // With quantities up to 2^36 a sum stays below what the ledger takes at once.
  static constexpr std::uint64_t kEventsMax = std::uint64_t{1} << 20;
  static_assert(CallBlocks::kBlockQuantityMax * kEventsMax <= kSumQuantityMax);

  struct Cold {
    Span prices;         // in which the class holds
    bool alone = false;  // rows in it are tracked alone
    InstantNs at = 0;    // of the first row summed: its bucket is that of all
    ClassId class_id = 0;
    DimensionsId dimensions = 0;
    const RowRecord* row = nullptr;
  };

  template <std::size_t kAtoms>
  void AddRows(const CallBlock& block);
  std::uint64_t* Renew(const CallBlock& block, std::size_t row);
  bool FillSlot(const CallBlock& block, std::size_t row, Cold* cold);
  void FlushSlot(std::uint32_t slot);
  void TrackAlone(const CallBlock& block, std::size_t row);
  void Refuse(std::uint64_t row, const absl::Status& status, std::uint64_t events);

  Client& client_;
  const Client::Batch batch_;
  const bool checked_;
  CallBlocks& blocks_;
  const PriceEdges edges_;
  ArrowRecordResult& result_;
  const std::int64_t bucket_ns_;
  const std::size_t atom_count_;
  CallSlots<Cold> slots_;
  std::vector<std::uint32_t> later_;  // rows of the block that are tracked alone
  RowCall call_;
};

void RecordSink::Refuse(std::uint64_t row, const absl::Status& status, std::uint64_t events) {
  result_.refused += events;
  if (result_.errors.size() < ArrowRecordResult::kErrorsMax) {
    result_.errors.push_back({row, status});
  }
}

bool HasRules(const CatalogImage& image, const RowRecord& row) {
  for (std::size_t i = 0; i < row.rate_count; ++i) {
    if (image.Rate(row, i).rule != 0) return true;
  }
  return false;
}

// The class and the tuple of a row's slot. False when the row cannot be evaluated.
bool RecordSink::FillSlot(const CallBlock& block, std::size_t row, Cold* cold) {
  if (!blocks_.ReadRow(row, &call_).ok()) return false;
  Evaluation evaluation;
  if (!Evaluate(*batch_.catalog, call_.call, evaluation).ok() || evaluation.part_count() != 1) {
    return false;
  }
  const PartEvaluation& part = evaluation.part(0);
  cold->prices = edges_.Around(block.at[row], part.resolution);
  cold->row = part.selection.row;
  // What one call is billed at least is no sum.
  cold->alone = cold->row != nullptr && HasRules(batch_.catalog->image(), *cold->row);
  if (cold->alone) return true;
  cold->class_id = client_.InternClass(batch_, evaluation);
  cold->dimensions = client_.InternMetadata(call_.metadata, block.at[row]);
  return true;
}

// The words of a row's slot, empty and for the row's bucket; null when the row is tracked alone.
std::uint64_t* RecordSink::Renew(const CallBlock& block, std::size_t row) {
  const std::uint32_t slot = slots_.Make(block.combination[row], block.context[row]);
  FlushSlot(slot);
  const InstantNs at = block.at[row];
  slots_.SetSpan(slot, Span());
  Cold& cold = slots_.cold(slot);
  // A verdict may depend on the instant as well: it holds for one bucket.
  if ((checked_ || !cold.prices.Contains(at)) && !FillSlot(block, row, &cold)) {
    cold = Cold();
    return nullptr;
  }
  if (cold.alone) return nullptr;
  cold.at = at;
  slots_.SetSpan(slot, Span::Common(cold.prices, Span::Of(at, bucket_ns_), at));
  return slots_.words(slot);
}

void RecordSink::FlushSlot(std::uint32_t slot) {
  std::uint64_t* words = slots_.words(slot);
  const std::uint64_t events = words[kEvents];
  if (events == 0) return;
  const Cold& cold = slots_.cold(slot);
  Atoms atoms;
  for (std::size_t a = 0; a < atom_count_; ++a) atoms.Append(blocks_.atoms()[a], words[kSums + a]);
  Cost cost;
  if (cold.row != nullptr) PriceCall(batch_.catalog->image(), *cold.row, atoms, cost);
  const Part part{cold.class_id, &atoms, nullptr, cost.total.attos(),
                  cold.row != nullptr && !cost.out_of_range};
  TrackResult recorded;
  const absl::Status status = client_.RecordSum(cold.at, cold.dimensions, part, events, recorded);
  if (status.ok()) {
    result_.recorded += events;
    if (recorded.folded) result_.folded += events;
  } else {
    Refuse(result_.rows, status, events);
  }
  std::fill_n(words + kEvents, 1 + atom_count_, std::uint64_t{0});
}

template <std::size_t kAtoms>
void RecordSink::AddRows(const CallBlock& block) {
  const std::size_t atoms = kAtoms == 0 ? atom_count_ : kAtoms;
  for (std::size_t i = 0; i < block.rows; ++i) {
    if (block.any_alone && block.alone[i] != 0) {
      later_.push_back(static_cast<std::uint32_t>(i));
      continue;
    }
    const std::uint32_t slot = slots_.Find(block.combination[i], block.context[i]);
    std::uint64_t* words = slots_.words(slot);
    if (!CallSlots<Cold>::Holds(words, block.at[i]) || words[kEvents] == kEventsMax) [[unlikely]] {
      words = Renew(block, i);
      if (words == nullptr) {
        later_.push_back(static_cast<std::uint32_t>(i));
        continue;
      }
    }
    ++words[kEvents];
    for (std::size_t a = 0; a < atoms; ++a) words[kSums + a] += block.atoms[a][i];
  }
}

void RecordSink::TrackAlone(const CallBlock& block, std::size_t row) {
  const std::uint64_t number = block.first_row + row;
  absl::Status status = blocks_.ReadRow(row, &call_);
  if (!status.ok()) {
    client_.CountRefused(status, call_.call.provider, call_.call.at, call_.metadata);
    return Refuse(number, status, 1);
  }
  Evaluation evaluation;
  TrackResult tracked;
  status = client_.Track(call_.call, call_.id, call_.metadata, evaluation, tracked);
  if (!status.ok()) return Refuse(number, status, 1);
  switch (tracked.outcome) {
    case Outcome::kRecorded:
      ++result_.recorded;
      break;
    case Outcome::kUnmetered:
      ++result_.unmetered;
      break;
    case Outcome::kDuplicate:
      ++result_.duplicates;
      break;
    case Outcome::kConflict:
      ++result_.conflicts;
      break;
    case Outcome::kRefused:
      ++result_.refused;
      break;
  }
  if (tracked.folded) ++result_.folded;
}

absl::Status RecordSink::OnBlock(const CallBlock& block) {
  slots_.Reserve(blocks_.combinations());
  later_.clear();
  switch (atom_count_) {
    case 2:
      AddRows<2>(block);
      break;
    case 3:
      AddRows<3>(block);
      break;
    case 4:
      AddRows<4>(block);
      break;
    default:
      AddRows<0>(block);
  }
  for (const std::uint32_t row : later_) TrackAlone(block, row);
  result_.rows += block.rows;
  return absl::OkStatus();
}

void RecordSink::Flush() {
  for (std::uint32_t slot = 1; slot < slots_.size(); ++slot) FlushSlot(slot);
}

void RecordSink::OnForget() {
  Flush();
  slots_.Clear();
}

absl::Status ReadAll(ArrowStreamReader& reader, CallBlocks& blocks, RecordSink& sink) {
  for (;;) {
    TOKENTRA_ASSIGN_OR_RETURN(const bool more, reader.Next());
    if (!more) return absl::OkStatus();
    TOKENTRA_RETURN_IF_ERROR(blocks.Read(reader.batch(), sink));
  }
}

}  // namespace

absl::StatusOr<ArrowRecordResult> RecordArrow(Client& client, ArrowArrayStream* stream,
                                              const ArrowCallOptions& options) {
  ArrowStreamReader reader(stream);
  TOKENTRA_RETURN_IF_ERROR(reader.ReadSchema());
  CallColumnOptions known{options.tags, {}};
  for (const std::string& name : client.ledger().options().dimensions) {
    known.dimensions.push_back(name);
  }
  const Client::Batch batch = client.NewBatch();
  TOKENTRA_ASSIGN_OR_RETURN(std::vector<CallColumn> columns,
                            ReadCallColumns(reader.schema(), *batch.catalog, known));
  // What the ledger does not count by would only make kinds of calls many, where nobody checks it.
  const bool checked = client.convention() != nullptr;
  std::erase_if(columns, [&](const CallColumn& column) {
    return !checked && column.field == CallField::kMetadata &&
           std::find(known.dimensions.begin(), known.dimensions.end(),
                     CanonicalMetadataKey(column.key)) == known.dimensions.end();
  });
  CallBlocks blocks(*batch.catalog, std::move(columns), {options.provider, options.default_at});
  ArrowRecordResult result;
  RecordSink sink(client, batch, checked, blocks, result);
  const absl::Status status = ReadAll(reader, blocks, sink);
  sink.Flush();
  if (status.ok()) return result;
  return absl::Status(status.code(), absl::StrCat(status.message(), "; ", result.rows,
                                                  " rows before it are recorded"));
}

std::shared_ptr<const ArrowTable> ErrorTable(const ArrowRecordResult& result) {
  const std::size_t rows = result.errors.size();
  ArrowColumnWriter<std::uint64_t> row(rows);
  ArrowTexts statuses;
  ArrowTexts messages;
  for (std::size_t i = 0; i < rows; ++i) {
    const absl::Status& status = result.errors[i].status;
    row.values()[i] = result.errors[i].row;
    statuses.Add(absl::StatusCodeToString(status.code()));
    messages.Add(std::string_view(status.message().data(), status.message().size()));
  }
  auto table = std::make_shared<ArrowTable>();
  table->fields = {
      {"row", "L", false, -1}, {"status", "u", false, -1}, {"message", "u", false, -1}};
  ArrowTable::Batch batch;
  batch.rows = static_cast<std::int64_t>(rows);
  batch.columns.push_back(row.Take());
  batch.columns.push_back(statuses.Take());
  batch.columns.push_back(messages.Take());
  table->batches.push_back(std::move(batch));
  return table;
}

}  // namespace tokentra
