"""Reads genai-prices: its matching clauses, dated prices and variants.

Its meaning: of the prices of a model the last one of the list that has started holds; of the
variants the first that holds and matches wins, for each price key by itself; a tier holds for the
whole request where total input is strictly above its start.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .rates import MILLISECONDS, Schedule

Clause = dict[str, Any]
When = tuple[tuple[str, str], ...]  # (("processing", "batch"),)


@dataclass
class Period:
    """A schedule and the dates (YYYY-MM-DD, from 00:00Z) between which it holds."""

    start: str | None
    end: str | None
    schedule: Schedule


class GenaiList:
    def __init__(self, path: Path) -> None:
        self.path = path
        data = json.loads(path.read_text("utf-8"), parse_float=str, parse_int=str)
        self.version: str = data["version"]
        self.providers = {p["id"]: p for p in data["providers"]}
        self.dimensions: dict[str, dict[str, str]] = {}
        self._found: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._meter_of_key: dict[str, tuple[str, int]] = {}
        for name, unit in data["units"].items():
            per = int(unit["per"])
            if name in MILLISECONDS:
                name, per = MILLISECONDS[name], per * 1000
            self.dimensions[name] = unit["dimensions"]
            self._meter_of_key[unit["price_key"]] = (name, per)

    def models(self, provider: str) -> list[dict[str, Any]]:
        return self.providers[provider]["models"]

    def wider(self, meter: str) -> set[str]:
        """The meters whose rate covers this one where it has none."""
        own = self.dimensions[meter].items()
        return {m for m, d in self.dimensions.items() if d.items() < own}

    def find(self, provider: str, name: str) -> dict[str, Any] | None:
        key = (provider, name.lower())
        if key not in self._found:
            models = (m for m in self.models(provider) if matches(m["match"], key[1]))
            self._found[key] = next(models, None)
        return self._found[key]

    def schedule(self, prices: dict[str, Any]) -> Schedule:
        result = Schedule()
        for key, price in prices.items():
            meter, per = self._meter_of_key[key]
            if isinstance(price, str):
                result.rates[meter] = (price, per)
                continue
            result.rates[meter] = (price["base"], per)
            for tier in price["tiers"]:
                result.bands.setdefault(int(tier["start"]), {})[meter] = (tier["price"], per)
        return result

    def base_periods(self, model: dict[str, Any]) -> list[Period]:
        entries = [
            (_start(p), self.schedule(p["prices"])) for p in model["prices"] if not _window(p)
        ]
        periods: list[Period] = []
        starts = sorted({start for start, _ in entries})
        for i, start in enumerate(starts):
            schedule = next(s for begin, s in reversed(entries) if begin <= start)
            end = starts[i + 1] if i + 1 < len(starts) else None
            periods.append(Period(start or None, end, schedule))
        return periods

    def windows(self, model: dict[str, Any]) -> list[tuple[list[tuple[str, str]], Schedule]]:
        """Daily windows (UTC, HH:MM), those of one price together, and what holds in them."""
        found: list[tuple[list[tuple[str, str]], Schedule]] = []
        for entry in model["prices"]:
            window = _window(entry)
            if not window:
                continue
            schedule = self.schedule(entry["prices"])
            for hours, other in found:
                if other == schedule:
                    hours.append(window)
                    break
            else:
                found.append(([window], schedule))
        return found

    def variant_periods(self, model: dict[str, Any]) -> dict[When, list[Period]]:
        """For each `when`, the overlay in every stretch of time; empty overlays included."""
        groups: dict[When, list[tuple[str, Schedule]]] = {}
        for variant in model.get("price_variants") or []:
            when = tuple(sorted(variant["when"].items()))
            groups.setdefault(when, []).append((_start(variant), self.schedule(variant["prices"])))
        result: dict[When, list[Period]] = {}
        for when, entries in groups.items():
            starts = sorted({start for start, _ in entries})
            for i, start in enumerate(starts):
                overlay = Schedule()
                for begin, schedule in entries:
                    if begin <= start:
                        overlay = overlay.over(schedule)  # first match wins for each key
                end = starts[i + 1] if i + 1 < len(starts) else None
                result.setdefault(when, []).append(Period(start or None, end, overlay))
        return result


def _window(entry: dict[str, Any]) -> tuple[str, str] | None:
    """The daily window of a price, which then has no date: the list's constraint is either."""
    constraint = entry.get("constraint")
    if constraint is None or set(constraint) != {"start_time", "end_time"}:
        return None
    times = (constraint["start_time"], constraint["end_time"])
    if not all(re.fullmatch(r"\d\d:\d\d:00\+00:00", t) for t in times):
        raise ValueError(f"constraint {constraint} is not in whole minutes of UTC")
    return times[0][:5], times[1][:5]


def _start(entry: dict[str, Any]) -> str:
    constraint = entry.get("constraint")
    if constraint is None:
        return ""
    if set(constraint) != {"start_date"}:
        raise ValueError(f"constraint {constraint} is not a start date")
    return constraint["start_date"]


def matches(clause: Clause, name: str) -> bool:
    ((kind, operand),) = clause.items()
    if kind == "or":
        return any(matches(c, name) for c in operand)
    if kind == "and":
        return all(matches(c, name) for c in operand)
    if kind == "regex":
        return re.search(operand, name) is not None
    literal = operand.lower()
    if kind == "equals":
        return bool(name == literal)
    if kind == "starts_with":
        return name.startswith(literal)
    if kind == "ends_with":
        return name.endswith(literal)
    if kind == "contains":
        return literal in name
    raise ValueError(f"unknown clause {kind}")


def leaves(clause: Clause) -> list[tuple[str, str]]:
    ((kind, operand),) = clause.items()
    if kind in ("or", "and"):
        return [leaf for c in operand for leaf in leaves(c)]
    return [(kind, operand)]


def period_at(periods: list[Period], date: str) -> Period:
    for period in reversed(periods):
        if (period.start or "") <= date:
            return period
    return periods[0]
