"""Responses: dicts, JSON text, SDK objects. The walker's JSON against Python's own."""

from __future__ import annotations

import datetime
import enum
import json
from decimal import Decimal
from types import SimpleNamespace

import pytest
import tokentra
from hypothesis import given
from hypothesis import strategies as st

AT = "2026-10-15T12:00:00Z"
USAGE = {"prompt_tokens": 1500, "completion_tokens": 500, "total_tokens": 2000}
BODY = {"id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-4o", "usage": USAGE}
EXPECTED = {"input_tokens": 1500, "output_tokens": 500}


class Dumps:
    """An SDK object with one of the methods that make a dict."""

    def __init__(self, method, value):
        self.__dict__[method] = lambda: value


class Pydantic:
    def model_dump(self, *, by_alias=False, warnings=True):
        assert by_alias
        assert not warnings
        return BODY


class Other(enum.Enum):
    STOP = "stop"


@pytest.mark.parametrize(
    "response",
    [
        BODY,
        json.dumps(BODY),
        json.dumps(BODY).encode(),
        bytearray(json.dumps(BODY), "utf-8"),
        memoryview(json.dumps(BODY).encode()),
        Pydantic(),
        Dumps("model_dump", BODY),
        Dumps("to_dict", BODY),
        Dumps("dict", BODY),
        {**BODY, "usage": Dumps("to_dict", USAGE)},
        {**BODY, "choices": ({"finish_reason": Other.STOP, "logprobs": [float("-inf"), 0.1]},)},
        {**BODY, "created": datetime.datetime(2026, 1, 1), 5: "x", "object_": object()},
        {**BODY, "big": 10**400, "text": '\x00\x1f"\\\u2028\U0001f600\ud800', "type": int},
        {**BODY, "usage": {**USAGE, "prompt_tokens": Decimal(1500)}},
        {**BODY, "padding": "x" * 100_000},
    ],
)
def test_forms_of_a_response(response):
    extraction = tokentra.extract_usage(response, provider="openai")
    assert (extraction.meters, extraction.model) == (EXPECTED, "gpt-4o")
    client = tokentra.Client()
    result = client.track(provider="openai", response=response, at=AT)
    assert (result.outcome, result.total) == ("recorded", Decimal("0.00875"))
    assert result.cost.usage == EXPECTED


@pytest.mark.parametrize(
    "response",
    [5, 1.5, object(), SimpleNamespace(usage=USAGE), Pydantic, (1, 2), "5", "", b"\xff", "[]", [],
     Dumps("model_dump", "text"), '{"usage"', "\ud800"],
)  # fmt: skip
def test_what_is_no_response(response):
    with pytest.raises(tokentra.InvalidArgumentError):
        tokentra.extract_usage(response, provider="openai")
    result = tokentra.Client().track(provider="openai", response=response, at=AT)
    assert result.outcome == "refused"


def test_an_object_that_fails_is_refused_not_raised(client):
    class Fails:
        def model_dump(self, **kwargs):
            raise RuntimeError("broken sdk")

    result = client.track(provider="openai", response=Fails(), at=AT)
    assert result.outcome == "refused"
    assert "broken sdk" in result.error.message
    nested = {**BODY, "x": Fails()}
    assert client.track(provider="openai", response=nested, at=AT).outcome == "refused"


def test_nesting_is_limited(client):
    deep: list[object] = []
    for _ in range(120):
        deep = [deep]
    assert client.track(provider="openai", response={**BODY, "x": deep}).outcome == "recorded"
    cycle = {**BODY}
    cycle["x"] = cycle
    result = client.track(provider="openai", response=cycle)
    assert result.outcome == "refused"
    assert "128" in result.error.message


def test_a_dict_changed_while_it_is_read(client):
    body = {**BODY}

    class Changes:
        def to_dict(self):
            body.clear()
            return {}

    body["x"] = Changes()
    body["y"] = "y"
    assert client.track(provider="openai", response=body).outcome in {"recorded", "refused"}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_anything_beside_the_usage_is_carried(value):
    body = {**BODY, "x-other": value}
    extraction = tokentra.extract_usage(body, provider="openai")
    assert extraction.meters == EXPECTED


@given(st.integers(0, 2**48), st.integers(0, 2**40))
def test_dict_and_text_say_the_same(prompt, completion):
    usage = {"prompt_tokens": prompt, "completion_tokens": completion}
    body = {"model": "gpt-4o", "usage": usage}
    as_dict = tokentra.extract_usage(body, provider="openai", api="chat")
    as_text = tokentra.extract_usage(json.dumps(body), "openai", "chat")
    assert as_dict.meters == as_text.meters
