"""What a newer version of the lists would change, for a maintainer to read before accepting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .history import PROVENANCE
from .magnitude import suspicious
from .model import instant

Json = dict[str, Any]
HEAD = ("from", "until", "conditions", "rates", "bands", *PROVENANCE)


def review(old: dict[str, Json], new: dict[str, Json], day: str) -> Iterator[str]:
    """One line a finding: models that come or vanish, prices that change, odd magnitudes."""
    for name, file in new.items():
        if not name.startswith("providers/"):
            continue
        provider = file["provider"]
        before = {m["id"]: m for m in old.get(name, {"models": []})["models"]}
        after = {m["id"]: m for m in file["models"]}
        yield from (f"new: {provider} {m}" for m in after if m not in before)
        yield from (f"vanished: {provider} {m}" for m in gone(before, after))
        for model in sorted(after.keys() & before.keys()):
            if prices(before[model]) == prices(after[model]):
                continue
            lines = list(moved(before[model], after[model], day))
            yield from (f"changed: {provider} {model} {line}" for line in lines or ["(rows)"])
        yield from (f"suspicious: {provider} {line}" for line in suspicious(file))
    listed = {key(d) for d in old.get("disagreements.json", {}).get("disagreements", [])}
    found = {key(d) for d in new["disagreements.json"]["disagreements"]}
    yield from (f"disagreement: {' '.join(d)}" for d in sorted(found - listed))
    yield from (f"no disagreement any more: {' '.join(d)}" for d in sorted(listed - found))


def gone(before: Json, after: Json) -> Iterator[str]:
    """Models that are no more, or are kept for the sake of their history since now."""
    for name, model in before.items():
        kept = after.get(name)
        if kept is None or (kept.get("deprecated") and not model.get("deprecated")):
            yield name


def moved(before: Json, after: Json, day: str) -> Iterator[str]:
    """Each figure that differs on the day of the new lists: meter, conditions, old and new."""
    old, new = figures(before, day), figures(after, day)
    for place in sorted(old.keys() | new.keys()):
        a, b = old.get(place), new.get(place)
        if a != b:
            yield f"{place}: {a or 'no rate'} -> {b or 'no rate'}"


def figures(model: Json, day: str) -> dict[str, str]:
    at = instant(day) or ""
    found: dict[str, str] = {}
    for row in [*model["price_rows"], *model.get("variants", [])]:
        if (row.get("from") or "") > at or (row.get("until") or "9") <= at:
            continue
        conditions = row.get("conditions")
        place = f" {json.dumps(conditions)}" if conditions else ""
        if row.get("free"):
            found[f"price{place}"] = "free"
        for meter, rate in row.get("rates", {}).items():
            found[meter + place] = amount(rate)
        for band in row.get("bands", []):
            edge = json.dumps({k: v for k, v in band.items() if k != "rates"})
            for meter, rate in band["rates"].items():
                found[f"{meter} {edge}{place}"] = amount(rate)
        rest = {k: v for k, v in row.items() if k not in HEAD}
        for name, value in rest.items():
            found[f"{name}{place}"] = json.dumps(value)
    return found


def amount(rate: Any) -> str:
    return "unknown" if rate is None else f"{rate[0]} per {rate[1]}"


def prices(model: Json) -> list[Json]:
    rows = [*model["price_rows"], *model.get("variants", [])]
    return [{k: v for k, v in row.items() if k not in PROVENANCE} for row in rows]


def key(d: Json) -> tuple[str, ...]:
    return tuple(
        str(d[k]) for k in ("provider", "model", "key", "meter", "condition", "genai", "litellm")
    )
