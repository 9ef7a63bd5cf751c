"""Counts and durations from a caller: exact, or refused with the field and the value."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
import tokentra
from hypothesis import given
from hypothesis import strategies as st

AT = "2026-10-15T12:00:00Z"
CATALOG = tokentra.Catalog.builtin()


def usage_of(**meters):
    return CATALOG.price(meters, provider="openai", model="gpt-4o", at=AT).usage


class Index:
    """As numpy's integers: an integer that is no int."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


@pytest.mark.parametrize(
    "value, quantity",
    [
        (0, 0),
        (7, 7),
        (7.0, 7),
        (2.0**47, 2**47),
        (2**48, 2**48),
        (Index(7), 7),
        (0.0, 0),
        (-0.0, 0),
    ],
)
def test_counts(value, quantity):
    result = usage_of(input_tokens=value)["input_tokens"]
    assert result == quantity
    assert type(result) is int


@pytest.mark.parametrize(
    "value",
    [
        -1, -1.0, 0.5, math.nan, math.inf, -math.inf, True, False, "5", b"5", Decimal(5), [], {},
        2**48 + 1, 2**63, 2**64, 10**30, -(10**30), float(2**53 + 2), 1e300, Index(-1),
        Index(2**48 + 1), Fraction(1, 2),
    ],
)  # fmt: skip
def test_what_is_no_count(value):
    with pytest.raises(tokentra.InvalidArgumentError) as caught:
        usage_of(input_tokens=value, output_tokens=1)
    error = caught.value
    assert error.code == "INVALID_ARGUMENT"
    assert error.message.startswith("input_tokens = ")
    assert error.details["field"] == "input_tokens"
    assert error.details["value"] in error.message


@given(st.integers(0, 2**48))
def test_any_count_comes_back(value):
    assert usage_of(input_tokens=value) == {"input_tokens": value}


def test_a_sub_count_above_its_whole_names_both():
    with pytest.raises(tokentra.InvalidArgumentError) as caught:
        usage_of(input_tokens=10, cache_read_tokens=20)
    for part in ("input_tokens", "cache_read_tokens", "10", "20"):
        assert part in caught.value.message


@pytest.mark.parametrize(
    "seconds, milliseconds",
    [
        (12.5, 12500), (0.1, 100), (3, 3000), ("0.25", 250), (Decimal("1.500"), 1500), (0, 0),
        ("1e3", 1_000_000), (0.001, 1), ("0.0010000", 1), (Decimal("1E+2"), 100_000), (-0.0, 0),
    ],
)  # fmt: skip
def test_seconds_are_milliseconds(seconds, milliseconds):
    assert usage_of(audio_seconds=seconds) == {"audio_milliseconds": milliseconds}


@pytest.mark.parametrize(
    "seconds",
    ["0.0005", 0.0001, -1, -0.5, "x", "", "1 ", "0x10", "1e", "nan", math.nan, math.inf, True, [],
     "1e999999999", 10**20, "1.2.3", None.__class__],
)  # fmt: skip
def test_seconds_that_are_not(seconds):
    with pytest.raises(tokentra.InvalidArgumentError) as caught:
        usage_of(audio_seconds=seconds)
    assert "audio_seconds" in caught.value.message


@given(st.decimals(0, 10**9, places=3))
def test_any_exact_duration(seconds):
    assert usage_of(audio_seconds=seconds) == {"audio_milliseconds": int(seconds * 1000)}


def test_one_quantity_given_twice(client):
    with pytest.raises(tokentra.InvalidArgumentError, match="given twice"):
        usage_of(audio_seconds=1, audio_milliseconds=1000)
    result = client.track(
        provider="openai", model="gpt-4o", usage={"input_tokens": 1}, input_tokens=1
    )
    assert result.outcome == "refused"
    assert "given twice" in result.error.message


@pytest.mark.parametrize(
    "name, nearest",
    [("input_token", "input_tokens"), ("inputTokens", "input_tokens"),
     ("prompt_tokens", "input_tokens"), ("provider", None), ("zzz", None)],
)  # fmt: skip
def test_unknown_meters_name_the_nearest(name, nearest):
    with pytest.raises(tokentra.InvalidArgumentError, match=f"no meter '{name}'") as caught:
        usage_of(**{name: 1})
    assert ("did you mean" in caught.value.message) == (nearest is not None)
    assert nearest is None or f"'{nearest}'" in caught.value.message


@pytest.mark.parametrize("usage", [[], "input_tokens", 5, {5: 1}, {"\ud800": 1}])
def test_usage_must_be_a_dict_of_meters(usage):
    with pytest.raises(tokentra.InvalidArgumentError, match="usage"):
        CATALOG.price(usage, provider="openai", model="gpt-4o", at=AT)


def test_names_that_were_not_interned():
    name = "".join(["input_", "tokens"])
    assert usage_of(**{name: 5}) == {"input_tokens": 5}


def test_every_meter_can_be_given():
    names = tokentra.meter_names()
    assert len(set(names)) == len(names) > 50
    for name in names:
        assert usage_of(**{name: 3})[name] == 3
