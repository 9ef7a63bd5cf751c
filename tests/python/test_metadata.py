"""Metadata: what becomes of values, camelCase, defaults, and what is set around a block."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import json
import threading
import types
import uuid
from datetime import date
from decimal import Decimal

import pytest
import tokentra
from hypothesis import given
from hypothesis import strategies as st

AT = "2026-10-15T12:00:00Z"
CALL = {"provider": "openai", "model": "gpt-4o", "input_tokens": 1, "at": AT}
TAG = uuid.UUID(int=7)


class Colour(str, enum.Enum):
    RED = "red"


def kept(value, key="feature"):
    client = tokentra.Client(dimensions=["feature"])
    result = client.track(**CALL, metadata={key: value})
    assert result.outcome == "recorded"
    (row,) = client.snapshot().by("feature")
    return row["feature"], result


@pytest.mark.parametrize(
    "value, text",
    [
        ("chat", "chat"), ("", ""), ("caf\u00e9 \U0001f600", "caf\u00e9 \U0001f600"), (None, None),
        (True, "true"), (False, "false"), (7, "7"), (-3, "-3"), (2**80, str(2**80)),
        (1.5, "1.5"), (2.0, "2"), (1e21, "1e+21"), (1e20, "100000000000000000000"),
        (0.000001, "0.000001"), (1e-7, "1e-7"), (-0.0, "0"), (1.25e-9, "1.25e-9"),
        (Decimal("1.50"), "1.50"), (TAG, str(TAG)), (date(2026, 1, 2), "2026-01-02"),
    ],
)  # fmt: skip
def test_values(value, text):
    found, result = kept(value)
    assert found == text
    assert result.findings == []


def test_a_str_enum_is_its_text():
    assert kept(Colour.RED)[0] == str(Colour.RED)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_their_value(value):
    text = kept(value)[0]
    assert float(text) == value
    assert len(text) <= len(json.dumps(value)) + 25
    assert float(json.loads(text)) == value


@pytest.mark.parametrize(
    "value", [[], {}, (), set(), b"x", object(), float("nan"), float("inf"), "\ud800"]
)
def test_what_has_no_text_is_left_out_with_a_finding(value):
    text, result = kept(value)
    assert text is None
    (finding,) = result.findings
    assert "feature" in finding


def test_a_value_whose_text_fails_is_left_out():
    class Bad:
        def __str__(self):
            raise RuntimeError("no")

    text, result = kept(Bad())
    assert (text, len(result.findings)) == (None, 1)


def test_a_key_that_is_no_str(client):
    result = client.track(**CALL, metadata={5: "x"})
    assert (result.outcome, len(result.findings)) == ("recorded", 1)


def test_other_mappings(client):
    client.track(**CALL, metadata=types.MappingProxyType({"team_id": "growth"}))
    assert client.snapshot().by("team_id")[0].team_id == "growth"


def test_camel_case_is_the_same_key(client):
    client.track(**CALL, metadata={"teamId": "growth"})
    client.track(**CALL, metadata={"team_id": "growth"})
    (row,) = client.snapshot().by("team_id")
    assert (row["team_id"], row.events) == ("growth", 2)


def test_whose_metadata_wins():
    client = tokentra.Client(metadata={"team_id": "default", "environment": "prod"})
    client.track(**CALL)
    client.track(**CALL, metadata={"teamId": "own"})
    client.track(**CALL, metadata={"team_id": None})
    child = client.with_metadata(team_id="child", feature="chat")
    child.track(**CALL)
    child.with_metadata({"teamId": "grandchild"}).track(**CALL)
    with tokentra.metadata(teamId="ambient"):
        client.track(**CALL)
        child.track(**CALL)
        client.track(**CALL, metadata={"team_id": "own"})
    events = {row["team_id"]: row.events for row in client.snapshot().by("team_id")}
    assert events == {"default": 2, "own": 2, "child": 1, "grandchild": 1, "ambient": 2}
    assert {row["environment"] for row in client.snapshot().by("environment")} == {"prod"}


@pytest.mark.parametrize("value", [[], b"x", object(), float("nan")])
def test_what_is_made_once_is_strict(client, value):
    with pytest.raises(tokentra.InvalidArgumentError, match="team_id"):
        tokentra.Client(metadata={"team_id": value})
    with pytest.raises(tokentra.InvalidArgumentError, match="team_id"):
        client.with_metadata(team_id=value)
    with pytest.raises(tokentra.InvalidArgumentError, match="team_id"):
        tokentra.metadata(team_id=value)


# ---- Around a block ------------------------------------------------------------------------------


@pytest.fixture
def seen():
    """A function that tells what one event would carry, as (user_id, feature)."""
    client = tokentra.Client(dimensions=["user_id", "feature", "n"])
    numbers = iter(range(10**6))

    def look():
        n = str(next(numbers))
        client.track(**CALL, metadata={"n": n})
        rows = client.snapshot().by("n", "user_id", "feature")
        (row,) = (row for row in rows if row["n"] == n)
        return row["user_id"], row["feature"]

    return look


def test_blocks_nest(seen):
    assert seen() == (None, None)
    with tokentra.metadata(user_id="u"):
        assert seen() == ("u", None)
        with tokentra.metadata(feature="f", user_id="v"):
            assert seen() == ("v", "f")
        assert seen() == ("u", None)
        with contextlib.suppress(RuntimeError), tokentra.metadata(user_id="w"):
            raise RuntimeError
        assert seen() == ("u", None)
    assert seen() == (None, None)


def test_one_object_can_be_entered_again(seen):
    around = tokentra.metadata(user_id="u")
    with around, around:
        assert seen() == ("u", None)
    with around:
        assert seen() == ("u", None)
    assert seen() == (None, None)


def test_leaving_out_of_order(seen):
    outer, inner = tokentra.metadata(user_id="u"), tokentra.metadata(feature="f")
    outer.__enter__()
    inner.__enter__()
    outer.__exit__()
    assert seen() == (None, "f")
    inner.__exit__()
    inner.__exit__()
    assert seen() == (None, None)


def test_recorders_see_it():
    client = tokentra.Client()
    recorder = client.recorder(provider="openai", model="gpt-4o", metadata={"feature": "own"})
    with tokentra.metadata(team_id="t", feature="ambient"):
        recorder.record(input_tokens=1, at=AT)
    recorder.record(input_tokens=1, at=AT)
    rows = client.snapshot().by("team_id", "feature")
    assert {(row["team_id"], row["feature"]) for row in rows} == {("t", "own"), (None, "own")}


def test_decorators(seen):
    @tokentra.metadata(user_id="u")
    def function(again):
        return seen(), function(False) if again else None

    @tokentra.metadata(user_id="u")
    def generator():
        received = yield seen()
        assert received == "sent"
        try:
            yield seen()
        except KeyError:
            yield seen()
        return "end"

    assert function(True) == (("u", None), (("u", None), None))
    steps = generator()
    assert next(steps) == ("u", None)
    assert seen() == (None, None)
    assert steps.send("sent") == ("u", None)
    assert steps.throw(KeyError()) == ("u", None)
    with pytest.raises(StopIteration, match="end"):
        next(steps)
    assert seen() == (None, None)
    assert function.__name__ == "function"


def test_async(seen):
    @tokentra.metadata(user_id="decorated")
    async def coroutine():
        await asyncio.sleep(0)
        return seen()

    @tokentra.metadata(user_id="stream")
    async def stream():
        for _ in range(2):
            await asyncio.sleep(0)
            yield seen()

    async def task(user):
        async with tokentra.metadata(user_id=user):
            await asyncio.sleep(0)
            return seen()

    async def main():
        async with tokentra.metadata(feature="f"):
            tasks = await asyncio.gather(*(task(str(n)) for n in range(5)))
            assert tasks == [(str(n), "f") for n in range(5)]
            assert await coroutine() == ("decorated", "f")
            async for item in stream():
                assert item == ("stream", "f")
                assert seen() == (None, "f")
        assert seen() == (None, None)

    asyncio.run(main())


def test_an_abandoned_generator_in_another_context_does_no_harm(seen):
    async def stream():
        with tokentra.metadata(user_id="u"):
            yield seen()
            yield None

    async def main():
        async for item in stream():
            assert item[0] == "u"
            break  # asyncio closes the generator later, in a context of its own

    asyncio.run(main())
    assert seen() == (None, None)


def test_threads_do_not_inherit(seen):
    result = []
    with tokentra.metadata(user_id="u"):
        thread = threading.Thread(target=lambda: result.append(seen()))
        thread.start()
        thread.join()
    assert result == [(None, None)]
