#include "core/exchange/arrow_table.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <new>

namespace tokentra {
namespace {

constexpr std::size_t kAlignment = 64;

// What stands behind an exported schema, array or stream: everything it points to.
struct SchemaNode {
  std::shared_ptr<const ArrowTable> table;
  std::vector<ArrowSchema> nodes;  // children, and dictionaries
  std::vector<ArrowSchema*> children;
};

struct ArrayNode {
  std::shared_ptr<const ArrowTable> table;
  std::array<const void*, 3> buffers = {};
  std::vector<ArrowArray> nodes;
  std::vector<ArrowArray*> children;
};

struct StreamNode {
  std::shared_ptr<const ArrowTable> table;
  std::size_t next = 0;
};

// Children are released with their parent, unless their holder moved them away before.
template <typename Struct>
void ReleaseBelow(Struct* node) {
  for (std::int64_t i = 0; i < node->n_children; ++i) {
    if (node->children[i]->release != nullptr) node->children[i]->release(node->children[i]);
  }
  if (node->dictionary != nullptr && node->dictionary->release != nullptr) {
    node->dictionary->release(node->dictionary);
  }
}

void ReleaseSchema(ArrowSchema* schema) {
  ReleaseBelow(schema);
  delete static_cast<SchemaNode*>(schema->private_data);
  schema->release = nullptr;
}

void ReleaseArray(ArrowArray* array) {
  ReleaseBelow(array);
  delete static_cast<ArrayNode*>(array->private_data);
  array->release = nullptr;
}

ArrowSchema MakeSchema(const char* format, const char* name, bool nullable, SchemaNode* node) {
  ArrowSchema schema = {};
  schema.format = format;
  schema.name = name;
  schema.flags = nullable ? ARROW_FLAG_NULLABLE : 0;
  schema.n_children = static_cast<std::int64_t>(node->children.size());
  schema.children = node->children.empty() ? nullptr : node->children.data();
  schema.release = ReleaseSchema;
  schema.private_data = node;
  return schema;
}

// Releases the children that were made when memory runs out for the next.
template <typename Struct>
class HalfMade {
 public:
  explicit HalfMade(std::vector<Struct>* children) : children_(children) {}
  HalfMade(const HalfMade&) = delete;
  HalfMade& operator=(const HalfMade&) = delete;
  ~HalfMade() {
    if (children_ == nullptr) return;
    for (Struct& child : *children_) {
      if (child.release != nullptr) child.release(&child);
    }
  }
  void Finish() { children_ = nullptr; }

 private:
  std::vector<Struct>* children_;
};

class SchemaBuilder {
 public:
  explicit SchemaBuilder(std::shared_ptr<const ArrowTable> table) : table_(std::move(table)) {}

  void Build(ArrowSchema* out) {
    auto root = std::make_unique<SchemaNode>();
    root->table = table_;
    root->nodes.resize(table_->fields.size());
    for (ArrowSchema& child : root->nodes) root->children.push_back(&child);
    HalfMade<ArrowSchema> half_made(&root->nodes);
    for (std::size_t i = 0; i < root->nodes.size(); ++i) BuildField(i, &root->nodes[i]);
    half_made.Finish();
    *out = MakeSchema("+s", "", false, root.release());
  }

 private:
  void BuildField(std::size_t index, ArrowSchema* out) {
    const ArrowTable::Field& field = table_->fields[index];
    auto node = std::make_unique<SchemaNode>();
    node->table = table_;
    if (field.dictionary < 0) {
      *out = MakeSchema(field.format.c_str(), field.name.c_str(), field.nullable, node.release());
      return;
    }
    node->nodes.resize(1);
    auto values = std::make_unique<SchemaNode>();
    node->nodes[0] = MakeSchema("u", "", false, values.release());
    ArrowSchema* dictionary = &node->nodes[0];
    *out = MakeSchema(field.format.c_str(), field.name.c_str(), field.nullable, node.release());
    out->dictionary = dictionary;
  }

  std::shared_ptr<const ArrowTable> table_;
};

ArrowArray MakeArray(std::int64_t length, std::int64_t nulls, std::int64_t buffers,
                     ArrayNode* node) {
  ArrowArray array = {};
  array.length = length;
  array.null_count = nulls;
  array.n_buffers = buffers;
  array.buffers = node->buffers.data();
  array.n_children = static_cast<std::int64_t>(node->children.size());
  array.children = node->children.empty() ? nullptr : node->children.data();
  array.release = ReleaseArray;
  array.private_data = node;
  return array;
}

std::unique_ptr<ArrayNode> NodeOf(std::shared_ptr<const ArrowTable> table,
                                  const ArrowValues& values) {
  auto node = std::make_unique<ArrayNode>();
  node->table = std::move(table);
  node->buffers = {values.validity.data(), values.values.data(), values.texts.data()};
  return node;
}

class ArrayBuilder {
 public:
  ArrayBuilder(std::shared_ptr<const ArrowTable> table, std::size_t batch)
      : table_(std::move(table)), batch_(table_->batches[batch]) {}

  void Build(ArrowArray* out) {
    auto root = std::make_unique<ArrayNode>();
    root->table = table_;
    root->nodes.resize(table_->fields.size());
    for (ArrowArray& child : root->nodes) root->children.push_back(&child);
    HalfMade<ArrowArray> half_made(&root->nodes);
    for (std::size_t i = 0; i < root->nodes.size(); ++i) BuildColumn(i, &root->nodes[i]);
    half_made.Finish();
    *out = MakeArray(batch_.rows, 0, 1, root.release());
  }

 private:
  void BuildColumn(std::size_t index, ArrowArray* out) {
    const ArrowTable::Field& field = table_->fields[index];
    const ArrowValues& values = batch_.columns[index];
    std::unique_ptr<ArrayNode> node = NodeOf(table_, values);
    if (field.dictionary < 0) {
      const std::int64_t buffers = field.format == "u" ? 3 : 2;
      *out = MakeArray(batch_.rows, values.nulls, buffers, node.release());
      return;
    }
    const ArrowTable::Dictionary& dictionary =
        table_->dictionaries[static_cast<std::size_t>(field.dictionary)];
    node->nodes.resize(1);
    std::unique_ptr<ArrayNode> texts = NodeOf(table_, dictionary.values);
    node->nodes[0] = MakeArray(dictionary.size, 0, 3, texts.release());
    ArrowArray* below = &node->nodes[0];
    *out = MakeArray(batch_.rows, values.nulls, 2, node.release());
    out->dictionary = below;
  }

  std::shared_ptr<const ArrowTable> table_;
  const ArrowTable::Batch& batch_;
};

// `build` with exceptions as error numbers.
template <typename Build>
int Guarded(const Build& build) {
  try {
    build();
    return 0;
  } catch (const std::bad_alloc&) {
    return ENOMEM;
  } catch (...) {
    return EIO;
  }
}

int GetSchema(ArrowArrayStream* stream, ArrowSchema* out) {
  const auto* node = static_cast<const StreamNode*>(stream->private_data);
  return Guarded([&] { SchemaBuilder(node->table).Build(out); });
}

int GetNext(ArrowArrayStream* stream, ArrowArray* out) {
  auto* node = static_cast<StreamNode*>(stream->private_data);
  if (node->next == node->table->batches.size()) {
    *out = ArrowArray{};
    return 0;
  }
  const int code = Guarded([&] { ArrayBuilder(node->table, node->next).Build(out); });
  if (code == 0) ++node->next;
  return code;
}

const char* GetLastError(ArrowArrayStream*) { return "not enough memory"; }

void ReleaseStream(ArrowArrayStream* stream) {
  delete static_cast<StreamNode*>(stream->private_data);
  stream->release = nullptr;
}

}  // namespace

void ArrowBuffer::Free::operator()(void* data) const {
  ::operator delete (data, std::align_val_t{kAlignment});
}

ArrowBuffer::ArrowBuffer(std::size_t bytes, bool zeroed) {
  const std::size_t rounded = (bytes / kAlignment + 1) * kAlignment;
  data_.reset(::operator new (rounded, std::align_val_t{kAlignment}));
  if (zeroed) std::memset(data_.get(), 0, rounded);
}

ArrowBuffer ArrowBuffer::Of(std::string_view bytes) {
  ArrowBuffer buffer = Uninitialised(bytes.size());
  if (!bytes.empty()) std::memcpy(buffer.data(), bytes.data(), bytes.size());
  return buffer;
}

void ArrowTexts::Add(std::string_view text) {
  constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();
  if (text.size() <= kMost - bytes_.size()) bytes_.append(text);
  ends_.push_back(static_cast<std::int32_t>(bytes_.size()));
}

ArrowValues ArrowTexts::Take() const {
  ArrowValues values;
  values.values = ArrowBuffer::Zeroed((ends_.size() + 1) * sizeof(std::int32_t));
  for (std::size_t i = 0; i < ends_.size(); ++i) values.values.as<std::int32_t>()[i + 1] = ends_[i];
  values.texts = ArrowBuffer::Of(bytes_);
  return values;
}

std::uint64_t ArrowTable::rows() const {
  std::uint64_t sum = 0;
  for (const Batch& batch : batches) sum += static_cast<std::uint64_t>(batch.rows);
  return sum;
}

int ArrowTable::AddDictionary(const ArrowTexts& texts) {
  dictionaries.push_back({static_cast<std::int64_t>(texts.size()), texts.Take()});
  return static_cast<int>(dictionaries.size()) - 1;
}

void ArrowTable::Export(std::shared_ptr<const ArrowTable> table, ArrowArrayStream* out) {
  auto node = std::make_unique<StreamNode>();
  node->table = std::move(table);
  *out = {GetSchema, GetNext, GetLastError, ReleaseStream, node.release()};
}

}  // namespace tokentra
