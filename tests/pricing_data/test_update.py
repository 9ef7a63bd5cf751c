"""The files of pricing-data are what the importer makes of the carried lists and the decisions.

So a disagreement that is neither listed nor real any more fails here, as does a price that somebody
changed by hand.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "pricing-data"


def update(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(DATA / "update.py"), *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_files_follow_from_the_lists() -> None:
    done = update("--check")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "would change" not in done.stdout
    assert "suspicious:" not in done.stdout


def test_every_rate_of_the_first_list_is_carried() -> None:
    done = update("--verify")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_every_disagreement_has_a_reason() -> None:
    found = json.loads((DATA / "disagreements.json").read_text("utf-8"))["disagreements"]
    assert found
    assert not [d for d in found if d["reason"] == "no reason recorded"]
    absent = json.loads((DATA / "left_out.json").read_text("utf-8"))["left_out"]
    assert all(item["reason"] for item in absent)
