// The names of simdjson's DOM, declared without its header: 30,000 lines that only the files that
// read a document need.

#ifndef TOKENTRA_CORE_BASE_SIMDJSON_FORWARD_H_
#define TOKENTRA_CORE_BASE_SIMDJSON_FORWARD_H_

namespace simdjson::dom {
class element;
class object;
class parser;
}  // namespace simdjson::dom

#endif  // TOKENTRA_CORE_BASE_SIMDJSON_FORWARD_H_
