"""A folder like pricing-data that a test may update, and prices out of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "pricing-data"
sys.path.insert(0, str(DATA.parent / "tests" / "oracle"))

from catalog_source import compile_provider  # noqa: E402
from oracle import Catalog, price  # noqa: E402

Json = dict[str, Any]


@dataclass
class Data:
    """A folder like pricing-data."""

    path: Path

    def update(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, str(DATA / "update.py"), "--data", str(self.path)]
        return subprocess.run(
            [*program, *map(str, arguments)], capture_output=True, text=True, check=False
        )

    def newer_litellm(self, change: Callable[[Json], None]) -> Path:
        """A price map with what `change` does to it."""
        carried = json.loads((self.path / "lists" / "litellm.json").read_text("utf-8"))
        change(carried)
        newer = self.path / "newer-litellm.json"
        newer.write_text(json.dumps(carried), "utf-8")
        return newer

    def newer_genai(self, version: str, change: Callable[[Json], None]) -> Path:
        """A genai-prices with what `change` does to its models, by provider and id."""
        carried = json.loads((self.path / "lists" / "genai-prices.json").read_text("utf-8"))
        carried["version"] = version
        change({(p["id"], m["id"]): m for p in carried["providers"] for m in p["models"]})
        newer = self.path / "newer-genai.json"
        newer.write_text(json.dumps(carried), "utf-8")
        return newer

    def model(self, provider: str, model: str) -> Json:
        file = json.loads((self.path / "providers" / f"{provider}.json").read_text("utf-8"))
        return next(m for m in file["models"] if m["id"] == model)

    def price(self, provider: str, model: str, usage: dict[str, int], at: str) -> Decimal:
        """By the oracle, from this folder's files."""
        text = (self.path / "providers" / f"{provider}.json").read_text("utf-8")
        compiled = compile_provider(json.loads(text))
        total = price(Catalog({provider: compiled}), provider, model, usage, at).total
        assert isinstance(total, Fraction)
        return Decimal(total.numerator) / total.denominator
