// Arrow across the C ABI: what is taken is released once on every path, arrays that are not what
// they say are refused with the column's name, and tables are handed out any number of times.
//
// Method: streams made by hand (arrow_testing.h) count releases; each kind of damage by itself.
// What libraries make of these tables, and they of ours, is in tests/python/test_arrow.py.
#include "tests/capi/arrow_testing.h"
#include "tests/capi/testing.h"

#include <cstring>
#include <functional>
#include <limits>

namespace tokentra_testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using Table = Handle<tokentra_table, tokentra_table_free>;

std::vector<ArrowTestColumn> Calls() {
  return {{"provider", "u", {"openai", "openai", "openai"}, {}, {}},
          {"model", "c", {}, {0, 1, 0}, {"gpt-4o", "gpt-4o-mini"}},
          {"at", "l", {}, {kInstant, kInstant, kInstant}, {}},
          {"input_tokens", "l", {}, {1500, 1500, 0}, {}},
          {"output_tokens", "l", {}, {500, 500, 500}, {}}};
}
enum Column : std::size_t { kProvider, kModel, kAt, kInput, kOutput };

class ArrowTest : public ::testing::Test {
 protected:
  tokentra_status Price(ArrowTestStream& stream) {
    return tokentra_catalog_price_arrow(catalog_.get(), stream.get(), nullptr, 0, table_.Out(),
                                        error.Out());
  }
  tokentra_status Record(ArrowTestStream& stream, tokentra_arrow_totals* totals) {
    return tokentra_client_record_arrow(client_.get(), stream.get(), nullptr, 0, totals,
                                        sizeof(*totals), table_.Out(), error.Out());
  }
  void SetUp() override { ASSERT_OK(tokentra_client_new(nullptr, client_.Out(), error.Out())); }

  Catalog catalog_ = OpenCatalog();
  Client client_;
  Table table_;
  Error error;
};

// The first column of money in a batch, read through its buffers.
tokentra_money CostOf(const ArrowArray& batch, int64_t row) {
  tokentra_money cost;
  const auto* values = static_cast<const char*>(batch.children[0]->buffers[1]);
  std::memcpy(&cost, values + 16 * row, sizeof(cost));
  return cost;
}

TEST_F(ArrowTest, PricesAndReleasesOnce) {
  ArrowTestStream stream(Calls(), 2);
  ASSERT_OK(Price(stream));
  EXPECT_TRUE(stream.AllReleasedOnce());
  EXPECT_EQ(stream.arrays_given, 2);
  ASSERT_EQ(tokentra_table_row_count(table_.get()), 6u);
  ArrowArrayStream out = {};
  ASSERT_OK(tokentra_table_export(table_.get(), &out, error.Out()));
  ArrowArray batch = {};
  ASSERT_EQ(out.get_next(&out, &batch), 0);
  EXPECT_EQ(Decimal(CostOf(batch, 0)), "0.00875");
  EXPECT_EQ(Decimal(CostOf(batch, 1)), "0.000525");
  EXPECT_EQ(Decimal(CostOf(batch, 2)), "0.005");
  batch.release(&batch);
  out.release(&out);
}

TEST_F(ArrowTest, RecordsAndReleasesOnce) {
  ArrowTestStream stream(Calls(), 2);
  tokentra_arrow_totals totals = {};
  ASSERT_OK(Record(stream, &totals));
  EXPECT_TRUE(stream.AllReleasedOnce());
  EXPECT_EQ(totals.rows, 6u);
  EXPECT_EQ(totals.recorded, 6u);
  EXPECT_EQ(tokentra_table_row_count(table_.get()), 0u);
  Snapshot snapshot;
  ASSERT_OK(tokentra_client_snapshot(client_.get(), snapshot.Out(), error.Out()));
  tokentra_snapshot_totals sums = {};
  ASSERT_OK(tokentra_snapshot_total(snapshot.get(), &sums, sizeof(sums), error.Out()));
  EXPECT_EQ(sums.events, 6u);
  EXPECT_EQ(Decimal(sums.cost), "0.02855");
  ASSERT_OK(tokentra_snapshot_arrow(snapshot.get(), table_.Out(), error.Out()));
  EXPECT_EQ(tokentra_table_row_count(table_.get()), 2u);
}

TEST_F(ArrowTest, ErrorsOfTheStreamAreToldAndRelease) {
  ArrowTestStream no_schema(Calls());
  no_schema.schema_error = 5;
  EXPECT_ERROR(Price(no_schema), TOKENTRA_INVALID_ARGUMENT,
               AllOf(HasSubstr("errno 5"), HasSubstr("out of paper")));
  EXPECT_TRUE(no_schema.AllReleasedOnce());

  ArrowTestStream breaks(Calls(), 3);
  breaks.next_error = 5;
  breaks.batches_before_error = 1;
  tokentra_arrow_totals totals = {};
  EXPECT_ERROR(Record(breaks, &totals), TOKENTRA_INVALID_ARGUMENT,
               HasSubstr("3 rows before it are recorded"));
  EXPECT_TRUE(breaks.AllReleasedOnce());
  EXPECT_EQ(breaks.arrays_given, 1);

  ArrowTestStream gone(Calls());
  gone.get()->release(gone.get());
  EXPECT_ERROR(Price(gone), TOKENTRA_INVALID_ARGUMENT, HasSubstr("released already"));
  EXPECT_EQ(gone.streams_released, 1);
}

TEST_F(ArrowTest, WrongArgumentsReleaseTheStreamToo) {
  ArrowTestStream no_catalog(Calls());
  EXPECT_EQ(
      tokentra_catalog_price_arrow(nullptr, no_catalog.get(), nullptr, 0, table_.Out(), nullptr),
      TOKENTRA_INVALID_ARGUMENT);
  EXPECT_TRUE(no_catalog.AllReleasedOnce());
  ArrowTestStream no_table(Calls());
  EXPECT_EQ(
      tokentra_catalog_price_arrow(catalog_.get(), no_table.get(), nullptr, 0, nullptr, nullptr),
      TOKENTRA_INVALID_ARGUMENT);
  EXPECT_TRUE(no_table.AllReleasedOnce());
  ArrowTestStream no_totals(Calls());
  EXPECT_EQ(tokentra_client_record_arrow(client_.get(), no_totals.get(), nullptr, 0, nullptr, 64,
                                         nullptr, nullptr),
            TOKENTRA_INVALID_ARGUMENT);
  EXPECT_TRUE(no_totals.AllReleasedOnce());
  tokentra_arrow_options options = {};
  options.flags = 1u << 7;
  ArrowTestStream flags(Calls());
  EXPECT_EQ(tokentra_catalog_price_arrow(catalog_.get(), flags.get(), &options, sizeof(options),
                                         table_.Out(), nullptr),
            TOKENTRA_INVALID_ARGUMENT);
  EXPECT_TRUE(flags.AllReleasedOnce());
  EXPECT_EQ(
      tokentra_catalog_price_arrow(catalog_.get(), nullptr, nullptr, 0, table_.Out(), nullptr),
      TOKENTRA_INVALID_ARGUMENT);
}

TEST_F(ArrowTest, DamagedArraysAreRefusedByName) {
  const struct {
    const char* what;
    const char* names;
    std::function<void(ArrowTestStream&)> damage;
  } kCases[] = {
      {"too few buffers", "input_tokens", [](auto& s) { s.array(kInput).n_buffers = 1; }},
      {"too many buffers", "input_tokens", [](auto& s) { s.array(kInput).n_buffers = 3; }},
      {"no buffers", "input_tokens", [](auto& s) { s.array(kInput).buffers = nullptr; }},
      {"no data", "input_tokens", [](auto& s) { s.array(kInput).buffers[1] = nullptr; }},
      {"negative offset", "input_tokens", [](auto& s) { s.array(kInput).offset = -1; }},
      {"negative length", "input_tokens", [](auto& s) { s.array(kInput).length = -1; }},
      {"huge offset", "input_tokens",
       [](auto& s) { s.array(kInput).offset = std::numeric_limits<int64_t>::max(); }},
      {"short column", "input_tokens", [](auto& s) { s.array(kInput).length = 2; }},
      {"null count", "input_tokens", [](auto& s) { s.array(kInput).null_count = 4; }},
      {"nulls without bitmap", "input_tokens", [](auto& s) { s.array(kInput).null_count = 1; }},
      {"released column", "input_tokens", [](auto& s) { s.array(kInput).release = nullptr; }},
      {"missing column", "output_tokens", [](auto& s) { s.array().n_children = 4; }},
      {"null column", "output_tokens", [](auto& s) { s.array().children[kOutput] = nullptr; }},
      {"no columns", "lacks its columns", [](auto& s) { s.array().children = nullptr; }},
      {"negative rows", "length -1", [](auto& s) { s.array().length = -1; }},
      {"more rows than the columns", "provider", [](auto& s) { s.array().length = 4; }},
      {"negative batch offset", "offset -1", [](auto& s) { s.array().offset = -1; }},
      {"batch offset", "provider", [](auto& s) { s.array().offset = 1; }},
      {"no dictionary", "model", [](auto& s) { s.array(kModel).dictionary = nullptr; }},
      {"short dictionary", "model", [](auto& s) { s.array(kModel).dictionary->length = 1; }},
      {"negative dictionary", "model", [](auto& s) { s.array(kModel).dictionary->length = -1; }},
      {"dictionary's buffers", "model", [](auto& s) { s.array(kModel).dictionary->n_buffers = 2; }},
      {"dictionary of a dictionary", "model",
       [](auto& s) { s.schema(kModel).dictionary->dictionary = &s.schema(kProvider); }},
      {"dictionary's format", "model",
       [](auto& s) { s.schema(kModel).dictionary->format = nullptr; }},
      {"indexes of text", "model", [](auto& s) { s.schema(kModel).format = "u"; }},
      {"no format", "at", [](auto& s) { s.schema(kAt).format = nullptr; }},
      {"released schema", "at", [](auto& s) { s.schema(kAt).release = nullptr; }},
      {"no schema of a column", "column 2", [](auto& s) { s.schema().children[kAt] = nullptr; }},
      {"no table", "not a struct", [](auto& s) { s.schema().format = "l"; }},
      {"no children", "lacks its columns", [](auto& s) { s.schema().children = nullptr; }},
      {"descending offsets", "provider",
       [](auto& s) {
         auto* offsets = const_cast<void*>(s.array(kProvider).buffers[1]);
         const int32_t wrong = 100;
         std::memcpy(static_cast<char*>(offsets) + 4, &wrong, sizeof wrong);
       }},
      {"no UTF-8", "provider",
       [](auto& s) {
         *static_cast<char*>(const_cast<void*>(s.array(kProvider).buffers[2])) = '\xff';
       }},
      {"naive timestamps", "at", [](auto& s) { s.schema(kAt).format = "tsn:"; }},
      {"nested", "provider", [](auto& s) { s.schema(kProvider).format = "+l"; }},
  };
  for (const auto& one : kCases) {
    SCOPED_TRACE(one.what);
    ArrowTestStream stream(Calls());
    one.damage(stream);
    EXPECT_ERROR(Price(stream), TOKENTRA_INVALID_ARGUMENT, HasSubstr(one.names));
    EXPECT_TRUE(stream.AllReleasedOnce());
  }
}

// 16 bytes a view; the last buffer has the sizes of those before it.
TEST_F(ArrowTest, ViewsAreCheckedAgainstTheirBuffers) {
  struct View {
    int32_t size;
    char prefix[4];
    int32_t buffer;
    int32_t offset;
  };
  const char text[] = "a-model-with-a-long-name";
  int64_t sizes[] = {static_cast<int64_t>(std::strlen(text))};
  const auto price = [&](View view) {
    ArrowTestStream stream({{"provider", "u", {"openai"}, {}, {}},
                            {"model", "u", {"unused"}, {}, {}},
                            {"at", "l", {}, {kInstant}, {}},
                            {"input_tokens", "l", {}, {1}, {}}});
    const void* buffers[] = {nullptr, &view, text, sizes};
    stream.schema(kModel).format = "vu";
    stream.array(kModel).buffers = buffers;
    stream.array(kModel).n_buffers = 4;
    const tokentra_status status = Price(stream);
    EXPECT_TRUE(stream.AllReleasedOnce());
    return status;
  };
  EXPECT_EQ(price({24, {}, 0, 0}), TOKENTRA_OK) << error.message();
  EXPECT_EQ(price({6, {'g', 'p', 't', '-'}, 0x6f34, 0}), TOKENTRA_OK) << error.message();
  EXPECT_EQ(price({25, {}, 0, 0}), TOKENTRA_INVALID_ARGUMENT);
  EXPECT_EQ(price({24, {}, 0, 1}), TOKENTRA_INVALID_ARGUMENT);
  EXPECT_EQ(price({24, {}, 1, 0}), TOKENTRA_INVALID_ARGUMENT);
  EXPECT_EQ(price({24, {}, -1, 0}), TOKENTRA_INVALID_ARGUMENT);
  EXPECT_EQ(price({24, {}, 0, -1}), TOKENTRA_INVALID_ARGUMENT);
  EXPECT_EQ(price({-1, {}, 0, 0}), TOKENTRA_INVALID_ARGUMENT);
}

TEST_F(ArrowTest, RowsThatAreNoCallsAreToldOneByOne) {
  std::vector<ArrowTestColumn> calls = Calls();
  calls[kInput].integers = {1500, -1, 100};
  ArrowTestStream stream(calls);
  tokentra_arrow_totals totals = {};
  ASSERT_OK(Record(stream, &totals));
  EXPECT_EQ(totals.recorded, 2u);
  EXPECT_EQ(totals.refused, 1u);
  EXPECT_EQ(tokentra_table_row_count(table_.get()), 1u);
  EXPECT_TRUE(stream.AllReleasedOnce());
}

TEST_F(ArrowTest, TablesOutliveTheirHandleAndPartsOutliveTheWhole) {
  ArrowTestStream stream(Calls());
  ASSERT_OK(Price(stream));
  ArrowArrayStream first = {};
  ArrowArrayStream second = {};
  ASSERT_OK(tokentra_table_export(table_.get(), &first, error.Out()));
  ASSERT_OK(tokentra_table_export(table_.get(), &second, error.Out()));
  table_.Reset();
  ArrowSchema schema = {};
  ASSERT_EQ(first.get_schema(&first, &schema), 0);
  EXPECT_STREQ(schema.children[0]->name, "cost");
  EXPECT_STREQ(schema.children[0]->format, "d:38,18");
  ArrowArray batch = {};
  ASSERT_EQ(first.get_next(&first, &batch), 0);
  first.release(&first);
  // A column moved out, as the interface allows; then the rest is released.
  ArrowArray cost = *batch.children[0];
  ArrowSchema cost_schema = *schema.children[0];
  batch.children[0]->release = nullptr;
  schema.children[0]->release = nullptr;
  batch.release(&batch);
  schema.release(&schema);
  EXPECT_EQ(batch.release, nullptr);
  ASSERT_EQ(second.get_next(&second, &batch), 0);
  EXPECT_EQ(Decimal(CostOf(batch, 0)), "0.00875");
  tokentra_money moved;
  std::memcpy(&moved, cost.buffers[1], sizeof(moved));
  EXPECT_EQ(Decimal(moved), "0.00875");
  EXPECT_STREQ(cost_schema.name, "cost");
  cost.release(&cost);
  cost_schema.release(&cost_schema);
  batch.release(&batch);
  ASSERT_EQ(second.get_next(&second, &batch), 0);
  EXPECT_EQ(batch.release, nullptr);  // the end
  second.release(&second);
}

}  // namespace
}  // namespace tokentra_testing
