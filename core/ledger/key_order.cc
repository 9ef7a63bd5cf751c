#include "core/ledger/key_order.h"

#include <bit>
#include <memory>

#include "core/ledger/day_bucket.h"

namespace tokentra {
namespace {

// Buckets of the day that starts at `start`.
bool IsInDay(std::uint32_t bucket, std::uint32_t start, std::int64_t bucket_seconds) {
  return bucket >= start && bucket - start < 86'400 / bucket_seconds;
}

}  // namespace

std::uint32_t BucketOfEntry(const SnapshotEntry& entry, std::int64_t bucket_seconds) {
  if (entry.time_fold == TimeFold::kAnyTime) return 0;
  const std::int64_t width_ns = bucket_seconds * kNsPerSecond;
  std::int64_t bucket = entry.bucket_start / width_ns;
  if (entry.bucket_start % width_ns < 0) --bucket;
  return BucketWord(bucket);
}

bool KeyOrder::IsFolded(const CellGroup& key) const {
  return key.time != TimeFold::kNone || DecodeTuple(tuples_[key.dimensions]).folded != 0;
}

std::uint32_t KeyOrder::Coarseness(const CellGroup& key) const {
  const std::uint64_t folded = DecodeTuple(tuples_[key.dimensions]).folded;
  return static_cast<std::uint32_t>(std::popcount(folded)) + static_cast<std::uint32_t>(key.time);
}

void KeyOrder::JoinTime(const CellGroup& other, CellGroup* key) const {
  if (key->time == other.time && key->bucket == other.bucket) return;
  const CellGroup& coarse = key->time >= other.time ? *key : other;
  const CellGroup& fine = key->time >= other.time ? other : *key;
  if (coarse.time == TimeFold::kDay && fine.time == TimeFold::kNone &&
      IsInDay(fine.bucket, coarse.bucket, bucket_seconds_)) {
    key->time = TimeFold::kDay;
    key->bucket = coarse.bucket;
    return;
  }
  const std::uint32_t day = DayWord(fine.bucket, bucket_seconds_);
  if (coarse.time == TimeFold::kNone && DayWord(coarse.bucket, bucket_seconds_) == day) {
    key->time = TimeFold::kDay;
    key->bucket = day;
    return;
  }
  key->time = TimeFold::kAnyTime;
  key->bucket = 0;
}

bool KeyOrder::Covers(const CellGroup& coarse, const CellGroup& fine) const {
  CellGroup joined = coarse;
  JoinTime(fine, &joined);
  if (joined.time != coarse.time || joined.bucket != coarse.bucket) return false;
  if (coarse.dimensions == fine.dimensions) return true;
  TupleBuffer tuple;
  JoinTuples(tuples_[coarse.dimensions], tuples_[fine.dimensions], &tuple);
  return tuple.view() == tuples_[coarse.dimensions];
}

CellGroup KeyOrder::Join(const CellGroup& a, const CellGroup& b, SnapshotTexts* texts) const {
  CellGroup joined = a;
  JoinTime(b, &joined);
  if (a.dimensions != b.dimensions) {
    TupleBuffer tuple;
    JoinTuples(tuples_[a.dimensions], tuples_[b.dimensions], &tuple);
    joined.dimensions = texts->IndexOfTuple(tuple.view());
  }
  return joined;
}

}  // namespace tokentra
