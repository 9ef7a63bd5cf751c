#include "core/pricing/price_terms.h"

#include <bit>
#include <optional>

#include "core/base/money.h"

namespace tokentra {
namespace {

constexpr char kVersion = 1;

void Append(std::uint64_t value, int bytes, std::string& out) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t Read(int bytes) {
    if (rest_.size() < static_cast<std::size_t>(bytes)) {
      ok_ = false;
      return 0;
    }
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(rest_[static_cast<std::size_t>(i)])}
               << (8 * i);
    }
    rest_.remove_prefix(static_cast<std::size_t>(bytes));
    return value;
  }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

AtomSet AtomsOf(const ShapeRecord& shape, std::size_t rate) {
  AtomSet atoms = 0;
  for (std::size_t atom = 0; atom < kAtomCount; ++atom) {
    if (shape.rate_of_atom[atom] == rate) atoms |= AtomSet{1} << atom;
  }
  return atoms;
}

// As compiled: 0 unless it is whole and fits.
std::uint64_t AttosPerQuantum(Int128 amount, std::uint64_t per) {
  const Int128 attos = amount / per;
  const bool whole = amount % per == 0 && attos > 0 && attos >> 64 == 0;
  return whole ? static_cast<std::uint64_t>(attos) : 0;
}

bool ReadRate(Reader& reader, std::uint8_t position, OwnedImage& image) {
  RateRecord rate;
  rate.meter = static_cast<MeterId>(reader.Read(2));
  const std::uint64_t atoms_low = reader.Read(8);
  const AtomSet atoms = AtomSet{reader.Read(8)} << 64 | atoms_low;
  rate.amount_lo = reader.Read(8);
  rate.amount_hi = static_cast<std::int64_t>(reader.Read(8));
  rate.per = reader.Read(8);
  const std::uint64_t rule = reader.Read(1);
  const std::optional<Money> amount = Money::FromWords(rate.amount_lo, rate.amount_hi);
  if (!reader.ok() || rule > 1 || rate.per == 0 || !amount.has_value() || *amount < Money() ||
      atoms >> kAtomCount != 0) {
    return false;
  }
  if (rule == 1) {
    const RuleRecord record = {reader.Read(8), reader.Read(8), reader.Read(8)};
    if (!reader.ok() || record.step == 0) return false;
    rate.rule = static_cast<std::uint16_t>(image.rules.size());
    image.rules.push_back(record);
  }
  std::size_t covered = 0;
  for (std::size_t atom = 0; atom < kAtomCount; ++atom) {
    if ((atoms >> atom & 1) == 0) continue;
    std::uint8_t& rate_of_atom = image.shapes[0].rate_of_atom[atom];
    if (rate_of_atom != kNoRate || ++covered > kMeterAtomsMax) return false;
    rate_of_atom = position;
  }
  rate.attos_per_quantum = AttosPerQuantum(amount->attos(), rate.per);
  image.rate_ids.push_back(position);
  image.rates.push_back(rate);
  return true;
}

}  // namespace

void EncodePriceTerms(const CatalogImage& image, const RowRecord& row, std::string& out) {
  out.clear();
  out += kVersion;
  out += static_cast<char>(row.free);
  out += static_cast<char>(row.rate_count);
  const ShapeRecord& shape = image.shapes[row.shape];
  for (std::size_t i = 0; i < row.rate_count; ++i) {
    const RateRecord& rate = image.Rate(row, i);
    const AtomSet atoms = AtomsOf(shape, i);
    Append(rate.meter, 2, out);
    Append(static_cast<std::uint64_t>(atoms), 8, out);
    Append(static_cast<std::uint64_t>(atoms >> 64), 8, out);
    Append(rate.amount_lo, 8, out);
    Append(static_cast<std::uint64_t>(rate.amount_hi), 8, out);
    Append(rate.per, 8, out);
    Append(rate.rule != 0 ? 1 : 0, 1, out);
    if (rate.rule == 0) continue;
    const RuleRecord& rule = image.rules[rate.rule];
    Append(rule.minimum, 8, out);
    Append(rule.step, 8, out);
    Append(rule.included, 8, out);
  }
}

std::unique_ptr<const PriceTerms> PriceTerms::Decode(std::string_view bytes) {
  Reader reader(bytes);
  std::unique_ptr<PriceTerms> terms(new PriceTerms);
  if (reader.Read(1) != static_cast<std::uint64_t>(kVersion)) return nullptr;
  RowRecord row;
  const std::uint64_t free = reader.Read(1);
  const std::uint64_t rates = reader.Read(1);
  if (!reader.ok() || free > 1 || rates > kRatesMax) return nullptr;
  row.free = static_cast<std::uint8_t>(free);
  row.rate_count = static_cast<std::uint8_t>(rates);
  OwnedImage& image = terms->image_;
  image.rules.push_back({});
  image.shapes.push_back({});
  image.shapes[0].rate_of_atom.fill(kNoRate);
  for (std::uint8_t i = 0; i < row.rate_count; ++i) {
    if (!ReadRate(reader, i, image)) return nullptr;
  }
  image.rows.push_back(row);
  return reader.done() ? std::move(terms) : nullptr;
}

}  // namespace tokentra
