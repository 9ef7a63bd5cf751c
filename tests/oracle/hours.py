"""Hours of the week at which a row holds, by docs/catalog.md: calendar arithmetic, no bitmaps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZONES = {"UTC": timedelta(0), "Asia/Shanghai": timedelta(hours=8)}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    windows: tuple[tuple[timedelta, timedelta], ...]  # since midnight; past a day: across it
    weekdays: frozenset[int]
    offset: timedelta
    excepted: frozenset[date]

    def holds(self, at_ns: int) -> bool:
        """Whether some window, begun today or yesterday by local time, contains the instant."""
        return self._contains(EPOCH + timedelta(microseconds=at_ns // 1000), self.excepted)

    def meets(self, other: Hours) -> bool:
        """Whether both hold in some quarter of an hour of a week, excepted dates left aside."""
        none: frozenset[date] = frozenset()
        quarters = (EPOCH + timedelta(minutes=15 * i) for i in range(7 * 24 * 4))
        return any(self._contains(q, none) and other._contains(q, none) for q in quarters)

    def _contains(self, utc: datetime, excepted: frozenset[date]) -> bool:
        local = utc + self.offset
        for begun in (local.date(), (local - DAY).date()):
            if begun.weekday() not in self.weekdays or begun in excepted:
                continue
            passed = local - datetime(begun.year, begun.month, begun.day)
            if any(begin <= passed < end for begin, end in self.windows):
                return True
        return False


def read_hours(source: Mapping[str, Any]) -> Hours:
    """Raises ValueError."""
    unknown = set(source) - {"windows", "weekdays", "zone", "except"}
    if unknown:
        raise ValueError(f"hours have the unknown fields {sorted(unknown)}")
    windows = []
    for begin_text, end_text in source["windows"]:
        begin, end = _time(begin_text), _time(end_text)
        if begin == end or begin >= DAY:
            raise ValueError(f"{begin_text} to {end_text} is no window")
        windows.append((begin, end if begin < end else end + DAY))
    return Hours(
        tuple(windows),
        frozenset(WEEKDAYS.index(day) for day in source.get("weekdays", WEEKDAYS)),
        _zone(source.get("zone", "UTC")),
        frozenset(date.fromisoformat(day) for day in source.get("except", ())),
    )


def _time(text: str) -> timedelta:
    match = re.fullmatch(r"([01]\d|2[0-4]):(00|15|30|45)", text, re.ASCII)
    if not match:
        raise ValueError(f"{text!r} is no quarter hour")
    return timedelta(hours=int(match[1]), minutes=int(match[2]))


def _zone(text: str) -> timedelta:
    if text in ZONES:
        return ZONES[text]
    if not re.fullmatch(r"[+-]\d\d:\d\d", text, re.ASCII):
        raise ValueError(f"{text!r} is no zone")
    return _time(text[1:]) * (-1 if text[0] == "-" else 1)
