"""Conditions (batch, tiers) that only the second list states: what they cost, or why they are out.

A tier in a file is a promise for every call under it, and no list says what the second one leaves
unsaid. So a condition is carried only if nothing that the standard price knows would silently get
a figure nobody published: not the price above a context band, and not the price of a meter.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from .genai import GenaiList
from .rates import Rate, Schedule, plain, value

MAIN = {"input_tokens", "input_document_pages"}
# Fees for tools: the same under every condition.
TOOLS = {"web_searches", "social_searches", "storage_searches", "code_executions"}


class Reading(NamedTuple):
    """What can be carried: the figures, and meters that have none and no other rate to fall to."""

    schedule: Schedule
    remove: list[str]
    problem: str  # why the condition must be left out, or ""

    def laid_over(self, standard: Schedule) -> Schedule:
        return self.schedule.over(standard.without(set(self.remove)))


def read_condition(
    genai: GenaiList, stated: Schedule, carried: Schedule, listed: Schedule
) -> Reading:
    """`carried` is the standard price of the file, `listed` that of the second list."""
    schedule = stated.without(stated.meters() - carried.meters())
    if not MAIN & schedule.rates.keys():
        return Reading(schedule, [], "no figure for the input")
    for standard in (carried, listed):
        for threshold, rates in sorted(standard.bands.items()):
            flat = schedule.meters() & rates.keys() - schedule.bands.get(threshold, {}).keys()
            if flat:
                return Reading(schedule, [], f"no figure above {threshold} for {names(flat)}")
    unnamed = carried.meters() - schedule.rates.keys() - TOOLS
    falling = {m for m in unnamed if genai.wider(m) & schedule.meters()}
    if falling:  # to remove their rate would bill them at that of a wider meter
        return Reading(schedule, [], f"no figure for {names(falling)}")
    return Reading(schedule, sorted(unnamed), "")


def rounded(schedule: Schedule, standard: Schedule) -> list[str]:
    """Figures that are the condition's factor, that of the input, only up to rounding."""
    found = []
    for threshold in [0, *sorted(schedule.bands)]:
        ours, full = schedule.at(threshold), standard.at(threshold)
        main = next((m for m in sorted(MAIN) if m in ours and m in full), None)
        if main is None or not value(full[main]):
            continue
        factor = value(ours[main]) / value(full[main])
        for meter in sorted(ours.keys() & full.keys()):
            exact = Decimal(full[meter][0]) * factor
            if is_rounding(ours[meter], exact):
                above = f" above {threshold}" if threshold else ""
                found.append(f"{meter}{above} {ours[meter][0]}, {plain(exact)} by the factor")
    return found


def is_rounding(rate: Rate, exact: Decimal) -> bool:
    figure = Decimal(rate[0])
    step = Decimal(1).scaleb(int(figure.as_tuple().exponent))
    off = abs(figure - exact)
    return abs(exact) * Decimal("1e-9") < off <= step / 2


def names(meters: set[str]) -> str:
    return ", ".join(sorted(meters))
