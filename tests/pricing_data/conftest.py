"""Copies of pricing-data that a test may update."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from data_folder import DATA, Data


@pytest.fixture
def data(tmp_path: Path) -> Data:
    for name in ("lists", "providers"):
        shutil.copytree(DATA / name, tmp_path / name)
    for path in DATA.glob("*.json"):
        shutil.copy(path, tmp_path)
    return Data(tmp_path)
