"""What the two lists do not agree on, noted while a provider is built."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .genai import Period, period_at
from .litellm import Entry
from .rates import WIDER, Difference, Schedule, compare, one_sided

Json = dict[str, Any]

COVERED = (
    "In the standard price the meter costs what the wider one costs; so it does in the tier. The "
    "second list has no figure there, and its code bills the standard one."
)
LONG_TIER = (
    "The second list has no figure of the tier above the threshold; its code bills the standard "
    "one. The first list's rate of the tier knows no threshold."
)


@dataclass
class Disagreement:
    model: str
    name: str
    meter: str
    condition: str
    genai: str
    litellm: str
    chosen: str = "genai"
    reason: str = ""  # where the decision itself gives it; else `reasons` of the decisions do


class Notes:
    """The part of a provider's builder that keeps its disagreements."""

    lists: Any  # Lists of build.py
    disagreements: list[Disagreement]

    def note_covered(
        self, model: str, key: str, condition: str, listed: dict[str, Schedule], carried: Schedule
    ) -> None:
        """Meters at the rate of a wider one, so not carried, and without a figure in the tier."""
        for meter, rate in listed["standard"].rates.items():
            wider = WIDER.get(meter, [])
            above = next((listed["standard"].rates.get(w) for w in wider), None)
            stated = rate == above and any(w in listed[condition].rates for w in wider)
            if rate and stated and not {meter} & (listed[condition].meters() | carried.meters()):
                self.disagreements.append(
                    Disagreement(model, key, meter, condition, "", rate[0], "tier", COVERED)
                )

    def note_long_tiers(
        self, model: str, entry: Entry, condition: str, ours: Schedule, stated: Schedule
    ) -> None:
        """Tiers that the second list leaves without a figure above a band of its standard price."""
        standard = entry.schedules["standard"]
        for threshold in standard.bands.keys() - stated.bands.keys() - ours.bands.keys():
            for meter in ours.rates.keys() & standard.bands[threshold].keys():
                if ours.rates[meter] == standard.bands[threshold][meter]:
                    continue
                difference = Difference(
                    meter, threshold, ours.rates[meter], standard.bands[threshold][meter]
                )
                found = disagreement(model, entry.name, condition, difference)
                found.reason = LONG_TIER
                self.disagreements.append(found)

    def note_unstated(self, model: str, key: str, condition: str, meters: list[str]) -> None:
        """Meters that no list prices under a condition: carried as billed at an unknown rate."""
        self.disagreements += [
            Disagreement(model, key, meter, condition, "", "", "unstated") for meter in meters
        ]

    def note_differences(
        self,
        model: str,
        entry: Entry,
        condition: str,
        ours: Schedule,
        theirs: Schedule,
        chosen: str = "genai",
    ) -> None:
        differences = compare(ours, theirs)[1]
        if chosen == "genai":
            differences = [*differences, *one_sided(ours, theirs)]
        for difference in differences:
            found = disagreement(model, entry.name, condition, difference)
            found.chosen = chosen
            self.disagreements.append(found)

    def settle(self, found: list[Disagreement], rule: Json | None, bases: list[Period]) -> None:
        """Marks the differences in which the second list's figure has been adopted."""
        if rule is None:
            return
        carried = period_at(bases, self.lists.litellm_date).schedule
        for item in found:
            threshold = re.search(r">(\d+)k$", item.condition)
            start = int(threshold[1]) * 1000 + 999 if threshold else 0
            rate = carried.at(start).get(item.meter)
            if rate and rate[0] == item.litellm:
                item.chosen, item.reason = "litellm", str(rule["reason"])


def disagreement(model: str, name: str, condition: str, d: Difference) -> Disagreement:
    if d.threshold:
        condition += f" {d.meter.split('_')[0]}>{d.threshold // 1000}k"
        condition = re.sub(r" \w+>", " input_tokens>", condition)
    ours, theirs = (rate[0] if rate else "" for rate in (d.ours, d.theirs))
    return Disagreement(model, name, d.meter, condition, ours, theirs)
