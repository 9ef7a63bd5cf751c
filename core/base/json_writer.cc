#include "core/base/json_writer.h"

#include "absl/strings/str_cat.h"
#include "core/base/text.h"

namespace tokentra {

void JsonWriter::Separate() {
  if (needs_comma_) out_ += ',';
  needs_comma_ = true;
}

void JsonWriter::Open(char bracket) {
  Separate();
  out_ += bracket;
  needs_comma_ = false;
}

void JsonWriter::Close(char bracket) {
  out_ += bracket;
  needs_comma_ = true;
}

void JsonWriter::Key(std::string_view key) {
  Separate();
  Quoted(key);
  out_ += ':';
  needs_comma_ = false;
}

void JsonWriter::Text(std::string_view value) {
  Separate();
  Quoted(value);
}

void JsonWriter::Number(std::uint64_t value) {
  Separate();
  absl::StrAppend(&out_, value);
}

void JsonWriter::Raw(std::string_view json) {
  Separate();
  out_ += json;
}

void JsonWriter::TextOrNull(std::string_view key, std::string_view value) {
  Key(key);
  if (value.empty()) {
    Null();
  } else {
    Text(value);
  }
}

void JsonWriter::Quoted(std::string_view value) {
  constexpr char kHex[] = "0123456789abcdef";
  out_ += '"';
  while (!value.empty()) {
    const auto byte = static_cast<unsigned char>(value.front());
    if (byte < 0x20 || byte == '"' || byte == '\\') {
      switch (byte) {
        case '"':
          out_ += "\\\"";
          break;
        case '\\':
          out_ += "\\\\";
          break;
        case '\n':
          out_ += "\\n";
          break;
        case '\r':
          out_ += "\\r";
          break;
        case '\t':
          out_ += "\\t";
          break;
        default:
          out_ += "\\u00";
          out_ += kHex[byte >> 4];
          out_ += kHex[byte & 15];
      }
      value.remove_prefix(1);
      continue;
    }
    const std::size_t length = Utf8SequenceLength(value);
    if (length == 0) {
      out_ += "\xEF\xBF\xBD";
      value.remove_prefix(1);
      continue;
    }
    out_.append(value.substr(0, length));
    value.remove_prefix(length);
  }
  out_ += '"';
}

}  // namespace tokentra
