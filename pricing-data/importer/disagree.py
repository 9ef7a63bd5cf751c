"""Lists every figure that is carried and on which the two lists do not agree."""

from __future__ import annotations

from typing import Any

from .build import ProviderBuilder
from .notes import Disagreement

Json = dict[str, Any]


def disagreements_json(builders: list[ProviderBuilder], curation: Json) -> Json:
    found: list[Json] = []
    seen: set[tuple[str, ...]] = set()
    for builder in builders:
        for item in builder.disagreements:
            row = explain(builder.provider, item, curation["reasons"])
            key = tuple(str(row[k]) for k in ("provider", "model", "meter", "condition", "litellm"))
            if key not in seen:
                seen.add(key)
                found.append(row)
    found.sort(key=lambda r: (r["provider"], r["model"], r["condition"], r["meter"]))
    return {"format": 1, "disagreements": found}


def explain(provider: str, item: Disagreement, reasons: list[Json]) -> Json:
    """The first reason whose conditions fit; its `carried` says what the importer cannot know."""
    for reason in reasons:
        if item.reason:
            text, chosen = item.reason, item.chosen
            break
        if provider not in reason.get("providers", [provider]):
            continue
        if not any(item.model.startswith(m) for m in reason.get("models", [item.model])):
            continue
        if item.meter not in reason.get("meters", [item.meter]):
            continue
        if reason.get("condition", "") not in item.condition:
            continue
        if item.chosen != reason.get("chosen", item.chosen):
            continue
        if reason.get("silent") and getattr(item, reason["silent"]):
            continue
        text, chosen = reason["reason"], reason.get("carried", item.chosen)
        break
    else:
        text, chosen = "no reason recorded", item.chosen
    return {
        "provider": provider,
        "model": item.model,
        "key": item.name,
        "meter": item.meter,
        "condition": item.condition,
        "genai": item.genai,
        "litellm": item.litellm,
        "chosen": chosen,
        "reason": text,
    }
