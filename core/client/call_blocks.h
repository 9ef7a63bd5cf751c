// Arrow record batches as blocks of calls: for each row which combination of texts it has, when it
// was, and its atoms in columns.
//
// A *combination* is a tuple of values of the columns that say what kind of call a row is:
// provider, model, conditions, metadata. Its number is small and stands for the whole stream, so
// that what is worked out for one row serves all of its kind. The *context* of a row is which of
// the intervals that prices are banded by its quantities fall in. Rows of one combination, one
// context and one span of time pay the same price row and count under the same class.
//
// Not every row can be told in columns: what states modalities, contradicts itself, has an id or no
// usage stands *alone*, and `ReadRow` reads it as a call like any other. Both ways agree
// (call_blocks_test compares them).
//
// Bounds: at kPlacesMax combinations and contexts, or kTextBytesMax of distinct texts, all are
// forgotten before the next batch.
//
// Thread: one object, one thread. Cost: linear in rows times columns; each distinct value of a
// dictionary is resolved once, plain texts are hashed row by row.

#ifndef TOKENTRA_CORE_CLIENT_CALL_BLOCKS_H_
#define TOKENTRA_CORE_CLIENT_CALL_BLOCKS_H_

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "core/base/metadata_key.h"
#include "core/catalog/catalog.h"
#include "core/client/context_cuts.h"
#include "core/client/text_ids.h"
#include "core/exchange/arrow_calls.h"
#include "core/pricing/evaluate.h"

namespace tokentra {

struct CallBlock {
  static constexpr std::size_t kRows = 1024;

  std::uint64_t first_row = 0;  // in the stream
  std::size_t rows = 0;
  bool any_alone = false;
  const std::uint8_t* alone = nullptr;         // 1: only ReadRow tells
  const std::uint32_t* combination = nullptr;  // valid for rows that stand alone too
  const std::uint32_t* context = nullptr;
  const InstantNs* at = nullptr;
  std::array<const std::uint64_t*, kAtomCount> atoms;  // by position in CallBlocks::atoms
};

// One row as a call. The call points into this object, and into the blocks until the next batch.
struct RowCall {
  Call call;
  Usage usage;
  Extraction extraction;  // without parts, for rows without usage
  std::string id;
  std::vector<NamedCondition> conditions;
  std::vector<MetadataEntry> metadata;
};

class CallBlockSink {
 public:
  virtual ~CallBlockSink() = default;
  // A batch of so many rows begins, whose arrays are checked.
  virtual void OnBatch(std::size_t rows) = 0;
  // An error ends the reading.
  virtual absl::Status OnBlock(const CallBlock& block) = 0;
  // Combination numbers begin anew.
  virtual void OnForget() = 0;
};

class CallBlocks {
 public:
  // Combinations times contexts, about.
  static constexpr std::size_t kPlacesMax = std::size_t{1} << 24;
  static constexpr std::int64_t kBatchRowsMax = std::int64_t{1} << 32;
  static constexpr std::size_t kTextBytesMax = std::size_t{1} << 28;
  // Larger quantities stand alone, so that many rows can be summed in 64 bits.
  static constexpr std::uint64_t kBlockQuantityMax = std::uint64_t{1} << 36;

  struct Options {
    std::string provider;  // of rows that state none
    InstantNs default_at = kNoInstant;
  };

  CallBlocks(const Catalog& catalog, std::vector<CallColumn> columns, Options options);
  CallBlocks(const CallBlocks&) = delete;
  CallBlocks& operator=(const CallBlocks&) = delete;

  // Atoms that rows which do not stand alone can have, ascending.
  std::span<const Atom> atoms() const { return atoms_; }
  // Contexts are below this number, combinations of the last block below the other.
  std::size_t contexts() const { return contexts_; }
  std::size_t combinations() const { return combinations_.size(); }
  void set_places_max(std::size_t most) { places_max_ = most; }

  // INVALID_ARGUMENT for an array that is not of the schema, naming the column.
  absl::Status Read(const ArrowArray& batch, CallBlockSink& sink);

  // The row of the block that OnBlock was given last. Errors are those of the row: a negative or
  // fractional count, an instant beyond the range or missing, a batch that is no boolean.
  absl::Status ReadRow(std::size_t row, RowCall* out) const;

 private:
  // A column whose values are texts of a combination.
  struct KindColumn {
    const CallColumn* column;
    ArrowColumn array;
    TextIds ids;
    std::vector<std::uint32_t> of_local;  // number of the batch's dictionary -> id
    std::vector<std::uint32_t> local;     // plain columns: by row of the batch
    std::size_t cardinality = 1;
    std::size_t stride = 0;
  };
  struct MeterColumn {
    const CallColumn* column;
    ArrowColumn array;
    bool in_columns;  // plain and lone meters; others stand alone when they are not 0
    std::vector<std::uint64_t> counts;
    std::vector<std::uint8_t> valid;
  };
  // Which array a plain token meter is in; nullptr: no such column.
  struct Plain {
    MeterColumn* input = nullptr;
    MeterColumn* output = nullptr;
    MeterColumn* read = nullptr;
    MeterColumn* write = nullptr;
    MeterColumn* write_5m = nullptr;
    MeterColumn* write_1h = nullptr;
    MeterColumn* reasoning = nullptr;
  };
  struct Cut {
    ContextCuts::Cuts cuts;
    std::vector<std::size_t> positions;  // in atoms_
  };

  void ChooseAtoms();
  void ForgetIfMany(CallBlockSink& sink);
  absl::Status Bind(const ArrowArray& batch);
  absl::Status BindColumn(const CallColumn& column, const ArrowArray& batch, ArrowColumn* out);
  absl::Status ReadKinds(std::size_t rows);
  absl::Status ReadKind(KindColumn& kind, std::size_t rows);
  absl::StatusOr<std::uint32_t> IdOf(KindColumn& kind, const ArrowColumn& values, std::int64_t row);

  absl::Status ReadCombinations(std::int64_t row, std::size_t count);
  std::uint32_t CombinationOf(std::span<const std::uint32_t> ids);
  absl::Status ReadInstants(std::int64_t row, std::size_t count);
  void ReadTextInstants(std::int64_t row, std::size_t count);
  void ReadMeters(std::int64_t row, std::size_t count);
  void ReadMeter(MeterColumn& meter, std::int64_t row, std::size_t count);
  void MarkUnmetered(std::size_t count);
  void SplitInput(std::size_t count);
  void SplitOutput(std::size_t count);
  void ReadContexts(std::size_t count);
  absl::Status ReadUsage(std::int64_t row, RowCall* out) const;
  absl::Status ReadInstant(std::int64_t row, RowCall* out) const;
  absl::Status SetField(const CallColumn& column, std::string_view text, RowCall* out) const;

  const Catalog& catalog_;
  const std::vector<CallColumn> columns_;
  const Options options_;
  std::vector<KindColumn> kinds_;
  std::vector<MeterColumn> meters_;
  Plain plain_;
  const CallColumn* at_column_ = nullptr;
  const CallColumn* id_column_ = nullptr;
  ArrowColumn at_array_;
  ArrowColumn id_array_;
  std::int64_t at_unit_ns_ = 1;
  std::vector<Atom> atoms_;
  std::vector<const std::vector<std::uint64_t>*> atom_counts_;  // beside atoms_
  std::vector<Cut> cuts_;
  std::size_t contexts_ = 1;
  std::size_t places_max_ = kPlacesMax;

  std::uint64_t rows_read_ = 0;       // of earlier batches
  std::int64_t block_row_ = 0;        // of the block, in its batch
  std::vector<std::uint32_t> table_;  // combination + 1 by local numbers; empty: too many
  std::unordered_map<std::string, std::uint32_t> combination_index_;
  std::vector<std::vector<std::uint32_t>> combinations_;  // ids of the kinds; 0: null

  // Of the block.
  std::vector<std::uint32_t> local_;
  std::vector<std::uint32_t> combination_;
  std::vector<std::uint32_t> context_;
  std::vector<InstantNs> at_;
  std::vector<std::uint8_t> alone_;
  std::vector<std::uint8_t> refused_;
  std::vector<std::uint64_t> input_;
  std::vector<std::uint64_t> output_;
  std::vector<std::uint64_t> cached_;
  std::vector<std::uint64_t> write_;
  std::vector<std::uint64_t> zeros_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_CALL_BLOCKS_H_
