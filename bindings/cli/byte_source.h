// The bytes of a file or of standard input, unpacked where they are compressed with gzip or zstd,
// which their first bytes tell. Several members or frames behind each other are one text.
//
// Memory: the reader's buffers and the compressor's window, at most kZstdWindowLog for zstd; what a
// file unpacks to never matters. What cannot be read comes as a message, once: no such file, a
// directory, data that is damaged or ends early, a file that was cut short while it was read.

#ifndef TOKENTRA_BINDINGS_CLI_BYTE_SOURCE_H_
#define TOKENTRA_BINDINGS_CLI_BYTE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokentra::cli {

inline constexpr std::string_view kStandardInput = "-";
inline constexpr int kZstdWindowLog = 25;  // 32 MB, above what zstd makes unless it is asked to

// Unpacks one compression.
class Unpacker {
 public:
  virtual ~Unpacker() = default;

  struct Step {
    std::size_t consumed = 0;
    std::size_t produced = 0;
    std::optional<std::string> problem;
  };
  virtual Step Unpack(std::string_view in, char* out, std::size_t room) = 0;
  // Between members: the end of the data is fine here.
  virtual bool at_boundary() const = 0;
  virtual std::string_view name() const = 0;
};

std::unique_ptr<Unpacker> NewGzipUnpacker();
std::unique_ptr<Unpacker> NewZstdUnpacker();

class ByteSource {
 public:
  explicit ByteSource(std::string path) : path_(std::move(path)) {}
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  ~ByteSource();

  // Up to `room` bytes into `out`; 0 bytes at the end. The message of a problem instead.
  std::optional<std::string> Read(char* out, std::size_t room, std::size_t& size);

  // Bytes of the file itself, for progress.
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  std::optional<std::string> Open();
  std::optional<std::string> ReadRaw(char* out, std::size_t room, std::size_t& size);
  std::optional<std::string> FillPacked();
  std::optional<std::string> CheckWhole() const;

  std::string path_;
  int descriptor_ = -1;
  bool opened_ = false;
  bool raw_at_end_ = false;
  std::uint64_t size_at_open_ = 0;  // of a regular file, else 0
  std::uint64_t bytes_read_ = 0;
  std::unique_ptr<Unpacker> unpacker_;  // null: not compressed
  std::vector<char> packed_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

// Size of a regular file, 0 for anything else: what the progress bar measures against.
std::uint64_t FileSize(const std::string& path);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_BYTE_SOURCE_H_
