"""docs/catalog.md states what the scripts of this folder print."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = (HERE.parents[1] / "docs" / "catalog.md").read_text("utf-8")
WORDS = " ".join(PAGE.split())


def test_the_page_has_the_figures(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    subprocess.run(
        [sys.executable, str(HERE / "leave_one_out.py"), "--json", str(figures)],
        capture_output=True, check=True,
    )  # fmt: skip
    found = json.loads(figures.read_text("utf-8"))
    models = found["models"]
    assert f"of {sum(models.values()):,}: {models['genai-prices']:,} rest on genai-prices" in WORDS
    assert f"{models['litellm']:,} on LiteLLM alone, {models['both']} are in both" in WORDS
    for left, name in (("genai-prices", "genai-prices"), ("litellm", "LiteLLM")):
        row = found[f"without {left}"]
        share, whole = row["equal"] / row["figures"], row["whole"] / row["models"]
        line = f"| {name} | {row['figures']:,} figures | {share:.2%} | {whole:.2%} |"
        assert line.replace("%", " %") in PAGE
