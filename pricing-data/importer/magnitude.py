"""Figures that lie a thousand times off what a provider usually asks for a meter.

The compiler refuses them without a waiver; the review lists them before that.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

Json = dict[str, Any]
FACTOR = 1000
FAMILY_MIN = 3


def suspicious(file: Json) -> list[str]:
    """`model: meter amount per N, the median is M` for each figure out of line."""
    families: dict[str, list[tuple[Decimal, str]]] = {}
    for model in file["models"]:
        for meter, amount in figures(model):
            if amount and meter not in model.get("waivers", {}):
                families.setdefault(meter, []).append((amount, model["id"]))
    found = []
    for meter, family in sorted(families.items()):
        values = sorted(amount for amount, _ in family)
        median = values[len(values) // 2]
        if len(family) < FAMILY_MIN:
            continue
        for amount, model in family:
            if amount >= median * FACTOR or amount * FACTOR <= median:
                line = f"{model}: {meter} {amount:.3g} a unit, the median is {median:.3g}"
                if line not in found:
                    found.append(line)
    return found


def figures(model: Json) -> Iterator[tuple[str, Decimal]]:
    for row in [*model["price_rows"], *model.get("variants", [])]:
        for rates in [row.get("rates", {}), *(b["rates"] for b in row.get("bands", []))]:
            for meter, rate in rates.items():
                if rate is not None:
                    yield meter, Decimal(rate[0]) / rate[1]
