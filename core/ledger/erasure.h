// Erasing a dimension's value where live processes hold it: in the texts of their segments.
//
// A tuple in a segment keeps its size, because texts are walked by it. So an erased value keeps its
// place: its state byte becomes kErasedState and its bytes zero, the state first. Whoever reads
// texts reads them from their end: so what it sees of a value under the old state is all of it.
//
// Safety: the caller holds the compaction lock, under which no extent comes free and is taken anew;
// what an owner published it does not change, so nobody else writes these words.
//
// Thread: one, beside the segment's writers and readers.

#ifndef TOKENTRA_CORE_LEDGER_ERASURE_H_
#define TOKENTRA_CORE_LEDGER_ERASURE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/ledger/base_change.h"
#include "core/ledger/tuple.h"

namespace tokentra {

// Erases the value in a mapped segment of ledgers with so many dimensions. The number of texts that
// had it; DATA_LOSS and UNIMPLEMENTED as SegmentView::Open.
absl::StatusOr<std::uint64_t> EraseInSegment(std::span<std::byte> segment, std::size_t dimensions,
                                             const ErasedValue& erased);

// A tuple's text in a segment as canonical bytes, erased values folded. False when it is none.
bool ReadTupleText(std::string_view text, std::size_t dimensions, TupleBuffer* tuple);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_ERASURE_H_
