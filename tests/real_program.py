"""Where the real program is, for tests that compare it with something.

TOKENTRA_PROGRAM names it; else the installed wheel's, else the preset dev's.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


def find_program() -> Path:
    named = os.environ.get("TOKENTRA_PROGRAM")
    places = [
        Path(named) if named else Path(sys.executable).parent / "tokentra",
        *([] if named else [REPOSITORY / "build" / "dev" / "bin" / "tokentra"]),
    ]
    found = [place for place in places if place.exists()]
    if not found:
        pytest.fail(f"no program at {places[0]}; install the wheel or set TOKENTRA_PROGRAM")
    return found[0]
