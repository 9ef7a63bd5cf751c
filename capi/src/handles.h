// The objects behind the opaque handles.

#ifndef TOKENTRA_CAPI_SRC_HANDLES_H_
#define TOKENTRA_CAPI_SRC_HANDLES_H_

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "call.h"
#include "core/analysis/lint.h"
#include "core/analysis/reprice.h"
#include "core/client/client.h"
#include "core/client/records.h"
#include "core/convention/propose.h"
#include "core/usage/stream.h"

struct tokentra_catalog {
  std::shared_ptr<const tokentra::Catalog> catalog;
  // Ids that pin conditions, by provider: listed after the models, found when first asked for.
  mutable std::once_flag pinned_once;
  mutable std::vector<std::vector<const tokentra::NameRecord*>> pinned_names;
};

struct tokentra_cost {
  std::shared_ptr<const tokentra::Catalog> catalog;
  tokentra::capi::CallStorage storage;
  tokentra::Evaluation evaluation;
  std::string reason;
  std::vector<tokentra_quantity> usage;
  std::vector<std::string_view> suggestions;
  std::vector<std::string> metadata_findings;
  std::size_t line_count = 0;
};

struct tokentra_extraction {
  tokentra::Extraction extraction;
  std::vector<tokentra_quantity> usage;
  std::vector<std::vector<tokentra_quantity>> part_usage;
};

struct tokentra_stream {
  tokentra::UsageStream stream;
};

struct tokentra_records {
  tokentra::RecordsResult result;
  tokentra::RecordsOptions options;  // without texts
  std::vector<std::pair<std::string, std::uint64_t>> unread;
};

struct tokentra_held {
  tokentra::HeldLog log;
};

struct tokentra_client_options {
  tokentra::ClientOptions options;
};

struct tokentra_convention {
  std::shared_ptr<const tokentra::Convention> convention;
};

struct tokentra_lint {
  tokentra::Lint lint;
};

struct tokentra_proposal {
  tokentra::ConventionProposal proposal;
};

struct tokentra_client {
  std::shared_ptr<tokentra::Client> client;
};

struct tokentra_ledger {
  std::shared_ptr<tokentra::Ledger> ledger;
};

struct tokentra_recorder {
  std::shared_ptr<tokentra::Client> client;
  tokentra::capi::CallStorage storage;
  tokentra::Client::Binding binding;
};

struct tokentra_snapshot {
  std::shared_ptr<const tokentra::SnapshotView> view;
};

struct tokentra_repricing {
  tokentra::Repricing repricing;
};

struct tokentra_rows {
  std::vector<tokentra::GroupRow> rows;
  std::vector<std::vector<tokentra_quantity>> usage;
};

namespace tokentra::capi {

// A caller's metadata: texts, borrowed.
absl::Status ReadMetadata(const tokentra_pair* metadata, std::size_t count,
                          std::vector<MetadataEntry>& out);

inline std::vector<tokentra_quantity> ToC(const Usage& usage) {
  std::vector<tokentra_quantity> quantities;
  for (const Quantity& item : usage.quantities()) {
    quantities.push_back({item.meter, 0, item.quantity});
  }
  return quantities;
}

// The C number of an evaluation's state.
inline std::uint32_t StateNumber(bool unmetered, CostState state) {
  return unmetered ? TOKENTRA_STATE_UNMETERED : static_cast<std::uint32_t>(state);
}

}  // namespace tokentra::capi

#endif  // TOKENTRA_CAPI_SRC_HANDLES_H_
