// Call, Cost and Catalog: the price of one call, or of many. See tokentra.hpp.

#ifndef TOKENTRA_CPP_PRICE_HPP_
#define TOKENTRA_CPP_PRICE_HPP_

#include <initializer_list>
#include <optional>
#include <vector>

#include <tokentra/cpp/base.hpp>

namespace tokentra {
inline namespace v1 {

// Quantities by meter. Listed means present: a quantity of 0 is a statement.
class Usage {
 public:
  Usage() = default;
  // {{"input_tokens", 1500}, {"output_tokens", 500}}. Throws NOT_FOUND for an unknown meter.
  Usage(std::initializer_list<std::pair<std::string_view, std::uint64_t>> quantities) {
    items_.reserve(quantities.size());
    for (const auto& [meter, quantity] : quantities) Add(meter, quantity);
  }
  void Add(std::string_view meter, std::uint64_t quantity) { Add(MeterId(meter), quantity); }
  void Add(std::uint32_t meter, std::uint64_t quantity) { items_.push_back({meter, 0, quantity}); }
  void Clear() noexcept { items_.clear(); }

  const tokentra_quantity* data() const noexcept { return items_.data(); }
  std::size_t size() const noexcept { return items_.size(); }

 private:
  std::vector<tokentra_quantity> items_;
};

// Names with values: conditions or metadata. Views: the texts must outlive the pairs.
class Pairs {
 public:
  Pairs() = default;
  Pairs(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
    items_.reserve(pairs.size());
    for (const auto& [name, value] : pairs) Add(name, value);
  }
  void Add(std::string_view name, std::string_view value) {
    items_.push_back({detail::Text(name), detail::Text(value)});
  }
  void Clear() noexcept { items_.clear(); }

  const tokentra_pair* data() const noexcept { return items_.data(); }
  std::size_t size() const noexcept { return items_.size(); }

 private:
  std::vector<tokentra_pair> items_;
};

// One call of a model: what is priced and tracked. Texts are views, as in Pairs.
struct Call {
  std::string_view provider;      // required: "openai", "anthropic", ...
  std::string_view model;         // when `response` does not name it, or to override it
  std::string_view api;           // flavour of `response`; absent: detected
  std::string_view service_tier;  // "standard", "flex", "priority", ...
  std::string_view region;
  std::string_view id;        // idempotency key; absent: the response's own id
  std::string_view response;  // the response body as JSON; or `usage`
  Usage usage;
  Pairs conditions;
  Pairs metadata;
  std::int64_t at_ns = kNoInstant;
  std::int64_t arrived_ns = kNoInstant;  // when it came, where that is to be judged
  bool batch = false;

  // The C structure over this call: valid until the call changes.
  tokentra_call c_call() const noexcept {
    tokentra_call call = {};
    call.provider = detail::Text(provider);
    call.model = detail::Text(model);
    call.api = detail::Text(api);
    call.service_tier = detail::Text(service_tier);
    call.region = detail::Text(region);
    call.id = detail::Text(id);
    call.response = detail::Text(response);
    call.usage = usage.data();
    call.usage_count = usage.size();
    call.conditions = conditions.data();
    call.condition_count = conditions.size();
    call.metadata = metadata.data();
    call.metadata_count = metadata.size();
    call.at_ns = at_ns;
    call.arrived_ns = arrived_ns;
    call.flags = batch ? TOKENTRA_CALL_BATCH : 0;
    return call;
  }
};

enum class Match : std::uint32_t {
  kNone = TOKENTRA_MATCH_NONE,
  kExact = TOKENTRA_MATCH_EXACT,
  kAlias = TOKENTRA_MATCH_ALIAS,
  kPattern = TOKENTRA_MATCH_PATTERN,
  kNormalized = TOKENTRA_MATCH_NORMALIZED,
};

enum class State : std::uint32_t {
  kPriced = TOKENTRA_STATE_PRICED,
  kFree = TOKENTRA_STATE_FREE,
  kPartial = TOKENTRA_STATE_PARTIAL,    // some quantity has no rate; the total is of the rest
  kUnpriced = TOKENTRA_STATE_UNPRICED,  // never 0: there is no total
  kUnmetered = TOKENTRA_STATE_UNMETERED,
};

enum class Quality : std::uint32_t {
  kExact = TOKENTRA_QUALITY_EXACT,
  kSuspect = TOKENTRA_QUALITY_SUSPECT,
  kIncomplete = TOKENTRA_QUALITY_INCOMPLETE,
};

// Whether an amount of this state means anything.
constexpr bool HasTotal(State state) noexcept {
  return state == State::kPriced || state == State::kFree || state == State::kPartial;
}

// One billed meter of one part: amount = quantity * rate / per, exactly. Views into its Cost.
struct Line {
  std::string_view model;
  std::string_view meter;
  std::uint64_t quantity;
  Money rate;  // for `per` quanta
  std::uint64_t per;
  std::string_view rate_text;  // as published
  Money amount;
  std::string_view price_row;     // content id
  std::string_view source;        // the provider's page, absent when no list names it
  std::string_view as_of;         // date of the list it was read from
  std::string_view overlay;       // the overlays that made or changed the rate; absent: none
  std::string_view overlay_note;  // what they did: "20 % off 2.5"; may be absent
};

// The result of pricing. Immutable.
class Cost {
 public:
  // Takes over what tokentra_price made.
  explicit Cost(tokentra_cost* cost) : cost_(cost) {
    ErrorHandle error;
    detail::Check(tokentra_cost_summarize(cost_.get(), &summary_, sizeof summary_, error.out()),
                  error);
  }

  State state() const noexcept { return static_cast<State>(summary_.state); }
  Match match() const noexcept { return static_cast<Match>(summary_.match); }
  Quality quality() const noexcept { return static_cast<Quality>(summary_.quality); }
  // Nothing when unpriced or unmetered.
  std::optional<Money> total() const noexcept {
    if (!HasTotal(state())) return std::nullopt;
    return Money(summary_.total);
  }
  // The provider's own total, where the body gave one.
  std::optional<Money> reported() const noexcept {
    if (summary_.has_reported == 0) return std::nullopt;
    return Money(summary_.reported);
  }
  std::string_view provider() const noexcept { return detail::View(summary_.provider); }
  std::string_view model() const noexcept { return detail::View(summary_.model); }
  std::string_view service_tier() const noexcept { return detail::View(summary_.service_tier); }
  std::string_view region() const noexcept { return detail::View(summary_.region); }
  std::string_view response_id() const noexcept { return detail::View(summary_.response_id); }
  // Why it is unpriced; absent otherwise.
  std::string_view reason() const noexcept { return detail::View(summary_.reason); }
  bool batch() const noexcept { return summary_.batch != 0; }
  std::size_t parts() const noexcept { return summary_.parts; }

  std::size_t line_count() const noexcept { return summary_.lines; }
  // Throws OUT_OF_RANGE.
  Line line(std::size_t index) const {
    tokentra_cost_line line;
    ErrorHandle error;
    detail::Check(tokentra_cost_line_at(cost_.get(), index, &line, sizeof line, error.out()),
                  error);
    return {detail::View(line.model),
            detail::View(line.meter),
            line.quantity,
            Money(line.rate),
            line.per,
            detail::View(line.rate_text),
            Money(line.amount),
            detail::View(line.price_row),
            detail::View(line.source),
            detail::View(line.as_of),
            detail::View(line.overlay),
            detail::View(line.overlay_note)};
  }
  std::vector<Line> lines() const {
    std::vector<Line> lines;
    lines.reserve(line_count());
    for (std::size_t i = 0; i < line_count(); ++i) lines.push_back(line(i));
    return lines;
  }

  // The inclusive usage of all parts together, `usage_size()` quantities.
  const tokentra_quantity* usage() const noexcept { return tokentra_cost_usage(cost_.get()); }
  std::size_t usage_size() const noexcept { return summary_.meters; }

  // Nearest ids for an unknown model.
  std::vector<std::string_view> suggestions() const {
    return Texts(summary_.suggestions, tokentra_cost_suggestion);
  }
  // What was wrong with the body or the conditions though it could be priced.
  std::vector<std::string_view> findings() const {
    return Texts(summary_.findings, tokentra_cost_finding);
  }

  // One JSON object, the shape that `tokentra price --json` prints.
  std::string ToJson() const { return Document(tokentra_cost_json); }
  // Why this number: input, match, class, price row, conditions, arithmetic, source.
  std::string Explain() const { return Document(tokentra_cost_explain); }

  const tokentra_cost* get() const noexcept { return cost_.get(); }

 private:
  template <typename Function>
  std::vector<std::string_view> Texts(std::size_t count, Function at) const {
    std::vector<std::string_view> texts;
    texts.reserve(count);
    for (std::size_t i = 0; i < count; ++i) texts.push_back(detail::View(at(cost_.get(), i)));
    return texts;
  }
  template <typename Function>
  std::string Document(Function make) const {
    DocumentHandle document;
    ErrorHandle error;
    detail::Check(make(cost_.get(), document.out(), error.out()), error);
    return detail::TakeText(document);
  }

  Handle<tokentra_cost, tokentra_cost_free> cost_;
  tokentra_cost_summary summary_ = {};
};

// One model of a catalog. Views into it.
struct Model {
  std::string_view id;
  std::string_view canonical;  // the model's own id
  std::size_t price_rows;
  bool deprecated;
  bool priced;     // has at least one price row
  bool alias;      // an id that pins conditions of the model `canonical`
  bool forbidden;  // an overlay took its prices away
};

// An immutable set of providers, models and price rows.
class Catalog {
 public:
  // The catalog compiled into the library. Parses nothing.
  static Catalog OpenBuiltin() {
    Catalog catalog;
    ErrorHandle error;
    detail::Check(tokentra_catalog_open_builtin(catalog.catalog_.out(), error.out()), error);
    return catalog;
  }

  // A catalog with the changes of an overlay document over this one, which stays as it is. `file`
  // is the document's name in errors. Throws INVALID_ARGUMENT naming the path in the document, the
  // value and the nearest valid one; RESOURCE_EXHAUSTED for a limit.
  Catalog Overlay(std::string_view json, std::string_view file = "overlay") const {
    Catalog catalog;
    ErrorHandle error;
    detail::Check(tokentra_catalog_overlay(get(), detail::Text(json), detail::Text(file),
                                           catalog.catalog_.out(), error.out()),
                  error);
    return catalog;
  }
  std::size_t overlay_count() const noexcept { return tokentra_catalog_overlay_count(get()); }
  // In the order in which they were laid. Empty past the end.
  std::string_view overlay_name(std::size_t index) const noexcept {
    return detail::View(tokentra_catalog_overlay_name(get(), index));
  }

  // SHA-256 over everything a price depends on, hexadecimal.
  std::string_view digest() const noexcept { return detail::View(tokentra_catalog_digest(get())); }
  // The newest date any price was read from its list, "2026-11-10".
  std::string_view as_of() const noexcept { return detail::View(tokentra_catalog_as_of(get())); }

  std::size_t provider_count() const noexcept { return tokentra_catalog_provider_count(get()); }
  // Empty past the end.
  std::string_view provider(std::size_t index) const noexcept {
    return detail::View(tokentra_catalog_provider(get(), index));
  }
  std::size_t model_count(std::size_t provider_index) const noexcept {
    return tokentra_catalog_model_count(get(), provider_index);
  }
  // Throws OUT_OF_RANGE.
  Model model(std::size_t provider_index, std::size_t model_index) const {
    tokentra_model model;
    ErrorHandle error;
    detail::Check(tokentra_catalog_model_at(get(), provider_index, model_index, &model,
                                            sizeof model, error.out()),
                  error);
    return {detail::View(model.id),
            detail::View(model.canonical),
            model.price_rows,
            (model.flags & TOKENTRA_MODEL_DEPRECATED) != 0,
            (model.flags & TOKENTRA_MODEL_PRICED) != 0,
            (model.flags & TOKENTRA_MODEL_ALIAS) != 0,
            (model.flags & TOKENTRA_MODEL_FORBIDDEN) != 0};
  }

  // Prices one call. A model or conditions without a price are no error: State::kUnpriced. Throws
  // INVALID_ARGUMENT (contradicting meters, a body that is no JSON object, no instant where the
  // price depends on it), OUT_OF_RANGE.
  Cost Price(const Call& call) const { return Price(call.c_call()); }
  Cost Price(const tokentra_call& call) const {
    tokentra_cost* cost = nullptr;
    ErrorHandle error;
    detail::Check(tokentra_price(get(), &call, sizeof call, &cost, error.out()), error);
    return Cost(cost);
  }

  // Prices many calls: one result each, errors included, in order. Each call carries its own usage
  // or response. Throws for the batch as a whole only.
  std::vector<tokentra_price_result> PriceBatch(const std::vector<Call>& calls) const {
    std::vector<tokentra_call> c_calls;
    c_calls.reserve(calls.size());
    for (const Call& call : calls) c_calls.push_back(call.c_call());
    std::vector<tokentra_price_result> results(calls.size());
    const std::vector<std::uint64_t> offsets(calls.size() + 1, 0);
    ErrorHandle error;
    detail::Check(tokentra_price_batch(get(), c_calls.data(), c_calls.size(), sizeof(tokentra_call),
                                       nullptr, offsets.data(), results.data(),
                                       sizeof(tokentra_price_result), error.out()),
                  error);
    return results;
  }

  const tokentra_catalog* get() const noexcept { return catalog_.get(); }

 private:
  Catalog() = default;
  Handle<tokentra_catalog, tokentra_catalog_free> catalog_;
};

}  // namespace v1
}  // namespace tokentra

#endif  // TOKENTRA_CPP_PRICE_HPP_
