"""Arrow: five million calls priced, aggregated and recorded, beside DuckDB in the same run.

Prints one JSON line a measurement: {"name","value","unit","peer","peer_value","ratio"}; values are
nanoseconds a row on one thread (12.5 are 80 million rows a second), `ratio` is the peer's time
over ours. The peer joins the calls with a table of rates in double precision, which is what one
writes in SQL; ours are exact. TOKENTRA_BENCH_ROWS takes another number of rows.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import tokentra

ROWS = int(os.environ.get("TOKENTRA_BENCH_ROWS", "5000000"))
ROUNDS = 3
MODELS = 60
TEAMS = 40
DAYS = 30
START = datetime(2026, 10, 1, tzinfo=timezone.utc)
DAY_SECONDS = 86_400
METERS = ("input_tokens", "cache_read_tokens", "output_tokens")


def emit(name: str, ns: float, peer: str = "", peer_ns: float = 0) -> None:
    row: dict[str, object] = {"name": name, "value": ns, "unit": "ns/row"}
    row |= {"peer": None, "peer_value": None, "ratio": None}
    if peer:
        row |= {"peer": peer, "peer_value": peer_ns, "ratio": peer_ns / ns}
    print(json.dumps(row), flush=True)


def best_ns(run: Callable[[], object]) -> float:
    """Of several rounds, a row."""
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter_ns()
        run()
        times.append(time.perf_counter_ns() - begin)
    return min(times) / ROWS


def rates(catalog: tokentra.Catalog) -> list[dict[str, object]]:
    """Models that have a rate for each of the meters, with dollars a token in doubles."""
    found: list[dict[str, object]] = []
    usage = {"input_tokens": 20_000, "cache_read_tokens": 10_000, "output_tokens": 10_000}
    for provider in ("openai", "anthropic", "google", "x-ai", "deepseek", "groq", "openrouter"):
        for model in catalog.models(provider):
            cost = catalog.price(usage, provider=provider, model=model, at=START)
            amounts = {line.meter: float(line.amount / line.quantity) for line in cost.lines}
            if cost.state == "priced" and set(amounts) == set(METERS):
                found.append({"provider": provider, "model": model} | amounts)
            if len(found) == MODELS:
                return found
    raise RuntimeError(f"only {len(found)} models have all of {METERS}")


def calls(table: list[dict[str, object]]) -> pa.Table:
    """Calls in order of time, made by arithmetic: the same on every machine."""
    number = pa.array(range(ROWS), pa.int64())

    def spread(factor: int, below: int) -> pa.Array:
        mixed = pc.bit_wise_and(pc.multiply(number, factor), (1 << 40) - 1)
        shifted = pc.shift_right(mixed, 12)
        return pc.subtract(shifted, pc.multiply(pc.divide(shifted, below), below))

    def dictionary(indexes: pa.Array, values: list[str]) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(indexes.cast(pa.int32()), pa.array(values))

    model = spread(2_654_435_761, MODELS)
    providers = sorted({str(row["provider"]) for row in table})
    of_model = pa.array([providers.index(str(row["provider"])) for row in table])
    step = DAYS * DAY_SECONDS * 10**9 // ROWS
    at = pc.add(pc.multiply(number, step), int(START.timestamp()) * 10**9)
    cached = spread(40_503, 2_000)
    return pa.table(
        {
            "provider": dictionary(pc.take(of_model, model), providers),
            "model": dictionary(model, [str(row["model"]) for row in table]),
            "team_id": dictionary(spread(7_919, TEAMS), [f"team-{i}" for i in range(TEAMS)]),
            "at": at.cast(pa.timestamp("ns", "UTC")),
            "input_tokens": pc.add(cached, spread(104_729, 20_000)).cast(pa.int32()),
            "cache_read_tokens": cached.cast(pa.int32()),
            "output_tokens": spread(15_485_863, 4_000).cast(pa.int32()),
        }
    )


AGGREGATE = """
select c.model, team_id, date_trunc('day', c."at") as day, count(*) as events,
       sum((c.input_tokens - c.cache_read_tokens) * r.input_tokens
           + c.cache_read_tokens * r.cache_read_tokens + c.output_tokens * r.output_tokens) as cost
from calls c join rates r on c.provider = r.provider and c.model = r.model
group by all
"""


def bench_aggregate(name: str, table: pa.Table, rate_table: pa.Table) -> None:
    connection = duckdb.connect()
    connection.execute("set threads = 1; set timezone = 'UTC'")
    connection.register("calls", table)
    connection.register("rates", rate_table)
    peer_ns = best_ns(lambda: connection.sql(AGGREGATE).to_arrow_table())
    totals = []

    def record() -> None:
        folder = tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        try:
            ledger = tokentra.Ledger(
                folder,
                dimensions=["team_id"],
                bucket_seconds=DAY_SECONDS,
                limits={"segment_bytes": 64 << 20},
            )
            client = tokentra.Client(ledger=ledger)
            begin = time.perf_counter_ns()
            result = client.record_batch(table)
            recorded.append((time.perf_counter_ns() - begin) / ROWS)
            cells = pa.table(client.snapshot())
            viewed.append((time.perf_counter_ns() - begin) / ROWS)
            assert result.recorded == ROWS, result
            totals.append(pc.sum(cells["cost"]).as_py())
        finally:
            shutil.rmtree(folder)

    recorded: list[float] = []
    viewed: list[float] = []
    for _ in range(ROUNDS):
        record()
    peer_total = connection.execute(f"select sum(cost) from ({AGGREGATE})").fetchall()[0][0]
    assert abs(float(totals[0]) / peer_total - 1) < 1e-9, (totals[0], peer_total)
    emit(f"arrow.record.{name}", min(recorded), "duckdb", peer_ns)
    emit(f"arrow.record_and_snapshot.{name}", min(viewed), "duckdb", peer_ns)


def main() -> None:
    catalog = tokentra.Catalog.builtin()
    table_of_rates = rates(catalog)
    rate_table = pa.Table.from_pylist(table_of_rates)
    encoded = calls(table_of_rates)
    plain = pa.table(
        {
            name: column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
            for name, column in zip(encoded.column_names, encoded.columns, strict=True)
        }
    )
    emit("arrow.price.dictionary", best_ns(lambda: catalog.price_batch(encoded)))
    emit("arrow.price.utf8", best_ns(lambda: catalog.price_batch(plain)))
    bench_aggregate("dictionary", encoded, rate_table)
    bench_aggregate("utf8", plain, rate_table)


if __name__ == "__main__":
    main()
