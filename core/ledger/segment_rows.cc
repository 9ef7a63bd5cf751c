#include "core/ledger/segment_rows.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "core/ledger/base_change.h"
#include "core/ledger/erasure.h"

namespace tokentra {
namespace {

using Indices = std::unordered_map<std::uint32_t, std::uint32_t>;

std::optional<std::uint32_t> Find(const Indices& indices, std::uint32_t handle) {
  const auto found = indices.find(handle);
  if (found == indices.end()) return std::nullopt;
  return found->second;
}

bool IsEmpty(const CellImage& image) {
  std::uint64_t any = 0;
  for (const std::uint64_t counter : image.counters) any |= counter;
  return any == 0;
}

}  // namespace

template <typename ClassOf, typename TupleOf>
void SegmentRows::AddExtent(const SegmentView& view, ClassOf class_of, TupleOf tuple_of) {
  notes_.damaged_cells += reading_.damaged_cells;
  SnapshotSource source{ledger_, view.header().ordinal.load(std::memory_order_relaxed),
                        reading_.serial, contents_.rows.size(), 0};
  for (const CellReading& cell : reading_.cells) {
    if (IsEmpty(cell.image)) continue;
    const CellGroup group = cell.key.group();
    const std::optional<std::uint32_t> class_index = class_of(group.class_id);
    const std::optional<std::uint32_t> tuple_index = tuple_of(group.dimensions);
    if (!class_index || !tuple_index || !IsPossibleCell(cell.key, cell.image.counters)) {
      ++notes_.damaged_cells;
      continue;
    }
    SnapshotRow& row = contents_.rows.emplace_back();
    row.key = {cell.key.high >> 32 << 32 | *class_index,
               std::uint64_t{*tuple_index} << 32 | (cell.key.low & 0xffff'ffff)};
    row.counters = cell.image.counters;
    row.version = cell.image.version;
    row.position = cell.position;
  }
  source.end = contents_.rows.size();
  if (source.begin != source.end) contents_.sources.push_back(source);
}

void SegmentRows::Add(const SegmentView& view, const IdCommits* ids, bool sealed_only) {
  ++notes_.sources;
  Indices classes;
  Indices tuples;
  const std::size_t dimensions = contents_.dimension_names.size();
  for (std::uint32_t extent = 0; extent < view.extent_count(); ++extent) {
    if (!view.ReadExtent(extent, ids, true, &reading_)) continue;
    if (sealed_only && !reading_.sealed) continue;
    classes.clear();
    tuples.clear();
    ForEachText(reading_.texts, [&](const TextHeader& header, std::string_view bytes) {
      if (header.is_class != 0) {
        if (header.mark >= kClassKinds || IsFoldedClass(header.handle)) return;
        classes[header.handle] =
            texts_.IndexOfClass(bytes, static_cast<ClassKind>(header.mark), false);
      } else if (TupleBuffer tuple; ReadTupleText(bytes, dimensions, &tuple)) {
        tuples[header.handle] = texts_.IndexOfTuple(tuple.view());
      }
    });
    const auto class_of = [&](ClassId id) -> std::optional<std::uint32_t> {
      if (!IsFoldedClass(id)) return Find(classes, id);
      if (id >= kClassKinds) return std::nullopt;
      return texts_.IndexOfClass("", static_cast<ClassKind>(id), true);
    };
    const auto tuple_of = [&](DimensionsId id) -> std::optional<std::uint32_t> {
      return id == kAllFolded ? texts_.IndexOfAllFolded() : Find(tuples, id);
    };
    AddExtent(view, class_of, tuple_of);
  }
}

void SegmentRows::Add(const SegmentView& view, const IdCommits* ids, const Registry& registry) {
  ++notes_.sources;
  constexpr std::uint32_t kUnknown = 0xffff'ffff;
  // By handle: handles are positions in the registry's tables.
  std::vector<std::uint32_t> classes(registry.class_handles(), kUnknown);
  std::vector<std::uint32_t> tuples(registry.tuple_handles(), kUnknown);
  const auto class_of = [&](ClassId id) -> std::optional<std::uint32_t> {
    std::uint32_t& index = classes[id];
    if (index == kUnknown) {
      index = texts_.IndexOfClass(registry.ClassBytes(id), registry.KindOf(id), IsFoldedClass(id));
    }
    return index;
  };
  const auto tuple_of = [&](DimensionsId id) -> std::optional<std::uint32_t> {
    if (id == kAllFolded) return texts_.IndexOfTuple(registry.TupleBytes(id));
    std::uint32_t& index = tuples[id & ~kFoldedBit];
    if (index == kUnknown) index = texts_.IndexOfTuple(registry.TupleBytes(id));
    return index;
  };
  for (std::uint32_t extent = 0; extent < view.extent_count(); ++extent) {
    if (view.ReadExtent(extent, ids, false, &reading_)) AddExtent(view, class_of, tuple_of);
  }
}

void DropAbsorbed(const LedgerProgress& progress, std::uint32_t ledger,
                  SnapshotContents* contents) {
  std::erase_if(contents->sources, [&](const SnapshotSource& source) {
    return source.ledger == ledger && !source.is_base() &&
           progress.IsAbsorbed(source.ordinal, source.serial);
  });
  DropDeletedRows(contents);
}

}  // namespace tokentra
