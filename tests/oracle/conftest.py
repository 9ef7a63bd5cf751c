"""The real program for the tests that compare it with the oracle."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).resolve().parents[1])]

from real_program import find_program  # noqa: E402


@pytest.fixture(scope="session")
def program() -> Path:
    return find_program()
