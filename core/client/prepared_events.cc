#include "core/client/prepared_events.h"

#include <array>

namespace tokentra {
namespace {

void AppendAtoms(std::span<const AtomQuantity> items, Atoms& out) {
  for (const AtomQuantity& item : items) out.Append(item.atom, item.quantity);
}

}  // namespace

std::uint32_t PreparedEvents::AddDimensions(std::span<const std::string_view> values,
                                            std::uint64_t present) {
  key_.clear();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint64_t size = (present >> i & 1) != 0 ? values[i].size() + 1 : 0;
    key_.append(reinterpret_cast<const char*>(&size), sizeof size);
    if (size != 0) key_.append(values[i]);
  }
  const auto [found, is_new] = dimensions_index_.try_emplace(
      std::string(key_), static_cast<std::uint32_t>(dimensions_.size()));
  if (is_new) dimensions_.push_back({{values.begin(), values.end()}, present, std::nullopt});
  return found->second;
}

std::uint32_t PreparedEvents::AddClass(std::string_view bytes, ClassKind kind) {
  key_.assign(1, static_cast<char>(kind));
  key_.append(bytes);
  const auto [found, is_new] =
      classes_index_.try_emplace(key_, static_cast<std::uint32_t>(classes_.size()));
  if (is_new) classes_.push_back({std::string(bytes), kind, std::nullopt});
  return found->second;
}

void PreparedEvents::AddPart(Event& event, std::uint32_t class_index, const Atoms* atoms,
                             const Atoms* billed, Int128 cost, bool priced) {
  Part part;
  part.class_index = class_index;
  part.atoms_begin = static_cast<std::uint32_t>(atoms_.size());
  if (atoms != nullptr) {
    atoms_.insert(atoms_.end(), atoms->items().begin(), atoms->items().end());
    part.atoms = static_cast<std::uint32_t>(atoms->items().size());
  }
  if (billed != nullptr) {
    atoms_.insert(atoms_.end(), billed->items().begin(), billed->items().end());
    part.billed = static_cast<std::uint32_t>(billed->items().size());
  }
  part.cost = cost;
  part.priced = priced;
  parts_.push_back(part);
  ++event.parts;
}

RecordResult PreparedEvents::Record(std::size_t index, Ledger& ledger) {
  const Event& event = events_[index];
  std::array<tokentra::Part, kPartsMax> parts;
  std::array<Atoms, kPartsMax> atoms;
  std::array<Atoms, kPartsMax> billed;
  for (std::uint32_t i = 0; i < event.parts; ++i) {
    const Part& part = parts_[event.parts_begin + i];
    Class& used = classes_[part.class_index];
    if (!used.id.has_value()) used.id = ledger.InternClass(used.bytes, used.kind);
    const std::span<const AtomQuantity> all(atoms_.data() + part.atoms_begin,
                                            part.atoms + part.billed);
    AppendAtoms(all.first(part.atoms), atoms[i]);
    AppendAtoms(all.subspan(part.atoms), billed[i]);
    parts[i] = {*used.id, part.atoms == 0 ? nullptr : &atoms[i],
                part.billed == 0 ? nullptr : &billed[i], part.cost, part.priced};
  }
  return ledger.Record({event.at,
                        DimensionsOf(index, ledger),
                        {parts.data(), event.parts},
                        event.reported,
                        event.has_id && !event.refused ? &event.id : nullptr});
}

DimensionsId PreparedEvents::DimensionsOf(std::size_t index, Ledger& ledger) {
  Dimensions& dimensions = dimensions_[events_[index].dimensions];
  if (!dimensions.id.has_value()) {
    const std::vector<std::string_view> values(dimensions.values.begin(), dimensions.values.end());
    dimensions.id = ledger.InternDimensions(values, dimensions.present);
  }
  return *dimensions.id;
}

}  // namespace tokentra
