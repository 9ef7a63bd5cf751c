#include "core/usage/stream.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/usage/binary_events.h"
#include "core/usage/event_sink.h"
#include "core/usage/reader.h"
#include "core/usage/stream_body.h"
#include "core/usage/text_events.h"
#include "simdjson.h"

namespace tokentra {

static_assert(kStreamEventMax == extract::JsonCollector::kObjectMax);
static_assert(kStreamStringMax == extract::JsonCollector::kStringMax);
static_assert(kStreamUsageMax == extract::StreamBody::kUsageMax);

namespace {

// Events up to this size leave their parser for the next; a longer one's memory is given back.
constexpr std::size_t kParsedKept = std::size_t{64} << 10;

// Adds usage to the part of its model; past kPartsMax to the last one.
void AddPart(const ExtractedPart& part, std::vector<ExtractedPart>* parts) {
  ExtractedPart* to = nullptr;
  for (ExtractedPart& known : *parts) {
    if (known.model == part.model) to = &known;
  }
  if (to == nullptr && parts->size() < kPartsMax) {
    parts->push_back(part);
    return;
  }
  if (to == nullptr) to = &parts->back();
  for (const Quantity& item : part.usage.quantities()) {
    if (!to->usage.Add(item.meter, item.quantity)) to->usage.Set(item.meter, kQuantityMax);
  }
}

}  // namespace

struct UsageStream::State final : extract::EventSink {
  enum class Wire : std::uint8_t { kUnknown, kText, kBinary };

  void OnObject(const std::string& json) override;
  void OnDone() override { body.SetDone(); }
  void OnBroken(std::string_view reason) override { body.SetBroken(std::string(reason)); }

  absl::StatusOr<Extraction> ExtractAnswer() const {
    return ExtractUsage(body.Text(), provider, api);
  }

  std::string provider;
  std::string api;
  std::string model;
  // `feeding` still set when a feed begins: the one before was left by an exception.
  void BeginFeed() {
    lost = lost || feeding;
    feeding = true;
  }
  void EndFeed() { feeding = false; }

  Wire wire = Wire::kUnknown;
  bool feeding = false;
  bool lost = false;
  extract::TextEvents text;
  extract::BinaryEvents binary;
  extract::StreamBody body;
  std::vector<ExtractedPart> answered;  // parts of answers that have ended, of several
  std::unique_ptr<simdjson::dom::parser> parser;
};

void UsageStream::State::OnObject(const std::string& json) {
  if (parser == nullptr) parser = std::make_unique<simdjson::dom::parser>();
  simdjson::dom::element event;
  if (parser->parse(json).get(event) != simdjson::SUCCESS) {
    body.SetBroken("an event is no JSON object; left out");
  } else if (body.Add(event)) {
    if (const absl::StatusOr<Extraction> answer = ExtractAnswer(); answer.ok()) {
      for (const ExtractedPart& part : answer->parts) AddPart(part, &answered);
      body.BeginAnswer();
    }
  }
  if (json.size() > kParsedKept) parser = nullptr;
}

UsageStream::UsageStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
UsageStream::UsageStream(UsageStream&&) noexcept = default;
UsageStream& UsageStream::operator=(UsageStream&&) noexcept = default;
UsageStream::~UsageStream() = default;

absl::StatusOr<UsageStream> UsageStream::Open(std::string_view provider, std::string_view api,
                                              std::string_view model) {
  if (absl::Status status = CheckExtractorApi(provider, api); !status.ok()) return status;
  auto state = std::make_unique<State>();
  state->provider = provider;
  state->api = api;
  state->model = model;
  if (!model.empty()) state->body.SetModel(model);
  return UsageStream(std::move(state));
}

void UsageStream::Feed(std::string_view bytes) {
  if (bytes.empty()) return;
  state_->BeginFeed();
  if (state_->wire == State::Wire::kUnknown) {
    state_->wire =
        static_cast<unsigned char>(bytes.front()) <= 1 ? State::Wire::kBinary : State::Wire::kText;
  }
  if (state_->wire == State::Wire::kBinary) {
    state_->binary.Feed(bytes, state_.get());
  } else {
    state_->text.Feed(bytes, state_.get());
  }
  state_->EndFeed();
}

absl::Status UsageStream::FeedEvent(std::string_view json) {
  const std::size_t start = json.find_first_not_of(" \t\r\n");
  state_->BeginFeed();
  extract::JsonCollector collector;
  if (start != std::string_view::npos && json[start] == '{') {
    const std::size_t taken = collector.Take(json.substr(start));
    if (json.find_first_not_of(" \t\r\n", start + taken) != std::string_view::npos) {
      collector.Clear();
    }
  }
  if (collector.done() && collector.too_long()) {
    state_->OnBroken(extract::JsonCollector::kTooLong);
  } else if (collector.done()) {
    state_->OnObject(collector.text());
  }
  state_->EndFeed();
  return collector.done() ? absl::OkStatus()
                          : absl::InvalidArgumentError("the event is no JSON object");
}

std::string UsageStream::Body() const { return state_->body.Text(); }

absl::StatusOr<Extraction> UsageStream::Usage() const {
  absl::StatusOr<Extraction> answer = state_->ExtractAnswer();
  if (!answer.ok()) return answer;
  Extraction& out = *answer;
  if (!state_->answered.empty()) {
    std::vector<ExtractedPart> parts = state_->answered;
    for (const ExtractedPart& part : out.parts) AddPart(part, &parts);
    for (ExtractedPart& part : parts) part.atoms = extract::Settle(&part.usage, &out.findings);
    out.parts = std::move(parts);
  }
  if (out.model.empty()) out.model = state_->model;
  for (ExtractedPart& part : out.parts) {
    if (part.model.empty()) part.model = state_->model;
  }
  const extract::StreamBody& body = state_->body;
  for (const std::string& finding : body.findings()) out.findings.push_back(finding);
  if (body.is_suspect()) out.quality = Quality::kSuspect;
  if (!body.is_complete()) {
    out.quality = Quality::kIncomplete;
    if (!body.is_broken()) out.findings.emplace_back("the stream has not ended");
  } else if (out.parts.empty()) {
    out.quality = Quality::kIncomplete;
    out.findings.emplace_back("the stream has ended without usage");
  }
  if (state_->lost || state_->feeding) {
    out.quality = Quality::kIncomplete;
    out.findings.emplace_back("memory ran out for a part of the stream, which is lost");
  }
  return answer;
}

}  // namespace tokentra
