// A growing array of plain values whose first N live in the object, so that the usual call
// allocates nothing. What is past `size()` is not initialised.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_INLINE_VECTOR_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_INLINE_VECTOR_H_

#include <cstddef>
#include <cstring>
#include <memory>
#include <type_traits>

namespace tokentra::python {

template <typename T, std::size_t N>
class InlineVector {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  InlineVector() {}  // not `= default`: that would clear the inline array
  InlineVector(const InlineVector&) = delete;
  InlineVector& operator=(const InlineVector&) = delete;

  void push_back(const T& value) {
    if (size_ == capacity_) Grow();
    data_[size_++] = value;
  }
  void clear() { size_ = 0; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }

 private:
  void Grow() {
    std::unique_ptr<T[]> larger(new T[capacity_ * 2]);
    std::memcpy(larger.get(), data_, size_ * sizeof(T));
    heap_ = std::move(larger);
    data_ = heap_.get();
    capacity_ *= 2;
  }

  std::size_t size_ = 0;
  std::size_t capacity_ = N;
  std::unique_ptr<T[]> heap_;
  T* data_ = inline_;
  T inline_[N];
};

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_INLINE_VECTOR_H_
