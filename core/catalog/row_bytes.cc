#include "core/catalog/row_bytes.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "core/base/little_endian.h"
#include "core/base/money.h"

namespace tokentra {
namespace {

constexpr std::uint8_t kVersion = 1;
static_assert(kAtomCount <= 0xFF);

// False when it is none that a catalog could hold.
bool ReadRate(ByteReader& reader, RateRecord& rate, RuleRecord& rule) {
  rate.meter = reader.Read<MeterId>();
  rate.amount_lo = reader.Read<std::uint64_t>();
  rate.amount_hi = reader.Read<std::int64_t>();
  rate.per = reader.Read<std::uint64_t>();
  const auto ruled = reader.Read<std::uint8_t>();
  if (ruled == 1) {
    rule.minimum = reader.Read<std::uint64_t>();
    rule.step = reader.Read<std::uint64_t>();
    rule.included = reader.Read<std::uint64_t>();
  }
  const std::optional<Money> amount = Money::FromWords(rate.amount_lo, rate.amount_hi);
  if (!reader.ok() || ruled > 1 || rule.step == 0 || rate.per == 0 || !amount.has_value() ||
      amount->attos() < 0 || rate.meter == 0 || rate.meter > kMeterCount) {
    return false;
  }
  rate.attos_per_quantum = WholeAttosPerQuantum({*amount, rate.per});
  return true;
}

bool ReadCover(ByteReader& reader, std::size_t rates, ShapeRecord& shape) {
  shape.rate_of_atom.fill(kNoRate);
  std::size_t atom = 0;
  const auto runs = reader.Read<std::uint8_t>();
  for (std::size_t i = 0; i < runs; ++i) {
    const auto atoms = reader.Read<std::uint8_t>();
    const auto rate = reader.Read<std::uint8_t>();
    if (!reader.ok() || atom + atoms > kAtomCount || (rate >= rates && rate != kNoRate)) {
      return false;
    }
    std::fill_n(shape.rate_of_atom.begin() + static_cast<std::ptrdiff_t>(atom), atoms, rate);
    atom += atoms;
  }
  return reader.done();
}

}  // namespace

void EncodeRow(const CatalogImage& image, const RowRecord& row, std::string& out) {
  out.clear();
  AppendInteger(out, kVersion);
  AppendInteger(out, row.free);
  AppendInteger(out, row.rate_count);
  for (std::size_t i = 0; i < row.rate_count; ++i) {
    const RateRecord& rate = image.Rate(row, i);
    AppendInteger(out, rate.meter);
    AppendInteger(out, rate.amount_lo);
    AppendInteger(out, rate.amount_hi);
    AppendInteger(out, rate.per);
    AppendInteger(out, static_cast<std::uint8_t>(rate.rule != 0 ? 1 : 0));
    if (rate.rule == 0) continue;
    const RuleRecord& rule = image.rules[rate.rule];
    AppendInteger(out, rule.minimum);
    AppendInteger(out, rule.step);
    AppendInteger(out, rule.included);
  }
  std::string runs;
  const auto& cover = image.shapes[row.shape].rate_of_atom;
  std::size_t last = kAtomCount;  // runs without a rate at the end are left out
  while (last > 0 && cover[last - 1] == kNoRate) --last;
  for (std::size_t at = 0; at < last;) {
    std::size_t end = at;
    while (end < last && cover[end] == cover[at]) ++end;
    AppendInteger(runs, static_cast<std::uint8_t>(end - at));
    AppendInteger(runs, cover[at]);
    at = end;
  }
  AppendInteger(out, static_cast<std::uint8_t>(runs.size() / 2));
  out += runs;
}

OwnedImage& RowShelf::ImageWithRoom(std::size_t rates) {
  constexpr std::size_t kNumbersMax = std::numeric_limits<std::uint16_t>::max();
  const auto has_room = [&](const OwnedImage& image) {
    return image.rates.size() + rates <= kNumbersMax && image.rules.size() + rates <= kNumbersMax &&
           image.shapes.size() < kNumbersMax;
  };
  if (images_.empty() || !has_room(images_.back())) {
    images_.emplace_back().rules.emplace_back();
    views_.emplace_back();
  }
  return images_.back();
}

std::optional<RowShelf::Place> RowShelf::Add(std::string_view bytes) {
  ByteReader reader(bytes);
  if (reader.Read<std::uint8_t>() != kVersion) return std::nullopt;
  RowRecord row;
  row.free = reader.Read<std::uint8_t>();
  row.rate_count = reader.Read<std::uint8_t>();
  if (!reader.ok() || row.free > 1 || row.rate_count > kRatesMax) return std::nullopt;
  std::vector<RateRecord> rates(row.rate_count);
  std::vector<RuleRecord> rules(row.rate_count);
  for (std::size_t i = 0; i < rates.size(); ++i) {
    if (!ReadRate(reader, rates[i], rules[i])) return std::nullopt;
  }
  ShapeRecord shape;
  if (!ReadCover(reader, rates.size(), shape)) return std::nullopt;

  OwnedImage& image = ImageWithRoom(rates.size());
  row.rates = static_cast<std::uint32_t>(image.rate_ids.size());
  for (std::size_t i = 0; i < rates.size(); ++i) {
    if (rules[i].minimum != 0 || rules[i].step != 1 || rules[i].included != 0) {
      rates[i].rule = static_cast<std::uint16_t>(image.rules.size());
      image.rules.push_back(rules[i]);
    }
    image.rate_ids.push_back(static_cast<std::uint16_t>(image.rates.size()));
    image.rates.push_back(rates[i]);
  }
  row.shape = static_cast<std::uint16_t>(image.shapes.size());
  image.shapes.push_back(shape);
  image.rows.push_back(row);
  views_.back() = image.View();
  return Place{images_.size() - 1, image.rows.size() - 1};
}

}  // namespace tokentra
