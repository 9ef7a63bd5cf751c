#include "core/client/arrow_price.h"

#include <array>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/client/arrow_columns.h"
#include "core/client/call_blocks.h"
#include "core/client/call_slots.h"
#include "core/exchange/arrow_stream.h"
#include "core/pricing/evaluate.h"
#include "core/pricing/price_edges.h"

namespace tokentra {
namespace {

// Numbers in the dictionary of states.
enum State : std::int8_t { kPriced, kFree, kPartial, kUnpriced, kUnmetered };

std::int8_t StateOf(const Evaluation& evaluation) {
  if (evaluation.unmetered()) return kUnmetered;
  switch (evaluation.state()) {
    case CostState::kPriced:
      return kPriced;
    case CostState::kFree:
      return kFree;
    case CostState::kPartial:
      return kPartial;
    case CostState::kUnpriced:
      break;
  }
  return kUnpriced;
}

// Columns of one batch.
struct BatchOut {
  explicit BatchOut(std::size_t row_count)
      : rows(row_count),
        cost(row_count),
        state(row_count),
        price_row(row_count),
        status(row_count) {}

  std::size_t rows;
  ArrowColumnWriter<Int128> cost;
  ArrowColumnWriter<std::int8_t> state;
  ArrowColumnWriter<std::int32_t> price_row;
  ArrowColumnWriter<std::int8_t> status;
  ArrowRareTexts message;
  std::map<MeterId, ArrowColumnWriter<Int128>> meters;

  void AddToMeter(MeterId meter, std::size_t row, Int128 attos) {
    meters.try_emplace(meter, rows, true).first->second.Add(row, attos);
  }
};

class PriceSink : public CallBlockSink {
 public:
  PriceSink(const Catalog& catalog, CallBlocks& blocks, bool per_meter)
      : catalog_(catalog),
        blocks_(blocks),
        edges_(catalog),
        per_meter_(per_meter),
        atom_count_(blocks.atoms().size()),
        slots_(blocks.contexts(), 1 + atom_count_) {}

  std::shared_ptr<const ArrowTable> Take();

  void OnBatch(std::size_t rows) override {
    out_.emplace_back(rows);
    row_ = 0;
  }
  absl::Status OnBlock(const CallBlock& block) override;
  void OnForget() override { slots_.Clear(); }

 private:
  // Words of a slot behind its span: what its rows come to, and the rate of each atom in 10^-18.
  static constexpr std::size_t kResult = 2;
  static constexpr std::size_t kRates = 3;
  // kResult: the state, whether some rows are of another, and above them the price row's number.
  static constexpr std::uint64_t kStateBits = 0xff;
  static constexpr std::uint64_t kSpecial = 0x100;
  static constexpr unsigned kRowShift = 16;

  struct Cold {
    Span alone;  // rows in it are priced alone
    AtomSet uncovered = 0;
    std::array<MeterId, kAtomCount> meters = {};  // that each atom is billed under
  };

  template <std::size_t kAtoms>
  void PriceRows(const CallBlock& block);
  std::uint64_t* Renew(const CallBlock& block, std::size_t row);
  bool FillSlot(std::uint32_t slot, const PartEvaluation& part);
  void PriceSpecial(const CallBlock& block, std::size_t row, std::uint64_t result,
                    const Cold& cold);
  void PriceAlone(std::size_t row);
  void AddMeters(const CallBlock& block, std::size_t row, const std::uint64_t* words,
                 const Cold& cold);
  void Refuse(std::size_t row, const absl::Status& status);
  std::int32_t NumberOf(const RowRecord& row);

  const Catalog& catalog_;
  CallBlocks& blocks_;
  const PriceEdges edges_;
  const bool per_meter_;
  const std::size_t atom_count_;
  CallSlots<Cold> slots_;
  std::vector<BatchOut> out_;
  std::size_t row_ = 0;               // of the block, in its batch
  std::vector<std::uint32_t> later_;  // rows of the block that are priced alone
  std::map<const RowRecord*, std::int32_t> row_numbers_;
  ArrowTexts row_ids_;
  RowCall call_;
};

std::int32_t PriceSink::NumberOf(const RowRecord& row) {
  const auto [found, is_new] =
      row_numbers_.try_emplace(&row, static_cast<std::int32_t>(row_ids_.size()));
  if (is_new) row_ids_.Add(catalog_.image().RowId(row));
  return found->second;
}

// False when rows under this price row are not sums of rate times atom.
bool PriceSink::FillSlot(std::uint32_t slot, const PartEvaluation& part) {
  std::uint64_t* words = slots_.words(slot);
  Cold& cold = slots_.cold(slot);
  cold = Cold();
  std::fill_n(words + kRates, atom_count_, std::uint64_t{0});
  const RowRecord* row = part.selection.row;
  if (row == nullptr) {
    words[kResult] = kUnpriced | kSpecial;
    return true;
  }
  const CatalogImage& image = catalog_.image();
  const ShapeRecord& shape = image.shapes[row->shape];
  for (std::size_t i = 0; i < atom_count_; ++i) {
    const Atom atom = blocks_.atoms()[i];
    const std::uint8_t position = shape.rate_of_atom[static_cast<std::size_t>(atom)];
    if (position >= row->rate_count) {
      if (row->free == 0) cold.uncovered |= AtomBit(atom);
      continue;
    }
    const RateRecord& rate = image.Rate(*row, position);
    const bool is_zero = rate.amount_lo == 0 && rate.amount_hi == 0;
    if (rate.rule != 0 || (rate.attos_per_quantum == 0 && !is_zero)) return false;
    words[kRates + i] = rate.attos_per_quantum;
    cold.meters[i] = rate.meter;
  }
  words[kResult] = (row->free != 0 ? kFree : kPriced) | (cold.uncovered != 0 ? kSpecial : 0) |
                   static_cast<std::uint64_t>(NumberOf(*row)) << kRowShift;
  return true;
}

// The words of a row's slot, made for the row's instant; null when the row is priced alone.
std::uint64_t* PriceSink::Renew(const CallBlock& block, std::size_t row) {
  const std::uint32_t slot = slots_.Make(block.combination[row], block.context[row]);
  const InstantNs at = block.at[row];
  if (slots_.cold(slot).alone.Contains(at)) return nullptr;
  if (!blocks_.ReadRow(row, &call_).ok()) return nullptr;
  Evaluation evaluation;
  if (!Evaluate(catalog_, call_.call, evaluation).ok() || evaluation.part_count() != 1) {
    return nullptr;
  }
  const PartEvaluation& part = evaluation.part(0);
  const Span span = edges_.Around(at, part.resolution);
  if (!FillSlot(slot, part)) {
    slots_.SetSpan(slot, Span());
    slots_.cold(slot).alone = span;
    return nullptr;
  }
  slots_.SetSpan(slot, span);
  return slots_.words(slot);
}

template <std::size_t kAtoms>
void PriceSink::PriceRows(const CallBlock& block) {
  const std::size_t atoms = kAtoms == 0 ? atom_count_ : kAtoms;
  BatchOut& out = out_.back();
  Int128* costs = out.cost.values() + row_;
  std::int8_t* states = out.state.values() + row_;
  std::int32_t* price_rows = out.price_row.values() + row_;
  std::fill_n(out.status.values() + row_, block.rows, std::int8_t{0});
  for (std::size_t i = 0; i < block.rows; ++i) {
    if (block.any_alone && block.alone[i] != 0) {
      later_.push_back(static_cast<std::uint32_t>(i));
      continue;
    }
    const std::uint32_t slot = slots_.Find(block.combination[i], block.context[i]);
    const std::uint64_t* words = slots_.words(slot);
    if (!CallSlots<Cold>::Holds(words, block.at[i])) [[unlikely]] {
      words = Renew(block, i);
      if (words == nullptr) {
        later_.push_back(static_cast<std::uint32_t>(i));
        continue;
      }
    }
    Uint128 cost = 0;
    for (std::size_t a = 0; a < atoms; ++a) {
      cost += static_cast<Uint128>(words[kRates + a]) * block.atoms[a][i];
    }
    const std::uint64_t result = words[kResult];
    costs[i] = static_cast<Int128>(cost);
    states[i] = static_cast<std::int8_t>(result & kStateBits);
    price_rows[i] = static_cast<std::int32_t>(result >> kRowShift);
    if ((result & kSpecial) != 0 || per_meter_) [[unlikely]] {
      const std::uint32_t made = slots_.Find(block.combination[i], block.context[i]);
      PriceSpecial(block, i, result, slots_.cold(made));
      if (per_meter_) AddMeters(block, i, words, slots_.cold(made));
    }
  }
}

// Rows whose state is not that of every row of their slot.
void PriceSink::PriceSpecial(const CallBlock& block, std::size_t row, std::uint64_t result,
                             const Cold& cold) {
  BatchOut& out = out_.back();
  if ((result & kStateBits) == kUnpriced) {
    out.cost.SetNull(row_ + row);
    out.price_row.SetNull(row_ + row);
    return;
  }
  for (std::size_t a = 0; a < atom_count_; ++a) {
    if ((cold.uncovered & AtomBit(blocks_.atoms()[a])) != 0 && block.atoms[a][row] != 0) {
      out.state.values()[row_ + row] = kPartial;
    }
  }
}

void PriceSink::AddMeters(const CallBlock& block, std::size_t row, const std::uint64_t* words,
                          const Cold& cold) {
  for (std::size_t a = 0; a < atom_count_; ++a) {
    if (cold.meters[a] == 0 || block.atoms[a][row] == 0) continue;
    const Uint128 attos = static_cast<Uint128>(words[kRates + a]) * block.atoms[a][row];
    out_.back().AddToMeter(cold.meters[a], row_ + row, static_cast<Int128>(attos));
  }
}

void PriceSink::Refuse(std::size_t row, const absl::Status& status) {
  BatchOut& out = out_.back();
  out.cost.SetNull(row);
  out.state.SetNull(row);
  out.price_row.SetNull(row);
  out.status.values()[row] = static_cast<std::int8_t>(status.raw_code());
  out.message.Set(row, std::string_view(status.message().data(), status.message().size()));
}

void PriceSink::PriceAlone(std::size_t row) {
  BatchOut& out = out_.back();
  const std::size_t at = row_ + row;
  absl::Status status = blocks_.ReadRow(row, &call_);
  Evaluation evaluation;
  if (status.ok()) status = Evaluate(catalog_, call_.call, evaluation);
  if (!status.ok()) return Refuse(at, status);
  out.state.values()[at] = StateOf(evaluation);
  out.cost.values()[at] = evaluation.total().attos();
  const RowRecord* price_row = evaluation.unmetered() ? nullptr : evaluation.part(0).selection.row;
  if (price_row == nullptr) {
    out.cost.SetNull(at);
    out.price_row.SetNull(at);
    return;
  }
  out.price_row.values()[at] = NumberOf(*price_row);
  if (!per_meter_) return;
  for (const CostLine& line : evaluation.part(0).cost.line_span()) {
    out.AddToMeter(line.meter, at, line.attos);
  }
}

absl::Status PriceSink::OnBlock(const CallBlock& block) {
  slots_.Reserve(blocks_.combinations());
  later_.clear();
  switch (atom_count_) {
    case 2:
      PriceRows<2>(block);
      break;
    case 3:
      PriceRows<3>(block);
      break;
    case 4:
      PriceRows<4>(block);
      break;
    default:
      PriceRows<0>(block);
  }
  for (const std::uint32_t row : later_) PriceAlone(row);
  row_ += block.rows;
  return absl::OkStatus();
}

std::shared_ptr<const ArrowTable> PriceSink::Take() {
  auto table = std::make_shared<ArrowTable>();
  ArrowTexts states;
  for (const char* name : {"priced", "free", "partial", "unpriced", "unmetered"}) states.Add(name);
  ArrowTexts codes;
  for (int code = 0; code <= static_cast<int>(absl::StatusCode::kUnauthenticated); ++code) {
    codes.Add(absl::StatusCodeToString(static_cast<absl::StatusCode>(code)));
  }
  table->fields = {{"cost", kArrowMoney, true, -1},
                   {"state", "c", true, table->AddDictionary(states)},
                   {"price_row", "i", true, table->AddDictionary(row_ids_)},
                   {"status", "c", false, table->AddDictionary(codes)},
                   {"message", "u", true, -1}};
  std::map<MeterId, bool> meters;
  for (const BatchOut& batch : out_) {
    for (const auto& [meter, column] : batch.meters) meters[meter] = true;
  }
  for (const auto& [meter, used] : meters) {
    table->fields.push_back({absl::StrCat("cost_", FindMeter(meter)->name), kArrowMoney, true, -1});
  }
  for (BatchOut& batch : out_) {
    ArrowTable::Batch made;
    made.rows = static_cast<std::int64_t>(batch.rows);
    made.columns.push_back(batch.cost.Take());
    made.columns.push_back(batch.state.Take());
    made.columns.push_back(batch.price_row.Take());
    made.columns.push_back(batch.status.Take());
    made.columns.push_back(batch.message.Take(batch.rows));
    for (const auto& [meter, used] : meters) {
      made.columns.push_back(
          batch.meters.try_emplace(meter, batch.rows, true).first->second.Take());
    }
    table->batches.push_back(std::move(made));
  }
  return table;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ArrowTable>> PriceArrow(const Catalog& catalog,
                                                             ArrowArrayStream* stream,
                                                             const ArrowCallOptions& options) {
  ArrowStreamReader reader(stream);
  TOKENTRA_RETURN_IF_ERROR(reader.ReadSchema());
  TOKENTRA_ASSIGN_OR_RETURN(std::vector<CallColumn> columns,
                            ReadCallColumns(reader.schema(), catalog, {options.tags, {}}));
  // Metadata decides about no price.
  std::erase_if(columns,
                [](const CallColumn& column) { return column.field == CallField::kMetadata; });
  CallBlocks blocks(catalog, std::move(columns), {options.provider, options.default_at});
  PriceSink sink(catalog, blocks, options.per_meter);
  for (;;) {
    TOKENTRA_ASSIGN_OR_RETURN(const bool more, reader.Next());
    if (!more) return sink.Take();
    TOKENTRA_RETURN_IF_ERROR(blocks.Read(reader.batch(), sink));
  }
}

}  // namespace tokentra
