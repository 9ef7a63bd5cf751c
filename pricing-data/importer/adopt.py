"""Standard figures that the second list alone has, or has right, as `adopt` of curation.json says.

The second list has no dates. What is adopted from it starts on the day of the list that stated it
(`since`), in a price row of its own, and the row before ends: until then the first list's statement
stands. A rule with `"since": "ever"` knows better, and holds as long as the price it is laid over.
"""

from __future__ import annotations

from decimal import Decimal
from fnmatch import fnmatch
from typing import Any

from .genai import Period
from .litellm import Entry
from .rates import Schedule, plain, same_tokens

Json = dict[str, Any]


def derived(rules: Json, schedule: Schedule) -> Schedule:
    """The schedule with what a published factor says about a meter without a figure."""
    rates = dict(schedule.rates)
    for rule in rules.get("derive", []):
        if rates.get(rule["from"]) and rule["meter"] not in rates:
            amount, per = rates[rule["from"]]
            rates[rule["meter"]] = (plain(Decimal(amount) * Decimal(rule["by"])), per)
    return Schedule(rates, schedule.bands, schedule.band_meter)


def adopted(rule: Json, carried: Schedule, listed: Schedule) -> Schedule:
    """What the rule lays over the price that is carried."""
    wanted = set(rule.get("meters", listed.meters()))
    if (rule.get("bands") or rule.get("silent")) and not same_tokens(carried, listed):
        return Schedule()  # another price: what it adds belongs to that one
    if rule.get("bands"):
        wanted &= {m for rates in listed.bands.values() for m in rates} & carried.meters()
        wanted -= {m for rates in carried.bands.values() for m in rates}
    if rule.get("silent"):
        wanted -= carried.meters()
    return listed.without(listed.meters() - wanted)


def rule_for(rules: Json, model: str) -> Json | None:
    for rule in rules.get("adopt", []):
        if any(fnmatch(model, pattern) for pattern in rule["models"]):
            return rule
    return None


def witness_of(rule: Json, witness: Entry | None, entries: list[Entry]) -> Entry | None:
    """The key that the rule names, else the one that speaks for the model."""
    if "litellm" not in rule:
        return witness
    return next(e for e in entries if e.name == rule["litellm"])


def laid(periods: list[Period], overlay: Schedule, rule: Json, listed: str) -> list[Period]:
    """The periods with the overlay from `since` on, in the one that this day lies in."""
    date = listed if rule["since"] == "ever" else str(rule["since"])
    result = []
    for period in periods:
        holds = (period.start or "") <= date < (period.end or "9")
        if not holds or not overlay:
            result.append(period)
            continue
        over = overlay.over(period.schedule)
        if over == period.schedule:
            result.append(period)
        elif rule["since"] == "ever" or period.start == date:
            result.append(Period(period.start, period.end, over))
        else:
            result.append(Period(period.start, date, period.schedule))
            result.append(Period(date, period.end, over))
    return result
