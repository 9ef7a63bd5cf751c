#include "core/catalog/overlap.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"

namespace tokentra {
namespace {

// Whether some region satisfies both rows' region conditions.
bool RegionsMeet(const RowRecord& a, const RowRecord& b, std::span<const RegionRecord> regions) {
  const auto within = [&](std::uint16_t node, std::uint16_t ancestor) {
    while (node != kNoRegion && node != ancestor) node = regions[node].parent;
    return node == ancestor;
  };
  const auto holds = [&](const RowRecord& row, std::uint16_t node) {
    return row.region == kNoRegion || within(node, row.region) != (row.region_not != 0);
  };
  if (a.region == kNoRegion || b.region == kNoRegion) return true;
  if (a.region_not == 0 && b.region_not == 0) {
    return within(a.region, b.region) || within(b.region, a.region);
  }
  for (std::uint16_t node = 0; node < regions.size(); ++node) {
    if (holds(a, node) && holds(b, node)) return true;
  }
  return false;
}

int RegionRank(const RowRecord& row, std::span<const RegionRecord> regions) {
  if (row.region == kNoRegion) return 0;
  return row.region_not != 0 ? 1 : 2 + regions[row.region].depth;
}

// Which of two rows that meet is the more specific, condition by condition.
struct Order {
  bool meet = true;
  bool a_more = false;
  bool b_more = false;
};

void CompareNamed(const FullRow& a, const FullRow& b, Order& order) {
  for (const auto& [name, value] : a.conditions.named) {
    const auto other = b.conditions.named.find(name);
    if (other == b.conditions.named.end()) {
      order.a_more = true;
    } else if (other->second != value) {
      order.meet = false;  // two values of one name never meet
    }
  }
  for (const auto& [name, value] : b.conditions.named) {
    if (!a.conditions.named.contains(name)) order.b_more = true;
  }
}

void CompareHours(const FullRow& a, const FullRow& b, Order& order) {
  const std::optional<SourceHours>& x = a.conditions.hours;
  const std::optional<SourceHours>& y = b.conditions.hours;
  if (x.has_value() && y.has_value()) {
    if (!HoursMeet(*x, *y)) order.meet = false;
    return;
  }
  if (x.has_value()) order.a_more = true;
  if (y.has_value()) order.b_more = true;
}

bool BandsMeet(const BandSet& a, const BandSet& b) {
  for (const BandRecord& x : a) {
    for (const BandRecord& y : b) {
      if (x.meter != 0 && x.meter == y.meter && (x.max < y.min || y.max < x.min)) return false;
    }
  }
  return true;
}

}  // namespace

absl::Status CheckOverlaps(const std::vector<FullRow>& rows, std::span<const RowRecord> records,
                           std::span<const RegionRecord> regions) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = i + 1; j < rows.size(); ++j) {
      const RowRecord& a = records[i];
      const RowRecord& b = records[j];
      if (a.tier != b.tier || a.batch != b.batch) continue;
      const Interval& x = rows[i].interval;
      const Interval& y = rows[j].interval;
      if (std::max(x.from, y.from) >= std::min(x.until, y.until)) continue;
      if (!BandsMeet(rows[i].bands, rows[j].bands)) continue;
      Order order;
      CompareNamed(rows[i], rows[j], order);
      if (order.meet) CompareHours(rows[i], rows[j], order);
      if (!order.meet || !RegionsMeet(a, b, regions)) continue;
      const int rank_a = RegionRank(a, regions);
      const int rank_b = RegionRank(b, regions);
      if (rank_a > rank_b) order.a_more = true;
      if (rank_b > rank_a) order.b_more = true;
      if (order.a_more == order.b_more) {
        return absl::InvalidArgumentError(absl::StrCat(rows[i].where, ": overlaps ", rows[j].where,
                                                       ": one call could match both price rows"));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace tokentra
