#include "core/usage/usage_class.h"

#include <algorithm>

#include "core/base/little_endian.h"

namespace tokentra {
namespace {

constexpr char kVersion = 2;
constexpr char kVersionWithoutRow = 1;

void AppendText(std::string& out, std::string_view text, std::size_t max = kClassTextMax) {
  text = text.substr(0, max);
  AppendInteger(out, static_cast<std::uint16_t>(text.size()));
  out += text;
}

std::string_view ReadText(ByteReader& reader) {
  return reader.ReadBytes(reader.Read<std::uint16_t>());
}

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
  const bool fits = usage_class.row.size() <= kClassRowMax;
  AppendText(out, fits ? std::string_view(usage_class.row) : std::string_view(), kClassRowMax);
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
}

bool DecodeUsageClass(std::string_view bytes, UsageClass& out) {
  ByteReader reader(bytes);
  const auto version = reader.Read<std::uint8_t>();
  if (version != kVersion && version != kVersionWithoutRow) return false;
  const auto kind = reader.Read<std::uint8_t>();
  if (kind >= kClassKinds) return false;
  out.kind = static_cast<ClassKind>(kind);
  const auto batch = reader.Read<std::uint8_t>();
  if (batch > 1) return false;
  out.batch = batch != 0;
  out.provider = ReadText(reader);
  out.model = ReadText(reader);
  out.service_tier = ReadText(reader);
  out.region = ReadText(reader);
  out.price_row = ReadText(reader);
  out.row.clear();
  if (version != kVersionWithoutRow) out.row = ReadText(reader);
  out.named_count = reader.Read<std::uint8_t>();
  if (!reader.ok() || out.named_count > UsageClass::kNamedMax) return false;
  for (std::size_t i = 0; i < out.named_count; ++i) {
    out.named[i].name = ReadText(reader);
    out.named[i].value = ReadText(reader);
  }
  out.context_count = reader.Read<std::uint8_t>();
  if (!reader.ok() || out.context_count > UsageClass::kContextMax) return false;
  for (std::size_t i = 0; i < out.context_count; ++i) {
    out.context[i].meter = reader.Read<MeterId>();
    out.context[i].min = reader.Read<std::uint64_t>();
    out.context[i].max = reader.Read<std::uint64_t>();
  }
  return reader.done();
}

}  // namespace tokentra
