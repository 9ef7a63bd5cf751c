"""Builds the file of Azure, where the data zone of a deployment decides about the price.

Plain keys of the second list are global deployments; `us/`, `eu/`, `apac/` and `us-gov/` before an
id are others, at prices of their own. Neither list says what a zone costs where it has no figure:
there a model has no price. Every row therefore names its zone.
"""

from __future__ import annotations

from typing import Any

from .build import ProviderBuilder
from .litellm import Entry
from .model import Model

Json = dict[str, Any]


class AzureBuilder(ProviderBuilder):
    rows_only = True

    def add_own_models(self) -> None:
        zoned = [e for e in self.entries if e.region is not None]
        self.entries = [e for e in self.entries if e.region is None]
        super().add_own_models()
        self.name_zone()
        self.add_zones(zoned)
        self.entries += zoned

    def name_zone(self) -> None:
        """What stands so far is global; a variant would lie over the zones too, so it is a row."""
        for model in self.models.values():
            for row in model.price_rows:
                conditions = {"region": "global", **row.get("conditions", {})}
                dates = {k: row.pop(k) for k in ("from", "until") if k in row}
                rest = {k: v for k, v in row.items() if k != "conditions"}
                row.clear()
                row.update({**dates, "conditions": conditions, **rest})

    def add_zones(self, zoned: list[Entry]) -> None:
        owner = {name: m for m in self.models.values() for name in m.names()}
        stated: dict[tuple[str, str | None, str], Entry] = {}
        for entry in zoned:
            if reason := self.not_carried(entry):
                self.leave_out(entry, reason)
                continue
            model = owner.get(entry.name)
            if model is None:
                model = owner[entry.name] = self.models[entry.name] = Model(entry.name)
            place = (model.id, entry.region, repr(sorted(entry.given.items())))
            if place in stated:
                if stated[place].schedules != entry.schedules:
                    self.leave_out(entry, f"{stated[place].key} has another price for the model")
                continue
            stated[place] = entry
            entry.multipliers = {}
            region = {"region": entry.region}
            self.add_own_rows(model, entry, region, as_rows=True)
