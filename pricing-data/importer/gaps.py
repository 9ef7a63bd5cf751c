"""What no list says and a decision adds: a zero written out, a rate known to be unknown."""

from __future__ import annotations

from typing import Any

from .model import Model, row_insert

Json = dict[str, Any]


def fill_gaps(models: dict[str, Model], rules: Json) -> None:
    """Applies `zero` and `unknown_above` of the decisions."""
    for rule in rules.get("zero", []):
        for name in rule["models"]:
            for row in models[name].price_rows:
                for meter in rule["meters"]:
                    row["rates"].setdefault(meter, ["0", 1_000_000])
    for rule in rules.get("unknown_above", []):
        for name in rule["models"]:
            for row in models[name].price_rows:
                tokens = [m for m in row["rates"] if m.endswith("_tokens")]
                above = {rule["meter"]: rule["threshold"]}
                bands = [*row.get("bands", []), {"above": above, "rates": dict.fromkeys(tokens)}]
                row_insert(row, "bands", bands)
