"""Copies of pricing-data that a test may update, and the real program."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from data_folder import DATA, Data

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from real_program import find_program


@pytest.fixture
def data(tmp_path: Path) -> Data:
    for name in ("lists", "providers"):
        shutil.copytree(DATA / name, tmp_path / name)
    for path in DATA.glob("*.json"):
        shutil.copy(path, tmp_path)
    return Data(tmp_path)


@pytest.fixture(scope="session")
def program() -> Path:
    return find_program()
