"""Writes JSON in one fixed form: two spaces, what fits on a line of 100 columns stays on it."""

from __future__ import annotations

import json
from typing import Any

COLUMNS = 100


def dumps(value: Any) -> str:
    return _render(value, 0, 0) + "\n"


def _render(value: Any, indent: int, used: int) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or not value or len(line) + used < COLUMNS:
        return line
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        items = []
        for key, item in value.items():
            head = f"{inner}{json.dumps(key, ensure_ascii=False)}: "
            items.append(head + _render(item, indent + 2, len(head) + 1))
        return "{\n" + ",\n".join(items) + "\n" + " " * indent + "}"
    if all(isinstance(item, str) for item in value):
        return "[\n" + _fill(value, inner) + "\n" + " " * indent + "]"
    items = [inner + _render(item, indent + 2, len(inner) + 1) for item in value]
    return "[\n" + ",\n".join(items) + "\n" + " " * indent + "]"


def _fill(strings: list[str], inner: str) -> str:
    lines, line = [], inner
    for i, text in enumerate(strings):
        item = json.dumps(text, ensure_ascii=False) + ("," if i + 1 < len(strings) else "")
        if len(line) > len(inner) and len(line) + 1 + len(item) > COLUMNS:
            lines.append(line)
            line = inner
        line += item if line == inner else " " + item
    return "\n".join([*lines, line])
