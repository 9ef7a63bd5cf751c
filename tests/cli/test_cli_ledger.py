"""tokentra ledger and reports of ledgers: figures, retention, erasing, differences.

Method: the folders are made with the Python module where it is installed; the program reads and
changes them.
"""

from __future__ import annotations

import pytest

library = pytest.importorskip("tokentra")

CALL = {"provider": "openai", "model": "gpt-4o", "input_tokens": 1500, "output_tokens": 500}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "ledger"


def fill(folder, at="2026-01-05T12:00:00Z", team="growth", count=3):
    """Records in a ledger that is closed afterwards."""
    client = library.Client(ledger=library.Ledger(path=folder), metadata={"team_id": team})
    for _ in range(count):
        assert client.track(**CALL, at=at).outcome == "recorded"
    return client.snapshot()


def days(tokentra, folder):
    rows = tokentra("report", folder, "--by", "day", "--json").json()["rows"]
    return [(row["day"], row["events"], row["cost"], row["usage"]) for row in rows]


def test_stats(tokentra, folder):
    fill(folder)
    result = tokentra("ledger", "stats", folder, "--json")
    assert result.status == 0, result.err
    figures = result.json()
    assert figures["events"] == 3
    assert figures["bad_files"] == 0
    assert figures["bucket_seconds"] == 900
    assert "events 3\n" in tokentra("ledger", "stats", folder).out
    (folder / ("seg-" + "0" * 32)).write_bytes(b"rubbish")
    (folder / ("seg-" + "0" * 32)).chmod(0o600)
    result = tokentra("ledger", "stats", folder, "--json")
    assert result.status == 1
    assert result.json()["bad_files"] == 1
    assert "seg-000" in result.err


def test_compact_by_date_and_age(tokentra, folder):
    fill(folder)
    fill(folder, at="2026-01-05T18:00:00Z")
    before = days(tokentra, folder)
    result = tokentra("ledger", "compact", folder, "--rollup-before", "30d", "--json")
    assert result.status == 0, result.err
    assert result.json() == {
        "cells": 1,
        "rolled_up_cells": 2,
        "deleted_cells": 0,
        "deleted_events": 0,
    }
    assert days(tokentra, folder) == before
    result = tokentra("ledger", "compact", folder, "--delete-before", "2026-01-06", "--json")
    assert result.json()["deleted_events"] == 6
    assert tokentra("ledger", "stats", folder, "--json").json()["events"] == 0


def test_erase(tokentra, folder):
    fill(folder, team="Evelyn Adamson")
    erase = ("ledger", "erase", folder, "--dimension", "team_id", "--value", "Evelyn Adamson")
    result = tokentra(*erase, "--json")
    assert result.json() == {"erased_keys": 1, "unreached_files": 0}
    assert tokentra(*erase, "--json").json()["erased_keys"] == 0
    assert "Evelyn" not in tokentra("report", folder).out
    assert all(b"Evelyn" not in file.read_bytes() for file in folder.iterdir())


def test_a_report_of_what_came_since(tokentra, folder, tmp_path):
    earlier = tmp_path / "monday.tok"
    earlier.write_bytes(fill(folder).to_bytes())
    fill(folder, team="support", count=2)
    since = ("report", folder, "--since-snapshot", earlier, "--json", "--by", "team_id")
    result = tokentra(*since)
    assert result.status == 0, result.err
    report = result.json()
    assert report["total"] == "0.0175"
    assert [(row["team_id"], row["events"]) for row in report["rows"]] == [("support", 2)]
    assert tokentra("report", earlier, "--since-snapshot", "nothing").status == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("stat", "X"), "stat"),
        (("stats", "X", "--rollup-before", "30d"), "compact"),
        (("compact", "X", "--dimension", "team_id"), "erase"),
        (("erase", "X"), "--dimension"),
        (("compact", "X", "--rollup-before", "soon"), "--rollup-before"),
    ],
)
def test_wrong_command_lines(tokentra, arguments, message):
    result = tokentra("ledger", *arguments)
    assert result.status == 2
    assert message in result.err


def test_a_folder_that_is_none_stays_none(tokentra, tmp_path):
    for action in ("stats", "compact"):
        result = tokentra("ledger", action, tmp_path / "absent")
        assert result.status == 1
        assert "No such file or directory" in result.err
    assert not (tmp_path / "absent").exists()
