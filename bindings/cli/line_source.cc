#include "bindings/cli/line_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tokentra::cli {
namespace {

constexpr std::size_t kReadBytes = 1 << 20;

std::string SystemMessage(std::string_view what, int error) {
  return std::string(what).append(": ").append(std::strerror(error));
}

}  // namespace

LineSource::LineSource(std::string path, std::uint64_t line_max)
    : path_(std::move(path)), line_max_(line_max) {}

LineSource::~LineSource() {
  if (descriptor_ > STDIN_FILENO) close(descriptor_);
}

Piece LineSource::Next() {
  if (finished_) return {};
  if (!opened_) {
    opened_ = true;
    auto problem = Open();
    if (!problem) problem = FillFirst();
    if (problem) return Fail(*problem);
  }
  Consume(std::exchange(taken_, 0));
  while (true) {
    const std::size_t search = std::max(begin_, scanned_);
    const void* first =
        skipping_ ? std::memchr(buffer_.data() + search, '\n', end_ - search) : nullptr;
    if (first != nullptr) {
      Consume(static_cast<std::size_t>(static_cast<const char*>(first) - Pending().data()) + 1);
      skipping_ = false;
      ++line_;
      continue;
    }
    if (skipping_) Consume(Pending().size());
    const void* last = memrchr(buffer_.data() + search, '\n', end_ - search);
    if (!skipping_ && last != nullptr) {
      return TakeChunk(static_cast<std::size_t>(static_cast<const char*>(last) - Pending().data()) +
                       1);
    }
    scanned_ = end_;
    if (!skipping_ && Pending().size() > line_max_) {
      skipping_ = true;
      Consume(Pending().size());
      Piece piece;
      piece.kind = Piece::Kind::kLongLine;
      piece.line = line_;
      return piece;
    }
    if (at_end_) {
      if (!Pending().empty()) return TakeChunk(Pending().size());
      if (const auto problem = CheckWhole()) return Fail(*problem);
      finished_ = true;
      return {};
    }
    if (const auto problem = Fill()) return Fail(*problem);
  }
}

std::optional<std::string> LineSource::Open() {
  descriptor_ = path_ == kStandardInput ? STDIN_FILENO : open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) return SystemMessage("cannot open", errno);
  struct stat status = {};
  if (fstat(descriptor_, &status) != 0) return SystemMessage("cannot read", errno);
  if (S_ISDIR(status.st_mode)) return "is a directory; name the files in it";
  const bool from_start = S_ISREG(status.st_mode) && lseek(descriptor_, 0, SEEK_CUR) == 0;
  if (from_start) size_at_open_ = static_cast<std::uint64_t>(status.st_size);
  return std::nullopt;
}

// The first bytes tell what kind of file it is.
std::optional<std::string> LineSource::FillFirst() {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  constexpr std::string_view kGzip = "\x1f\x8b";
  constexpr std::string_view kZstandard = "\x28\xb5\x2f\xfd";
  while (!at_end_ && Pending().size() < kZstandard.size()) {
    if (auto problem = Fill()) return problem;
    if (Pending().find('\n') != std::string_view::npos) break;
  }
  if (Pending().substr(0, kGzip.size()) == kGzip) {
    return "is compressed with gzip; give it as: zcat FILE | tokentra ... -";
  }
  if (Pending().substr(0, kZstandard.size()) == kZstandard) {
    return "is compressed with zstd; give it as: zstdcat FILE | tokentra ... -";
  }
  if (Pending().substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    Consume(kByteOrderMark.size());
  }
  return std::nullopt;
}

std::optional<std::string> LineSource::Fill() {
  MakeRoom();
  const std::size_t room = std::min(buffer_.size() - end_, kReadBytes);
  const ssize_t size = read(descriptor_, buffer_.data() + end_, room);
  if (size < 0) {
    if (errno == EINTR) return std::nullopt;
    return SystemMessage("cannot read", errno);
  }
  if (size == 0) at_end_ = true;
  end_ += static_cast<std::size_t>(size);
  bytes_read_ += static_cast<std::uint64_t>(size);
  return std::nullopt;
}

std::optional<std::string> LineSource::CheckWhole() const {
  if (bytes_read_ >= size_at_open_) return std::nullopt;
  return "was cut short while it was read: " + std::to_string(bytes_read_) + " of " +
         std::to_string(size_at_open_) + " bytes";
}

// Moves what is pending to the front; where it fills the buffer, doubles that, up to
// line_max + 1 bytes.
void LineSource::MakeRoom() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    scanned_ -= std::min(scanned_, begin_);
    begin_ = 0;
  }
  if (end_ < buffer_.size()) return;
  const std::uint64_t limit = line_max_ + 1;
  const std::uint64_t wanted = std::max<std::uint64_t>(kReadBytes, buffer_.size() * 2);
  buffer_.resize(static_cast<std::size_t>(std::min(limit, wanted)));
}

void LineSource::Consume(std::size_t size) {
  begin_ += size;
  scanned_ = std::max(scanned_, begin_);
}

Piece LineSource::Fail(std::string message) {
  finished_ = true;
  Piece piece;
  piece.kind = Piece::Kind::kFailed;
  piece.message = std::move(message);
  return piece;
}

Piece LineSource::TakeChunk(std::size_t size) {
  Piece piece;
  piece.kind = Piece::Kind::kChunk;
  piece.text = Pending().substr(0, size);
  piece.line = line_;
  line_ += static_cast<std::uint64_t>(std::count(piece.text.begin(), piece.text.end(), '\n'));
  taken_ = size;
  return piece;
}

std::uint64_t FileSize(const std::string& path) {
  struct stat status = {};
  if (path == kStandardInput || stat(path.c_str(), &status) != 0) return 0;
  return S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
}

}  // namespace tokentra::cli
