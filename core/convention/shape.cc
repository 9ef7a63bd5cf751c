#include "core/convention/shape.h"

#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"

namespace tokentra {
namespace {

// From this many threads on, equal ones are found with a table instead of by comparing.
constexpr std::size_t kCompareMax = 12;

}  // namespace

struct Shape::Thread {
  std::uint8_t alternative;
  std::uint8_t element;
  bool several;         // another reading of what was read so far was dropped for this one
  std::uint16_t begin;  // of the element
  std::uint32_t state;
  std::array<std::uint16_t, kElementsMax> ends;  // of the elements before
};

class Shape::Matcher {
 public:
  Matcher(const Shape& shape, std::string_view value, const BoundTexts* bound)
      : shape_(shape), value_(value), bound_(bound) {}

  Result Run(Reading& reading) {
    for (std::size_t i = 0; i < shape_.alternatives_.size(); ++i) {
      Thread& thread = threads_.emplace_back();
      thread.alternative = static_cast<std::uint8_t>(i);
      thread.element = 0;
      thread.several = false;
      thread.begin = 0;
      thread.state = 0;
    }
    for (std::size_t at = 0; at < value_.size(); ++at) {
      Step(at);
      if (threads_.empty()) return Result::kNone;
    }
    return Finish(reading);
  }

  // As Run, but tells where the last threads stood.
  Failure Fail() {
    for (std::size_t i = 0; i < shape_.alternatives_.size(); ++i) {
      threads_.push_back({static_cast<std::uint8_t>(i), 0, false, 0, 0, {}});
    }
    Failure failure;
    for (failure.at = 0; failure.at < value_.size(); ++failure.at) {
      const auto before = threads_;
      Step(failure.at);
      if (!threads_.empty()) continue;
      threads_ = before;
      break;
    }
    for (const Thread& thread : threads_) {
      failure.places.push_back({thread.alternative, thread.element, thread.begin});
    }
    return failure;
  }

 private:
  const ShapeElement& ElementOf(const Thread& thread, std::size_t element) const {
    return shape_.alternatives_[thread.alternative][element];
  }
  std::size_t CountOf(const Thread& thread) const {
    return shape_.alternatives_[thread.alternative].size();
  }

  // Whether the part that `thread` reads may end at `at` with what it has to be.
  bool MayLeave(const Thread& thread, std::size_t at) const {
    if (bound_ == nullptr) return true;
    const int part = ElementOf(thread, thread.element).part;
    if (part < 0) return true;
    const std::string_view wanted = (*bound_)[static_cast<std::size_t>(part)];
    return wanted.data() == nullptr || value_.substr(thread.begin, at - thread.begin) == wanted;
  }
  // Whether an optional element may be left out.
  bool MayBeEmpty(const ShapeElement& element) const {
    if (!element.dfa->nullable()) return false;
    if (bound_ == nullptr || element.part < 0) return true;
    const std::string_view wanted = (*bound_)[static_cast<std::size_t>(element.part)];
    return wanted.data() == nullptr || wanted.empty();
  }

  void Step(std::size_t at) {
    const auto byte = static_cast<unsigned char>(value_[at]);
    spawned_.clear();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      Thread& thread = threads_[i];
      const ShapeElement& element = ElementOf(thread, thread.element);
      if (element.dfa->Accepts(thread.state) && thread.element + 1u < CountOf(thread) &&
          MayLeave(thread, at)) {
        Spawn(thread, at, byte);
      }
      thread.state = element.dfa->Step(thread.state, byte);
      if (thread.state == Dfa::kDead) continue;
      if (kept != i) threads_[kept] = thread;
      ++kept;
    }
    threads_.resize(kept);
    if (kept + spawned_.size() > 1) {
      if (!spawned_.empty() || kept > 1) return Merge();
    } else if (kept == 0 && spawned_.size() == 1) {
      threads_.push_back(spawned_[0]);
    }
  }

  // Threads that leave the element of `thread` before the byte at `at`.
  void Spawn(const Thread& thread, std::size_t at, unsigned char byte) {
    const std::size_t count = CountOf(thread);
    for (std::size_t next = thread.element + 1u; next < count; ++next) {
      const ShapeElement& element = ElementOf(thread, next);
      const std::uint32_t state = element.dfa->Step(0, byte);
      if (state != Dfa::kDead) {
        Thread& made = spawned_.emplace_back(thread);
        made.element = static_cast<std::uint8_t>(next);
        made.begin = static_cast<std::uint16_t>(at);
        made.state = state;
        for (std::size_t i = thread.element; i < next; ++i) {
          made.ends[i] = static_cast<std::uint16_t>(at);
        }
      }
      if (!MayBeEmpty(element)) break;
    }
  }

  void Merge() {
    if (threads_.size() + spawned_.size() <= kCompareMax) {
      kept_.clear();
      for (const Thread& thread : threads_) AddComparing(thread);
      for (const Thread& thread : spawned_) AddComparing(thread);
    } else {
      if (place_.empty()) place_.resize(shape_.state_count_, 0);
      kept_.clear();
      for (const Thread& thread : threads_) AddPlaced(thread);
      for (const Thread& thread : spawned_) AddPlaced(thread);
      for (const Thread& thread : kept_) place_[NumberOf(thread)] = 0;
    }
    threads_.swap(kept_);
  }

  std::uint32_t NumberOf(const Thread& thread) const {
    return shape_.StateNumber(thread.alternative, thread.element, thread.state);
  }
  void AddComparing(const Thread& thread) {
    for (Thread& other : kept_) {
      if (other.state == thread.state && other.element == thread.element &&
          other.alternative == thread.alternative) {
        return Replace(other, thread);
      }
    }
    kept_.push_back(thread);
  }
  void AddPlaced(const Thread& thread) {
    std::uint32_t& place = place_[NumberOf(thread)];
    if (place != 0) return Replace(kept_[place - 1], thread);
    kept_.push_back(thread);
    place = static_cast<std::uint32_t>(kept_.size());
  }
  void Replace(Thread& held, const Thread& other) const {
    if (IsBetter(other, other.element, held)) held = other;
    held.several = true;
  }

  // Of two threads of one alternative, by the ends of the first `count` elements.
  bool IsBetter(const Thread& a, std::size_t count, const Thread& b) const {
    if (a.alternative != b.alternative) return a.alternative < b.alternative;
    for (std::size_t i = 0; i < count; ++i) {
      if (a.ends[i] == b.ends[i]) continue;
      return (a.ends[i] > b.ends[i]) == (shape_.preference_ != Preference::kShortest);
    }
    return false;
  }

  Result Finish(Reading& reading) {
    const Thread* best = nullptr;
    bool several = false;
    for (Thread& thread : threads_) {
      if (!MayEnd(thread)) continue;
      for (std::size_t i = thread.element; i < CountOf(thread); ++i) {
        thread.ends[i] = static_cast<std::uint16_t>(value_.size());
      }
      several = several || thread.several || best != nullptr;
      if (best == nullptr || IsBetter(thread, CountOf(thread), *best)) best = &thread;
    }
    if (best == nullptr) return Result::kNone;
    reading.alternative = best->alternative;
    reading.elements = static_cast<std::uint16_t>(CountOf(*best));
    reading.ends = best->ends;
    return several && shape_.preference_ == Preference::kNone ? Result::kSeveral : Result::kOne;
  }

  bool MayEnd(const Thread& thread) const {
    if (!ElementOf(thread, thread.element).dfa->Accepts(thread.state)) return false;
    if (!MayLeave(thread, value_.size())) return false;
    for (std::size_t i = thread.element + 1u; i < CountOf(thread); ++i) {
      if (!MayBeEmpty(ElementOf(thread, i))) return false;
    }
    return true;
  }

  using Threads = absl::InlinedVector<Thread, 4>;
  const Shape& shape_;
  const std::string_view value_;
  const BoundTexts* const bound_;
  Threads threads_;
  Threads spawned_;
  Threads kept_;
  std::vector<std::uint32_t> place_;  // by state number: 1 + index in kept_, 0: none
};

Shape::Shape(std::vector<ShapeAlternative> alternatives, Preference preference)
    : alternatives_(std::move(alternatives)), preference_(preference) {
  for (const ShapeAlternative& alternative : alternatives_) {
    std::vector<std::uint32_t>& offsets = offsets_.emplace_back();
    for (const ShapeElement& element : alternative) {
      offsets.push_back(state_count_);
      state_count_ += element.dfa->size();
    }
  }
  is_single_ = alternatives_.size() == 1 && alternatives_[0].size() == 1;
}

Shape::Result Shape::Match(std::string_view value, const BoundTexts* bound,
                           Reading& reading) const {
  if (value.size() > kValueBytesMax) return Result::kNone;
  for (const ShapeAlternative& alternative : alternatives_) {
    // A part that nothing satisfies has no start state; compilation refuses it.
    if (alternative.empty()) return Result::kNone;
  }
  if (is_single_ && bound == nullptr) {
    reading.alternative = 0;
    reading.elements = 1;
    reading.ends[0] = static_cast<std::uint16_t>(value.size());
    return alternatives_[0][0].dfa->Matches(value) ? Result::kOne : Result::kNone;
  }
  return Matcher(*this, value, bound).Run(reading);
}

PartSpan Shape::SpanOf(const Reading& reading, std::size_t part) const {
  const ShapeAlternative& alternative = alternatives_[reading.alternative];
  for (std::size_t i = 0; i < alternative.size(); ++i) {
    if (alternative[i].part != static_cast<int>(part)) continue;
    return {i == 0 ? 0u : reading.ends[i - 1], reading.ends[i], true};
  }
  return {};
}

Shape::Failure Shape::Diagnose(std::string_view value) const {
  return Matcher(*this, value.substr(0, kValueBytesMax), nullptr).Fail();
}

std::vector<Reading> Shape::Readings(std::string_view value, std::size_t most) const {
  std::vector<Reading> found;
  Reading reading;
  // Tries every end of `element`, which begins at `begin`.
  const auto try_element = [&](auto& self, const ShapeAlternative& alternative, std::size_t element,
                               std::size_t begin) -> void {
    if (found.size() >= most) return;
    if (element == alternative.size()) {
      if (begin == value.size()) found.push_back(reading);
      return;
    }
    for (std::size_t end = begin; end <= value.size(); ++end) {
      if (!alternative[element].dfa->Matches(value.substr(begin, end - begin))) continue;
      reading.ends[element] = static_cast<std::uint16_t>(end);
      self(self, alternative, element + 1, end);
    }
  };
  for (std::size_t i = 0; i < alternatives_.size(); ++i) {
    reading.alternative = static_cast<std::uint16_t>(i);
    reading.elements = static_cast<std::uint16_t>(alternatives_[i].size());
    try_element(try_element, alternatives_[i], 0, 0);
  }
  return found;
}

}  // namespace tokentra
