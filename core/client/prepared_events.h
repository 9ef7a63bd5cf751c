// Events of one chunk of records, priced and ready to be recorded.
//
// Preparing is the expensive half of tracking and depends on nothing but catalog, client defaults
// and chunk, so chunks are prepared on any thread; committing them in their order (Client::Commit)
// then makes ids, folding and totals those of one thread reading from top to bottom.
//
// Distinct tuples of dimension values and distinct classes are kept once a chunk: they are interned
// by the first commit that needs them.
//
// Thread: one object, one thread. Memory: about 100 bytes an event and 16 an atom.

#ifndef TOKENTRA_CORE_CLIENT_PREPARED_EVENTS_H_
#define TOKENTRA_CORE_CLIENT_PREPARED_EVENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/ledger/ledger.h"

namespace tokentra {

class PreparedEvents {
 public:
  struct Part {
    std::uint32_t class_index = 0;
    std::uint32_t atoms_begin = 0;
    std::uint32_t atoms = 0;
    std::uint32_t billed = 0;  // behind the atoms
    bool priced = false;
    Int128 cost = 0;
  };

  struct Event {
    InstantNs at = kNoInstant;
    std::uint32_t dimensions = 0;
    std::uint32_t parts_begin = 0;
    std::uint32_t parts = 0;
    bool has_id = false;
    bool refused = false;
    bool unmetered = false;
    EventId id = {};
    std::optional<Int128> reported;
  };

  std::uint32_t AddDimensions(std::span<const std::string_view> values, std::uint64_t present);
  std::uint32_t AddClass(std::string_view bytes, ClassKind kind);
  void AddPart(Event& event, std::uint32_t class_index, const Atoms* atoms, const Atoms* billed,
               Int128 cost, bool priced);
  // Index of the event.
  std::size_t Add(const Event& event) {
    events_.push_back(event);
    return events_.size() - 1;
  }
  // A new event, whose parts come next.
  Event Begin() const {
    Event event;
    event.parts_begin = static_cast<std::uint32_t>(parts_.size());
    return event;
  }

  std::size_t size() const { return events_.size(); }
  const Event& event(std::size_t index) const { return events_[index]; }

  // Records one event; the first use of a tuple or a class interns it.
  RecordResult Record(std::size_t index, Ledger& ledger);
  DimensionsId DimensionsOf(std::size_t index, Ledger& ledger);

 private:
  struct Dimensions {
    std::vector<std::string> values;
    std::uint64_t present = 0;
    std::optional<DimensionsId> id;
  };
  struct Class {
    std::string bytes;
    ClassKind kind;
    std::optional<ClassId> id;
  };

  std::vector<Event> events_;
  std::vector<Part> parts_;
  std::vector<AtomQuantity> atoms_;
  std::vector<Dimensions> dimensions_;
  std::vector<Class> classes_;
  // Standard maps: absl's do not survive memory that runs out while they grow.
  std::unordered_map<std::string, std::uint32_t> dimensions_index_;
  std::unordered_map<std::string, std::uint32_t> classes_index_;
  std::string key_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_PREPARED_EVENTS_H_
