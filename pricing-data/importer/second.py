"""Conditions (batch, tiers) that only the second list states: what they cost, and what they do not.

A tier in a file is a promise for every call under it, and no list says what the second one leaves
unsaid. So nothing that the standard price knows silently gets a figure nobody published: a meter
without a figure under the condition is carried as billed at an unknown rate (null), and so is one
without a figure above a context band of the standard price.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from .rates import Rate, Schedule, plain, value

MAIN = {
    "input_tokens", "input_document_pages", "input_characters", "input_audio_milliseconds",
    "output_images", "output_video_milliseconds",
}  # fmt: skip
# Fees for tools: the same under every condition.
TOOLS = {
    "web_searches", "social_searches", "storage_searches", "code_executions", "map_searches",
    "code_sessions", "requests",
}  # fmt: skip


class Reading(NamedTuple):
    """What can be carried: figures, and None for meters whose rate nobody states."""

    schedule: Schedule
    problem: str  # why the condition must be left out, or ""

    def laid_over(self, standard: Schedule) -> Schedule:
        return self.schedule.over(standard)

    @property
    def unstated(self) -> list[str]:
        meters = {m for m, r in self.schedule.rates.items() if r is None}
        for rates in self.schedule.bands.values():
            meters |= {m for m, r in rates.items() if r is None}
        return sorted(meters)


def read_condition(stated: Schedule, carried: Schedule, listed: Schedule) -> Reading:
    """`carried` is the standard price of the file, `listed` that of the second list."""
    schedule = stated.without(stated.meters() - carried.meters())
    if not MAIN & schedule.rates.keys():
        return Reading(schedule, "no figure for the input")
    schedule = Schedule(
        dict(schedule.rates), {t: dict(r) for t, r in schedule.bands.items()}, carried.band_meter
    )
    for standard in (carried, listed):
        for threshold, rates in sorted(standard.bands.items()):
            for meter in schedule.rates.keys() & rates.keys():
                schedule.bands.setdefault(threshold, {}).setdefault(meter, None)
    for meter in sorted(carried.meters() - schedule.rates.keys() - TOOLS):
        rate = carried.rates.get(meter)
        schedule.rates[meter] = rate if rate and not Decimal(rate[0]) else None
    schedule.bands = dict(sorted(schedule.bands.items()))
    return Reading(schedule, "")


def rounded(schedule: Schedule, standard: Schedule) -> list[str]:
    """Figures that are the condition's factor, that of the input, only up to rounding."""
    found = []
    for threshold in [0, *sorted(schedule.bands)]:
        ours, full = schedule.at(threshold), standard.at(threshold)
        main = next((m for m in sorted(MAIN) if ours.get(m) and full.get(m)), None)
        if main is None or not value(full[main]):
            continue
        factor = value(ours[main]) / value(full[main])
        for meter in sorted(ours.keys() & full.keys()):
            if ours[meter] is None or full[meter] is None:
                continue
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
