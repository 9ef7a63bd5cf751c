#include "core/usage/json_collector.h"

#include <algorithm>
#include <cassert>

namespace tokentra::extract {
namespace {

// What a text buffer keeps between two objects.
constexpr std::size_t kCapacityKept = std::size_t{64} << 10;

}  // namespace

void JsonCollector::Clear() {
  if (text_.capacity() > kCapacityKept) {
    text_ = std::string();
  } else {
    text_.clear();
  }
  depth_ = string_start_ = string_size_ = 0;
  in_string_ = escaped_ = done_ = too_long_ = false;
}

void JsonCollector::Keep(std::string_view bytes) {
  if (too_long_) return;
  if (bytes.size() > kObjectMax - text_.size()) {
    too_long_ = true;
    text_ = std::string();
    return;
  }
  text_.append(bytes);
}

std::size_t JsonCollector::TakeString(std::string_view bytes) {
  std::size_t end = 0;
  for (; end < bytes.size(); ++end) {
    if (escaped_) {
      escaped_ = false;
    } else if (bytes[end] == '\\') {
      escaped_ = true;
    } else if (bytes[end] == '"') {
      break;
    }
  }
  if (string_size_ <= kStringMax) {
    string_size_ += end;
    if (string_size_ <= kStringMax) {
      Keep(bytes.substr(0, end));
    } else if (!too_long_) {
      text_.resize(string_start_);  // a cut string could end within an escape: none is left
    }
  }
  if (end == bytes.size()) return end;
  in_string_ = false;
  Keep("\"");
  return end + 1;
}

std::size_t JsonCollector::Take(std::string_view bytes) {
  assert(!done_);
  std::size_t at = 0;
  while (at < bytes.size() && !done_) {
    if (in_string_) {
      at += TakeString(bytes.substr(at));
      continue;
    }
    std::size_t end = at;
    for (; end < bytes.size() && !done_ && !in_string_; ++end) {
      switch (bytes[end]) {
        case '"':
          in_string_ = true;
          break;
        case '{':
        case '[':
          ++depth_;
          break;
        case '}':
        case ']':
          done_ = --depth_ == 0;
          break;
        default:
          break;
      }
    }
    Keep(bytes.substr(at, end - at));
    if (in_string_) {
      string_start_ = text_.size();
      string_size_ = 0;
    }
    at = end;
  }
  return at;
}

}  // namespace tokentra::extract
