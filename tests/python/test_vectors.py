"""The vectors that every language runs: tests/vectors/extract/*.jsonl."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tokentra

VECTORS = Path(__file__).parents[1] / "vectors" / "extract"


def vectors():
    for path in sorted(VECTORS.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            vector = json.loads(line)
            name = f"{path.stem}:{number} {vector['name']}"
            yield pytest.param(vector, id=name.encode("ascii", "replace").decode())


@pytest.mark.parametrize("vector", list(vectors()))
def test_extract(vector):
    expect = vector["expect"]
    provider, api = vector["provider"], vector["api"] or None
    if "error" in expect:
        with pytest.raises(tokentra.Error):
            tokentra.extract_usage(vector["body"], provider=provider, api=api)
        return
    for body in (vector["body"], json.dumps(vector["body"])):
        extraction = tokentra.extract_usage(body, provider=provider, api=api)
        found = {
            "provider": extraction.provider,
            "api": extraction.api,
            "model": extraction.model or "",
            "quality": extraction.quality,
            "conditions": extraction.conditions,
            "parts": [{"model": p.model or "", "usage": p.meters} for p in extraction.parts],
            "response_id": extraction.response_id,
        }
        for key, value in expect.items():
            if key in found:
                assert found[key] == value, key
