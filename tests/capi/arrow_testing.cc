#include "tests/capi/arrow_testing.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tokentra_testing {
namespace {

// Structures below a schema or an array are released with it: theirs does nothing.
void ReleaseSchemaBelow(ArrowSchema* schema) { schema->release = nullptr; }
void ReleaseArrayBelow(ArrowArray* array) { array->release = nullptr; }

template <typename T>
std::vector<std::uint8_t> BytesOf(const std::vector<T>& values) {
  std::vector<std::uint8_t> bytes(values.size() * sizeof(T) + 1);
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), values.size() * sizeof(T));
  return bytes;
}

template <typename T>
std::vector<std::uint8_t> Narrowed(const std::vector<std::int64_t>& values) {
  std::vector<T> narrow;
  for (const std::int64_t value : values) narrow.push_back(static_cast<T>(value));
  return BytesOf(narrow);
}

}  // namespace

ArrowTestStream::ArrowTestStream(std::vector<ArrowTestColumn> columns, int batches)
    : batches_left_(batches) {
  const std::size_t rows =
      columns.empty() ? 0 : std::max(columns[0].texts.size(), columns[0].integers.size());
  for (const ArrowTestColumn& column : columns) AddColumn(column, rows);
  for (ArrowSchema& schema : schemas_) schema_children_.push_back(&schema);
  for (ArrowArray& array : arrays_) array_children_.push_back(&array);

  schema_.format = "+s";
  schema_.name = "";
  schema_.n_children = static_cast<std::int64_t>(schema_children_.size());
  schema_.children = schema_children_.data();
  schema_.private_data = this;
  schema_.release = [](ArrowSchema* schema) {
    ++static_cast<ArrowTestStream*>(schema->private_data)->schemas_released;
    schema->release = nullptr;
  };
  array_.length = static_cast<std::int64_t>(rows);
  array_.n_buffers = 1;
  buffers_.push_back({nullptr});
  array_.buffers = buffers_.back().data();
  array_.n_children = static_cast<std::int64_t>(array_children_.size());
  array_.children = array_children_.data();
  array_.private_data = this;
  array_.release = [](ArrowArray* array) {
    ++static_cast<ArrowTestStream*>(array->private_data)->arrays_released;
    array->release = nullptr;
  };
  stream_.private_data = this;
  stream_.get_schema = [](ArrowArrayStream* stream, ArrowSchema* out) {
    auto* self = static_cast<ArrowTestStream*>(stream->private_data);
    if (self->schema_error != 0) return self->schema_error;
    ++self->schemas_given;
    *out = self->schema_;
    return 0;
  };
  stream_.get_next = [](ArrowArrayStream* stream, ArrowArray* out) {
    auto* self = static_cast<ArrowTestStream*>(stream->private_data);
    if (self->next_error != 0 && self->batches_before_error-- == 0) return self->next_error;
    *out = {};
    if (self->batches_left_ == 0) return 0;
    --self->batches_left_;
    ++self->arrays_given;
    *out = self->array_;
    return 0;
  };
  stream_.get_last_error = [](ArrowArrayStream*) -> const char* { return "out of paper"; };
  stream_.release = [](ArrowArrayStream* stream) {
    ++static_cast<ArrowTestStream*>(stream->private_data)->streams_released;
    stream->release = nullptr;
  };
}

void ArrowTestStream::AddTexts(const std::vector<std::string>& texts, ArrowArray* array) {
  std::vector<std::int32_t> offsets = {0};
  std::string bytes;
  for (const std::string& text : texts) {
    bytes += text;
    offsets.push_back(static_cast<std::int32_t>(bytes.size()));
  }
  bytes_.push_back(BytesOf(offsets));
  const void* offsets_at = bytes_.back().data();
  bytes_.push_back({bytes.begin(), bytes.end()});
  bytes_.back().push_back(0);
  buffers_.push_back({nullptr, offsets_at, bytes_.back().data()});
  array->length = static_cast<std::int64_t>(texts.size());
  array->n_buffers = 3;
  array->buffers = buffers_.back().data();
  array->release = ReleaseArrayBelow;
}

void ArrowTestStream::AddColumn(const ArrowTestColumn& column, std::size_t rows) {
  names_.push_back(column.name);
  names_.push_back(column.format);
  ArrowSchema& schema = schemas_.emplace_back();
  schema.name = names_[names_.size() - 2].c_str();
  schema.format = names_.back().c_str();
  schema.release = ReleaseSchemaBelow;
  ArrowArray& array = arrays_.emplace_back();
  if (column.format == "u") {
    AddTexts(column.texts, &array);
    return;
  }
  bytes_.push_back(column.format == "c"   ? Narrowed<std::int8_t>(column.integers)
                   : column.format == "i" ? Narrowed<std::int32_t>(column.integers)
                                          : BytesOf(column.integers));
  buffers_.push_back({nullptr, bytes_.back().data()});
  array.length = static_cast<std::int64_t>(rows);
  array.n_buffers = 2;
  array.buffers = buffers_.back().data();
  array.release = ReleaseArrayBelow;
  if (column.dictionary.empty()) return;
  ArrowSchema& value_schema = value_schemas_.emplace_back();
  value_schema.format = "u";
  value_schema.name = "";
  value_schema.release = ReleaseSchemaBelow;
  schema.dictionary = &value_schema;
  ArrowArray& values = value_arrays_.emplace_back();
  AddTexts(column.dictionary, &values);
  array.dictionary = &values;
}

}  // namespace tokentra_testing
