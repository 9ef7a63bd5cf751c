"""Models that only the second list has, and what it alone adds to models of the first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .litellm import Entry
from .model import Model, row_json
from .rates import Schedule
from .second import Reading, read_condition
from .times import off_peak_variants

Json = dict[str, Any]

CONDITION_OF: dict[str, Json] = {
    "batch": {"batch": True},
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
    "ultrafast": {"service_tier": "ultrafast"},
    "balanced": {"service_tier": "balanced"},
}


@dataclass
class Added:
    """What a key could not give, for the review."""

    left_out: list[str] = field(default_factory=list)
    unstated: dict[str, list[str]] = field(default_factory=dict)  # condition -> meters


class OwnRows:
    """Rows of one key, with the provenance of the second list."""

    def __init__(self, name: str, date: str) -> None:
        self.provenance: Json = {"as_of": date, "evidence": [name]}

    def row(self, entry: Entry, schedule: Schedule, conditions: Json | None) -> Json:
        return row_json(
            schedule,
            conditions=conditions,
            as_of=self.provenance["as_of"],
            evidence=list(self.provenance["evidence"]),
            source=entry.source,
        )

    def add(self, model: Model, entry: Entry, place: Json, *, as_rows: bool) -> Added:
        """The price of a key as rows under `place`."""
        added = Added()
        base = entry.lean("peak" if entry.off_peak else "standard")
        conditions = {**place, **entry.given}
        if base:
            model.price_rows.append(self.row(entry, base, conditions or None))
        for (name, word), schedule in entry.named.items():
            over = {**place, name: word}
            if base:
                full = schedule.over(base) if as_rows or place else schedule
                self._add(model, entry, full, over, as_rows=as_rows or bool(place))
            else:
                model.price_rows.append(self.row(entry, schedule, {**conditions, name: word}))
        for name in entry.schedules:
            if name in ("standard", "peak"):
                continue
            read = self.read(entry, name, base)
            if read.problem:
                added.left_out.append(f"{entry.key} {name}: {read.problem}")
                continue
            if read.unstated:
                added.unstated[name] = read.unstated
            rows = as_rows or bool(place) or bool(entry.multipliers)
            schedule = read.schedule.over(base) if rows else read.schedule
            self._add(model, entry, schedule, {**place, **CONDITION_OF[name]}, as_rows=rows)
        if entry.off_peak and not place:
            model.variants += off_peak_variants(
                entry.off_peak, base, entry.lean(), {**self.provenance, "source": entry.source}
            )
        for node, factor in sorted(entry.multipliers.items()):
            region: Any = {"not": "global"} if node == "not global" else node
            meters = sorted(m for m in base.meters() if m.endswith("_tokens"))
            model.variants.append(
                {
                    "conditions": {"region": region},
                    "multiply": [{"by": factor, "meters": meters}],
                    **self.provenance,
                    "source": entry.source,
                }
            )
        return added

    def read(self, entry: Entry, name: str, base: Schedule) -> Reading:
        return read_condition(entry.lean(name), base, entry.lean())

    def _add(
        self, model: Model, entry: Entry, schedule: Schedule, conditions: Json, *, as_rows: bool
    ) -> None:
        row = self.row(entry, schedule, conditions)
        (model.price_rows if as_rows else model.variants).append(row)

    def add_given(self, model: Model, entry: Entry, *, rows_only: bool) -> None:
        """A key with quality, size or steps: one more price of the model.

        A call that states them is priced by the image, and no more by the tokens of the same image.
        """
        schedule = entry.lean()
        if any("conditions" not in row for row in model.price_rows) and not rows_only:
            stated = {m for row in model.price_rows for m in row["rates"]} - schedule.meters()
            if "output_images" in schedule.rates:
                tokens = [m for m in stated if m.startswith("output_") and m.endswith("_tokens")]
                schedule = Schedule(dict.fromkeys(sorted(tokens))).over(schedule)
            model.variants.append(self.row(entry, schedule, dict(entry.given)))
        else:
            model.price_rows.append(self.row(entry, schedule, dict(entry.given)))
