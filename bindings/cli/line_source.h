// A file, or standard input, as chunks of whole lines, in memory that the file's size never moves.
//
// Invariants:
//   1. Every chunk begins at the beginning of a line, and ends with a newline unless it ends the
//      file.
//   2. No line in a chunk is longer than line_max, its newline not counted: the buffer never grows
//      past line_max + 1 bytes. A longer line comes as kLongLine, and its bytes are dropped as
//      they are read.
//   3. Line numbers count every line from 1, long ones too.
//
// A byte order mark at the beginning is dropped. What cannot be read (no such file, a directory,
// compressed data, a file cut short under the reader) comes as kFailed, once, as the last piece
// before kEnd.

#ifndef TOKENTRA_BINDINGS_CLI_LINE_SOURCE_H_
#define TOKENTRA_BINDINGS_CLI_LINE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokentra::cli {

inline constexpr std::string_view kStandardInput = "-";

struct Piece {
  enum class Kind { kChunk, kLongLine, kFailed, kEnd };
  Kind kind = Kind::kEnd;
  std::string_view text;   // kChunk: valid until the next call of Next
  std::uint64_t line = 0;  // kChunk: number of the first line; kLongLine: of the line
  std::string message;     // kFailed
};

class LineSource {
 public:
  LineSource(std::string path, std::uint64_t line_max);
  LineSource(const LineSource&) = delete;
  LineSource& operator=(const LineSource&) = delete;
  ~LineSource();

  Piece Next();

  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  std::optional<std::string> Open();
  std::optional<std::string> Fill();
  std::optional<std::string> FillFirst();
  std::optional<std::string> CheckWhole() const;
  void MakeRoom();
  void Consume(std::size_t size);
  std::string_view Pending() const { return {buffer_.data() + begin_, end_ - begin_}; }
  Piece Fail(std::string message);
  Piece TakeChunk(std::size_t size);

  std::string path_;
  std::uint64_t line_max_;
  int descriptor_ = -1;
  std::uint64_t size_at_open_ = 0;  // of a regular file, else 0
  std::uint64_t bytes_read_ = 0;
  std::uint64_t line_ = 1;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;    // of what is not given out yet
  std::size_t end_ = 0;      // of what is read
  std::size_t scanned_ = 0;  // no newline in [begin_, scanned_)
  std::size_t taken_ = 0;    // of the chunk given out last
  bool opened_ = false;
  bool at_end_ = false;
  bool skipping_ = false;  // inside a line that is too long
  bool finished_ = false;
};

// Size of a regular file, 0 for anything else: what the progress bar measures against.
std::uint64_t FileSize(const std::string& path);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_LINE_SOURCE_H_
