"""tokentra catalog: import, check, diff and stats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

LISTS = Path(__file__).resolve().parents[1] / "lists"
AT = "2026-10-15T12:00:00Z"


@pytest.mark.parametrize(
    "kind, file",
    [("litellm", "litellm"), ("genai-prices", "genai-prices"), ("openrouter", "openrouter")],
)
def test_import_makes_an_overlay_that_checks(tokentra, tmp_path, kind, file):
    report = tmp_path / "report.json"
    done = tokentra(
        "catalog", "import", kind, LISTS / f"{file}.json", "--as-of", "2026-11-10",
        "--report", report,
    )  # fmt: skip
    assert done.status == 0, done.err
    document = done.json()
    assert document["format"] == 1
    assert document["overlay"] == kind
    told = json.loads(report.read_text())
    assert told["models"] == sum(len(c["replace"]["models"]) for c in document["changes"])
    assert told["left_out"]
    assert all(set(one) == {"at", "value", "reason"} for one in told["left_out"])
    assert f"{len(told['left_out'])} things of the list left out" in done.err
    overlay = tmp_path / "overlay.json"
    overlay.write_text(done.out)
    checked = tokentra("catalog", "check", overlay)
    assert checked.status == 0, checked.out
    assert f"{overlay}: fine, " in checked.out
    # Importing twice gives the same bytes.
    again = tokentra("catalog", "import", kind, LISTS / f"{file}.json", "--as-of", "2026-11-10")
    assert again.out == done.out


def test_import_refuses_the_wrong_format(tokentra, tmp_path):
    done = tokentra("catalog", "import", "openrouter", LISTS / "litellm.json")
    assert done.status == 1
    assert "OpenRouter" in done.err
    assert tokentra("catalog", "import", "litellm").status == 2
    assert tokentra("catalog").status == 2


DISCOUNT = {
    "format": 1,
    "overlay": "contract",
    "changes": [
        {"discount": {"provider": "openai", "models": ["gpt-4o"], "percent": "20"}},
        {"forbid": {"provider": "openai", "models": ["gpt-4"]}},
    ],
}


@pytest.fixture
def contract(tmp_path):
    path = tmp_path / "contract.json"
    path.write_text(json.dumps(DISCOUNT))
    return path


def test_check_says_what_is_wrong(tokentra, tmp_path, contract):
    bad = tmp_path / "bad.json"
    bad.write_text('{"format": 1, "overlay": "b", "changes": [{"forbid": {"provider": "opanai"}}]}')
    done = tokentra("catalog", "check", contract, bad)
    assert done.status == 1
    assert f"{contract}: fine" in done.out
    assert 'changes[0].forbid names the unknown provider "opanai", nearest is "openai"' in done.out
    told = tokentra("catalog", "check", contract, bad, "--json").json()["files"]
    assert told[0]["error"] is None
    assert "opanai" in told[1]["error"]


def test_check_reads_provider_files(tokentra, tmp_path):
    row = {"rates": {"input_tokens": ["1", 1000000]}, "as_of": "2020-01-01", "evidence": []}
    provider = {
        "format": 1,
        "provider": "house",
        "name": "House",
        "currency": "USD",
        "normalize": [],
        "models": [{"id": "m", "price_rows": [row]}],
    }
    path = tmp_path / "house.json"
    path.write_text(json.dumps(provider))
    done = tokentra("catalog", "check", path)
    assert done.status == 0
    assert "fine, 1 price row, 1 read before" in done.out
    provider["models"][0]["price_rows"].append(row)
    path.write_text(json.dumps(provider))
    done = tokentra("catalog", "check", path)
    assert done.status == 1
    assert "overlaps" in done.out


def test_diff_names_every_change(tokentra, contract):
    done = tokentra("catalog", "diff", "builtin", contract)
    assert done.status == 0, done.err
    assert "~ openai/gpt-4o input_tokens: 2.5 / 1000000 -> 2 / 1000000" in done.out
    assert "- openai/gpt-4 price row" in done.out
    told = tokentra("catalog", "diff", "builtin", contract, "--json").json()
    rate = {"kind": "rate", "provider": "openai", "model": "gpt-4o", "what": "input_tokens",
            "conditions": None, "from": "2.5 / 1000000", "to": "2 / 1000000"}  # fmt: skip
    assert rate in told["changes"]
    assert tokentra("catalog", "diff", "builtin", "builtin").out == "0 changes\n"


def test_diff_with_usage_says_what_it_costs(tokentra, contract, tmp_path):
    log = tmp_path / "log.jsonl"
    usage = {"input_tokens": 1500, "output_tokens": 500}
    lines = [
        {"provider": "openai", "model": model, "at": AT, "usage": usage}
        for model in ("gpt-4o", "gpt-4o", "gpt-4o-mini")
    ]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    told = tokentra("catalog", "diff", "builtin", contract, "--usage", log, "--json").json()
    total = told["usage"]["total"]
    assert (total["before"], total["lower"], total["exact"]) == ("0.018025", "0.014525", True)
    first = told["usage"]["classes"][0]
    assert (first["model"], first["events"], first["before"]) == ("gpt-4o", 2, "0.0175")
    text = tokentra("catalog", "diff", "builtin", contract, "--usage", log).out
    assert "openai/gpt-4o" in text
    assert "0.014525" in text


def test_stats(tokentra, contract):
    told = tokentra("catalog", "stats", "--json", "--overlay", contract).json()
    total = told["total"]
    assert total["models"] == sum(one["models"] for one in told["providers"])
    assert total["price_rows"] == total["rows_with_source"] + total["rows_without_source"]
    assert total["forbidden_models"] == 1
    assert total["rows_by_overlays"] > 0
    one = tokentra("catalog", "stats", "--provider", "openai", "--json").json()
    assert one["total"]["forbidden_models"] == 0
    assert [p["provider"] for p in one["providers"]] == ["openai"]
    text = tokentra("catalog", "stats", "--provider", "openai").out
    assert "stale: read before" in text
    done = tokentra("catalog", "stats", "--provider", "opanai")
    assert done.status == 1
    assert '"openai"' in done.err
