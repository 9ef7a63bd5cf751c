// A call as a foreign record states it: what every format's reader makes, before any price.
//
// Texts are views into the record's document or into the reader's own store; they live until the
// reader reads the next record. One record may hold many calls (a page of spans) or none (a line
// of a session log that is no call).
//
// Not every call can be counted when it is read. `hold` says why one has to wait until all records
// of a run are known (held.h resolves them):
//   kLargest        lines of one streamed answer repeat its id with growing counts: the one with
//                   the largest output counts, whatever the order of the lines
//   kUnlessCovered  an agent's span repeats what the spans under it say: it counts only when none
//                   of them is a call
//   kSequence       the line means nothing without those before it in its file
//
// Thread: values.

#ifndef TOKENTRA_CORE_EXCHANGE_DRAFT_H_
#define TOKENTRA_CORE_EXCHANGE_DRAFT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/instant.h"
#include "core/base/money.h"
#include "core/exchange/record.h"
#include "core/pricing/select.h"
#include "core/usage/usage.h"
#include "simdjson.h"

namespace tokentra {

enum class Hold : std::uint8_t { kNone, kLargest, kUnlessCovered, kSequence };

struct CallDraft {
  std::string_view provider;
  std::string_view model;
  std::string_view api;
  std::string_view service_tier;
  std::string_view region;
  std::string_view id;
  bool batch = false;
  InstantNs at = kNoInstant;
  // A provider's body as it was received; or else `usage`; or neither: the call is unmetered.
  std::optional<simdjson::dom::element> body;
  bool metered = false;  // `usage` is meant
  Usage usage;
  std::uint64_t requests = 1;  // calls that this one sums up
  std::optional<Money> reported;
  std::vector<NamedCondition> conditions;
  std::vector<MetadataEntry> metadata;
  std::vector<std::string> findings;
  bool suspect = false;  // the record contradicts itself, as `findings` tell
  Hold hold = Hold::kNone;
  std::uint64_t key = 0;     // kUnlessCovered: the span; kLargest: of the id
  std::uint64_t weight = 0;  // kLargest: the largest of one key counts
};

// A span of a trace and the one above it, as hashes of their ids; 0: none.
struct SpanLink {
  std::uint64_t span = 0;
  std::uint64_t parent = 0;
  bool is_call = false;  // counted by itself
};

class DraftSink {
 public:
  virtual ~DraftSink() = default;
  virtual void OnCall(CallDraft& draft) = 0;
  virtual void OnSpan(const SpanLink& /*link*/) {}
  // A line of kSequence, reduced to what matters.
  virtual void OnSequence(std::string_view /*text*/) {}
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_DRAFT_H_
