"""A model of the catalog and the form of its rows, as `docs/catalog.md` defines them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .rates import Rates, Schedule, in_order

Json = dict[str, Any]


@dataclass
class Model:
    id: str
    aliases: list[Any] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)
    deprecated: bool = False
    dated_snapshots: bool = True
    price_rows: list[Json] = field(default_factory=list)
    variants: list[Json] = field(default_factory=list)

    def names(self) -> list[str]:
        return [self.id, *(a if isinstance(a, str) else a["id"] for a in self.aliases)]

    def add_alias(self, alias: str) -> None:
        if alias not in self.names():
            self.aliases.append(alias)

    def add_pattern(self, pattern: str) -> None:
        if pattern not in self.patterns:
            self.patterns.append(pattern)


def instant(date: str | None) -> str | None:
    return None if date is None else f"{date}T00:00:00Z"


def rates_json(rates: Rates) -> Json:
    return {meter: rate and [rate[0], rate[1]] for meter, rate in in_order(rates).items()}


def row_json(
    schedule: Schedule,
    *,
    start: str | None = None,
    end: str | None = None,
    conditions: Json | None = None,
    as_of: str,
    evidence: list[str],
    source: str | None,
) -> Json:
    row: Json = {}
    if start:
        row["from"] = instant(start)
    if end:
        row["until"] = instant(end)
    if conditions:
        row["conditions"] = conditions
    row["rates"] = rates_json(schedule.rates)
    if schedule.bands:
        row["bands"] = [
            {"above": {schedule.band_meter: threshold}, "rates": rates_json(rates)}
            for threshold, rates in sorted(schedule.bands.items())
        ]
    row["as_of"] = as_of
    row["evidence"] = evidence
    row["source"] = source
    return row


def alias_id(alias: Any) -> str:
    return alias if isinstance(alias, str) else alias["id"]


def row_insert(row: Json, key: str, content: Any) -> None:
    """Puts a field before the provenance of the row."""
    tail = {k: row.pop(k) for k in ("as_of", "evidence", "source") if k in row}
    row[key] = content
    row.update(tail)


def model_json(model: Model) -> Json:
    result: Json = {"id": model.id}
    if model.aliases:
        plain_ids = sorted(a for a in model.aliases if isinstance(a, str) and a != model.id)
        rich = [a for a in model.aliases if not isinstance(a, str)]
        result["aliases"] = [*plain_ids, *rich]
        if not result["aliases"]:
            del result["aliases"]
    if model.patterns:
        result["patterns"] = sorted(model.patterns)
    if model.deprecated:
        result["deprecated"] = True
    if not model.dated_snapshots:
        result["dated_snapshots"] = False
    result["price_rows"] = model.price_rows
    if model.variants:
        result["variants"] = model.variants
    return result
