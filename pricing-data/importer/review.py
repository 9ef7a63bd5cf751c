"""What a newer version of the lists would change, for a maintainer to read before accepting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .magnitude import suspicious

Json = dict[str, Any]


def review(old: dict[str, Json], new: dict[str, Json]) -> Iterator[str]:
    """One line a finding: models that come or vanish, prices that change, odd magnitudes."""
    for name, file in new.items():
        if not name.startswith("providers/"):
            continue
        provider = file["provider"]
        before = {m["id"]: m for m in old.get(name, {"models": []})["models"]}
        after = {m["id"]: m for m in file["models"]}
        yield from (f"new: {provider} {m}" for m in after if m not in before)
        yield from (f"vanished: {provider} {m}" for m in before if m not in after)
        for model in after.keys() & before.keys():
            if prices(before[model]) != prices(after[model]):
                yield f"changed: {provider} {model}"
        yield from (f"suspicious: {provider} {line}" for line in suspicious(file))
    listed = {key(d) for d in old.get("disagreements.json", {}).get("disagreements", [])}
    found = {key(d) for d in new["disagreements.json"]["disagreements"]}
    yield from (f"disagreement: {' '.join(d)}" for d in sorted(found - listed))
    yield from (f"no disagreement any more: {' '.join(d)}" for d in sorted(listed - found))


def prices(model: Json) -> list[Json]:
    read = ("as_of", "evidence", "source")
    rows = [*model["price_rows"], *model.get("variants", [])]
    return [{k: v for k, v in row.items() if k not in read} for row in rows]


def key(d: Json) -> tuple[str, ...]:
    return tuple(
        str(d[k]) for k in ("provider", "model", "key", "meter", "condition", "genai", "litellm")
    )
