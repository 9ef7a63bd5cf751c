#include "core/ledger/event.h"

namespace tokentra {
namespace {

struct AtomPlace {
  std::uint8_t page;
  std::uint8_t counter;
};

constexpr auto kAtomPlaces = [] {
  std::array<AtomPlace, kAtomCount> places{};
  for (std::size_t atom = 0; atom < kAtomCount; ++atom) {
    places[atom] = {static_cast<std::uint8_t>(atom / kAtomsPerPage),
                    static_cast<std::uint8_t>(kFirstQuantity + atom % kAtomsPerPage)};
  }
  return places;
}();

PageAddition& Append(PartPages& pages, std::uint8_t page) {
  PageAddition& addition = pages.additions[pages.count++];
  addition.page = page;
  addition.counters.fill(0);
  return addition;
}

void AppendAmount(PartPages& pages, std::uint8_t page, Int128 amount) {
  PageAddition& addition = Append(pages, page);
  addition.counters[kAmountLow] = static_cast<std::uint64_t>(amount);
  addition.counters[kAmountHigh] = static_cast<std::uint64_t>(static_cast<Uint128>(amount) >> 64);
  addition.counters[kAmountCount] = 1;
}

// One of the three counters behind the amount.
void CountArrival(Arrival arrival, PageAddition& reported_page) {
  const std::size_t counter = kFirstArrival + static_cast<std::size_t>(arrival) -
                              static_cast<std::size_t>(Arrival::kAdjusted);
  reported_page.counters[counter] = 1;
}

// Atoms come in ascending order, so equal pages are neighbours. False when out of range.
bool AppendAtoms(const Atoms& atoms, std::uint8_t bank, PageAddition* current, PartPages& pages) {
  bool in_range = true;
  for (const AtomQuantity& item : atoms.items()) {
    const AtomPlace place = kAtomPlaces[static_cast<std::size_t>(item.atom)];
    const auto page = static_cast<std::uint8_t>(place.page + bank);
    if (current == nullptr || current->page != page) current = &Append(pages, page);
    current->counters[place.counter] += item.quantity;
    in_range &= item.quantity <= kQuantityMax;
  }
  return in_range;
}

}  // namespace

bool SplitPart(const Part& part, bool first, const std::optional<Int128>& reported, Arrival arrival,
               PartPages* pages) {
  pages->count = 0;
  PageAddition& page_zero = Append(*pages, 0);
  page_zero.counters[kEventsCounter] = first ? 1 : 0;
  if (part.atoms != nullptr && !AppendAtoms(*part.atoms, 0, &page_zero, *pages)) return false;
  if (part.billed != nullptr && !AppendAtoms(*part.billed, kBilledBank, nullptr, *pages)) {
    return false;
  }
  if (first && reported.has_value()) {
    if (!IsEventAmount(*reported)) return false;
    AppendAmount(*pages, kReportedPage, *reported);
  }
  if (first && arrival != Arrival::kInTime) {
    PageAddition& page =
        reported.has_value() ? pages->additions[pages->count - 1] : Append(*pages, kReportedPage);
    CountArrival(arrival, page);
  }
  return !part.priced || IsEventAmount(part.cost);
}

void AppendOverflow(const Part& part, PartPages* pages) {
  if (part.priced) AppendAmount(*pages, kOverflowPage, part.cost);
}

}  // namespace tokentra
