#include "core/catalog/row_bytes.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "core/base/money.h"

namespace tokentra {
namespace {

constexpr std::uint8_t kVersion = 1;
static_assert(kAtomCount <= 0xFF);

template <typename Integer>
void Append(std::string& out, Integer value) {
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  }
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <typename Integer>
  Integer Next() {
    std::uint64_t value = 0;
    if (rest_.size() < sizeof(Integer)) {
      ok_ = false;
      return 0;
    }
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
    }
    rest_.remove_prefix(sizeof(Integer));
    return static_cast<Integer>(value);
  }

  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

// False when it is none that a catalog could hold.
bool ReadRate(Reader& reader, RateRecord& rate, RuleRecord& rule) {
  rate.meter = reader.Next<MeterId>();
  rate.amount_lo = reader.Next<std::uint64_t>();
  rate.amount_hi = reader.Next<std::int64_t>();
  rate.per = reader.Next<std::uint64_t>();
  const auto ruled = reader.Next<std::uint8_t>();
  if (ruled == 1) {
    rule.minimum = reader.Next<std::uint64_t>();
    rule.step = reader.Next<std::uint64_t>();
    rule.included = reader.Next<std::uint64_t>();
  }
  const std::optional<Money> amount = Money::FromWords(rate.amount_lo, rate.amount_hi);
  if (!reader.ok() || ruled > 1 || rule.step == 0 || rate.per == 0 || !amount.has_value() ||
      amount->attos() < 0 || rate.meter == 0 || rate.meter > kMeterCount) {
    return false;
  }
  rate.attos_per_quantum = WholeAttosPerQuantum({*amount, rate.per});
  return true;
}

bool ReadCover(Reader& reader, std::size_t rates, ShapeRecord& shape) {
  shape.rate_of_atom.fill(kNoRate);
  std::size_t atom = 0;
  const auto runs = reader.Next<std::uint8_t>();
  for (std::size_t i = 0; i < runs; ++i) {
    const auto atoms = reader.Next<std::uint8_t>();
    const auto rate = reader.Next<std::uint8_t>();
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
  Append(out, kVersion);
  Append(out, row.free);
  Append(out, row.rate_count);
  for (std::size_t i = 0; i < row.rate_count; ++i) {
    const RateRecord& rate = image.Rate(row, i);
    Append(out, rate.meter);
    Append(out, rate.amount_lo);
    Append(out, rate.amount_hi);
    Append(out, rate.per);
    Append(out, static_cast<std::uint8_t>(rate.rule != 0 ? 1 : 0));
    if (rate.rule == 0) continue;
    const RuleRecord& rule = image.rules[rate.rule];
    Append(out, rule.minimum);
    Append(out, rule.step);
    Append(out, rule.included);
  }
  std::string runs;
  const auto& cover = image.shapes[row.shape].rate_of_atom;
  std::size_t last = kAtomCount;  // runs without a rate at the end are left out
  while (last > 0 && cover[last - 1] == kNoRate) --last;
  for (std::size_t at = 0; at < last;) {
    std::size_t end = at;
    while (end < last && cover[end] == cover[at]) ++end;
    Append(runs, static_cast<std::uint8_t>(end - at));
    Append(runs, cover[at]);
    at = end;
  }
  Append(out, static_cast<std::uint8_t>(runs.size() / 2));
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
  Reader reader(bytes);
  if (reader.Next<std::uint8_t>() != kVersion) return std::nullopt;
  RowRecord row;
  row.free = reader.Next<std::uint8_t>();
  row.rate_count = reader.Next<std::uint8_t>();
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
