#include "core/usage/usage_class.h"

#include <algorithm>

namespace tokentra {
namespace {

constexpr char kVersion = 2;
constexpr std::uint8_t kVersionWithoutTerms = 1;
constexpr std::size_t kTermsMax = 0xffff;

template <typename Integer>
void AppendInteger(std::string& out, Integer value) {
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  }
}

void AppendText(std::string& out, std::string_view text) {
  text = text.substr(0, kClassTextMax);
  AppendInteger(out, static_cast<std::uint16_t>(text.size()));
  out += text;
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <typename Integer>
  Integer Read() {
    std::uint64_t value = 0;
    if (rest_.size() < sizeof(Integer)) {
      ok_ = false;
      return 0;
    }
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
    }
    rest_.remove_prefix(sizeof(Integer));
    return static_cast<Integer>(value);
  }

  std::string_view ReadText() {
    const auto size = Read<std::uint16_t>();
    if (!ok_ || rest_.size() < size) {
      ok_ = false;
      return {};
    }
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }

  void Fail() { ok_ = false; }
  bool ok() const { return ok_; }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

void EncodeUsageClass(const UsageClass& usage_class, std::string& out) {
  out.clear();
  out += kVersion;
  out += static_cast<char>(usage_class.kind);
  out += static_cast<char>(usage_class.batch ? 1 : 0);
  AppendText(out, usage_class.provider);
  AppendText(out, usage_class.model);
  AppendText(out, usage_class.service_tier);
  AppendText(out, usage_class.region);
  AppendText(out, usage_class.price_row);
  out += static_cast<char>(usage_class.named_count);
  for (std::size_t i = 0; i < usage_class.named_count; ++i) {
    AppendText(out, usage_class.named[i].name);
    AppendText(out, usage_class.named[i].value);
  }
  out += static_cast<char>(usage_class.context_count);
  for (std::size_t i = 0; i < usage_class.context_count; ++i) {
    AppendInteger(out, usage_class.context[i].meter);
    AppendInteger(out, usage_class.context[i].min);
    AppendInteger(out, usage_class.context[i].max);
  }
  // Whole or not at all.
  const std::string_view terms =
      usage_class.price_terms.size() <= kTermsMax ? usage_class.price_terms : std::string_view();
  AppendInteger(out, static_cast<std::uint16_t>(terms.size()));
  out += terms;
}

bool DecodeUsageClass(std::string_view bytes, UsageClass& out) {
  Reader reader(bytes);
  const auto version = reader.Read<std::uint8_t>();
  if (version != kVersion && version != kVersionWithoutTerms) return false;
  const auto kind = reader.Read<std::uint8_t>();
  if (kind >= kClassKinds) return false;
  out.kind = static_cast<ClassKind>(kind);
  const auto batch = reader.Read<std::uint8_t>();
  if (batch > 1) return false;
  out.batch = batch != 0;
  out.provider = reader.ReadText();
  out.model = reader.ReadText();
  out.service_tier = reader.ReadText();
  out.region = reader.ReadText();
  out.price_row = reader.ReadText();
  out.named_count = reader.Read<std::uint8_t>();
  if (!reader.ok() || out.named_count > UsageClass::kNamedMax) return false;
  for (std::size_t i = 0; i < out.named_count; ++i) {
    out.named[i].name = reader.ReadText();
    out.named[i].value = reader.ReadText();
  }
  out.context_count = reader.Read<std::uint8_t>();
  if (!reader.ok() || out.context_count > UsageClass::kContextMax) return false;
  for (std::size_t i = 0; i < out.context_count; ++i) {
    out.context[i].meter = reader.Read<MeterId>();
    out.context[i].min = reader.Read<std::uint64_t>();
    out.context[i].max = reader.Read<std::uint64_t>();
  }
  out.price_terms = version == kVersion ? reader.ReadText() : std::string_view();
  return reader.ok() && reader.done();
}

}  // namespace tokentra
