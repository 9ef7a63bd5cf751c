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
void CountArrival(Arrival arrival, std::uint64_t events, PageAddition& reported_page) {
  const std::size_t counter = kFirstArrival + static_cast<std::size_t>(arrival) -
                              static_cast<std::size_t>(Arrival::kAdjusted);
  reported_page.counters[counter] = events;
}

// Atoms come in ascending order, so equal pages are neighbours. False when out of range.
bool AppendAtoms(const Atoms& atoms, std::uint8_t bank, std::uint64_t most, PageAddition* current,
                 PartPages& pages) {
  bool in_range = true;
  for (const AtomQuantity& item : atoms.items()) {
    const AtomPlace place = kAtomPlaces[static_cast<std::size_t>(item.atom)];
    const auto page = static_cast<std::uint8_t>(place.page + bank);
    if (current == nullptr || current->page != page) current = &Append(pages, page);
    current->counters[place.counter] += item.quantity;
    in_range &= item.quantity <= most;
  }
  return in_range;
}

}  // namespace

bool SplitPart(const Event& event, const Part& part, Arrival arrival, PartPages* pages) {
  const bool first = &part == event.parts.data();
  const std::uint64_t most = QuantityMaxOf(event.events);
  pages->count = 0;
  PageAddition& page_zero = Append(*pages, 0);
  page_zero.counters[kEventsCounter] = first ? event.events : 0;
  if (part.atoms != nullptr && !AppendAtoms(*part.atoms, 0, most, &page_zero, *pages)) return false;
  if (part.billed != nullptr && !AppendAtoms(*part.billed, kBilledBank, most, nullptr, *pages)) {
    return false;
  }
  if (first && event.reported.has_value()) {
    if (!IsAmountOf(event.events, *event.reported)) return false;
    AppendAmount(*pages, kReportedPage, *event.reported);
  }
  if (first && arrival != Arrival::kInTime) {
    PageAddition& page = event.reported.has_value() ? pages->additions[pages->count - 1]
                                                    : Append(*pages, kReportedPage);
    CountArrival(arrival, event.events, page);
  }
  return !part.priced || IsAmountOf(event.events, part.cost);
}

void AppendOverflow(const Part& part, PartPages* pages) {
  if (part.priced) AppendAmount(*pages, kOverflowPage, part.cost);
}

}  // namespace tokentra
