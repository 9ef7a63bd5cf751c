"""Client.track and recorders: outcomes, refusals, results that price again."""

from __future__ import annotations

import gc
import inspect
import json
from decimal import Decimal

import pytest
import tokentra

AT = "2026-10-15T12:00:00Z"
CALL = {"provider": "openai", "model": "gpt-4o", "at": AT}
EXAMPLE = {"input_tokens": 1500, "output_tokens": 500}
BODY = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-4o",
    "usage": {"prompt_tokens": 1500, "completion_tokens": 500, "total_tokens": 2000},
}


def test_recorded(client):
    result = client.track(**CALL, **EXAMPLE)
    assert (result.outcome, result.state, result.match) == ("recorded", "priced", "exact")
    assert result.total == Decimal("0.00875")
    assert (result.folded, result.findings, result.error) == (False, [], None)
    assert repr(result) == (
        "TrackResult(outcome='recorded', state='priced', total=Decimal('0.00875'))"
    )


def test_the_cost_is_priced_when_asked_for(client):
    result = client.track(**CALL, usage=EXAMPLE, metadata={"team_id": "growth"})
    assert result.cost.total == result.total
    assert result.cost is result.cost
    assert [line.meter for line in result.cost.lines] == ["input_tokens", "output_tokens"]


def test_the_cost_remembers_the_call_not_the_objects(client):
    usage, body, conditions = dict(EXAMPLE), json.loads(json.dumps(BODY)), {"mode": "x"}
    by_usage = client.track(**CALL, usage=usage, conditions=conditions)
    by_body = client.track(provider="openai", response=body, at=AT)
    by_bytes = client.track(provider="openai", response=bytearray(json.dumps(BODY), "utf-8"), at=AT)
    usage["input_tokens"] = 0
    conditions["mode"] = "y"
    body.clear()
    gc.collect()
    for result in (by_usage, by_body, by_bytes):
        assert result.cost.usage == EXAMPLE
        assert result.cost.total == result.total


def test_a_response_counts_once(client):
    assert client.track(provider="openai", response=BODY, at=AT).outcome == "recorded"
    assert client.track(provider="openai", response=BODY, at=AT).outcome == "duplicate"
    other = {**BODY, "usage": {**BODY["usage"], "completion_tokens": 501, "total_tokens": 2001}}
    assert client.track(provider="openai", response=other, at=AT).outcome == "conflict"
    snapshot = client.snapshot()
    assert (snapshot.events, snapshot.duplicates, snapshot.conflicts) == (1, 1, 1)
    assert snapshot.total == Decimal("0.00875")


def test_an_id_counts_once(client):
    assert client.track(**CALL, **EXAMPLE, id="a").outcome == "recorded"
    assert client.track(**CALL, **EXAMPLE, id="a").outcome == "duplicate"
    assert client.track(**CALL, **EXAMPLE, id="b").outcome == "recorded"


def test_unmetered(client):
    result = client.track(provider="openai", response={"id": "x", "model": "gpt-4o"}, at=AT)
    assert (result.outcome, result.total) == ("unmetered", None)
    assert client.snapshot().unmetered == 1


def test_unpriced(client):
    result = client.track(provider="openai", model="nobody-1", **EXAMPLE, at=AT)
    assert (result.outcome, result.state, result.total) == ("recorded", "unpriced", None)
    assert result.cost.reason
    snapshot = client.snapshot()
    assert (snapshot.events, snapshot.unpriced, snapshot.total) == (1, 1, 0)


@pytest.mark.parametrize(
    "arguments, word",
    [
        ({"input_tokens": -1}, "input_tokens"),
        ({"input_tokens": 1.5}, "input_tokens"),
        ({"input_tokens": True}, "input_tokens"),
        ({"input_tokens": 10, "cache_read_tokens": 20}, "cache_read_tokens"),
        ({"usage": {"prompt_tokens": 5}}, "prompt_tokens"),
        ({"input_tokens": 1, "at": "yesterday"}, "yesterday"),
        ({"input_tokens": 1, "provider": None}, "provider"),
        ({"input_tokens": 1, "provider": 5}, "provider"),
        ({"input_tokens": 1, "model": "\ud800"}, "Unicode"),
        ({"input_tokens": 1, "metadata": 5}, "metadata"),
        ({"input_tokens": 1, "id": []}, "id"),
        ({"response": "not json"}, "JSON"),
        ({"response": 5}, "response"),
        ({"response": BODY, "input_tokens": 1}, "response and usage"),
        ({}, "usage"),
    ],
)
def test_refused(client, arguments, word):
    result = client.track(**{**CALL, **arguments})
    assert (result.outcome, result.total, result.cost) == ("refused", None, None)
    assert isinstance(result.error, tokentra.InvalidArgumentError)
    assert word in result.error.message
    assert "\n" not in result.error.message
    assert word in repr(result)
    snapshot = client.snapshot()
    assert (snapshot.refused, snapshot.events, snapshot.total) == (1, 0, 0)


def test_details_of_a_refusal(client):
    error = client.track(**CALL, input_tokens=-1).error
    assert error.details == {"field": "input_tokens", "value": "-1"}
    with pytest.raises(ValueError):
        raise error


@pytest.mark.parametrize("name, nearest", [("input_token", "input_tokens"), ("modle", "model")])
def test_unknown_keywords_raise(client, name, nearest):
    with pytest.raises(TypeError, match=f"track.. got .*'{name}' .did you mean '{nearest}'"):
        client.track(**CALL, input_tokens=-1, **{name: 1})
    assert client.snapshot().refused == 0


def test_no_positional_arguments(client):
    with pytest.raises(TypeError, match="positional"):
        client.track("openai")


def test_now_when_at_is_absent(client):
    assert client.track(provider="openai", model="gpt-4o", **EXAMPLE).outcome == "recorded"


def test_recorder(client):
    recorder = client.recorder(provider="openai", model="gpt-4o", metadata={"team_id": "growth"})
    results = [recorder.record(**EXAMPLE, at=AT), recorder.record(usage=EXAMPLE)]
    assert [result.total for result in results] == [Decimal("0.00875")] * 2
    assert results[0].cost.total == Decimal("0.00875")
    (row,) = client.snapshot().by("team_id")
    assert (row.team_id, row.events) == ("growth", 2)


def test_recorder_refuses_as_track_does(client):
    recorder = client.recorder(provider="openai", model="gpt-4o")
    assert recorder.record(input_tokens=-1).outcome == "refused"
    assert recorder.record().outcome == "refused"
    assert client.snapshot().refused == 2
    with pytest.raises(TypeError, match="model"):
        recorder.record(model="gpt-4o")


def test_recorder_needs_what_it_binds(client):
    with pytest.raises(tokentra.InvalidArgumentError, match="provider"):
        client.recorder(model="gpt-4o")
    with pytest.raises(tokentra.InvalidArgumentError, match="team_id"):
        client.recorder(provider="openai", model="gpt-4o", metadata={"team_id": []})


def test_closed(client):
    child = client.with_metadata(team_id="growth")
    recorder = client.recorder(provider="openai", model="gpt-4o")
    client.track(**CALL, **EXAMPLE)
    client.flush()
    with client:
        pass
    client.close()
    for result in (
        client.track(**CALL, **EXAMPLE), child.track(**CALL, **EXAMPLE), recorder.record(**EXAMPLE)
    ):  # fmt: skip
        assert result.outcome == "refused"
        assert isinstance(result.error, tokentra.FailedPreconditionError)
    assert client.snapshot().events == 1
    assert "closed" in repr(client)


def test_closing_a_child_leaves_its_parent_open(client):
    client.with_metadata(team_id="growth").close()
    assert client.track(**CALL, **EXAMPLE).outcome == "recorded"


def test_limits_fold_and_totals_stay_exact():
    client = tokentra.Client(limits={"keys_max": 16})
    results = [client.track(**CALL, **EXAMPLE, metadata={"feature": f"f{n}"}) for n in range(200)]
    assert any(result.folded for result in results)
    snapshot = client.snapshot()
    assert snapshot.total == 200 * Decimal("0.00875")
    assert snapshot.folded > 0
    assert sum(row.cost for row in snapshot.by("feature")) == snapshot.total
    with pytest.raises(tokentra.NotFoundError, match="nonsense"):
        tokentra.Client(limits={"nonsense": 1})


def test_get_client_is_one():
    assert tokentra.get_client() is tokentra.get_client()


def test_subclasses_keep_the_fast_methods():
    class Mine(tokentra.Client):
        pass

    assert Mine().track(**CALL, **EXAMPLE).outcome == "recorded"
    with pytest.raises(TypeError):
        tokentra.Client.track(object(), **CALL)


@pytest.mark.parametrize(
    "function",
    [tokentra.Client.track, tokentra.Client.recorder, tokentra.Catalog.price,
     tokentra.Recorder.record, tokentra.Cost.explain],
)  # fmt: skip
def test_fast_methods_can_be_inspected(function):
    assert "self" in inspect.signature(function).parameters
    assert inspect.getdoc(function)
