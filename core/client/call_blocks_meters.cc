// Meters of a block to atoms: the arithmetic of ToAtoms for calls without modalities (usage.cc), a
// column at a time. Rows that it does not fit stand alone.

#include <algorithm>

#include "core/client/call_blocks.h"

namespace tokentra {
namespace {

// True for meters that neither contain others nor lie in others.
bool IsLone(MeterId meter) {
  const MeterInfo& info = *FindMeter(meter);
  for (const MeterInfo& other : Meters()) {
    if (other.id != meter && (other.atoms & info.atoms) != 0) return false;
  }
  return true;
}

}  // namespace

void CallBlocks::ChooseAtoms() {
  std::vector<std::pair<Atom, const std::vector<std::uint64_t>*>> chosen;
  for (MeterColumn& meter : meters_) {
    meter.counts.resize(CallBlock::kRows);
    meter.valid.resize(CallBlock::kRows);
    meter.in_columns = true;
    switch (meter.column->meter) {
      case kMeterInputTokens:
        plain_.input = &meter;
        chosen.emplace_back(Atom::kInput, &input_);
        break;
      case kMeterOutputTokens:
        plain_.output = &meter;
        chosen.emplace_back(Atom::kOutput, &output_);
        break;
      case kMeterCacheReadTokens:
        plain_.read = &meter;
        chosen.emplace_back(Atom::kCacheRead, &meter.counts);
        break;
      case kMeterCacheWriteTokens:
        plain_.write = &meter;
        chosen.emplace_back(Atom::kCacheWrite, &write_);
        break;
      case kMeterCacheWrite5mTokens:
        plain_.write_5m = &meter;
        chosen.emplace_back(Atom::kCacheWrite5m, &meter.counts);
        break;
      case kMeterCacheWrite1hTokens:
        plain_.write_1h = &meter;
        chosen.emplace_back(Atom::kCacheWrite1h, &meter.counts);
        break;
      case kMeterOutputReasoningTokens:
        plain_.reasoning = &meter;
        chosen.emplace_back(Atom::kOutputReasoning, &meter.counts);
        break;
      default:
        meter.in_columns = IsLone(meter.column->meter);
        if (meter.in_columns) {
          chosen.emplace_back(FindMeter(meter.column->meter)->remainder, &meter.counts);
        }
    }
  }
  std::sort(chosen.begin(), chosen.end());
  for (const auto& [atom, counts] : chosen) {
    atoms_.push_back(atom);
    atom_counts_.push_back(counts);
  }
  const ContextCuts all(catalog_.image());
  for (const ContextCuts::Cuts& cuts : all.all()) {
    Cut cut{cuts, {}};
    for (std::size_t i = 0; i < atoms_.size(); ++i) {
      if ((cuts.atoms & AtomBit(atoms_[i])) != 0) cut.positions.push_back(i);
    }
    if (cut.positions.empty()) continue;
    contexts_ *= cuts.starts.size();
    cuts_.push_back(std::move(cut));
  }
}

// Counts of one column: 0 where there are none, and where the row stands alone because of them.
void CallBlocks::ReadMeter(MeterColumn& meter, std::int64_t row, std::size_t count) {
  std::uint64_t* counts = meter.counts.data();
  if (meter.column->type.kind == ArrowKind::kNull) {
    std::fill_n(counts, count, std::uint64_t{0});
    std::fill_n(meter.valid.data(), count, std::uint8_t{0});
    return;
  }
  std::fill_n(refused_.data(), count, std::uint8_t{0});
  meter.array.ReadCounts(row, count, counts, refused_.data());
  if (meter.array.may_have_nulls()) {
    meter.array.ReadValidity(row, count, meter.valid.data());
    for (std::size_t i = 0; i < count; ++i) {
      counts[i] = meter.valid[i] != 0 ? counts[i] : 0;
      refused_[i] &= meter.valid[i];
    }
  }
  // What is not in columns stands alone unless it is 0, which is as good as absent.
  const std::uint64_t most = meter.in_columns ? kBlockQuantityMax / meter.column->multiplier : 0;
  const std::uint64_t multiplier = meter.column->multiplier;
  for (std::size_t i = 0; i < count; ++i) {
    const bool large = counts[i] > most;
    counts[i] = large ? 0 : counts[i] * multiplier;
    alone_[i] |= static_cast<std::uint8_t>(refused_[i] | (large ? 1 : 0));
  }
}

// Rows that state no meter at all.
void CallBlocks::MarkUnmetered(std::size_t count) {
  for (const MeterColumn& meter : meters_) {
    const bool is_null = meter.column->type.kind == ArrowKind::kNull;
    if (!is_null && !meter.array.may_have_nulls()) return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    std::uint8_t stated = 0;
    for (const MeterColumn& meter : meters_) stated |= meter.valid[i];
    alone_[i] |= static_cast<std::uint8_t>(1 - stated);
  }
}

// input - cached, where an absent whole is the sum of its parts.
void CallBlocks::SplitInput(std::size_t count) {
  const auto counts_of = [&](const MeterColumn* meter) {
    return meter == nullptr ? zeros_.data() : meter->counts.data();
  };
  const std::uint64_t* cached = counts_of(plain_.read);
  if (plain_.write != nullptr || plain_.write_5m != nullptr || plain_.write_1h != nullptr) {
    const std::uint64_t* read = cached;
    const std::uint64_t* write = counts_of(plain_.write);
    const std::uint64_t* write_5m = counts_of(plain_.write_5m);
    const std::uint64_t* write_1h = counts_of(plain_.write_1h);
    const bool all_stated = plain_.write != nullptr && !plain_.write->array.may_have_nulls() &&
                            plain_.write->column->type.kind != ArrowKind::kNull;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t lifetimes = write_5m[i] + write_1h[i];
      const bool stated = all_stated || (plain_.write != nullptr && plain_.write->valid[i] != 0);
      const std::uint64_t whole = stated ? write[i] : lifetimes;
      alone_[i] |= static_cast<std::uint8_t>(lifetimes > whole);
      write_[i] = whole - lifetimes;
      cached_[i] = read[i] + whole;
    }
    cached = cached_.data();
  }
  if (plain_.input == nullptr) return;
  const std::uint64_t* input = plain_.input->counts.data();
  for (std::size_t i = 0; i < count; ++i) {
    input_[i] = input[i] - cached[i];
    alone_[i] |= static_cast<std::uint8_t>(cached[i] > input[i]);
  }
  if (plain_.input->column->type.kind != ArrowKind::kNull &&
      !plain_.input->array.may_have_nulls()) {
    return;
  }
  // Absent: nothing beyond its parts. Such a row may have been marked above; it need not be.
  for (std::size_t i = 0; i < count; ++i) {
    if (plain_.input->valid[i] == 0) input_[i] = 0;
  }
}

void CallBlocks::SplitOutput(std::size_t count) {
  if (plain_.output == nullptr) return;
  const std::uint64_t* output = plain_.output->counts.data();
  const std::uint64_t* reasoning =
      plain_.reasoning == nullptr ? zeros_.data() : plain_.reasoning->counts.data();
  for (std::size_t i = 0; i < count; ++i) {
    output_[i] = output[i] - reasoning[i];
    alone_[i] |= static_cast<std::uint8_t>(reasoning[i] > output[i]);
  }
  if (plain_.output->column->type.kind != ArrowKind::kNull &&
      !plain_.output->array.may_have_nulls()) {
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (plain_.output->valid[i] == 0) output_[i] = 0;
  }
}

void CallBlocks::ReadMeters(std::int64_t row, std::size_t count) {
  for (MeterColumn& meter : meters_) ReadMeter(meter, row, count);
  MarkUnmetered(count);
  SplitInput(count);
  SplitOutput(count);
}

void CallBlocks::ReadContexts(std::size_t count) {
  std::fill_n(context_.data(), count, 0U);
  for (const Cut& cut : cuts_) {
    const auto intervals = static_cast<std::uint32_t>(cut.cuts.starts.size());
    if (intervals == 1) continue;
    const std::uint64_t second = cut.cuts.starts[1];
    std::copy_n(atom_counts_[cut.positions[0]]->data(), count, cached_.data());
    for (std::size_t p = 1; p < cut.positions.size(); ++p) {
      const std::uint64_t* counts = atom_counts_[cut.positions[p]]->data();
      for (std::size_t i = 0; i < count; ++i) cached_[i] += counts[i];
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t within =
          cached_[i] < second ? 0 : static_cast<std::uint32_t>(cut.cuts.IntervalOf(cached_[i]));
      context_[i] = context_[i] * intervals + within;
    }
  }
}

}  // namespace tokentra
