#include "core/ledger/intern.h"

#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>

#include "absl/hash/hash.h"

namespace tokentra {
namespace {

bool IsSame(const InternTable::Node& node, std::uint64_t hash, std::uint32_t mark,
            std::string_view bytes) {
  // Relaxed: a handle that is being replaced may be found once more.
  return node.hash == hash && node.mark == mark && node.bytes() == bytes &&
         node.replaced_by.load(std::memory_order_relaxed) == InternTable::kNoLink;
}

}  // namespace

std::unique_ptr<InternTable> InternTable::Create(std::uint64_t nodes_max) {
  const std::uint64_t slots_count = std::bit_ceil(2 * nodes_max + 2);
  // Zero bytes are null pointers here, and an implicit-lifetime array of trivially destructible
  // atomics; calloc leaves large arrays untouched until they are probed.
  void* memory = std::calloc(slots_count, sizeof(std::atomic<Node*>));
  if (memory == nullptr) return nullptr;
  auto* table = new (std::nothrow) InternTable(static_cast<std::atomic<Node*>*>(memory),
                                               static_cast<std::uint32_t>(slots_count));
  if (table == nullptr) std::free(memory);
  return std::unique_ptr<InternTable>(table);
}

InternTable::~InternTable() {
  for (std::uint32_t slot = 0; slot < slots_count_; ++slot) {
    // Relaxed: nobody else is left, by the contract of destruction.
    ::operator delete(slots_[slot].load(std::memory_order_relaxed));
  }
  std::free(slots_);
}

InternTable::Probe InternTable::Find(std::string_view bytes, std::uint32_t mark) const {
  const std::uint64_t hash = absl::HashOf(bytes);
  const std::uint32_t mask = slots_count_ - 1;
  auto slot = static_cast<std::uint32_t>(hash) & mask;
  for (std::uint32_t i = 0; i < kProbesMax; ++i, slot = (slot + 1) & mask) {
    const Node* node = Get(slot);
    if (node == nullptr) return {hash, slot, false, false};
    if (IsSame(*node, hash, mark, bytes)) return {hash, slot, true, false};
  }
  return {hash, 0, false, true};
}

std::optional<InternTable::Insertion> InternTable::Insert(std::string_view bytes,
                                                          std::uint32_t mark, const Probe& after) {
  if (after.exhausted) return std::nullopt;
  void* memory = ::operator new(NodeBytes(bytes.size()), std::nothrow);
  if (memory == nullptr) return std::nullopt;
  Node* node = new (memory)
      Node{after.hash, mark, static_cast<std::uint32_t>(bytes.size()), kNoLink, kNoLink};
  if (!bytes.empty())
    std::memcpy(static_cast<char*>(memory) + sizeof(Node), bytes.data(), bytes.size());

  const std::uint32_t mask = slots_count_ - 1;
  const auto home = static_cast<std::uint32_t>(after.hash) & mask;
  for (std::uint32_t slot = after.slot; ((slot - home) & mask) < kProbesMax;
       slot = (slot + 1) & mask) {
    Node* present = nullptr;
    // Release publishes the node to Get; acquire, on failure, makes the winner's bytes readable.
    if (slots_[slot].compare_exchange_strong(present, node, std::memory_order_acq_rel)) {
      return Insertion{slot, true};
    }
    if (IsSame(*present, after.hash, mark, bytes)) {
      ::operator delete(memory);
      return Insertion{slot, false};
    }
  }
  ::operator delete(memory);
  return std::nullopt;
}

}  // namespace tokentra
