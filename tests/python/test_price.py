"""Catalog.price: the page's own example, the shape of a Cost, unknown models, instants."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import Decimal

import pytest
import tokentra

GPT_4O = {"provider": "openai", "model": "gpt-4o"}
EXAMPLE = {"input_tokens": 1500, "output_tokens": 500}


def test_example_of_the_page(catalog, at):
    cost = catalog.price(EXAMPLE, **GPT_4O, at=at)
    assert cost.total == Decimal("0.00875")
    assert str(cost.total) == "0.00875"
    assert (cost.state, cost.match, cost.quality) == ("priced", "exact", "exact")
    assert (cost.provider, cost.model, cost.reason) == ("openai", "gpt-4o", None)
    assert cost.usage == EXAMPLE
    assert repr(cost) == (
        "Cost(total=Decimal('0.00875'), state='priced', provider='openai', model='gpt-4o')"
    )


def test_lines_sum_to_the_total(catalog, at):
    cost = catalog.price({**EXAMPLE, "cache_read_tokens": 1000}, **GPT_4O, at=at)
    assert {line.meter for line in cost.lines} >= {"input_tokens", "output_tokens"}
    assert sum(line.amount for line in cost.lines) == cost.total
    for line in cost.lines:
        assert type(line.quantity) is int
        assert type(line.per) is int
        assert type(line.rate) is Decimal
        assert type(line.amount) is Decimal
        assert line.amount == line.quantity * line.rate / line.per
        assert line.model == "gpt-4o"
        assert set(cost.price_rows[line.price_row]) == {"source", "as_of"}


def test_unknown_model_has_no_total(catalog, at):
    cost = catalog.price(EXAMPLE, provider="openai", model="gpt-4o-fantasy", at=at)
    assert cost.total is None
    assert (cost.state, cost.match, cost.lines) == ("unpriced", None, [])
    assert cost.reason
    assert set(cost.suggestions) < set(catalog.models("openai"))
    assert cost.model == "gpt-4o-fantasy"


def test_documents(catalog, at):
    cost = catalog.price(EXAMPLE, **GPT_4O, at=at)
    assert "0.00875" in cost.explain()
    shown = json.loads(cost.to_json())
    assert shown["total"] == "0.00875"
    assert shown["usage"] == EXAMPLE


def test_usage_by_keyword_and_absent_values(catalog, at):
    usage = {**EXAMPLE, "cache_read_tokens": None}
    assert catalog.price(usage=usage, **GPT_4O, at=at).usage == EXAMPLE
    with pytest.raises(TypeError, match="multiple values"):
        catalog.price(EXAMPLE, usage=EXAMPLE, **GPT_4O)


def test_now_when_at_is_absent(catalog):
    assert catalog.price(EXAMPLE, **GPT_4O).state == "priced"


@pytest.mark.parametrize(
    "instant",
    [
        "2026-10-15T12:00:00Z",
        "2026-10-15T14:00:00+02:00",
        datetime(2026, 10, 15, 14, tzinfo=timezone(timedelta(hours=2))),
        datetime(2026, 10, 14, 22, 30, tzinfo=timezone(timedelta(hours=-13, minutes=-30))),
    ],
)
def test_instants_are_the_same_however_written(client, instant):
    client.track(**GPT_4O, **EXAMPLE, at=instant)
    (row,) = client.snapshot().by("bucket")
    assert row.bucket.startswith("2026-10-15T12:00")


class NoOffset(tzinfo):
    def utcoffset(self, moment):
        return None


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 10, 15),
        datetime(2026, 10, 15, tzinfo=NoOffset()),
        datetime(1600, 1, 1, tzinfo=timezone.utc),
        datetime(9999, 1, 1, tzinfo=timezone.utc),
        "2026-10-15",
        "2026-10-15T12:00:00",
        "",
        1_791_000_000,
        1.5,
    ],
)
def test_instants_that_are_none(catalog, instant):
    with pytest.raises(tokentra.InvalidArgumentError):
        catalog.price(EXAMPLE, **GPT_4O, at=instant)


def test_conditions(catalog, at):
    standard = catalog.price(EXAMPLE, **GPT_4O, at=at)
    batch = catalog.price(EXAMPLE, **GPT_4O, at=at, batch=True)
    assert batch.batch
    assert batch.total < standard.total
    default = catalog.price(EXAMPLE, **GPT_4O, at=at, service_tier="default")
    assert (default.service_tier, default.total) == ("standard", standard.total)
    unknown = catalog.price(EXAMPLE, **GPT_4O, at=at, service_tier="platinum")
    assert (unknown.state, unknown.total) == ("unpriced", None)
    with pytest.raises(tokentra.InvalidArgumentError, match="batch = 1 must be a bool"):
        catalog.price(EXAMPLE, **GPT_4O, at=at, batch=1)
    with pytest.raises(tokentra.InvalidArgumentError, match="conditions"):
        catalog.price(EXAMPLE, **GPT_4O, at=at, conditions=["quality"])
    with pytest.raises(tokentra.InvalidArgumentError, match="quality"):
        catalog.price(EXAMPLE, **GPT_4O, at=at, conditions={"quality": []})


def test_response_as_track_takes_it(catalog, at):
    body = {"model": "gpt-4o", "usage": {"prompt_tokens": 1500, "completion_tokens": 500}}
    cost = catalog.price(response=body, provider="openai", api="chat", at=at)
    assert cost.total == Decimal("0.00875")


def test_catalog(catalog):
    assert len(catalog.digest) == 64
    assert datetime.fromisoformat(catalog.as_of)
    assert {"openai", "anthropic", "google", "aws", "groq", "mistral"} <= set(catalog.providers())
    assert "gpt-4o" in catalog.models("openai")
    assert tokentra.Catalog.builtin().digest == catalog.digest
    with pytest.raises(tokentra.NotFoundError, match="openai"):
        catalog.models("nobody")


@pytest.mark.parametrize("keyword", ["input_tokens", "metadata", "id", "modell"])
def test_price_takes_no_other_keyword(catalog, keyword):
    with pytest.raises(TypeError, match=keyword):
        catalog.price(EXAMPLE, **GPT_4O, **{keyword: 1})


def test_objects_are_not_made_by_hand():
    for cls in (tokentra.Catalog, tokentra.Cost, tokentra.TrackResult, tokentra.Snapshot):
        with pytest.raises(TypeError):
            cls()
    catalog = tokentra.Catalog.__new__(tokentra.Catalog)
    with pytest.raises(TypeError):
        catalog.price(EXAMPLE, **GPT_4O)
