#include "bindings/cli/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tokentra::cli {
namespace {

constexpr std::size_t kPackedBytes = 1 << 17;
constexpr std::string_view kGzip = "\x1f\x8b";
constexpr std::string_view kZstandard = "\x28\xb5\x2f\xfd";

std::string SystemMessage(std::string_view what, int error) {
  return std::string(what).append(": ").append(std::strerror(error));
}

}  // namespace

ByteSource::~ByteSource() {
  if (descriptor_ > STDIN_FILENO) close(descriptor_);
}

// Reads the first bytes too: they tell how the rest is packed.
std::optional<std::string> ByteSource::Open() {
  opened_ = true;
  descriptor_ = path_ == kStandardInput ? STDIN_FILENO : open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) return SystemMessage("cannot open", errno);
  struct stat status = {};
  if (fstat(descriptor_, &status) != 0) return SystemMessage("cannot read", errno);
  if (S_ISDIR(status.st_mode)) return "is a directory; name the files in it";
  const bool from_start = S_ISREG(status.st_mode) && lseek(descriptor_, 0, SEEK_CUR) == 0;
  if (from_start) size_at_open_ = static_cast<std::uint64_t>(status.st_size);
  packed_.resize(kPackedBytes);
  // A byte that begins neither magic number decides alone: a slow pipe is not waited for.
  while (!raw_at_end_ && end_ < kZstandard.size()) {
    if (auto problem = FillPacked()) return problem;
    if (end_ > 0 && packed_[0] != kGzip[0] && packed_[0] != kZstandard[0]) break;
  }
  const std::string_view head(packed_.data(), end_);
  if (head.substr(0, kGzip.size()) == kGzip) unpacker_ = NewGzipUnpacker();
  if (head.substr(0, kZstandard.size()) == kZstandard) unpacker_ = NewZstdUnpacker();
  return std::nullopt;
}

std::optional<std::string> ByteSource::ReadRaw(char* out, std::size_t room, std::size_t& size) {
  while (true) {
    const ssize_t got = read(descriptor_, out, room);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemMessage("cannot read", errno);
    size = static_cast<std::size_t>(got);
    bytes_read_ += size;
    raw_at_end_ = size == 0;
    return raw_at_end_ ? CheckWhole() : std::nullopt;
  }
}

std::optional<std::string> ByteSource::FillPacked() {
  if (begin_ == end_) begin_ = end_ = 0;
  std::size_t size = 0;
  if (auto problem = ReadRaw(packed_.data() + end_, packed_.size() - end_, size)) return problem;
  end_ += size;
  return std::nullopt;
}

std::optional<std::string> ByteSource::CheckWhole() const {
  if (bytes_read_ >= size_at_open_) return std::nullopt;
  return "was cut short while it was read: " + std::to_string(bytes_read_) + " of " +
         std::to_string(size_at_open_) + " bytes";
}

std::optional<std::string> ByteSource::Read(char* out, std::size_t room, std::size_t& size) {
  size = 0;
  if (!opened_) {
    if (auto problem = Open()) return problem;
  }
  if (unpacker_ == nullptr) {
    if (begin_ < end_) {
      size = std::min(room, end_ - begin_);
      std::memcpy(out, packed_.data() + begin_, size);
      begin_ += size;
      return std::nullopt;
    }
    return raw_at_end_ ? std::nullopt : ReadRaw(out, room, size);
  }
  while (size == 0) {
    if (begin_ == end_ && !raw_at_end_) {
      if (auto problem = FillPacked()) return problem;
    }
    if (begin_ == end_) {
      if (unpacker_->at_boundary()) return std::nullopt;
      return "ends early: its " + std::string(unpacker_->name()) + " data is cut short";
    }
    const Unpacker::Step step =
        unpacker_->Unpack({packed_.data() + begin_, end_ - begin_}, out, room);
    if (step.problem) return step.problem;
    begin_ += step.consumed;
    size = step.produced;
  }
  return std::nullopt;
}

std::uint64_t FileSize(const std::string& path) {
  struct stat status = {};
  if (path == kStandardInput || stat(path.c_str(), &status) != 0) return 0;
  return S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
}

}  // namespace tokentra::cli
