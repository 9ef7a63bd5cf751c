"""Shared by the Python tests: the built-in catalog, an instant, a fresh client."""

from __future__ import annotations

import os
from datetime import datetime, timezone

import pytest
import tokentra
from hypothesis import settings

settings.register_profile("tests", deadline=None, derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "tests"))


@pytest.fixture(scope="session")
def catalog() -> tokentra.Catalog:
    return tokentra.Catalog.builtin()


@pytest.fixture
def client() -> tokentra.Client:
    return tokentra.Client()


@pytest.fixture(scope="session")
def at() -> datetime:
    return datetime(2026, 10, 15, 12, tzinfo=timezone.utc)
