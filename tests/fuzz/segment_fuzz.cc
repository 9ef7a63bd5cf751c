// Segment files as hostile bytes: whatever a file of the right size holds, reading it ends, touches
// nothing outside it, and gives only cells within the limits; erasing in it does the same.
//
// A whole segment is made and the input is written over it, in runs of (offset u32, size u8,
// bytes), so that the fuzzer changes what matters and keeps the rest intact. The header's checksum
// is put right.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

#include "core/ledger/erasure.h"
#include "core/ledger/segment.h"
#include "core/ledger/segment_rows.h"
#include "core/ledger/snapshot.h"

namespace {

constexpr std::uint32_t kExtents = 3;

void Check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tokentra;
  const std::size_t bytes = SegmentBytes(kExtents);
  // Of exactly that size, so that AddressSanitizer sees a read past the end.
  struct Delete {
    void operator()(std::byte* memory) const { ::operator delete[](memory, std::align_val_t{64}); }
  };
  const std::unique_ptr<std::byte[], Delete> memory(new (std::align_val_t{64}) std::byte[bytes]());
  std::byte* const base = memory.get();
  auto* header = new (base) SegmentHeader{};
  header->magic = kSegmentMagic;
  header->format = kSegmentFormat;
  header->byte_order = kByteOrderMark;
  header->extent_bytes = kExtentBytes;
  header->extent_count = kExtents;
  header->ordinal.store(1);
  for (std::uint32_t i = 0; i < kExtents; ++i) {
    auto* extent = new (base + kSegmentHeaderBytes + std::size_t{i} * kExtentBytes) ExtentHeader{};
    extent->serial.store(i + 1);
    extent->state.store(i == 2 ? ExtentState::kSealed : ExtentState::kActive);
    extent->cells_end.store(i == 0 ? kHomeFirstCell + 4 : 4);
    extent->text_bytes.store(64);
  }
  while (size >= 5) {
    std::uint32_t offset = 0;
    std::memcpy(&offset, data, 4);
    const std::size_t run = std::min<std::size_t>(data[4], size - 5);
    offset %= static_cast<std::uint32_t>(bytes);
    std::memcpy(base + offset, data + 5, std::min(run, bytes - offset));
    data += 5 + run;
    size -= 5 + run;
  }
  header->checksum = SegmentChecksum(*header);

  const auto view = SegmentView::Open({base, bytes});
  if (!view.ok()) return 0;
  const auto read = [&] {
    auto contents = std::make_unique<SnapshotContents>();
    contents->dimension_names = {"a", "b"};
    contents->bucket_seconds = 900;
    contents->ledgers.push_back({});
    SnapshotTexts texts(contents.get());
    SnapshotNotes notes;
    SegmentRows(0, contents.get(), &texts, &notes).Add(*view, nullptr, false);
    for (const SnapshotRow& row : contents->rows) {
      Check(IsPossibleCell(row.key, row.counters));
      Check(row.key.group().class_id < contents->classes.size());
      Check(row.key.group().dimensions < contents->tuples.size());
    }
    return Snapshot::Build(std::move(contents));
  };
  const SnapshotTotals totals = read()->Totals();
  const auto erased = EraseInSegment({base, bytes}, 2, {0, "x"});
  Check(erased.ok());
  Check(read()->Totals() == totals);
  return 0;
}
