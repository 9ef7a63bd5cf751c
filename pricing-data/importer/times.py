"""Prices by the hour, and the days on which a price of the undated list takes over.

The first list cannot give a price both a date and daily hours, nor weekdays; the decisions
(`windows` of a provider) say from when, on which days and in which zone its hours hold. The second
list knows hours and weekdays but no dates.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from .genai import GenaiList
from .model import Model, rates_json
from .rates import Schedule

Json = dict[str, Any]


def hours_json(windows: list[tuple[str, str]], rule: Json) -> Json:
    """`windows` are UTC; the row states them in the zone of its weekdays."""
    zone = rule.get("zone", "UTC")
    result: Json = {"windows": [[shift(a, zone), shift(b, zone)] for a, b in sorted(windows)]}
    for key in ("weekdays", "zone", "except"):
        if rule.get(key):
            result[key] = rule[key]
    return result


def shift(time: str, zone: str) -> str:
    hours = {"UTC": 0, "Asia/Shanghai": 8}[zone]
    moved = datetime.strptime(time, "%H:%M") + timedelta(hours=hours)
    return moved.strftime("%H:%M")


def add_windows(
    model: Model, source: Json, genai: GenaiList, rules: list[Json], provenance: Json
) -> None:
    """The daily windows of the first list as variants, dated as decided."""
    found = genai.windows(source)
    used = [rule for rule in rules if model.id in rule["models"]]
    if found and not used:
        raise ValueError(f"{model.id}: no decision dates its daily windows")
    for rule in used:
        for windows, schedule in found:
            variant: Json = {}
            for key, field in (("from", "from"), ("until", "until")):
                if rule.get(key):
                    variant[field] = f"{rule[key]}T00:00:00Z"
            variant["conditions"] = {"hours": hours_json(windows, rule)}
            if "by" in rule:
                meters = sorted(m for m in schedule.meters() if m.endswith("_tokens"))
                variant["multiply"] = [{"by": rule["by"], "meters": meters}]
            else:
                variant["rates"] = rates_json(schedule.rates)
            variant.update(provenance)
            model.variants.append(variant)


def succeed(model: Model, day: str, row: Json) -> None:
    """Ends what holds on `day`; `row` holds from then on."""
    instant = f"{day}T00:00:00Z"
    for held in [*model.price_rows, *model.variants]:
        if (held.get("until") or "9") > instant:
            held["until"] = instant
            order = ("from", "until")
            rest = {k: v for k, v in held.items() if k not in order}
            dates = {k: held[k] for k in order if held.get(k)}
            held.clear()
            held.update({**dates, **rest})
    model.price_rows.append({"from": instant, **row})


def off_peak_variants(
    off_peak: Json, standard: Schedule, schedule: Schedule, provenance: Json
) -> list[Json]:
    """The second list's hours: the rates of `schedule` in each of its windows."""
    variants = []
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    for window in off_peak["windows"]:
        hours = window["hours_utc"]
        pairs = []
        for text in [hours] if isinstance(hours, str) else hours:
            begin, end = text.split("-")
            pairs.append([begin, "24:00" if end == "00:00" else end])
        condition: Json = {"windows": pairs}
        days = [names[int(d) - 1] for d in window.get("weekdays", range(1, 8))]
        if len(days) < 7:
            condition["weekdays"] = days
        variant: Json = {"conditions": {"hours": condition}}
        variant["rates"] = rates_json(schedule.without(schedule.meters() - standard.meters()).rates)
        variant.update(provenance)
        variants.append(variant)
    return variants
