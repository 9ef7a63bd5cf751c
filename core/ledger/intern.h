// InternTable: an insert-only, lock-free map from byte strings, each with a mark, to handles.
//
//   slots_: | 0 | Node* | 0 | Node* | Node* | ...      open addressing, linear probing
//   Node:   | hash | mark | bytes_size | link | replaced by | bytes ... |
//
// A handle is the position of the slot: it is never reused, and finding the bytes of a handle is
// one load.
//
// Invariants:
//   1. A slot changes once, from null to a node; a node never changes but for `link` and, once,
//      `replaced_by`.
//   2. Equal bytes with equal marks have one handle, unless it was replaced: they probe the same
//   slots in the same order,
//      and nobody passes an empty slot. Bytes are always compared whole; a hash only finds the
//      place.
//   3. Slots are at least twice the nodes the caller's limits allow, and an insertion looks at most
//      at kProbesMax of them: the table never fills, a search always ends.
//
// Thread: any, concurrently. Intern is wait-free (bounded probes, one CAS a probe at most); a hit
// neither allocates nor writes. Ownership: the table owns its nodes; views live as long as it.
// It does not limit anything: the caller charges a budget before it lets a node in.

#ifndef TOKENTRA_CORE_LEDGER_INTERN_H_
#define TOKENTRA_CORE_LEDGER_INTERN_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace tokentra {

class InternTable {
 public:
  static constexpr std::uint32_t kProbesMax = 128;
  static constexpr std::uint32_t kNoLink = 0xffff'ffff;

  struct Node {
    std::uint64_t hash;
    std::uint32_t mark;  // the caller's; part of the identity
    std::uint32_t bytes_size;
    // One handle that the owner of the table may remember here (a fold's result); kNoLink: none.
    std::atomic<std::uint32_t> link;
    // Set: this node is not found any more, and stands for what the owner put here; kNoLink: none.
    std::atomic<std::uint32_t> replaced_by;

    std::string_view bytes() const { return {reinterpret_cast<const char*>(this + 1), bytes_size}; }
  };

  // What one node of so many bytes costs in memory.
  static constexpr std::size_t NodeBytes(std::size_t bytes_size) {
    return sizeof(Node) + bytes_size;
  }

  // nullptr when memory is short. `nodes_max` at most 2^26.
  static std::unique_ptr<InternTable> Create(std::uint64_t nodes_max);
  ~InternTable();

  InternTable(const InternTable&) = delete;
  InternTable& operator=(const InternTable&) = delete;

  struct Probe {
    std::uint64_t hash;
    std::uint32_t slot;  // the handle when found, else where to insert
    bool found;
    bool exhausted;  // not found, and no empty slot within reach
  };
  Probe Find(std::string_view bytes, std::uint32_t mark) const;

  // Inserts after a failed Find of the same bytes. `inserted` tells whether this call's node went
  // in (else somebody was faster, and the caller gives its budget back). nullopt when memory is
  // short or no slot is within reach.
  struct Insertion {
    std::uint32_t slot;
    bool inserted;
  };
  std::optional<Insertion> Insert(std::string_view bytes, std::uint32_t mark, const Probe& after);

  // nullptr when `slot` is no handle.
  Node* Get(std::uint32_t slot) const {
    // Acquire: pairs with the release of the CAS in Insert, which published the node's bytes.
    return slot < slots_count_ ? slots_[slot].load(std::memory_order_acquire) : nullptr;
  }

  std::uint32_t slots_count() const { return slots_count_; }
  std::size_t slots_bytes() const { return slots_count_ * sizeof(std::atomic<Node*>); }

 private:
  InternTable(std::atomic<Node*>* slots, std::uint32_t slots_count)
      : slots_(slots), slots_count_(slots_count) {}

  std::atomic<Node*>* const slots_;  // from calloc: pages never probed take no memory
  const std::uint32_t slots_count_;  // a power of two
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_INTERN_H_
