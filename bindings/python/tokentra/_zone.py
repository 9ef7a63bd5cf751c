"""A time zone as the offsets that the library takes: it reads no zone data itself."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ._errors import InvalidArgumentError

FIRST = datetime(2015, 1, 1, tzinfo=timezone.utc)  # before any call that a ledger holds
STEP = timedelta(days=1)
NO_INSTANT = -(2**63)


def _seconds(zone: ZoneInfo, at: datetime) -> int:
    return int(at.astimezone(zone).utcoffset().total_seconds())


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first second of (low, high] with the offset of `high`; one change between them."""
    after = _seconds(zone, high)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
        if _seconds(zone, middle) == after:
            high = middle
        else:
            low = middle
    return high


def offsets(name: str) -> list[tuple[int, int]]:
    """(from_ns, offset_seconds) of each change until now, ascending; none for UTC."""
    if name == "UTC":
        return []
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidArgumentError(f"zone {name!r} is not known: {error}") from None
    found = [(NO_INSTANT + 1, _seconds(zone, FIRST))]
    at = FIRST
    until = datetime.now(timezone.utc) + STEP
    while at < until:
        following = at + STEP
        if _seconds(zone, following) != _seconds(zone, at):
            change = _change(zone, at, following)
            found.append((int(change.timestamp()) * 10**9, _seconds(zone, change)))
        at = following
    return found
