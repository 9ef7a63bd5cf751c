"""The program against LiteLLM's formula over the whole carried map.

Every call that differs must be one of `pricing-data/disagreements.json`. The share is a floor: what
it leaves open is written, with its causes, in docs/catalog.md.
"""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
MAP = HERE.parents[1] / "pricing-data" / "lists" / "litellm.json"


def test_what_differs_is_listed(program: Path) -> None:
    done = subprocess.run(
        [
            sys.executable, str(HERE / "litellm_agreement.py"), "--tokentra", str(program),
            "--map", str(MAP), "--least", "0.964", "--strict",
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    figures = re.search(r"^\d+ calls:.* (\d+) not explained", done.stdout, re.MULTILINE)
    assert figures is not None
    assert int(figures[1]) == 0
    page = (HERE.parents[1] / "docs" / "catalog.md").read_text("utf-8")
    shares = re.findall(r"^(\d+) calls.* equal \((\d+\.\d+)%\)", done.stdout, re.MULTILINE)
    assert len(shares) == 2
    for calls, share in shares:
        assert f"| {int(calls):,} | {Decimal(share):.2f} % |" in page
