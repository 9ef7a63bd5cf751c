#include "core/usage/binary_events.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/crc32.h"
#include "core/base/text.h"

namespace tokentra::extract {
namespace {

std::uint32_t BigEndian(const char* bytes, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

// Sizes of header values by type; type 6 and 7 (bytes and text) carry their own.
constexpr std::size_t kValueSizes[] = {0, 0, 1, 2, 4, 8, 0, 0, 8, 16};

// The text of the header `name`; empty when there is none or the headers are damaged.
std::string_view FindHeader(std::string_view headers, std::string_view name) {
  while (!headers.empty()) {
    const std::size_t name_size = static_cast<unsigned char>(headers[0]);
    if (headers.size() < 2 + name_size) return {};
    const std::string_view found = headers.substr(1, name_size);
    const std::size_t type = static_cast<unsigned char>(headers[1 + name_size]);
    headers.remove_prefix(2 + name_size);
    if (type >= std::size(kValueSizes)) return {};
    std::size_t size = kValueSizes[type];
    if (type == 6 || type == 7) {
      if (headers.size() < 2) return {};
      size = BigEndian(headers.data(), 2);
      headers.remove_prefix(2);
    }
    if (headers.size() < size) return {};
    if (type == 7 && found == name) return headers.substr(0, size);
    headers.remove_prefix(size);
  }
  return {};
}

}  // namespace

void BinaryEvents::Lose(EventSink* sink, std::string_view reason) {
  state_ = State::kLost;
  headers_ = std::string();
  collector_.Clear();
  sink->OnBroken(reason);
}

void BinaryEvents::EndPrelude(EventSink* sink) {
  const std::size_t total = BigEndian(word_.data(), 4);
  const std::size_t headers = BigEndian(word_.data() + 4, 4);
  if (Crc32(0, {word_.data(), 8}) != BigEndian(word_.data() + 8, 4)) {
    return Lose(sink, "a message's prelude does not match its checksum; the rest is left out");
  }
  if (total < kPreludeSize + kChecksumSize || headers > total - kPreludeSize - kChecksumSize ||
      headers > kHeadersMax) {
    return Lose(sink, absl::StrCat("a message of ", total, " bytes with ", headers,
                                   " of headers cannot be; the rest is left out"));
  }
  crc_ = Crc32(0, {word_.data(), kPreludeSize});
  payload_size_ = total - headers - kPreludeSize - kChecksumSize;
  left_ = headers;
  word_size_ = 0;
  headers_.clear();
  collector_.Clear();
  is_object_ = true;
  state_ = State::kHeaders;
}

void BinaryEvents::TakePayload(std::string_view bytes) {
  crc_ = Crc32(crc_, bytes);
  if (!is_object_) return;
  if (!collector_.started() && bytes.front() != '{') {
    is_object_ = false;
  } else if (!collector_.done()) {
    collector_.Take(bytes);
  }
}

void BinaryEvents::EndMessage(EventSink* sink) {
  state_ = State::kPrelude;
  word_size_ = 0;
  if (crc_ != BigEndian(word_.data(), kChecksumSize)) {
    return sink->OnBroken("a message does not match its checksum; left out");
  }
  const std::string_view type = FindHeader(headers_, ":message-type");
  if (type == "exception" || type == "error") {
    const std::string_view name =
        FindHeader(headers_, type == "error" ? ":error-code" : ":exception-type");
    return sink->OnBroken(absl::StrCat("the stream ends with ", Quote(name)));
  }
  if (payload_size_ == 0) return;
  if (!collector_.done()) return sink->OnBroken("a message holds no JSON object; left out");
  if (collector_.too_long()) return sink->OnBroken(JsonCollector::kTooLong);
  sink->OnObject(collector_.text());
}

void BinaryEvents::Feed(std::string_view bytes, EventSink* sink) {
  while (state_ != State::kLost) {
    switch (state_) {
      case State::kPrelude:
      case State::kChecksum: {
        const std::size_t whole = state_ == State::kPrelude ? kPreludeSize : kChecksumSize;
        const std::size_t taken = std::min(whole - word_size_, bytes.size());
        std::copy_n(bytes.data(), taken, word_.data() + word_size_);
        word_size_ += taken;
        bytes.remove_prefix(taken);
        if (word_size_ < whole) return;
        if (state_ == State::kPrelude) {
          EndPrelude(sink);
        } else {
          EndMessage(sink);
        }
        break;
      }
      case State::kHeaders: {
        const std::size_t taken = std::min(left_, bytes.size());
        headers_.append(bytes.substr(0, taken));
        left_ -= taken;
        bytes.remove_prefix(taken);
        if (left_ != 0) return;
        crc_ = Crc32(crc_, headers_);
        left_ = payload_size_;
        state_ = State::kPayload;
        break;
      }
      case State::kPayload: {
        const std::size_t taken = std::min(left_, bytes.size());
        if (taken != 0) TakePayload(bytes.substr(0, taken));
        left_ -= taken;
        bytes.remove_prefix(taken);
        if (left_ != 0) return;
        state_ = State::kChecksum;
        break;
      }
      case State::kLost:
        break;
    }
  }
}

}  // namespace tokentra::extract
