// A price list on its way into an overlay: models with rows in the terms of provider files, and
// what was left out.
//
// Internal to core/exchange. Thread: one writer, one thread.

#ifndef TOKENTRA_CORE_EXCHANGE_PRICE_LIST_WRITER_H_
#define TOKENTRA_CORE_EXCHANGE_PRICE_LIST_WRITER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/base/meter.h"
#include "core/exchange/price_list.h"

namespace tokentra {

// Amount and the quanta it is for, as a rate of a provider file.
struct ListRate {
  std::string amount;
  std::uint64_t per = 1;

  friend bool operator==(const ListRate&, const ListRate&) = default;
};
using ListRates = std::map<MeterId, ListRate>;

struct ListBand {
  MeterId meter = kMeterInputTokens;
  std::uint64_t threshold = 0;
  bool inclusive = false;  // holds at the threshold, not only above it

  friend auto operator<=>(const ListBand&, const ListBand&) = default;
};

struct ListRow {
  std::string from;  // instants; empty: unbounded
  std::string until;
  Json conditions = Json::object();  // as in provider files
  ListRates rates;
  std::map<ListBand, ListRates> bands;
  std::map<MeterId, std::uint64_t> minimum;  // billed of one call at least
  bool free = false;
  bool same = false;  // a variant that costs what the price rows do
};

struct ListModel {
  std::string id;
  std::vector<std::string> aliases;
  bool deprecated = false;
  std::string source;  // empty: none named
  std::vector<ListRow> rows;
  std::vector<ListRow> variants;
};

// The value of a JSON number or text as it stands; empty for anything else.
std::string FigureText(const Json& value);

// "2.5e-06" x 10^`shift` as plain decimal text, cleaned of binary noise (more than 15 significant
// digits become 12); nullopt when it is no number, negative, or needs more than 18 decimals.
std::optional<std::string> PlainFigure(std::string_view text, int shift);
bool IsZeroFigure(std::string_view plain);

// A rate of so much for `units` units of `quanta` quanta each: shown for a million tokens, a
// thousand of what is counted in thousands.
std::optional<ListRate> RateFor(MeterId meter, std::string_view figure, std::uint64_t quanta);

class PriceListWriter {
 public:
  PriceListWriter(std::string_view format, std::string_view name, std::string_view as_of)
      : format_(format), name_(name), as_of_(as_of) {}

  // `at` is the place in the list, `value` what stands there.
  void LeaveOut(std::string at, std::string value, std::string_view reason);

  // To a provider that the first mention makes; `provider_name` may be empty. A second model of one
  // id is left out, unless it says the same.
  void Add(const std::string& provider, std::string_view provider_name, ListModel model);
  bool Has(const std::string& provider, const std::string& id) const;

  absl::StatusOr<ImportedList> Finish();

 private:
  struct Provider {
    std::string name;
    std::map<std::string, std::size_t> ids;  // to the model
    std::vector<ListModel> models;
  };

  void SettleAliases(const std::string& id, Provider& provider);
  Json RowJson(const ListModel& model, const ListRow& row, bool variant) const;
  Json ModelJson(const ListModel& model) const;

  std::string format_;
  std::string name_;
  std::string as_of_;
  std::map<std::string, Provider> providers_;
  Json left_out_ = Json::array();
};

// One list each: fills `writer` from the parsed document.
absl::Status ReadLitellmList(const Json& list, PriceListWriter& writer);
absl::Status ReadGenaiList(const Json& list, PriceListWriter& writer);
absl::Status ReadOpenrouterList(const Json& list, PriceListWriter& writer);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_PRICE_LIST_WRITER_H_
