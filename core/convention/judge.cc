#include "core/convention/judge.h"

#include <algorithm>
#include <cstring>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "core/base/text.h"
#include "core/convention/firewall.h"

namespace tokentra {
namespace {

constexpr std::size_t kSlots = 2 * kVerdictsMax;
constexpr std::size_t kProbes = 16;

std::uint64_t LoadUpTo8(std::string_view text) {
  std::uint64_t word = 0;
  std::memcpy(&word, text.data(), std::min<std::size_t>(text.size(), 8));
  return word;
}

// Of sizes and ends: enough to spread sets; equality is compared in full.
std::uint64_t SpreadOf(std::span<const MetadataEntry> entries, std::uint32_t epoch) {
  std::uint64_t hash = epoch + 0x9E3779B97F4A7C15u;
  for (const MetadataEntry& entry : entries) {
    const std::string_view value = entry.value;
    hash = (hash ^ (value.size() | entry.key.size() << 16)) * 0xFF51AFD7ED558CCDu;
    if (value.size() >= 8) {
      hash ^= LoadUpTo8(value) * 0x9E3779B97F4A7C15u;
      hash ^= LoadUpTo8(value.substr(value.size() - 8));
    } else {
      hash ^= LoadUpTo8(value);
    }
    hash = (hash ^ hash >> 29) * 0xC4CEB9FE1A85EC53u;
  }
  return hash ^ hash >> 32;
}

bool IsEqual(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

struct Judge::Remembered {
  std::uint64_t spread;
  std::uint32_t epoch;
  std::vector<MetadataEntry> entries;  // into `texts`
  std::string texts;
  Verdict verdict;
};

Judge::Judge(std::shared_ptr<const Convention> convention)
    : convention_(std::move(convention)),
      slots_(std::make_unique<std::atomic<Remembered*>[]>(kSlots)) {
  for (const Convention::Cap& cap : convention_->Caps()) {
    caps_.push_back({cap, std::make_unique<DistinctCounter>(cap.max)});
  }
}

Judge::~Judge() {
  for (std::size_t i = 0; i < kSlots; ++i) delete slots_[i].load(std::memory_order_relaxed);
}

const Verdict* Judge::Recall(std::span<const MetadataEntry> entries, std::uint32_t epoch) const {
  const std::uint64_t spread = SpreadOf(entries, epoch);
  for (std::size_t probe = 0; probe < kProbes; ++probe) {
    // Acquire: what the slot points at was written before it was published.
    const Remembered* held = slots_[(spread + probe) % kSlots].load(std::memory_order_acquire);
    if (held == nullptr) return nullptr;
    if (held->spread != spread || held->epoch != epoch || held->entries.size() != entries.size()) {
      continue;
    }
    bool equal = true;
    for (std::size_t i = 0; i < entries.size() && equal; ++i) {
      equal = IsEqual(held->entries[i].value, entries[i].value) &&
              IsEqual(held->entries[i].key, entries[i].key);
    }
    if (equal) return &held->verdict;
  }
  return nullptr;
}

void Judge::Remember(std::span<const MetadataEntry> entries, std::uint32_t epoch, Verdict verdict) {
  // Relaxed: a bound that may be passed by as many as there are threads.
  if (remembered_.load(std::memory_order_relaxed) >= kVerdictsMax) return;
  auto made = std::make_unique<Remembered>();
  made->spread = SpreadOf(entries, epoch);
  made->epoch = epoch;
  made->verdict = std::move(verdict);
  for (const MetadataEntry& entry : entries) absl::StrAppend(&made->texts, entry.key, entry.value);
  std::string_view texts = made->texts;
  for (const MetadataEntry& entry : entries) {
    const std::string_view key = texts.substr(0, entry.key.size());
    const std::string_view value = texts.substr(key.size(), entry.value.size());
    texts.remove_prefix(key.size() + value.size());
    made->entries.push_back({key, value});
  }
  for (std::size_t probe = 0; probe < kProbes; ++probe) {
    std::atomic<Remembered*>& slot = slots_[(made->spread + probe) % kSlots];
    Remembered* expected = nullptr;
    // Release: publishes what `made` points at.
    if (slot.compare_exchange_strong(expected, made.get(), std::memory_order_release,
                                     std::memory_order_relaxed)) {
      made.release();
      remembered_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
  }
}

const Verdict& Judge::JudgeSet(std::span<const MetadataEntry> entries, InstantNs at, Verdict& own) {
  const std::uint32_t epoch = convention_->EpochOf(at);
  if (const Verdict* known = Recall(entries, epoch)) {
    if (known->has_findings) finding_sets_.fetch_add(1, std::memory_order_relaxed);
    return *known;
  }
  // Undeclared entries that nothing minds are left out of what is remembered.
  absl::InlinedVector<MetadataEntry, 16> declared;
  bool only_declared = true;
  bool plain = convention_->IgnoresUndeclared();
  for (const MetadataEntry& entry : entries) {
    if (convention_->IsDeclared(entry.key)) {
      declared.push_back(entry);
      continue;
    }
    only_declared = false;
    plain = plain && !Scan(entry.key, entry.value).has_value() && !Scan({}, entry.key).has_value();
  }
  if (plain && !only_declared) {
    if (const Verdict* known = Recall(declared, epoch)) {
      if (known->has_findings) finding_sets_.fetch_add(1, std::memory_order_relaxed);
      return *known;
    }
  }
  const std::span<const MetadataEntry> judged =
      plain ? std::span<const MetadataEntry>(declared) : entries;
  bool sensitive = false;
  own = Verdict();
  if (!caps_.empty() || !convention_->Conforms(judged, at)) {
    CheckResult result = CheckSet(judged, at);
    own.has_findings =
        result.mode != Mode::kOff && result.mode != Mode::kObserve && !result.findings.empty();
    if (!result.findings.empty()) finding_sets_.fetch_add(1, std::memory_order_relaxed);
    own.replacements = std::move(result.replacements);
    sensitive = result.sensitive;
  }
  if (!sensitive && (plain || only_declared)) Remember(judged, epoch, own);
  return own;
}

CheckResult Judge::CheckSet(std::span<const MetadataEntry> entries, InstantNs at) {
  CheckResult result = convention_->Check(entries, at);
  CheckCaps(entries, result);
  return result;
}

void Judge::CheckCaps(std::span<const MetadataEntry> entries, CheckResult& result) {
  if (result.mode == Mode::kOff) return;
  for (CountedKey& counted : caps_) {
    const auto replaced =
        std::find_if(result.replacements.begin(), result.replacements.end(),
                     [&](const Replacement& each) { return each.key == counted.cap.key; });
    std::string_view value;
    bool present = false;
    for (const MetadataEntry& entry : entries) {
      if (CanonicalMetadataKey(entry.key) != counted.cap.key) continue;
      value = entry.value;
      present = true;
    }
    if (replaced != result.replacements.end()) value = replaced->value;
    if ((!present && replaced == result.replacements.end()) || IsBucketName(value)) continue;
    if (counted.counter->Admit(value) || counted.cap.severity == Severity::kOff) continue;
    Finding& finding = result.findings.emplace_back();
    finding.rule = Rule::kCardinality;
    finding.severity = counted.cap.severity;
    finding.key = counted.cap.key;
    finding.value = Quote(value).substr(1, Quote(value).size() - 2);
    finding.raw = std::string(value);
    finding.end = static_cast<std::uint32_t>(value.size());
    finding.expected = absl::StrCat("at most ", counted.cap.max, " distinct values");
    finding.message =
        absl::StrCat("the key ", counted.cap.key, " has about ", counted.counter->Estimate(),
                     " distinct values, more than its cap of ", counted.cap.max);
    if (result.mode != Mode::kQuarantine && result.mode != Mode::kReject) continue;
    if (replaced != result.replacements.end()) {
      replaced->value = std::string(kOtherBucket);
    } else {
      result.replacements.push_back({counted.cap.key, std::string(kOtherBucket)});
    }
  }
}

}  // namespace tokentra
