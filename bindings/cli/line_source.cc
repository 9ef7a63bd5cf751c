#include "bindings/cli/line_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "bindings/cli/handle.h"

namespace tokentra::cli {
namespace {

constexpr std::size_t kReadBytes = 1 << 17;
// What is read at most before the format is given up on.
constexpr std::size_t kHeadBytes = 1 << 18;

std::size_t CountNewlines(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// The whole lines of the beginning.
std::string_view WholeLines(std::string_view head, bool at_end) {
  const std::size_t last = head.rfind('\n');
  return at_end || last == std::string_view::npos ? head : head.substr(0, last + 1);
}

}  // namespace

LineSource::LineSource(std::string path, std::uint64_t line_max, std::string format)
    : bytes_(std::move(path)), line_max_(line_max), format_(std::move(format)) {}

Piece LineSource::Next() {
  if (finished_) return {};
  if (!started_) {
    started_ = true;
    if (const auto problem = Start()) return Fail(*problem);
  }
  Consume(std::exchange(taken_, 0));
  while (true) {
    Scan();
    if (skipping_ && !SkipLong() && !at_end_) {
      if (const auto problem = Fill()) return Fail(*problem);
      continue;
    }
    const bool full = Pending().size() >= std::min<std::uint64_t>(kChunkBytes, line_max_ + 1);
    if (whole_ > begin_ && (full || at_end_)) {
      return TakeChunk(whole_ - begin_);
    }
    if (whole_ <= begin_ && Pending().size() > line_max_) {
      skipping_ = true;
      Piece piece;
      piece.kind = Piece::Kind::kLongLine;
      piece.line =
          line_ + CountNewlines(Pending().substr(0, Pending().find_first_not_of("\r\n\x1e ")));
      return piece;
    }
    if (at_end_) {
      if (!Pending().empty()) return TakeChunk(Pending().size());
      finished_ = true;
      return {};
    }
    const std::size_t before = end_;
    if (const auto problem = Fill()) return Fail(*problem);
    // A pipe that gives little at a time gets its answers as it goes.
    if (end_ - before < kReadBytes) {
      Scan();
      if (whole_ > begin_) return TakeChunk(whole_ - begin_);
    }
  }
}

// Drops the rest of a long record; false while its end is not there.
bool LineSource::SkipLong() {
  if (first_ > begin_ || at_end_) {
    const std::size_t size = first_ > begin_ ? first_ - begin_ : Pending().size();
    line_ += CountNewlines(Pending().substr(0, size));
    Consume(size);
    skipping_ = false;
    first_ = whole_ = 0;
    scanned_ = begin_;
    in_quotes_ = false;
    Scan();
    return true;
  }
  // Bytes that look blank in a document may be lines owed: they follow the record's end.
  line_ += CountNewlines(Pending());
  Consume(Pending().size());
  return false;
}

void LineSource::Scan() {
  scanned_ = std::max(scanned_, begin_);
  if (layout_.csv) {
    for (; scanned_ < end_; ++scanned_) {
      const char c = buffer_[scanned_];
      if (c == '"') in_quotes_ = !in_quotes_;
      if (c != '\n' || in_quotes_) continue;
      whole_ = scanned_ + 1;
      if (first_ <= begin_) first_ = whole_;
    }
    return;
  }
  if (scanned_ == end_) return;
  const char* const from = buffer_.data() + scanned_;
  const std::size_t size = end_ - scanned_;
  if (first_ <= begin_) {
    const void* found = std::memchr(from, record_end_, size);
    if (found != nullptr) {
      first_ = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data()) + 1;
    }
  }
  const void* last = memrchr(from, record_end_, size);
  if (last != nullptr) {
    whole_ = static_cast<std::size_t>(static_cast<const char*>(last) - buffer_.data()) + 1;
  }
  scanned_ = end_;
}

// Reads until the beginning tells what the file is.
std::optional<std::string> LineSource::Start() {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  bool asked = false;
  while (true) {
    const bool enough = Pending().size() >= kHeadBytes || at_end_;
    if (!asked && Pending().size() >= kByteOrderMark.size() &&
        Pending().substr(0, kByteOrderMark.size()) == kByteOrderMark) {
      Consume(kByteOrderMark.size());
      asked = true;
    }
    if (enough || Pending().find('\n') != std::string_view::npos) {
      Detect();
      if (layout_.shown || enough) break;
    }
    if (auto problem = Fill()) return problem;
  }
  if (json_document_) {
    raw_.assign(Pending().begin(), Pending().end());
    buffer_.clear();
    begin_ = end_ = 0;
    json_lines_.Feed({raw_.data(), raw_.size()}, buffer_);
    if (at_end_) json_lines_.Finish(buffer_);
    end_ = buffer_.size();
    record_end_ = kRecordSeparator;
  }
  if (layout_.csv) TakeHeader();
  first_ = whole_ = 0;
  scanned_ = begin_;
  return std::nullopt;
}

void LineSource::Detect() {
  layout_ = Layout();
  json_document_ = LooksLikeJsonDocument(Pending(), at_end_);
  std::vector<char> records;
  std::string_view head = WholeLines(Pending(), at_end_);
  if (json_document_) {
    JsonLines lines;
    lines.Feed(Pending(), records);
    if (at_end_) lines.Finish(records);
    head = {records.data(), records.size()};
  }
  tokentra_text format = {};
  std::uint32_t found = 0;
  ErrorSlot error;
  error.Check(tokentra_records_detect(Text(head), &format, &found, error.out()));
  layout_.shown = (found & TOKENTRA_DETECT_SHOWN) != 0;
  layout_.csv = (found & TOKENTRA_DETECT_CSV) != 0;
  layout_.format = View(format);
  if (format_.empty()) return;
  layout_.format = format_;
  layout_.shown = true;
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  const bool is_json =
      first != std::string_view::npos && (head[first] == '{' || head[first] == '[');
  layout_.csv = format_ == "csv" || (layout_.csv && format_ != "record" && !is_json);
}

// The first row is no record, but goes with every chunk.
void LineSource::TakeHeader() {
  in_quotes_ = false;
  first_ = whole_ = 0;
  scanned_ = begin_;
  Scan();
  const std::size_t size = first_ > begin_ ? first_ - begin_ : Pending().size();
  layout_.header = Pending().substr(0, size);
  line_ += CountNewlines(layout_.header);
  Consume(size);
  in_quotes_ = false;
}

std::optional<std::string> LineSource::Fill() {
  if (json_document_ && record_end_ == kRecordSeparator) {
    raw_.resize(kReadBytes);
    std::size_t size = 0;
    if (auto problem = bytes_.Read(raw_.data(), raw_.size(), size)) return problem;
    at_end_ = size == 0;
    std::vector<char> records;
    json_lines_.Feed({raw_.data(), size}, records);
    if (at_end_) json_lines_.Finish(records);
    MakeRoom();
    if (buffer_.size() < end_ + records.size()) buffer_.resize(end_ + records.size());
    std::copy(records.begin(), records.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(end_));
    end_ += records.size();
    return std::nullopt;
  }
  MakeRoom();
  std::size_t size = 0;
  const std::size_t room = std::min(buffer_.size() - end_, kReadBytes);
  if (auto problem = bytes_.Read(buffer_.data() + end_, room, size)) return problem;
  at_end_ = size == 0;
  end_ += size;
  return std::nullopt;
}

// Moves what is pending to the front; where it fills the buffer, doubles that, up to
// line_max + 1 bytes.
void LineSource::MakeRoom() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    for (std::size_t* at : {&scanned_, &whole_, &first_}) *at -= std::min(*at, begin_);
    begin_ = 0;
  }
  if (end_ < buffer_.size()) return;
  const std::uint64_t limit = line_max_ + 1;
  const std::uint64_t wanted = std::max<std::uint64_t>(kReadBytes, buffer_.size() * 2);
  buffer_.resize(
      static_cast<std::size_t>(std::max<std::uint64_t>(std::min(limit, wanted), end_ + 1)));
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
  line_ += CountNewlines(piece.text);
  taken_ = size;
  return piece;
}

}  // namespace tokentra::cli
