"""Arrow in and out: random tables come to what the same calls come to one by one.

Method: rows with nulls, contradictions, modalities, quantities around every threshold, unknown
models and tiers and repeated ids, as texts and as dictionaries, in chunks, in order of time and in
none. Costs, states, cells and sums are compared with those of single calls.
"""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
import pytest
import tokentra

START = datetime(2026, 10, 14, 22, tzinfo=timezone.utc)
MODELS = {
    "openai": ["gpt-4o", "gpt-4o-mini", "o3", "gpt-4.1", "no-such-model"],
    "anthropic": ["claude-sonnet-4-5", "claude-opus-4-1"],
    "google": ["gemini-2.5-pro", "gemini-2.5-flash"],
    "deepseek": ["deepseek-chat"],
    "nobody": ["x"],
}
METERS = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_5m_tokens",
    "output_reasoning_tokens",
    "web_searches",
    "input_audio_tokens",
)


def random_rows(seed: int, count: int) -> list[dict[str, object]]:
    """Calls as dicts by column name; None is absent."""
    rng = random.Random(seed)
    rows = []
    at = START
    for number in range(count):
        provider = rng.choice(list(MODELS))
        at += timedelta(seconds=rng.choice([0, 1, 60, 600]))
        scale = rng.choice([10, 3_000, 40_000, 300_000, 3_000_000])
        row: dict[str, object] = {
            "provider": provider,
            "model": rng.choice(MODELS[provider]),
            "at": at,
            "team_id": rng.choice(["growth", "search", "", None]),
            "feature": rng.choice(["chat", None]),
            "service_tier": rng.choice([None, None, None, "flex", "no-such-tier"]),
            "batch": rng.choice([None, False, False, True]),
            "input_tokens": rng.choice([None, rng.randrange(scale)]),
            "output_tokens": rng.choice([None, rng.randrange(scale)]),
            "cache_read_tokens": rng.choice([None, None, 0, rng.randrange(scale)]),
            "cache_write_tokens": rng.choice([None, None, None, rng.randrange(scale)]),
            "cache_write_5m_tokens": rng.choice([None, None, None, None, rng.randrange(scale)]),
            "output_reasoning_tokens": rng.choice([None, None, 0, rng.randrange(scale)]),
            "web_searches": rng.choice([None, None, 0, 3]),
            "input_audio_tokens": rng.choice([None] * 6 + [0, rng.randrange(scale)]),
        }
        if rng.random() < 0.03:
            row["input_tokens"] = -1
        if rng.random() < 0.03:
            row["output_tokens"] = 2**48 + rng.choice([0, 1])
        if rng.random() < 0.02:
            row["provider"] = None
        if rng.random() < 0.02:
            row["at"] = None
        metered = any(row[meter] is not None for meter in METERS)
        row["id"] = f"id-{number % 50}" if metered and rng.random() < 0.05 else None
        rows.append(row)
    return rows


def arrow_table(rows: list[dict[str, object]], *, dictionary: bool, chunk: int) -> pa.Table:
    text = pa.dictionary(pa.int16(), pa.string()) if dictionary else pa.string()
    types = dict.fromkeys(METERS, pa.int64())
    types |= {"at": pa.timestamp("ns", "UTC"), "batch": pa.bool_(), "id": pa.large_string()}
    columns = {
        name: pa.array([row[name] for row in rows], types.get(name, text)) for name in rows[0]
    }
    table = pa.table(columns)
    return pa.concat_tables(table.slice(i, chunk) for i in range(0, len(table), chunk))


def call_arguments(row: dict[str, object]) -> dict[str, object]:
    named = ("provider", "model", "at", "service_tier", "batch")
    arguments = {name: row[name] for name in named if row[name] is not None}
    arguments["usage"] = {m: row[m] for m in METERS if row[m] is not None}
    return arguments


def price_one(catalog: tokentra.Catalog, row: dict[str, object]) -> tuple[object, ...]:
    """State, cost, and whether there is an error, as one call has them."""
    if row["at"] is None or row["provider"] is None:
        return (None, None, True)
    if not any(row[m] is not None for m in METERS):
        return ("unmetered", None, False)
    arguments = call_arguments(row)
    try:
        cost = catalog.price(arguments.pop("usage"), **arguments)
    except tokentra.Error:
        return (None, None, True)
    return (cost.state, cost.total, False)


@pytest.mark.parametrize("dictionary", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_rows_cost_what_calls_cost(catalog: tokentra.Catalog, seed: int, dictionary: bool) -> None:
    rows = random_rows(seed, 3000)
    out = pa.table(catalog.price_batch(arrow_table(rows, dictionary=dictionary, chunk=700)))
    assert out.num_rows == len(rows)
    columns = zip(
        out["state"].to_pylist(), out["cost"].to_pylist(), out["status"].to_pylist(), strict=True
    )
    for row, (state, cost, status) in zip(rows, columns, strict=True):
        assert (state, cost, status != "OK") == price_one(catalog, row), row
    states = {state for state in out["state"].to_pylist()}
    assert {"priced", "unpriced", "unmetered", None} <= states


@pytest.mark.parametrize("dictionary", [False, True])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shuffled", [False, True])
def test_a_batch_records_what_calls_record(seed: int, dictionary: bool, shuffled: bool) -> None:
    rows = random_rows(100 + seed, 2000)
    if shuffled:
        random.Random(seed).shuffle(rows)
    one_by_one = tokentra.Client()
    for row in rows:
        if row["at"] is None or row["provider"] is None:
            continue
        if not any(row[m] is not None for m in METERS):
            continue  # a call without usage is said otherwise there
        metadata = {k: row[k] for k in ("team_id", "feature")}
        one_by_one.track(**call_arguments(row), id=row["id"], metadata=metadata)
    batched = tokentra.Client()
    result = batched.record_batch(arrow_table(rows, dictionary=dictionary, chunk=512))
    assert result.rows == len(rows)
    parts = (result.recorded, result.unmetered, result.refused, result.duplicates, result.conflicts)
    assert sum(parts) == len(rows)
    assert len(result.errors) == result.refused
    keys = ("bucket", "provider", "model", "state", "service_tier", "batch", "team_id", "feature")

    def cells(client: tokentra.Client) -> dict[tuple[object, ...], tuple[object, ...]]:
        return {
            tuple(row[key] for key in keys): (row.events, row.cost, row.usage)
            for row in client.snapshot().by(*keys)
            if row.state != "unmetered"
        }

    assert cells(batched) == cells(one_by_one)
    assert batched.snapshot().total == one_by_one.snapshot().total
    assert batched.snapshot().duplicates == one_by_one.snapshot().duplicates
    assert batched.snapshot().conflicts == one_by_one.snapshot().conflicts


def test_costs_by_meter_sum_to_the_cost(catalog: tokentra.Catalog) -> None:
    rows = random_rows(7, 2000)
    out = pa.table(
        catalog.price_batch(arrow_table(rows, dictionary=True, chunk=900), per_meter=True)
    )
    meters = [name for name in out.column_names if name.startswith("cost_")]
    assert {"cost_input_tokens", "cost_output_tokens", "cost_cache_read_tokens"} <= set(meters)
    for row in out.to_pylist():
        if row["cost"] is None:
            assert all(row[meter] is None for meter in meters)
        else:
            assert sum((row[m] for m in meters if row[m] is not None), Decimal(0)) == row["cost"]


def test_a_snapshot_is_a_table(catalog: tokentra.Catalog) -> None:
    rows = random_rows(11, 1500)
    client = tokentra.Client()
    client.record_batch(arrow_table(rows, dictionary=True, chunk=10_000))
    snapshot = client.snapshot()
    cells = pa.table(snapshot)
    cells.validate(full=True)
    assert sum(cells["events"].to_pylist()) == snapshot.events
    amounts = [cost for cost in cells["cost"].to_pylist() if cost is not None]
    assert sum(amounts, Decimal(0)) == snapshot.total
    by_model: dict[object, int] = defaultdict(int)
    for cell in cells.to_pylist():
        by_model[cell["model"]] += cell["input_tokens"]
    for row in snapshot.by("model"):
        assert by_model[row.model] == row.usage.get("input_tokens", 0)
    assert cells.schema.field("bucket").type == pa.timestamp("us", "UTC")
    assert cells["bucket"].to_pylist()[0].minute % 15 == 0
    assert {"team_id", "feature", "state", "batch", "region"} <= set(cells.column_names)
    empty = pa.table(tokentra.Client().snapshot())
    assert empty.num_rows == 0


@pytest.mark.parametrize("mode", ["normalize", "quarantine", "reject"])
def test_a_convention_judges_rows_as_it_judges_calls(mode: str) -> None:
    rules = {
        "tokentra_convention": 1,
        "name": "acme",
        "mode": mode,
        "vocabularies": {
            "teams": [{"name": "growth", "former": [{"name": "marketing", "until": "2026-07-01"}]}]
        },
        "keys": {
            "team_id": {"presence": "required", "vocabulary": "teams"},
            "cost_center": {"presence": "required"},
        },
    }
    midnight = datetime(2026, 7, 1, tzinfo=timezone.utc)
    rows = [
        {"at": midnight + timedelta(minutes=minutes), "team_id": team, "cost_center": center}
        for minutes in (-30, -1, 0, 1, 30)
        for team in ("growth", "marketing", "nobody", None)
        for center in ("7", None)
    ]
    call = {"provider": "openai", "model": "gpt-4o"}
    single = tokentra.Client(convention=tokentra.Convention(rules))
    for row in rows:
        metadata = {name: row[name] for name in ("team_id", "cost_center") if row[name] is not None}
        single.track(**call, at=row["at"], input_tokens=1, metadata=metadata)
    batch = tokentra.Client(convention=tokentra.Convention(rules))
    table = pa.Table.from_pylist([{**call, "input_tokens": 1, **row} for row in rows])
    result = batch.record_batch(table, tags=["cost_center"])
    assert result.recorded == len(rows)
    teams = [
        {(row["day"], row["team_id"]): row.events for row in client.snapshot().by("day", "team_id")}
        for client in (single, batch)
    ]
    assert teams[0] == teams[1]
    assert len({team for _, team in teams[0]}) > 2
