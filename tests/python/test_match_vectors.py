"""The matching vectors through the Python interface: tests/vectors/match/*.jsonl."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

VECTORS = Path(__file__).parents[1] / "vectors" / "match"


def vectors():
    for path in sorted(VECTORS.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            vector = json.loads(line)
            yield pytest.param(vector, id=f"{path.stem}:{number} {vector['name']}")


@pytest.mark.parametrize("vector", list(vectors()))
def test_match(vector, catalog):
    expect = vector["expect"]
    cost = catalog.price(
        {"input_tokens": 1},
        provider=vector["provider"],
        model=vector["model"],
        at=vector["at"],
        region=vector.get("region"),
    )
    if expect["match"] == "none":
        assert cost.state == "unpriced"
        assert cost.total is None
        return
    assert cost.match == expect["match"]
    assert cost.model == expect["model"]
    if "region" in expect:
        assert cost.region == expect["region"]
