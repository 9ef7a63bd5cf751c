#include "core/client/snapshot_table.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/meter.h"
#include "core/client/arrow_columns.h"
#include "core/client/text_ids.h"

namespace tokentra {
namespace {

constexpr std::int64_t kNsPerMicrosecond = 1000;

class TableBuilder {
 public:
  explicit TableBuilder(const SnapshotView& view) : view_(view), snapshot_(view.snapshot()) {
    for (std::size_t i = 0; i < view.entry_count(); ++i) {
      if (view.IsRecorded(i)) entries_.push_back(i);
    }
    batch_.rows = static_cast<std::int64_t>(entries_.size());
  }

  std::shared_ptr<const ArrowTable> Build() {
    AddBucket();
    AddClassTexts("provider", &UsageClass::provider);
    AddClassTexts("model", &UsageClass::model);
    AddTexts("state", [&](std::size_t i) { return std::optional(view_.StateName(i)); });
    AddClassTexts("service_tier", &UsageClass::service_tier);
    AddClassTexts("region", &UsageClass::region);
    AddBatch();
    for (std::size_t d = 0; d < snapshot_.dimension_names().size(); ++d) AddDimension(d);
    AddEvents();
    AddCost();
    AddMeters();
    table_->batches.push_back(std::move(batch_));
    return std::move(table_);
  }

 private:
  const SnapshotEntry& Entry(std::size_t index) const { return snapshot_.entries()[index]; }
  bool IsClassFolded(std::size_t index) const {
    return snapshot_.classes()[Entry(index).class_index].folded;
  }

  void Add(std::string name, const char* format, bool nullable, ArrowValues values,
           int dictionary = -1) {
    table_->fields.push_back({std::move(name), format, nullable, dictionary});
    batch_.columns.push_back(std::move(values));
  }

  void AddBucket() {
    ArrowColumnWriter<std::int64_t> bucket(entries_.size());
    for (std::size_t row = 0; row < entries_.size(); ++row) {
      const InstantNs start = Entry(entries_[row]).bucket_start;
      // Buckets begin on whole seconds.
      bucket.values()[row] = start / kNsPerMicrosecond;
      if (start == kNoInstant) bucket.SetNull(row);
    }
    Add("bucket", "tsu:UTC", true, bucket.Take());
  }

  // `text_of(entry)`: nullopt is null.
  template <typename TextOf>
  void AddTexts(std::string name, const TextOf& text_of) {
    ArrowColumnWriter<std::int32_t> indexes(entries_.size());
    TextIds ids;
    for (std::size_t row = 0; row < entries_.size(); ++row) {
      const std::optional<std::string_view> text = text_of(entries_[row]);
      if (text.has_value()) {
        indexes.values()[row] = static_cast<std::int32_t>(ids.IdOf(*text)) - 1;
      } else {
        indexes.SetNull(row);
      }
    }
    ArrowTexts texts;
    for (std::uint32_t id = 1; id <= ids.size(); ++id) texts.Add(ids.Text(id));
    Add(std::move(name), "i", true, indexes.Take(), table_->AddDictionary(texts));
  }

  void AddClassTexts(std::string name, std::string_view UsageClass::*member) {
    AddTexts(std::move(name), [&](std::size_t i) -> std::optional<std::string_view> {
      const std::string_view text = view_.usage_class(Entry(i).class_index).*member;
      if (text.empty() || IsClassFolded(i)) return std::nullopt;
      return text;
    });
  }

  void AddBatch() {
    const std::size_t bytes = entries_.size() / 8 + 1;
    ArrowValues values;
    values.values = ArrowBuffer::Zeroed(bytes);
    values.validity = ArrowBuffer::Zeroed(bytes);
    for (std::size_t row = 0; row < entries_.size(); ++row) {
      const auto bit = static_cast<std::uint8_t>(1U << (row % 8));
      if (IsClassFolded(entries_[row])) {
        ++values.nulls;
        continue;
      }
      values.validity.as<std::uint8_t>()[row / 8] |= bit;
      if (view_.usage_class(Entry(entries_[row]).class_index).batch)
        values.values.as<std::uint8_t>()[row / 8] |= bit;
    }
    Add("batch", "b", true, std::move(values));
  }

  void AddDimension(std::size_t dimension) {
    constexpr std::array<std::string_view, 9> kOwn = {"bucket", "provider",     "model",
                                                      "state",  "service_tier", "region",
                                                      "batch",  "events",       "cost"};
    const std::string& name = snapshot_.dimension_names()[dimension];
    const bool taken =
        std::find(kOwn.begin(), kOwn.end(), name) != kOwn.end() || FindMeter(name) != nullptr;
    AddTexts(taken ? absl::StrCat("metadata.", name) : name,
             [&](std::size_t i) -> std::optional<std::string_view> {
               const DecodedTuple& tuple = snapshot_.dimensions()[Entry(i).dimensions_index];
               const std::uint64_t bit = std::uint64_t{1} << dimension;
               if ((tuple.present & bit) == 0 || (tuple.folded & bit) != 0) return std::nullopt;
               return tuple.values[dimension];
             });
  }

  void AddEvents() {
    ArrowColumnWriter<std::uint64_t> events(entries_.size());
    for (std::size_t row = 0; row < entries_.size(); ++row) {
      events.values()[row] = Entry(entries_[row]).events;
    }
    Add("events", "L", false, events.Take());
  }

  void AddCost() {
    ArrowColumnWriter<Int128> cost(entries_.size());
    for (std::size_t row = 0; row < entries_.size(); ++row) {
      const std::string_view state = view_.StateName(entries_[row]);
      cost.values()[row] = view_.cost(entries_[row]).attos();
      if (state == "unpriced" || state == "unmetered") cost.SetNull(row);
    }
    Add("cost", kArrowMoney, true, cost.Take());
  }

  void AddMeters() {
    AtomSet present = 0;
    for (const std::size_t i : entries_) {
      for (const AtomQuantity& item : Entry(i).atoms) present |= AtomBit(item.atom);
    }
    for (const MeterInfo& meter : Meters()) {
      if ((meter.atoms & present) == 0) continue;
      ArrowColumnWriter<std::uint64_t> sums(entries_.size());
      for (std::size_t row = 0; row < entries_.size(); ++row) {
        std::uint64_t sum = 0;  // fits: snapshot.h, invariant 2
        for (const AtomQuantity& item : Entry(entries_[row]).atoms) {
          if ((meter.atoms & AtomBit(item.atom)) != 0) sum += item.quantity;
        }
        sums.values()[row] = sum;
      }
      Add(std::string(meter.name), "L", false, sums.Take());
    }
  }

  const SnapshotView& view_;
  const Snapshot& snapshot_;
  std::vector<std::size_t> entries_;
  std::shared_ptr<ArrowTable> table_ = std::make_shared<ArrowTable>();
  ArrowTable::Batch batch_;
};

}  // namespace

std::shared_ptr<const ArrowTable> SnapshotTable(const SnapshotView& view) {
  return TableBuilder(view).Build();
}

}  // namespace tokentra
