"""UsageStream: the vectors of tests/vectors/streams, and what Python can feed."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
import tokentra

VECTORS = Path(__file__).parents[1] / "vectors" / "streams"
CHUNKS = [
    {"id": "c1", "model": "gpt-4o", "choices": [{"delta": {"content": "x"}}], "usage": None},
    {"id": "c1", "model": "gpt-4o", "choices": [{"delta": {}, "finish_reason": "stop"}]},
    {
        "id": "c1",
        "model": "gpt-4o",
        "choices": [],
        "usage": {"prompt_tokens": 14, "completion_tokens": 8, "total_tokens": 22},
    },
]
METERS = {"input_tokens": 14, "output_tokens": 8}


def vectors():
    for path in sorted(VECTORS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            vector = json.loads(line)
            yield pytest.param(vector, id=f"{path.stem} {vector['name']}")


def wire(chunks=CHUNKS):
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks)


def found(stream):
    usage = stream.usage()
    return {
        "provider": usage.provider,
        "api": usage.api,
        "model": usage.model or "",
        "quality": usage.quality,
        "conditions": usage.conditions,
        "parts": [{"model": part.model or "", "usage": part.meters} for part in usage.parts],
        "response_id": usage.response_id,
    }


@pytest.mark.parametrize("vector", list(vectors()))
def test_vector(vector):
    expect = vector["expect"]
    names = {
        "provider": vector["provider"],
        "api": vector["api"] or None,
        "model": vector["model"] or None,
    }
    if "error" in expect:
        with pytest.raises(tokentra.InvalidArgumentError):
            tokentra.UsageStream(**names)
        return
    data = vector["stream"].encode()
    if vector["encoding"] == "base64":
        data = base64.b64decode(data)
    for size in (len(data) + 1, 1, 1000):
        stream = tokentra.UsageStream(**names)
        for at in range(0, len(data), size):
            stream.feed(data[at : at + size])
        got = found(stream)
        for key, value in expect.items():
            if key in got:
                assert got[key] == value, key
        reported = stream.usage().reported
        assert (None if reported is None else str(reported)) == expect.get("reported")


@pytest.mark.parametrize(
    "pieces",
    [
        [wire()],
        [wire().decode()],
        [bytearray(wire()), memoryview(b"data: [DONE]\n\n")],
        wire().splitlines(),
        wire().decode().splitlines(keepends=True),
        CHUNKS,
        [json.dumps(chunk) + "\n" for chunk in CHUNKS],
    ],
)
def test_forms_of_what_arrives(pieces):
    stream = tokentra.UsageStream("openai")
    for piece in pieces:
        stream.feed(piece)
    usage = stream.usage()
    assert (usage.meters, usage.model, usage.quality) == (METERS, "gpt-4o", "exact")


def test_objects_of_an_sdk():
    class Chunk:
        def __init__(self, value):
            self.value = value

        def model_dump(self, *, by_alias=False, warnings=True):
            return self.value

    stream = tokentra.UsageStream("openai", "chat")
    for chunk in CHUNKS:
        stream.feed(Chunk(chunk))
    assert stream.usage().meters == METERS


def test_events_of_boto3():
    stream = tokentra.UsageStream("aws", model="us.amazon.nova-micro-v1:0")
    stream.feed({"messageStart": {"role": "assistant"}})
    stream.feed({"contentBlockDelta": {"delta": {"text": "x"}, "contentBlockIndex": 0}})
    assert stream.usage().quality == "incomplete"
    stream.feed({"metadata": {"usage": {"inputTokens": 3, "outputTokens": 4, "totalTokens": 7}}})
    usage = stream.usage()
    assert (usage.meters, usage.quality) == ({"input_tokens": 3, "output_tokens": 4}, "exact")
    assert usage.parts[0].model == "us.amazon.nova-micro-v1:0"

    stream = tokentra.UsageStream("aws", model="meta.llama3-8b-instruct-v1:0")
    last = {"amazon-bedrock-invocationMetrics": {"inputTokenCount": 3, "outputTokenCount": 4}}
    stream.feed({"chunk": {"bytes": json.dumps(last).encode()}})
    assert stream.usage().meters == {"input_tokens": 3, "output_tokens": 4}


def test_a_stream_is_a_response():
    stream = tokentra.UsageStream("openai")
    stream.feed(wire())
    assert stream.to_dict()["usage"] == CHUNKS[2]["usage"]
    client = tokentra.Client()
    result = client.track(provider="openai", response=stream, at="2026-10-15T12:00:00Z")
    assert result.outcome == "recorded"
    body = client.track(
        provider="openai", response=CHUNKS[2] | {"id": "c2"}, at="2026-10-15T12:00:00Z"
    )
    assert result.total == body.total is not None


def test_asking_changes_nothing():
    stream = tokentra.UsageStream("openai")
    for byte in wire():
        stream.feed(bytes([byte]))
        assert stream.usage().quality in ("incomplete", "exact")
    assert stream.usage().meters == METERS


@pytest.mark.parametrize("data", [5, None, [], object()])
def test_what_cannot_be_fed(data):
    with pytest.raises(tokentra.InvalidArgumentError):
        tokentra.UsageStream("openai").feed(data)


def test_names_are_checked():
    with pytest.raises(tokentra.InvalidArgumentError, match="chatt"):
        tokentra.UsageStream("openai", "chatt")
    stream = tokentra.UsageStream("opnai")
    with pytest.raises(tokentra.InvalidArgumentError, match="nearest is"):
        stream.usage()
