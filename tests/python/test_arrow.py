"""Arrow in and out, with the tables of pyarrow, polars and DuckDB.

Method: one small table in every layout that these libraries have for a column, with the costs of
single calls. tests/python/test_arrow_rows.py compares random tables; tests/capi/arrow_test.cc has
what no library makes: damaged arrays.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal

import duckdb
import polars as pl
import pyarrow as pa
import pytest
import tokentra

START = datetime(2026, 10, 14, 22, tzinfo=timezone.utc)


def simple_table(rows: int = 3) -> pa.Table:
    return pa.table(
        {
            "provider": ["openai"] * rows,
            "model": ["gpt-4o", "gpt-4o-mini", "gpt-4o"][:rows],
            "team_id": ["growth", None, "search"][:rows],
            "at": pa.array([START] * rows, pa.timestamp("us", "UTC")),
            "input_tokens": pa.array([1500, 1500, None][:rows], pa.int32()),
            "output_tokens": pa.array([500, 500, 500][:rows], pa.int64()),
        }
    )


SIMPLE_COSTS = [Decimal("0.00875"), Decimal("0.000525"), Decimal("0.005")]


def costs(table: object) -> list[Decimal | None]:
    return pa.table(table)["cost"].to_pylist()


def normal(amounts: list[Decimal | None]) -> list[Decimal | None]:
    return [None if amount is None else amount.normalize() for amount in amounts]


def test_every_layout_of_texts_and_integers(catalog: tokentra.Catalog) -> None:
    table = simple_table()
    texts = [pa.string(), pa.large_string(), pa.string_view()]
    texts += [pa.dictionary(width, pa.string()) for width in (pa.int8(), pa.uint32(), pa.int64())]
    texts += [pa.dictionary(pa.int32(), pa.large_string())]
    for text in texts:
        for integer in (pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64()):
            cast = pa.table(
                {
                    "provider": pa.array(["openai"] * 3, text),
                    "model": pa.array(["gpt-4o", "gpt-4o-mini", "gpt-4o"], text),
                    "at": table["at"],
                    "input_tokens": pa.array([1500, 1500, None], integer),
                    "output_tokens": pa.array([500, 500, 500], integer),
                }
            )
            assert costs(catalog.price_batch(cast)) == SIMPLE_COSTS, (text, integer)


def test_instants_in_every_unit(catalog: tokentra.Catalog) -> None:
    table = simple_table()
    at_ns = int(START.timestamp()) * 10**9
    columns = [
        pa.array([START] * 3, pa.timestamp(unit, zone))
        for unit in ("s", "ms", "us", "ns")
        for zone in ("UTC", "Europe/Berlin")
    ]
    columns += [pa.array([at_ns] * 3, pa.int64()), pa.array([START.isoformat()] * 3)]
    columns += [pa.array([START.isoformat()] * 3).dictionary_encode()]
    for at in columns:
        assert costs(catalog.price_batch(table.set_column(3, "at", at))) == SIMPLE_COSTS, at.type
    naive = pa.array([START.replace(tzinfo=None)] * 3, pa.timestamp("us"))
    with pytest.raises(tokentra.InvalidArgumentError, match="zone"):
        catalog.price_batch(table.set_column(3, "at", naive))
    days = pa.array([START.date()] * 3)
    with pytest.raises(tokentra.InvalidArgumentError, match='"at"'):
        catalog.price_batch(table.set_column(3, "at", days))


def test_sliced_and_chunked(catalog: tokentra.Catalog) -> None:
    table = pa.concat_tables([simple_table()] * 700)
    encoded = pa.table(
        {
            name: column.dictionary_encode() if pa.types.is_string(column.type) else column
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
    ).combine_chunks()
    for made in (table, table.combine_chunks(), encoded):
        for begin, length in ((0, 2100), (1, 2000), (1025, 8), (2099, 1), (5, 0)):
            part = made.slice(begin, length)
            expected = [SIMPLE_COSTS[(begin + i) % 3] for i in range(length)]
            assert costs(catalog.price_batch(part)) == expected
    batch = encoded.to_batches()[0].slice(4, 5)  # __arrow_c_array__ alone is enough
    only_array = type("OnlyArray", (), {"__arrow_c_array__": batch.__arrow_c_array__})()
    expected = [SIMPLE_COSTS[(4 + i) % 3] for i in range(5)]
    assert costs(catalog.price_batch(only_array)) == expected


def test_structs_and_dotted_names(catalog: tokentra.Catalog) -> None:
    table = simple_table()
    structs = pa.table(
        {
            "provider": table["provider"],
            "model": table["model"],
            "at": table["at"],
            "usage": pa.array(
                [
                    {"input_tokens": 1500, "output_tokens": 500},
                    {"input_tokens": 1500, "output_tokens": 500},
                    {"output_tokens": 500},
                ]
            ),
            "metadata": pa.array([{"tenant": "a", "team_id": "b"}] * 3),
        }
    )
    assert costs(catalog.price_batch(structs)) == SIMPLE_COSTS
    flat = table.rename_columns(
        [f"usage.{name}" if name.endswith("tokens") else name for name in table.column_names]
    )
    assert costs(catalog.price_batch(flat)) == SIMPLE_COSTS
    client = tokentra.Client(dimensions=["tenant"])
    client.record_batch(structs)
    assert [row["tenant"] for row in client.snapshot().by("tenant")] == ["a"]


def test_unknown_columns_name_the_nearest(catalog: tokentra.Catalog) -> None:
    table = simple_table().append_column("input_token", pa.array([1, 2, 3]))
    with pytest.raises(tokentra.InvalidArgumentError, match=r'"input_token".*"input_tokens"'):
        catalog.price_batch(table)
    tagged = simple_table().append_column("tenant", pa.array(["a", "b", "c"]))
    with pytest.raises(tokentra.InvalidArgumentError, match="tenant"):
        catalog.price_batch(tagged)
    assert costs(catalog.price_batch(tagged, tags=["tenant"])) == SIMPLE_COSTS
    both = simple_table().append_column("metadata.team_id", pa.array(["a", "b", "c"]))
    with pytest.raises(tokentra.InvalidArgumentError, match="same as"):
        catalog.price_batch(both)
    with pytest.raises(tokentra.InvalidArgumentError, match='"model"'):
        catalog.price_batch(simple_table().set_column(1, "model", pa.array([1, 2, 3])))
    with pytest.raises(TypeError, match="__arrow_c_stream__"):
        catalog.price_batch([1, 2])
    with pytest.raises(tokentra.InvalidArgumentError, match="no table"):
        catalog.price_batch(pa.chunked_array([[1, 2]]))


def test_rows_that_are_no_calls_do_not_fail_the_batch(catalog: tokentra.Catalog) -> None:
    table = simple_table().set_column(4, "input_tokens", pa.array([-5, 1500, None]))
    table = table.append_column("cache_read_tokens", pa.array([None, 2000, None], pa.int64()))
    out = pa.table(catalog.price_batch(table))
    assert out["status"].to_pylist() == ["INVALID_ARGUMENT", "INVALID_ARGUMENT", "OK"]
    messages = out["message"].to_pylist()
    assert "input_tokens -5 is negative" in messages[0]
    assert "cache_read_tokens 2000" in messages[1]
    assert messages[2] is None
    assert out["cost"].to_pylist() == [None, None, Decimal("0.005")]
    result = tokentra.Client().record_batch(table)
    assert (result.recorded, result.refused) == (1, 2)
    assert pa.table(result.errors)["row"].to_pylist() == [0, 1]


def test_counts_in_floats_are_whole_or_refused(catalog: tokentra.Catalog) -> None:
    floats = pa.array([1500.0, 0.5, float("nan")], pa.float64())
    out = pa.table(catalog.price_batch(simple_table().set_column(4, "input_tokens", floats)))
    assert out["cost"].to_pylist() == [Decimal("0.00875"), None, None]
    assert "no whole number" in out["message"].to_pylist()[1]


def test_defaults_for_what_no_column_states(catalog: tokentra.Catalog) -> None:
    table = simple_table().drop_columns(["provider", "at"])
    out = catalog.price_batch(table, provider="openai", at=START)
    assert costs(out) == SIMPLE_COSTS
    missing = pa.table(catalog.price_batch(table, at=START))["message"].to_pylist()
    assert missing == ["provider is missing"] * 3
    missing = pa.table(catalog.price_batch(table, provider="openai"))["message"].to_pylist()
    assert all(message.startswith("at is missing") for message in missing)


def test_a_table_is_given_out_any_number_of_times(catalog: tokentra.Catalog) -> None:
    out = catalog.price_batch(simple_table())
    assert len(out) == 3
    first, second = pa.table(out), pa.table(out)
    del out
    assert first == second
    assert first.schema.field("cost").type == pa.decimal128(38, 18)
    first.validate(full=True)


def test_a_stream_that_fails_says_why(catalog: tokentra.Catalog) -> None:
    table = simple_table()

    def batches() -> Iterator[pa.RecordBatch]:
        yield from table.to_batches()
        raise OSError("the disk is gone")

    reader = pa.RecordBatchReader.from_batches(table.schema, batches())
    with pytest.raises(tokentra.InvalidArgumentError, match="the disk is gone"):
        catalog.price_batch(reader)
    client = tokentra.Client()
    reader = pa.RecordBatchReader.from_batches(table.schema, batches())
    with pytest.raises(tokentra.InvalidArgumentError, match="3 rows before it are recorded"):
        client.record_batch(reader)
    assert client.snapshot().events == 3


def test_ids_count_once() -> None:
    table = simple_table().append_column("id", pa.array(["a", None, "a"]))
    client = tokentra.Client()
    result = client.record_batch(table)
    assert (result.recorded, result.conflicts) == (2, 1)
    again = client.record_batch(table)
    assert (again.recorded, again.duplicates, again.conflicts) == (1, 1, 1)


def test_polars(catalog: tokentra.Catalog) -> None:
    frame = pl.from_arrow(simple_table())
    for made in (frame, frame.with_columns(pl.col("model", "provider").cast(pl.Categorical))):
        out = pl.DataFrame(catalog.price_batch(made))
        assert normal(out["cost"].to_list()) == normal(SIMPLE_COSTS)
        assert out["state"].cast(pl.String).to_list() == ["priced"] * 3
    client = tokentra.Client()
    client.record_batch(frame)
    cells = pl.DataFrame(client.snapshot())
    assert cells["events"].sum() == 3
    assert cells["cost"].sum() == client.snapshot().total


def test_duckdb(catalog: tokentra.Catalog) -> None:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    relation = connection.from_arrow(simple_table())
    priced = pa.table(catalog.price_batch(relation))
    assert normal(priced["cost"].to_pylist()) == normal(SIMPLE_COSTS)
    client = tokentra.Client()
    client.record_batch(relation)
    cells = pa.table(client.snapshot())
    connection.register("cells", cells)
    connection.register("priced", priced)
    total = connection.sql("select sum(cost) from cells").fetchall()[0][0]
    assert total == client.snapshot().total
    assert connection.sql("select sum(cost) from priced").fetchall()[0][0] == total
