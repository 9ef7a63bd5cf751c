// JSON documents as records: a list, or values that are written over several lines, become one
// record each, as they stream by.
//
// Every record ends with a record separator (0x1E). Newlines inside a value, which JSON allows
// only between tokens, become blanks and follow behind the separator, so that a record stands in
// the line of the file where it begins, and lines after it keep their numbers. The elements of one
// list at the top are records of their own. What is no JSON goes through as it is, for the reader
// to refuse.
//
// Thread: one object, one thread. Memory: none but the output.

#ifndef TOKENTRA_BINDINGS_CLI_JSON_LINES_H_
#define TOKENTRA_BINDINGS_CLI_JSON_LINES_H_

#include <cstdint>
#include <string_view>
#include <vector>

namespace tokentra::cli {

inline constexpr char kRecordSeparator = '\x1e';

// Whether the beginning of a text is such a document and no JSON Lines: a list of objects, or an
// object that goes on in the next line as only a printed one does. `whole`: nothing follows `head`.
bool LooksLikeJsonDocument(std::string_view head, bool whole);

class JsonLines {
 public:
  // Appends what `text` becomes to `out`.
  void Feed(std::string_view text, std::vector<char>& out);
  // The end of the text.
  void Finish(std::vector<char>& out);

 private:
  void EndRecord(std::vector<char>& out);

  std::uint64_t depth_ = 0;
  std::uint64_t newlines_ = 0;  // owed behind the record's separator
  bool in_list_ = false;        // the list at the top
  bool in_text_ = false;
  bool escaped_ = false;
  bool in_record_ = false;
};

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_JSON_LINES_H_
