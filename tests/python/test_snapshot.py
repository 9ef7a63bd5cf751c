"""Snapshots and rows: sums, keys, immutability, the notebook view."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
import tokentra

AT = "2026-10-15T12:00:00Z"
EXAMPLE = {"input_tokens": 1500, "output_tokens": 500}


@pytest.fixture
def snapshot(client):
    for team, model, count in (("growth", "gpt-4o", 3), ("ops", "gpt-4o-mini", 2)):
        for _ in range(count):
            client.track(
                provider="openai", model=model, **EXAMPLE, at=AT, metadata={"team_id": team}
            )
    client.track(provider="openai", model="gpt-4o", **EXAMPLE, at="2026-10-16T12:00:00Z")
    client.track(provider="openai", model="<b>nobody</b>", **EXAMPLE, at=AT)
    return client.snapshot()


def test_totals(snapshot):
    assert snapshot.total == 4 * Decimal("0.00875") + 2 * Decimal("0.000525")
    assert type(snapshot.total) is Decimal
    assert (snapshot.events, snapshot.unpriced, snapshot.partial) == (7, 1, 0)
    assert (snapshot.unmetered, snapshot.refused, snapshot.folded) == (0, 0, 0)
    assert (snapshot.duplicates, snapshot.conflicts) == (0, 0)
    assert snapshot.cells > 0
    assert repr(snapshot).startswith("Snapshot(total=Decimal('0.03605'), events=7, unpriced=1")


def test_rows(snapshot):
    rows = snapshot.by("team_id", "model")
    assert rows.keys == ("team_id", "model")
    assert len(rows) == 4 == len(list(rows))
    first = rows[0]
    assert (first["team_id"], first.team_id, first.model) == ("growth", "growth", "gpt-4o")
    assert (first.events, first.cost) == (3, Decimal("0.02625"))
    assert first.usage == {"input_tokens": 4500, "output_tokens": 1500}
    assert dict(first) == {"team_id": "growth", "model": "gpt-4o"}
    assert (first.unpriced, first.partial, first.unmetered, first.folded) == (0, 0, 0, 0)
    assert first.folded_keys == ()
    assert rows[-1].cost == min(row.cost for row in rows)
    assert {row["team_id"] for row in rows} == {"growth", "ops", None}
    assert sum(row.cost for row in rows) == snapshot.total
    assert sum(row.events for row in rows) == snapshot.events


@pytest.mark.parametrize(
    "keys",
    [(), ("day",), ("hour", "state"), ("provider", "service_tier", "region", "batch"),
     ("project_id", "feature", "environment")],
)  # fmt: skip
def test_every_grouping_sums_to_the_total(snapshot, keys):
    rows = snapshot.by(*keys)
    assert sum(row.cost for row in rows) == snapshot.total
    assert sum(row.events for row in rows) == snapshot.events


def test_since_and_until(snapshot):
    (row,) = snapshot.by("day", since="2026-10-16T00:00:00Z")
    assert row.events == 1
    (row,) = snapshot.by("day", until="2026-10-16T00:00:00Z")
    assert row.events == 6


def test_keys_that_are_none(snapshot):
    with pytest.raises(tokentra.InvalidArgumentError, match="team_id"):
        snapshot.by("team_di")
    row = snapshot.by("model")[0]
    with pytest.raises(KeyError, match="model"):
        row["team_id"]
    with pytest.raises(AttributeError):
        row.team_id  # noqa: B018
    with pytest.raises(IndexError):
        snapshot.by("model")[99]
    with pytest.raises(TypeError):
        snapshot.by(5)


def test_a_snapshot_does_not_change(client):
    client.track(provider="openai", model="gpt-4o", **EXAMPLE, at=AT)
    snapshot = client.snapshot()
    rows = snapshot.by("model")
    client.track(provider="openai", model="gpt-4o", **EXAMPLE, at=AT)
    assert (snapshot.events, rows[0].events, client.snapshot().events) == (1, 1, 2)
    del client, snapshot
    row = rows[0]
    del rows
    assert (row.model, row.cost) == ("gpt-4o", Decimal("0.00875"))


def test_a_dimension_named_like_a_figure():
    client = tokentra.Client(dimensions=["cost"])
    client.track(provider="openai", model="gpt-4o", **EXAMPLE, at=AT, metadata={"cost": "centre"})
    (row,) = client.snapshot().by("cost")
    assert (row["cost"], row.cost) == ("centre", Decimal("0.00875"))


@pytest.mark.parametrize("dimensions", ["team_id", ["a", "a"], [""], [str(n) for n in range(33)]])
def test_dimensions_that_are_refused(dimensions):
    with pytest.raises(tokentra.InvalidArgumentError):
        tokentra.Client(dimensions=dimensions)


def test_the_notebook_view(snapshot):
    html = snapshot._repr_html_()
    assert "0.03605" in html
    html = snapshot.by("team_id", "model")._repr_html_()
    assert "&lt;b&gt;nobody" in html
    assert "<b>" not in html
    assert html.count("<tr>") == 5
    assert set(re.findall(r"</?(\w+)>", html)) == {"table", "thead", "tbody", "tr", "th", "td"}
