// Live<T>: a value that is replaced while others use it.
//
//   const Live<State>::Reader state(live_);     // the old one or the new one, whole
//   state->catalog;                             // stays until `state` goes
//   live_.Update([](const State& now) { return std::make_unique<State>(...); });
//
// Readers are wait-free and block nobody. Until the first update, reading is one load. Afterwards a
// reader counts itself in one of kStripes counters, chosen by where its stack is, so that threads
// seldom share one.
//
// Invariants:
//   1. A reader sees one value from its construction to its destruction.
//   2. A value is freed when no reader can have it any more, at the latest with the Live: a value
//      that was replaced is freed once every stripe has been seen without readers since. Who reads
//      a stripe as 0 after replacing the pointer knows that readers of that stripe that come later
//      see the new pointer. The first value stays as long as the Live.
//   3. Nobody waits for a lock, so a process that was forked in the middle of an update can read
//      and update; at worst it keeps a replaced value.
//
// Thread: all concurrent, but for construction and destruction.

#ifndef TOKENTRA_CORE_BASE_LIVE_H_
#define TOKENTRA_CORE_BASE_LIVE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace tokentra {

template <typename T>
class Live {
  struct Node {
    std::unique_ptr<T> value;
    Node* next = nullptr;
    std::uint64_t quiet = 0;  // stripes seen without readers since it was replaced
  };

 public:
  explicit Live(std::unique_ptr<T> first) : first_{std::move(first)}, current_(&first_) {}
  ~Live() {
    Node* node = current_.load(std::memory_order_relaxed);
    if (node != &first_) delete node;
    FreeAll(retired_.load(std::memory_order_relaxed));
    FreeAll(waiting_);
  }
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  class Reader {
   public:
    explicit Reader(const Live& live) {
      // Acquire: what the node points at was written before it was published.
      node_ = live.current_.load(std::memory_order_acquire);
      if (node_ != &live.first_) {
        readers_ = &live.stripes_[StripeOf(this)].readers;
        // Sequentially consistent, both: either the updater sees this reader, or this reader sees
        // what the updater published before it looked.
        readers_->fetch_add(1, std::memory_order_seq_cst);
        node_ = live.current_.load(std::memory_order_seq_cst);
      }
    }
    ~Reader() {
      // Release: the uses are over before the updater may see it.
      if (readers_ != nullptr) readers_->fetch_sub(1, std::memory_order_release);
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    T& operator*() const { return *node_->value; }
    T* operator->() const { return node_->value.get(); }

   private:
    friend class Live;
    std::atomic<std::uint64_t>* readers_ = nullptr;
    Node* node_;
  };

  // Puts `make(now)` in the place of `now`; `make` is called again when another update came first.
  template <typename Make>
  void Update(const Make& make) {
    while (true) {
      auto node = std::make_unique<Node>();
      Node* now = nullptr;
      {
        // While it is read, `now` is not freed, and so its address is no other node's.
        const Reader reader(*this);
        now = reader.node_;
        node->value = make(std::as_const(*reader));
        Node* expected = now;
        if (!current_.compare_exchange_strong(expected, node.get(), std::memory_order_seq_cst)) {
          continue;
        }
        node.release();
      }
      if (now != &first_) Retire(now);
      Sweep();
      return;
    }
  }

 private:
  static constexpr std::size_t kStripes = 64;
  static constexpr std::uint64_t kAllStripes = ~std::uint64_t{0};

  struct alignas(64) Stripe {
    mutable std::atomic<std::uint64_t> readers{0};
  };

  static std::size_t StripeOf(const void* place) {
    // Stacks of threads are megabytes apart, frames of one call path are near each other.
    const auto address = reinterpret_cast<std::uintptr_t>(place) >> 16;
    return (address ^ address >> 6 ^ address >> 12) % kStripes;
  }

  static void FreeAll(Node* node) {
    while (node != nullptr) delete std::exchange(node, node->next);
  }

  void Retire(Node* node) {
    node->next = retired_.load(std::memory_order_relaxed);
    // Release: `next` is written before the sweeper finds the node.
    while (!retired_.compare_exchange_weak(node->next, node, std::memory_order_release,
                                           std::memory_order_relaxed)) {
    }
  }

  // One sweeps; who finds another at it leaves its node to the next.
  void Sweep() {
    if (sweeping_.exchange(true, std::memory_order_acquire)) return;
    // Acquire: pairs with Retire.
    Node* fresh = retired_.exchange(nullptr, std::memory_order_acquire);
    while (fresh != nullptr) {
      Node* const next = std::exchange(fresh->next, waiting_);
      waiting_ = std::exchange(fresh, next);
    }
    std::uint64_t quiet = 0;
    for (std::size_t i = 0; i < kStripes; ++i) {
      if (stripes_[i].readers.load(std::memory_order_seq_cst) == 0) quiet |= std::uint64_t{1} << i;
    }
    for (Node** place = &waiting_; *place != nullptr;) {
      Node* const node = *place;
      node->quiet |= quiet;
      if (node->quiet != kAllStripes) {
        place = &node->next;
        continue;
      }
      *place = node->next;
      delete node;
    }
    // Release: the next sweeper sees the list as it is now.
    sweeping_.store(false, std::memory_order_release);
  }

  Node first_;
  std::atomic<Node*> current_;
  std::array<Stripe, kStripes> stripes_;
  std::atomic<Node*> retired_{nullptr};
  std::atomic<bool> sweeping_{false};
  Node* waiting_ = nullptr;  // the sweeper's
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_BASE_LIVE_H_
