// Writing JSON: appends compact text to a string, commas where they belong.
//
// The writer does not check that keys and values alternate; its callers are few and their output
// is parsed by tests. Invalid UTF-8 in a text becomes U+FFFD, so that the output is always JSON.
//
// Thread: one writer, one thread. Cost: appends; no allocation beyond the string's own.

#ifndef TOKENTRA_CORE_BASE_JSON_WRITER_H_
#define TOKENTRA_CORE_BASE_JSON_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace tokentra {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void BeginObject() { Open('{'); }
  void EndObject() { Close('}'); }
  void BeginArray() { Open('['); }
  void EndArray() { Close(']'); }
  void Key(std::string_view key);
  void Text(std::string_view value);
  void Number(std::uint64_t value);
  void Bool(bool value) { Raw(value ? "true" : "false"); }
  void Null() { Raw("null"); }
  // A value that is JSON already.
  void Raw(std::string_view json);

  void Text(std::string_view key, std::string_view value) {
    Key(key);
    Text(value);
  }
  void Number(std::string_view key, std::uint64_t value) {
    Key(key);
    Number(value);
  }
  // Null when the value is empty.
  void TextOrNull(std::string_view key, std::string_view value);

 private:
  void Open(char bracket);
  void Close(char bracket);
  void Separate();
  void Quoted(std::string_view value);

  std::string& out_;
  bool needs_comma_ = false;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_BASE_JSON_WRITER_H_
