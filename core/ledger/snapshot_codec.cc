#include "core/ledger/snapshot_codec.h"

#include <bit>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/siphash.h"

namespace tokentra {
namespace {

constexpr std::size_t kFileHeaderBytes = 8 + 4 + 4 + 8 + 16;
constexpr std::uint8_t kFoldedClassBit = 0x80;

class Writer {
 public:
  void Byte(std::uint8_t byte) { bytes_.push_back(static_cast<char>(byte)); }
  void Fixed(std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) Byte(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  void Number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) Byte(static_cast<std::uint8_t>(value | 0x80));
    Byte(static_cast<std::uint8_t>(value));
  }
  void Text(std::string_view text) {
    Number(text.size());
    bytes_.append(text);
  }
  void Row(const SnapshotRow& row) {
    const CellGroup group = row.key.group();
    Fixed(group.bucket, 4);
    Number(group.class_id);
    Number(group.dimensions);
    Byte(row.key.page());
    Byte(row.key.carry());
    Byte(static_cast<std::uint8_t>(group.time));
    unsigned mask = 0;
    for (std::size_t i = 0; i < kCellCounters; ++i) mask |= (row.counters[i] != 0 ? 1u : 0u) << i;
    Byte(static_cast<std::uint8_t>(mask));
    for (const std::uint64_t counter : row.counters) {
      if (counter != 0) Number(counter);
    }
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what Writer wrote. After a failure everything reads as zero and `ok` stays false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  void Fail() { ok_ = false; }

  std::uint64_t Fixed(int bytes) {
    if (!Has(static_cast<std::size_t>(bytes))) return 0;
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value |= std::uint64_t{At(i)} << (8 * i);
    rest_.remove_prefix(static_cast<std::size_t>(bytes));
    return value;
  }
  std::uint8_t Byte() { return static_cast<std::uint8_t>(Fixed(1)); }
  std::uint64_t Number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = Byte();
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) {
        // One encoding a number: no empty last byte.
        if (byte == 0 && shift > 0) break;
        return value;
      }
    }
    Fail();
    return 0;
  }
  std::string_view Text() {
    const std::uint64_t size = Number();
    if (!Has(size)) return {};
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  // A count of things that take at least `bytes_least` each.
  std::uint64_t Count(std::size_t bytes_least) {
    const std::uint64_t count = Number();
    if (count > rest_.size() / bytes_least) Fail();
    return ok_ ? count : 0;
  }

 private:
  bool Has(std::uint64_t bytes) {
    if (bytes > rest_.size()) ok_ = false;
    return ok_;
  }
  std::uint8_t At(int i) const {
    return static_cast<std::uint8_t>(rest_[static_cast<std::size_t>(i)]);
  }

  std::string_view rest_;
  bool ok_ = true;
};

bool ReadRow(Reader& reader, const SnapshotContents& contents, SnapshotRow* row) {
  CellGroup group{};
  group.bucket = static_cast<std::uint32_t>(reader.Fixed(4));
  const std::uint64_t class_index = reader.Number();
  const std::uint64_t tuple_index = reader.Number();
  const std::uint8_t page = reader.Byte();
  const std::uint8_t carry = reader.Byte();
  const std::uint8_t time = reader.Byte();
  const std::uint8_t mask = reader.Byte();
  if (class_index >= contents.classes.size() || tuple_index >= contents.tuples.size() || time > 2 ||
      mask >> kCellCounters != 0 || mask == 0) {
    return false;
  }
  group.class_id = static_cast<ClassId>(class_index);
  group.dimensions = static_cast<DimensionsId>(tuple_index);
  group.time = static_cast<TimeFold>(time);
  row->key = CellKey::Of(group, page, carry);
  for (std::size_t i = 0; i < kCellCounters; ++i) {
    row->counters[i] = (mask >> i & 1) != 0 ? reader.Number() : 0;
    if ((mask >> i & 1) != 0 && row->counters[i] == 0) return false;
  }
  return reader.ok() && IsPossibleCell(row->key, row->counters);
}

bool ReadLedger(Reader& reader, std::uint64_t format, SnapshotContents* contents) {
  LedgerProgress progress;
  progress.ledger_id = {reader.Fixed(8), reader.Fixed(8)};
  progress.base_version = reader.Number();
  progress.next_ordinal = reader.Number();
  for (std::uint64_t i = reader.Count(3); i > 0; --i) {
    SegmentProgress segment;
    segment.ordinal = reader.Number();
    segment.next_serial = reader.Number();
    for (std::uint64_t j = reader.Count(1); j > 0; --j) {
      const std::uint64_t serial = reader.Number();
      if (!segment.serials.empty() && serial <= segment.serials.back()) return false;
      segment.serials.push_back(serial);
    }
    if (!progress.segments.empty() && segment.ordinal <= progress.segments.back().ordinal) {
      return false;
    }
    progress.segments.push_back(std::move(segment));
  }
  if (format >= 2) {
    progress.deleted_before = static_cast<InstantNs>(reader.Fixed(8));
    progress.deleted_events = reader.Number();
  }
  if (!contents->ledgers.empty() && progress.ledger_id <= contents->ledgers.back().ledger_id) {
    return false;
  }
  const auto ledger = static_cast<std::uint32_t>(contents->ledgers.size());
  contents->ledgers.push_back(std::move(progress));
  constexpr std::size_t kRowBytesLeast = 4 + 1 + 1 + 4 + 1;
  SnapshotSource base{ledger, 0, 0, contents->rows.size(), 0};
  SnapshotRow row{};
  for (std::uint64_t i = reader.Count(kRowBytesLeast); i > 0; --i) {
    if (!ReadRow(reader, *contents, &row)) return false;
    contents->rows.push_back(row);
  }
  base.end = contents->rows.size();
  if (base.end != base.begin) contents->sources.push_back(base);
  std::pair<std::uint64_t, std::uint64_t> last{0, 0};
  for (std::uint64_t i = reader.Count(3); i > 0; --i) {
    SnapshotSource source{ledger, reader.Number(), reader.Number(), contents->rows.size(), 0};
    if (std::pair(source.ordinal, source.serial) <= last || source.ordinal == 0) return false;
    last = {source.ordinal, source.serial};
    for (std::uint64_t j = reader.Count(2 + kRowBytesLeast); j > 0; --j) {
      const std::uint64_t position = reader.Number();
      if (position >= 1024 ||
          (contents->rows.size() > source.begin && position <= contents->rows.back().position)) {
        return false;
      }
      row.position = static_cast<std::uint32_t>(position);
      row.version = reader.Number();
      if (!ReadRow(reader, *contents, &row)) return false;
      contents->rows.push_back(row);
    }
    row.position = 0;
    row.version = 0;
    source.end = contents->rows.size();
    if (source.begin == source.end) return false;
    contents->sources.push_back(source);
  }
  return reader.ok();
}

bool ReadBody(Reader& reader, std::uint64_t format, SnapshotContents* contents) {
  const std::uint64_t bucket_seconds = reader.Number();
  if (bucket_seconds < 60 || bucket_seconds > 86'400 || 86'400 % bucket_seconds != 0) return false;
  contents->bucket_seconds = static_cast<std::int64_t>(bucket_seconds);
  for (std::uint64_t i = reader.Count(1); i > 0; --i) {
    contents->dimension_names.emplace_back(reader.Text());
  }
  if (contents->dimension_names.size() > kDimensionsMax) return false;
  for (std::uint64_t i = reader.Count(2); i > 0; --i) {
    const std::uint8_t kind = reader.Byte();
    const bool folded = (kind & kFoldedClassBit) != 0;
    if ((kind & ~kFoldedClassBit) >= kClassKinds) return false;
    SnapshotClass each{std::string(reader.Text()), static_cast<ClassKind>(kind & ~kFoldedClassBit),
                       folded};
    if (folded && !each.bytes.empty()) return false;
    if (!contents->classes.empty() && each <= contents->classes.back()) return false;
    contents->classes.push_back(std::move(each));
  }
  for (std::uint64_t i = reader.Count(1); i > 0; --i) {
    std::string tuple(reader.Text());
    if (!IsTuple(tuple, contents->dimension_names.size())) return false;
    if (!contents->tuples.empty() && tuple <= contents->tuples.back()) return false;
    contents->tuples.push_back(std::move(tuple));
  }
  for (std::uint64_t i = reader.Count(16); i > 0 && reader.ok(); --i) {
    if (!ReadLedger(reader, format, contents)) return false;
  }
  return reader.ok() && reader.at_end();
}

}  // namespace

std::string EncodeContents(const SnapshotContents& any_contents) {
  const std::unique_ptr<SnapshotContents> contents = CanonicalContents(any_contents);
  Writer writer;
  writer.Number(static_cast<std::uint64_t>(contents->bucket_seconds));
  writer.Number(contents->dimension_names.size());
  for (const std::string& name : contents->dimension_names) writer.Text(name);
  writer.Number(contents->classes.size());
  for (const SnapshotClass& each : contents->classes) {
    writer.Byte(static_cast<std::uint8_t>(static_cast<unsigned>(each.kind) |
                                          (each.folded ? kFoldedClassBit : 0u)));
    writer.Text(each.bytes);
  }
  writer.Number(contents->tuples.size());
  for (const std::string& tuple : contents->tuples) writer.Text(tuple);
  writer.Number(contents->ledgers.size());
  auto source = contents->sources.begin();
  for (std::uint32_t ledger = 0; ledger < contents->ledgers.size(); ++ledger) {
    const LedgerProgress& progress = contents->ledgers[ledger];
    writer.Fixed(progress.ledger_id[0], 8);
    writer.Fixed(progress.ledger_id[1], 8);
    writer.Number(progress.base_version);
    writer.Number(progress.next_ordinal);
    writer.Number(progress.segments.size());
    for (const SegmentProgress& segment : progress.segments) {
      writer.Number(segment.ordinal);
      writer.Number(segment.next_serial);
      writer.Number(segment.serials.size());
      for (const std::uint64_t serial : segment.serials) writer.Number(serial);
    }
    writer.Fixed(static_cast<std::uint64_t>(progress.deleted_before), 8);
    writer.Number(progress.deleted_events);
    const auto end = contents->sources.end();
    const bool has_base = source != end && source->ledger == ledger && source->is_base();
    writer.Number(has_base ? source->end - source->begin : 0);
    if (has_base) {
      for (std::size_t i = source->begin; i < source->end; ++i) writer.Row(contents->rows[i]);
      ++source;
    }
    auto last = source;
    while (last != end && last->ledger == ledger) ++last;
    writer.Number(static_cast<std::uint64_t>(last - source));
    for (; source != last; ++source) {
      writer.Number(source->ordinal);
      writer.Number(source->serial);
      writer.Number(source->end - source->begin);
      for (std::size_t i = source->begin; i < source->end; ++i) {
        writer.Number(contents->rows[i].position);
        writer.Number(contents->rows[i].version);
        writer.Row(contents->rows[i]);
      }
    }
  }
  const std::string body = writer.Take();
  const std::array<std::uint64_t, 2> checksum = SipHash128({}, body);
  Writer file;
  for (const char c : kSnapshotMagic) file.Byte(static_cast<std::uint8_t>(c));
  file.Fixed(kSnapshotFormat, 4);
  file.Fixed(0, 4);
  file.Fixed(body.size(), 8);
  file.Fixed(checksum[0], 8);
  file.Fixed(checksum[1], 8);
  return file.Take() + body;
}

absl::StatusOr<std::unique_ptr<SnapshotContents>> DecodeContents(std::string_view bytes) {
  if (bytes.size() < kFileHeaderBytes || bytes.substr(0, kSnapshotMagic.size()) != kSnapshotMagic) {
    return absl::DataLossError("not a snapshot of a ledger");
  }
  Reader header(bytes.substr(kSnapshotMagic.size(), kFileHeaderBytes - kSnapshotMagic.size()));
  const std::uint64_t format = header.Fixed(4);
  if (format < kSnapshotFormatLeast || format > kSnapshotFormat || header.Fixed(4) != 0) {
    return absl::UnimplementedError(
        absl::StrCat("snapshot format ", format,
                     " is not known here; known: ", kSnapshotFormatLeast, " to ", kSnapshotFormat));
  }
  const std::string_view body = bytes.substr(kFileHeaderBytes);
  if (header.Fixed(8) != body.size()) {
    return absl::DataLossError(absl::StrCat("the snapshot is cut: ", bytes.size(), " bytes"));
  }
  const std::array<std::uint64_t, 2> checksum = {header.Fixed(8), header.Fixed(8)};
  if (SipHash128({}, body) != checksum) {
    return absl::DataLossError("the snapshot's checksum does not match its contents");
  }
  auto contents = std::make_unique<SnapshotContents>();
  Reader reader(body);
  if (!ReadBody(reader, format, contents.get())) {
    return absl::DataLossError("the snapshot's contents contradict each other");
  }
  return contents;
}

}  // namespace tokentra
