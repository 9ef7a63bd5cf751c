"""Finds atoms that two rates of a row cover, and says which of them bills.

Two meters meet in the meter that has the properties of both (audio input and cached input meet
in cached audio). Where the row has no rate for that one, the row must say who bills it.
"""

from __future__ import annotations

from typing import Any

from .model import row_insert

Json = dict[str, Any]


class Joiner:
    def __init__(self, dimensions: dict[str, dict[str, str]]) -> None:
        self._dimensions = dimensions
        self._names = {tuple(sorted(d.items())): n for n, d in dimensions.items()}

    def add(self, file: Json) -> None:
        """States the joins of every price row, counting what the model's variants may add."""
        for model in file["models"]:
            extra = _meters(model.get("variants", []))
            for row in model["price_rows"]:
                joins = self.joins(_meters([row]) | extra)
                if joins:
                    row_insert(row, "joins", joins)

    def joins(self, meters: set[str]) -> dict[str, str]:
        """meeting meter -> the meter that bills it: the cache rate, since it is what was used."""
        result: dict[str, str] = {}
        known = sorted(m for m in meters if m in self._dimensions)
        for a in known:
            for b in known:
                meeting = self._meeting(a, b)
                if a < b and meeting and meeting not in meters:
                    result[meeting] = a if "cache" in a else b
        return dict(sorted(result.items()))

    def _meeting(self, a: str, b: str) -> str | None:
        x, y = self._dimensions[a], self._dimensions[b]
        if x.items() <= y.items() or y.items() <= x.items():
            return None
        if any(x[k] != y[k] for k in x.keys() & y.keys()):
            return None
        return self._names.get(tuple(sorted({**x, **y}.items())))


def _meters(rows: list[Json]) -> set[str]:
    return {m for r in rows for m in r.get("rates", {})} | {
        m for r in rows for b in r.get("bands", []) for m in b["rates"]
    }
