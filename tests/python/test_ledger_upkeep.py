"""Looking after a ledger: differences, retention, erasing.

Method: a process that ended leaves counts in a folder; they are subtracted, rolled up, deleted and
erased, and what must not change is compared exactly.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
import tokentra

CALL = {"provider": "openai", "model": "gpt-4o", "at": "2026-01-05T12:00:00Z"}
ONE = Decimal("0.00875")  # 1500 input and 500 output tokens

WORKER = """
import sys, tokentra
client = tokentra.Client(ledger=tokentra.Ledger(path=sys.argv[1]))
for n in range(10):
    r = client.track(provider="openai", model="gpt-4o", at="2026-01-05T12:00:00Z",
                     input_tokens=1500, output_tokens=500, metadata={"feature": f"f{n % 7}"})
    assert r.outcome == "recorded", r
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "ledger"


def open_client(folder, **metadata):
    return tokentra.Client(ledger=tokentra.Ledger(path=folder), metadata=metadata or None)


def track(client, count=1, **extra):
    for _ in range(count):
        result = client.track(**CALL, input_tokens=1500, output_tokens=500, **extra)
        assert result.outcome == "recorded", result


def events_by_team(snapshot):
    return {row["team_id"]: row.events for row in snapshot.by("team_id")}


def test_a_difference_is_what_came_since(folder):
    client = open_client(folder, team_id="a")
    track(client, 3)
    earlier = client.snapshot()
    track(client, 2, metadata={"team_id": "b"})
    track(client, 1)
    since = client.snapshot().diff(earlier)
    assert since.events == 3
    assert since.total == ONE * 3
    assert events_by_team(since) == {"a": 1, "b": 2}
    with pytest.raises(tokentra.InvalidArgumentError, match="holds less"):
        earlier.diff(client.snapshot())
    with pytest.raises(tokentra.InvalidArgumentError, match="difference"):
        since.to_bytes()


def test_compaction_rolls_up_and_deletes_by_age(folder):
    ledger = tokentra.Ledger(path=folder)
    subprocess.run([sys.executable, "-c", WORKER, str(folder)], check=True)
    total = ledger.snapshot().total
    day = timedelta(days=1)
    with pytest.raises(tokentra.InvalidArgumentError, match="Atlantis"):
        ledger.compact(rollup_after=day, zone="Atlantis")
    with pytest.raises(tokentra.InvalidArgumentError, match="negative"):
        ledger.compact(delete_after=-day)
    with pytest.raises(TypeError):
        ledger.compact(delete_after=30)
    done = ledger.compact(rollup_after=day, zone="America/New_York")
    assert done["rolled_up_cells"] == done["cells"] == 7  # one for each feature
    assert done["deleted_events"] == 0
    assert ledger.snapshot().total == total
    # WORKER tracks at noon of 2026-01-05 in London, of a day that began at five in the morning.
    assert [row["day"] for row in ledger.snapshot().by("day")] == [None]
    assert ledger.compact(delete_after=timedelta(days=365 * 100))["deleted_events"] == 0
    assert ledger.compact(delete_after=day)["deleted_events"] == 10
    assert ledger.snapshot().events == 0


def test_an_erased_name_is_gone_and_its_quantities_are_not(folder):
    client = open_client(folder, team_id="Evelyn Adamson")
    track(client, 2)
    track(client, 1, metadata={"team_id": "other"})
    ledger = client.ledger
    assert ledger.path == str(folder)
    assert ledger.erase("team_id", "Evelyn Adamson") == 1
    rows = ledger.snapshot().by("team_id")
    assert {row["team_id"]: row.events for row in rows} == {None: 2, "other": 1}
    assert [row.folded_keys for row in rows if row["team_id"] is None] == [("team_id",)]
    assert ledger.snapshot().total == ONE * 3
    for name in os.listdir(folder):
        assert b"Evelyn" not in (folder / name).read_bytes()
    with pytest.raises(tokentra.NotFoundError, match="team_id"):
        ledger.erase("team", "x")


def test_a_ledger_in_memory_can_forget_a_name_too():
    client = tokentra.Client(metadata={"team_id": "eve"})
    track(client, 2)
    assert client.ledger.path is None
    assert client.ledger.erase("team_id", "eve") == 1
    assert [row["team_id"] for row in client.snapshot().by("team_id")] == [None]
    assert client.snapshot().events == 2
    with pytest.raises(tokentra.FailedPreconditionError, match="in memory"):
        client.ledger.compact()


def test_late_adjusted_and_skewed_calls_are_counted(folder):
    client = open_client(folder)
    noon = datetime(2026, 1, 5, 12, tzinfo=timezone.utc)
    for at, arrived in [
        (noon, noon),
        (noon, noon + timedelta(hours=5)),
        (noon, noon + timedelta(days=30)),
        (noon + timedelta(days=30), noon),
        (noon + timedelta(days=30), None),
    ]:
        call = {**CALL, "at": at, "arrived": arrived}
        assert client.track(**call, input_tokens=1500, output_tokens=500).outcome == "recorded"
    snapshot = client.snapshot()
    assert (snapshot.events, snapshot.total) == (5, 5 * ONE)
    assert (snapshot.adjusted, snapshot.late, snapshot.skewed) == (1, 1, 1)
    days = {row["day"]: (row.events, row.late, row.skewed) for row in snapshot.by("day")}
    assert days == {"2026-01-05": (3, 0, 1), "2026-02-04": (2, 1, 0)}
    limits = {"adjusted_after_seconds": 10**9, "late_after_seconds": 10**9}
    other = tokentra.Client(ledger=tokentra.Ledger(path=folder.parent / "other", limits=limits))
    other.track(**CALL, arrived=noon + timedelta(days=30), input_tokens=1, output_tokens=1)
    assert (other.snapshot().adjusted, other.snapshot().late) == (0, 0)
