"""The view of snapshots and rows in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ._core import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._core import Row, Rows

ROWS_MAX = 100
METERS = ("input_tokens", "output_tokens")


def render(view: Snapshot | Rows) -> str:
    """An HTML table; every value is escaped."""
    return _snapshot(view) if isinstance(view, Snapshot) else _rows(view)


def _snapshot(snapshot: Snapshot) -> str:
    names = ("events", "unpriced", "partial", "unmetered", "refused", "duplicates", "conflicts")
    counts = [(name, getattr(snapshot, name)) for name in names]
    cells = [("total", f"{snapshot.total:,f} USD")]
    cells += [(name, f"{count:,}") for name, count in counts if count or name == "events"]
    return _table([name for name, _ in cells], [[value for _, value in cells]])


def _rows(rows: Rows) -> str:
    head = [*rows.keys, "events", *METERS, "cost, USD", "unpriced"]
    body = [_row(rows[index]) for index in range(min(len(rows), ROWS_MAX))]
    table = _table(head, body)
    if len(rows) > ROWS_MAX:
        table += f"<p>{len(rows) - ROWS_MAX:,} more rows</p>"
    return table


def _row(row: Row) -> list[str]:
    names, folded = row.keys(), row.folded_keys
    keys = ["(folded)" if name in folded else row[name] or "-" for name in names]
    usage = row.usage
    tokens = [f"{usage[meter]:,}" if meter in usage else "-" for meter in METERS]
    cost = "-" if row.unpriced + row.unmetered == row.events else f"{row.cost:,f}"
    return [*keys, f"{row.events:,}", *tokens, cost, f"{row.unpriced:,}" if row.unpriced else ""]


def _table(head: Iterable[str], body: Iterable[Iterable[str]]) -> str:
    def line(tag: str, cells: Iterable[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    rows = "".join(line("td", cells) for cells in body)
    return f"<table><thead>{line('th', head)}</thead><tbody>{rows}</tbody></table>"
