"""The real program for the tests that compare it with the lists' own arithmetic."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from real_program import find_program


@pytest.fixture(scope="session")
def program() -> Path:
    return find_program()
