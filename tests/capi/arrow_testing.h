// Arrow data made by hand, whose releases are counted, and which may be as wrong as a test wants.

#ifndef TOKENTRA_TESTS_CAPI_ARROW_TESTING_H_
#define TOKENTRA_TESTS_CAPI_ARROW_TESTING_H_

#include <tokentra/tokentra.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace tokentra_testing {

// One column: texts, integers of 64 bits, or texts by a dictionary.
struct ArrowTestColumn {
  std::string name;
  std::string format;  // "u", "l", or the indexes' ("c", "i", "l") of a dictionary
  std::vector<std::string> texts;
  std::vector<std::int64_t> integers;
  std::vector<std::string> dictionary;
};

// A stream of the same batch, some times over. Structures live here, so that a test can damage
// them (`schema`, `array`) before they are read; a release only counts.
class ArrowTestStream {
 public:
  explicit ArrowTestStream(std::vector<ArrowTestColumn> columns, int batches = 1);
  ArrowTestStream(const ArrowTestStream&) = delete;
  ArrowTestStream& operator=(const ArrowTestStream&) = delete;

  ArrowArrayStream* get() { return &stream_; }
  ArrowSchema& schema() { return schema_; }
  ArrowSchema& schema(std::size_t column) { return schemas_[column]; }
  ArrowArray& array() { return array_; }
  ArrowArray& array(std::size_t column) { return arrays_[column]; }
  std::int64_t rows() const { return array_.length; }

  // Errors of the stream's functions, 0 for none; `batches_before_error` batches come first.
  int schema_error = 0;
  int next_error = 0;
  int batches_before_error = 0;

  // How often each kind of structure was given out, and released.
  int streams_released = 0;
  int schemas_given = 0;
  int schemas_released = 0;
  int arrays_given = 0;
  int arrays_released = 0;

  // Everything that was given out was released, once, and the stream too.
  bool AllReleasedOnce() const {
    return streams_released == 1 && schemas_given == schemas_released &&
           arrays_given == arrays_released && stream_.release == nullptr;
  }

 private:
  void AddColumn(const ArrowTestColumn& column, std::size_t rows);
  void AddTexts(const std::vector<std::string>& texts, ArrowArray* array);

  ArrowArrayStream stream_ = {};
  ArrowSchema schema_ = {};
  ArrowArray array_ = {};
  int batches_left_;
  std::deque<ArrowSchema> schemas_;  // columns; addresses are stable
  std::deque<ArrowArray> arrays_;
  std::deque<ArrowSchema> value_schemas_;
  std::deque<ArrowArray> value_arrays_;
  std::vector<ArrowSchema*> schema_children_;
  std::vector<ArrowArray*> array_children_;
  std::deque<std::string> names_;
  std::deque<std::vector<std::uint8_t>> bytes_;
  std::deque<std::vector<const void*>> buffers_;
};

}  // namespace tokentra_testing

#endif  // TOKENTRA_TESTS_CAPI_ARROW_TESTING_H_
