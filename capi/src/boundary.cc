#include "boundary.h"

#include "core/base/text.h"

namespace tokentra::capi {
namespace {

// Exhausted memory must be reportable without memory: this object is never freed.
tokentra_error* NoMemoryError() {
  static tokentra_error error = {TOKENTRA_RESOURCE_EXHAUSTED, "out of memory"};
  return &error;
}

}  // namespace

tokentra_status FailNoMemory(tokentra_error** error) noexcept {
  if (error != nullptr) *error = NoMemoryError();
  return TOKENTRA_RESOURCE_EXHAUSTED;
}

tokentra_status Fail(const absl::Status& status, tokentra_error** error) noexcept {
  const auto code = static_cast<tokentra_status>(status.raw_code());
  if (error == nullptr) return code;
  try {
    *error = new tokentra_error{code, std::string(status.message())};
  } catch (...) {
    *error = NoMemoryError();
  }
  return code;
}

absl::Status CheckIndex(std::string_view name, std::size_t index, std::size_t count) {
  if (index < count) return absl::OkStatus();
  return absl::OutOfRangeError(absl::StrCat(name, " ", index, " is not below ", count));
}

absl::Status CheckReserved(std::string_view name, std::uint64_t value) {
  if (value == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " is ", value, " and must be 0"));
}

absl::Status CheckText(std::string_view name, tokentra_text text) {
  if (text.data == nullptr && text.size != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " has size ", text.size, " but data is NULL"));
  }
  if (!IsValidUtf8(View(text))) {
    return absl::InvalidArgumentError(absl::StrCat(name, " ", Quote(View(text)), " is no UTF-8"));
  }
  return absl::OkStatus();
}

absl::Status ReadQuantities(const tokentra_quantity* quantities, std::size_t count, Usage& usage) {
  if (count != 0 && quantities == nullptr) return NullArgument("usage");
  for (std::size_t i = 0; i < count; ++i) {
    const tokentra_quantity& item = quantities[i];
    if (item.reserved != 0) return CheckReserved("usage.reserved", item.reserved);
    const MeterInfo* meter =
        item.meter <= Meters().size() ? FindMeter(static_cast<MeterId>(item.meter)) : nullptr;
    if (meter == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          "usage has the meter id ", item.meter, ", which is not within 1 and ", Meters().size()));
    }
    if (item.quantity > kQuantityMax) {
      return absl::InvalidArgumentError(
          absl::StrCat(meter->name, " ", item.quantity, " is above the limit ", kQuantityMax));
    }
    if (usage.Get(meter->id).has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(meter->name, " is given twice"));
    }
    usage.Set(meter->id, item.quantity);
  }
  return absl::OkStatus();
}

}  // namespace tokentra::capi

extern "C" {

tokentra_status tokentra_error_code(const tokentra_error* error) {
  return error == nullptr ? TOKENTRA_OK : error->code;
}

tokentra_text tokentra_error_message(const tokentra_error* error) {
  if (error == nullptr) return {nullptr, 0};
  return tokentra::capi::Text(error->message);
}

void tokentra_error_free(tokentra_error* error) {
  if (error != tokentra::capi::NoMemoryError()) delete error;
}

tokentra_text tokentra_document_text(const tokentra_document* document) {
  if (document == nullptr) return {nullptr, 0};
  return tokentra::capi::Text(document->text);
}

void tokentra_document_free(tokentra_document* document) { delete document; }

}  // extern "C"
