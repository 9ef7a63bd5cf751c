#include "core/ledger/snapshot_contents.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/text.h"
#include "core/ledger/base_change.h"

namespace tokentra {
namespace {

CellKey WithHandles(const CellKey& key, std::uint32_t class_index, std::uint32_t tuple_index) {
  return {(key.high >> 32 << 32) | class_index,
          std::uint64_t{tuple_index} << 32 | (key.low & 0xffff'ffff)};
}

auto SortedBy(const CellKey& key) {
  const CellGroup group = key.group();
  return std::tuple(group.bucket, group.class_id, group.dimensions, group.time, key.page(),
                    key.carry());
}

// Copies rows of one contents into another, handles translated when they are first met.
class Copier {
 public:
  Copier(const SnapshotContents& from, SnapshotContents* to, SnapshotTexts* texts)
      : from_(from),
        to_(*to),
        texts_(*texts),
        classes_(from.classes.size(), kUnknown),
        tuples_(from.tuples.size(), kUnknown) {}

  void Copy(const SnapshotRow& row) {
    const CellGroup group = row.key.group();
    std::uint32_t& class_index = classes_[group.class_id];
    if (class_index == kUnknown) {
      const SnapshotClass& each = from_.classes[group.class_id];
      class_index = texts_.IndexOfClass(each.bytes, each.kind, each.folded);
    }
    std::uint32_t& tuple_index = tuples_[group.dimensions];
    if (tuple_index == kUnknown) {
      tuple_index = texts_.IndexOfTuple(from_.tuples[group.dimensions]);
    }
    SnapshotRow& copy = to_.rows.emplace_back(row);
    copy.key = WithHandles(row.key, class_index, tuple_index);
  }

 private:
  static constexpr std::uint32_t kUnknown = 0xffff'ffff;

  const SnapshotContents& from_;
  SnapshotContents& to_;
  SnapshotTexts& texts_;
  std::vector<std::uint32_t> classes_;
  std::vector<std::uint32_t> tuples_;
};

// A total order on progress, so that a merge of what should not differ is still commutative.
bool IsLater(const LedgerProgress& a, const LedgerProgress& b) {
  const auto words = [](const LedgerProgress& progress) {
    std::vector<std::uint64_t> all = {progress.base_version, progress.next_ordinal};
    for (const SegmentProgress& segment : progress.segments) {
      all.insert(all.end(), {segment.ordinal, segment.next_serial});
      all.insert(all.end(), segment.serials.begin(), segment.serials.end());
    }
    all.insert(all.end(),
               {static_cast<std::uint64_t>(progress.deleted_before), progress.deleted_events});
    return all;
  };
  return words(a) > words(b);
}

std::string Described(const SnapshotContents& contents) {
  return absl::StrCat(Quote(absl::StrJoin(contents.dimension_names, ",")), " in buckets of ",
                      contents.bucket_seconds, " seconds");
}

class Merger {
 public:
  Merger(const SnapshotContents& a, const SnapshotContents& b)
      : inputs_{&a, &b}, merged_(std::make_unique<SnapshotContents>()), texts_(merged_.get()) {
    merged_->dimension_names = a.dimension_names;
    merged_->bucket_seconds = a.bucket_seconds;
    copiers_.emplace_back(a, merged_.get(), &texts_);
    copiers_.emplace_back(b, merged_.get(), &texts_);
  }

  std::unique_ptr<SnapshotContents> Merge() {
    std::map<std::array<std::uint64_t, 2>, std::array<const LedgerProgress*, 2>> ledgers;
    for (std::size_t i = 0; i < 2; ++i) {
      for (const LedgerProgress& each : inputs_[i]->ledgers) ledgers[each.ledger_id][i] = &each;
    }
    for (const auto& [id, both] : ledgers) MergeLedger(both);
    // What the later base deleted is deleted in the earlier one's sources too.
    DropDeletedRows(merged_.get());
    return std::move(merged_);
  }

 private:
  using Both = std::array<const LedgerProgress*, 2>;
  using Sources =
      std::map<std::pair<std::uint64_t, std::uint64_t>, std::array<const SnapshotSource*, 2>>;

  void MergeLedger(const Both& both) {
    const std::size_t later =
        both[0] == nullptr || (both[1] != nullptr && IsLater(*both[1], *both[0])) ? 1 : 0;
    const LedgerProgress& progress = *both[later];
    const auto ledger = static_cast<std::uint32_t>(merged_->ledgers.size());
    merged_->ledgers.push_back(progress);
    Sources sources;
    for (std::size_t i = 0; i < 2; ++i) {
      if (both[i] == nullptr) continue;
      const auto index = static_cast<std::uint32_t>(both[i] - inputs_[i]->ledgers.data());
      for (const SnapshotSource& source : inputs_[i]->sources) {
        if (source.ledger != index) continue;
        if (source.is_base() ? i != later : progress.IsAbsorbed(source.ordinal, source.serial)) {
          continue;
        }
        sources[{source.ordinal, source.serial}][i] = &source;
      }
    }
    for (const auto& [name, rows] : sources) {
      SnapshotSource merged{ledger, name.first, name.second, merged_->rows.size(), 0};
      MergeSource(rows);
      merged.end = merged_->rows.size();
      merged_->sources.push_back(merged);
    }
  }

  void MergeSource(const std::array<const SnapshotSource*, 2>& sources) {
    if (sources[0] == nullptr || sources[1] == nullptr) {
      const std::size_t only = sources[0] == nullptr ? 1 : 0;
      for (std::size_t i = sources[only]->begin; i < sources[only]->end; ++i) {
        copiers_[only].Copy(inputs_[only]->rows[i]);
      }
      return;
    }
    std::map<std::uint32_t, std::array<const SnapshotRow*, 2>> cells;
    for (std::size_t input = 0; input < 2; ++input) {
      for (std::size_t i = sources[input]->begin; i < sources[input]->end; ++i) {
        const SnapshotRow& row = inputs_[input]->rows[i];
        cells[row.position][input] = &row;
      }
    }
    for (const auto& [position, both] : cells) {
      const std::size_t later =
          both[0] == nullptr ||
                  (both[1] != nullptr && std::tie(both[1]->version, both[1]->counters) >
                                             std::tie(both[0]->version, both[0]->counters))
              ? 1
              : 0;
      copiers_[later].Copy(*both[later]);
      if (both[0] != nullptr && both[1] != nullptr) KeepErased(*both[0], *both[1]);
    }
  }

  // A cell has one tuple, but for values that were erased between the two: they stay erased.
  void KeepErased(const SnapshotRow& a, const SnapshotRow& b) {
    const std::string& of_a = inputs_[0]->tuples[a.key.group().dimensions];
    const std::string& of_b = inputs_[1]->tuples[b.key.group().dimensions];
    if (of_a == of_b) return;
    TupleBuffer joined;
    JoinTuples(of_a, of_b, &joined);
    SnapshotRow& row = merged_->rows.back();
    row.key = WithHandles(row.key, row.key.group().class_id, texts_.IndexOfTuple(joined.view()));
  }

  const std::array<const SnapshotContents*, 2> inputs_;
  std::unique_ptr<SnapshotContents> merged_;
  SnapshotTexts texts_;
  std::vector<Copier> copiers_;
};

// The new index of each old one when used elements are sorted; unused ones get none.
template <typename Element>
std::vector<std::uint32_t> SortUsed(const std::vector<bool>& used, std::vector<Element>* elements) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < used.size(); ++i) {
    if (used[i]) order.push_back(i);
  }
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return (*elements)[a] < (*elements)[b]; });
  std::vector<std::uint32_t> index(elements->size(), 0);
  std::vector<Element> sorted;
  sorted.reserve(order.size());
  for (const std::uint32_t old : order) {
    index[old] = static_cast<std::uint32_t>(sorted.size());
    sorted.push_back(std::move((*elements)[old]));
  }
  *elements = std::move(sorted);
  return index;
}

}  // namespace

const SegmentProgress* LedgerProgress::Find(std::uint64_t ordinal) const {
  const auto found = std::lower_bound(segments.begin(), segments.end(), ordinal,
                                      [](const SegmentProgress& segment, std::uint64_t wanted) {
                                        return segment.ordinal < wanted;
                                      });
  return found != segments.end() && found->ordinal == ordinal ? &*found : nullptr;
}

bool LedgerProgress::IsAbsorbed(std::uint64_t ordinal, std::uint64_t serial) const {
  if (ordinal >= next_ordinal) return false;
  const SegmentProgress* segment = Find(ordinal);
  if (segment == nullptr) return true;
  return serial < segment->next_serial &&
         !std::binary_search(segment->serials.begin(), segment->serials.end(), serial);
}

std::uint32_t SnapshotTexts::IndexOfClass(std::string_view bytes, ClassKind kind, bool folded) {
  std::string key =
      absl::StrCat(std::string_view(folded ? "f" : "c"), static_cast<unsigned>(kind), ":", bytes);
  const auto [at, inserted] =
      classes_.try_emplace(std::move(key), static_cast<std::uint32_t>(contents_.classes.size()));
  if (inserted) contents_.classes.push_back({std::string(bytes), kind, folded});
  return at->second;
}

std::uint32_t SnapshotTexts::IndexOfTuple(std::string_view bytes) {
  const auto found = tuples_.find(bytes);
  if (found != tuples_.end()) return found->second;
  const auto index = static_cast<std::uint32_t>(contents_.tuples.size());
  contents_.tuples.emplace_back(bytes);
  tuples_.emplace(bytes, index);
  return index;
}

std::uint32_t SnapshotTexts::IndexOfAllFolded() {
  return IndexOfTuple(std::string(contents_.dimension_names.size(), '\1'));
}

bool IsPossibleCell(const CellKey& key, const std::array<std::uint64_t, kCellCounters>& counters) {
  const std::uint8_t page = key.page();
  if (key.carry() > kCarryMax || static_cast<std::uint8_t>(key.group().time) > 2) return false;
  if (IsAmountPage(page)) {
    const Int128 amount = AmountOf(counters);
    for (std::size_t i = kAmountCount; i < kCellCounters; ++i) {
      if (counters[i] > kCellQuantityMax) return false;
    }
    return page <= kOverflowPage && amount <= kCellAmountMax && amount >= -kCellAmountMax;
  }
  const std::size_t first = std::size_t{page} % kBilledBank * kAtomsPerPage;
  for (std::size_t i = 0; i < kCellCounters; ++i) {
    if (counters[i] > kCellQuantityMax) return false;
    if (i >= kFirstQuantity && counters[i] != 0 && first + i - kFirstQuantity >= kAtomCount) {
      return false;
    }
  }
  return true;
}

absl::Status CheckSameShape(const SnapshotContents& a, const SnapshotContents& b) {
  if (a.dimension_names == b.dimension_names && a.bucket_seconds == b.bucket_seconds) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("snapshots do not go together: one has the dimensions ", Described(a),
                   ", the other ", Described(b)));
}

absl::StatusOr<std::unique_ptr<SnapshotContents>> MergeContents(const SnapshotContents& a,
                                                                const SnapshotContents& b) {
  if (absl::Status status = CheckSameShape(a, b); !status.ok()) return status;
  return Merger(a, b).Merge();
}

void DropDeletedRows(SnapshotContents* contents) {
  std::size_t kept = 0;
  for (const SnapshotSource& source : contents->sources) kept += source.end - source.begin;
  const bool deletes = std::any_of(
      contents->ledgers.begin(), contents->ledgers.end(),
      [](const LedgerProgress& progress) { return progress.deleted_before != kNoInstant; });
  if (kept == contents->rows.size() && !deletes) return;
  std::vector<SnapshotRow> rows;
  rows.reserve(kept);
  for (SnapshotSource& source : contents->sources) {
    const InstantNs before = contents->ledgers[source.ledger].deleted_before;
    const std::size_t begin = rows.size();
    for (std::size_t i = source.begin; i < source.end; ++i) {
      const SnapshotRow& row = contents->rows[i];
      if (!EndedBy(row.key, before, contents->bucket_seconds)) rows.push_back(row);
    }
    source.begin = begin;
    source.end = rows.size();
  }
  std::erase_if(contents->sources,
                [](const SnapshotSource& source) { return source.begin == source.end; });
  contents->rows = std::move(rows);
}

std::unique_ptr<SnapshotContents> CanonicalContents(const SnapshotContents& contents) {
  auto sorted = std::make_unique<SnapshotContents>(contents);
  std::vector<bool> classes_used(sorted->classes.size());
  std::vector<bool> tuples_used(sorted->tuples.size());
  for (const SnapshotRow& row : sorted->rows) {
    classes_used[row.key.group().class_id] = true;
    tuples_used[row.key.group().dimensions] = true;
  }
  const std::vector<std::uint32_t> class_index = SortUsed(classes_used, &sorted->classes);
  const std::vector<std::uint32_t> tuple_index = SortUsed(tuples_used, &sorted->tuples);
  for (SnapshotRow& row : sorted->rows) {
    const CellGroup group = row.key.group();
    row.key = WithHandles(row.key, class_index[group.class_id], tuple_index[group.dimensions]);
  }
  std::vector<std::uint32_t> ledger_order(sorted->ledgers.size());
  std::iota(ledger_order.begin(), ledger_order.end(), 0u);
  std::sort(ledger_order.begin(), ledger_order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return sorted->ledgers[a].ledger_id < sorted->ledgers[b].ledger_id;
  });
  std::vector<LedgerProgress> ledgers;
  std::vector<std::uint32_t> ledger_index(ledger_order.size());
  for (const std::uint32_t old : ledger_order) {
    ledger_index[old] = static_cast<std::uint32_t>(ledgers.size());
    ledgers.push_back(std::move(sorted->ledgers[old]));
  }
  sorted->ledgers = std::move(ledgers);
  for (SnapshotSource& source : sorted->sources) source.ledger = ledger_index[source.ledger];
  std::sort(sorted->sources.begin(), sorted->sources.end(),
            [](const SnapshotSource& a, const SnapshotSource& b) {
              return std::tie(a.ledger, a.ordinal, a.serial) <
                     std::tie(b.ledger, b.ordinal, b.serial);
            });
  std::erase_if(sorted->sources, [](const SnapshotSource& each) { return each.begin == each.end; });
  std::vector<SnapshotRow> rows;
  rows.reserve(sorted->rows.size());
  for (SnapshotSource& source : sorted->sources) {
    const std::size_t begin = rows.size();
    rows.insert(rows.end(), sorted->rows.begin() + static_cast<std::ptrdiff_t>(source.begin),
                sorted->rows.begin() + static_cast<std::ptrdiff_t>(source.end));
    std::sort(rows.begin() + static_cast<std::ptrdiff_t>(begin), rows.end(),
              [&](const SnapshotRow& a, const SnapshotRow& b) {
                return a.position != b.position ? a.position < b.position
                                                : SortedBy(a.key) < SortedBy(b.key);
              });
    source.begin = begin;
    source.end = rows.size();
  }
  sorted->rows = std::move(rows);
  return sorted;
}

}  // namespace tokentra
