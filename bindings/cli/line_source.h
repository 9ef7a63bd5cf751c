// A file, or standard input, as chunks of whole records, in memory that the file's size never
// moves: lines, rows of a CSV file, or the values of a JSON document (json_lines.h).
//
// Invariants:
//   1. Every chunk begins at the beginning of a record, and ends with the end of one unless it ends
//      the file. It is about kChunkBytes long, and longer only where a record is.
//   2. No record in a chunk is longer than line_max, its end not counted: the buffer never grows
//      past line_max + 1 bytes. A longer one comes as kLongLine, and its bytes are dropped as they
//      are read. Records of a JSON document may pass the bound by one read.
//   3. Line numbers count every line from 1, long ones too.
//
// A byte order mark at the beginning is dropped. What cannot be read (byte_source.h) comes as
// kFailed, once, as the last piece before kEnd.

#ifndef TOKENTRA_BINDINGS_CLI_LINE_SOURCE_H_
#define TOKENTRA_BINDINGS_CLI_LINE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bindings/cli/byte_source.h"
#include "bindings/cli/json_lines.h"

namespace tokentra::cli {

inline constexpr std::size_t kChunkBytes = 1 << 18;

struct Piece {
  enum class Kind { kChunk, kLongLine, kFailed, kEnd };
  Kind kind = Kind::kEnd;
  std::string_view text;   // kChunk: valid until the next call of Next
  std::uint64_t line = 0;  // kChunk: number of the first line; kLongLine: of the record
  std::string message;     // kFailed
};

// How a file is made, as its beginning shows.
struct Layout {
  std::string format;  // tokentra_records_format
  bool csv = false;
  std::string header;  // CSV: its first row
  bool shown = false;  // the format is detected, not assumed
};

class LineSource {
 public:
  // `format` empty: detected.
  LineSource(std::string path, std::uint64_t line_max, std::string format = {});
  LineSource(const LineSource&) = delete;
  LineSource& operator=(const LineSource&) = delete;

  Piece Next();
  // Known after the first Next.
  const Layout& layout() const { return layout_; }

  std::uint64_t bytes_read() const { return bytes_.bytes_read(); }

 private:
  std::optional<std::string> Start();
  std::optional<std::string> Fill();
  void Detect();
  void TakeHeader();
  void MakeRoom();
  void Consume(std::size_t size);
  // Looks at the bytes not looked at yet for the end of a record.
  void Scan();
  bool SkipLong();
  std::string_view Pending() const { return {buffer_.data() + begin_, end_ - begin_}; }
  Piece Fail(std::string message);
  Piece TakeChunk(std::size_t size);

  ByteSource bytes_;
  const std::uint64_t line_max_;
  const std::string format_;
  Layout layout_;
  bool json_document_ = false;
  JsonLines json_lines_;
  std::vector<char> raw_;  // of a JSON document, before it becomes records
  char record_end_ = '\n';
  std::uint64_t line_ = 1;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;    // of what is not given out yet
  std::size_t end_ = 0;      // of what is read
  std::size_t scanned_ = 0;  // looked at so far
  std::size_t whole_ = 0;    // end of the last whole record in [begin_, scanned_); 0: none
  std::size_t first_ = 0;    // end of the first one; 0: none
  std::size_t taken_ = 0;    // of the chunk given out last
  bool in_quotes_ = false;   // of a CSV field, at scanned_
  bool started_ = false;
  bool at_end_ = false;
  bool skipping_ = false;  // inside a record that is too long
  bool finished_ = false;
};

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_LINE_SOURCE_H_
