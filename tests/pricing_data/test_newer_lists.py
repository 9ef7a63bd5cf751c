"""A newer list never overwrites a price: the old row ends on its day, the new one starts there.

Method: a copy of pricing-data, a list with a few doctored entries, the command, and then the files:
their rows, and what the oracle says a call costs before, on and after the day.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from data_folder import Data

Json = dict[str, Any]
OLD = {"litellm": "2026-10-21", "genai-prices": "2026-11-10"}
MILLION = {"input_tokens": 1_000_000}
CHANGED, GONE = "hyperbolic/Qwen/QwQ-32B", "hyperbolic/deepseek-ai/DeepSeek-V3"
LITELLM_1 = ("--litellm-version", "9.1", "--litellm-as-of", "2026-12-01")
LITELLM_2 = ("--litellm-version", "9.2", "--litellm-as-of", "2027-01-15")


def dearer(amount: float) -> Any:
    def change(keys: Json) -> None:
        keys[CHANGED]["input_cost_per_token"] = amount

    return change


def test_the_undated_list(data: Data) -> None:
    def change(keys: Json) -> None:
        dearer(3e-07)(keys)
        del keys[GONE]
        keys["hyperbolic/acme/novum-1"] = {
            "input_cost_per_token": 5e-07, "output_cost_per_token": 6e-07,
            "litellm_provider": "hyperbolic", "mode": "chat",
        }  # fmt: skip
        keys["hyperbolic/acme/novum-2"] = {
            "input_cost_per_token": 5e-03, "output_cost_per_token": 6e-07,
            "litellm_provider": "hyperbolic", "mode": "chat",
        }  # fmt: skip
        keys["novita/openai/gpt-oss-120b"]["input_cost_per_token"] = 9.9e-07

    newer = data.newer_litellm(change)
    before = {p.name: p.read_bytes() for p in data.path.rglob("*.json")}
    shown = data.update("--check", "--litellm", newer, *LITELLM_1)
    assert shown.returncode == 1, shown.stderr
    assert {p.name: p.read_bytes() for p in data.path.rglob("*.json")} == before
    done = data.update("--litellm", newer, *LITELLM_1)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert shown.stdout.splitlines() == [x.replace("wrote", "would change") for x in lines]
    assert "new: hyperbolic acme/novum-1" in lines
    assert "vanished: hyperbolic deepseek-ai/DeepSeek-V3" in lines
    moved = "input_tokens: 0.2 per 1000000 -> 0.3 per 1000000"
    assert f"changed: hyperbolic Qwen/QwQ-32B {moved}" in lines
    assert any(x.startswith("suspicious: hyperbolic acme/novum-2: input_tokens") for x in lines)
    assert any(x.startswith("disagreement: novita openai/gpt-oss-120b") for x in lines)
    assert [x for x in lines if x.startswith("changed: ")] == [
        f"changed: hyperbolic Qwen/QwQ-32B {moved}"
    ]

    rows = data.model("hyperbolic", "Qwen/QwQ-32B")["price_rows"]
    assert [(r.get("from"), r.get("until"), r["rates"]["input_tokens"][0]) for r in rows] == [
        (None, "2026-12-01T00:00:00Z", "0.2"),
        ("2026-12-01T00:00:00Z", None, "0.3"),
    ]
    assert [(r["as_of"], r["evidence"]) for r in rows] == [
        (OLD["litellm"], ["litellm 1.106.2"]),
        ("2026-12-01", ["litellm 9.1"]),
    ]
    for at, amount in [
        ("2025-01-01T00:00:00Z", "0.2"),
        ("2026-11-30T23:59:59Z", "0.2"),
        ("2026-12-01T00:00:00Z", "0.3"),
        ("2028-01-01T00:00:00Z", "0.3"),
    ]:
        assert data.price("hyperbolic", "Qwen/QwQ-32B", MILLION, at) == Decimal(amount)
    gone = data.model("hyperbolic", "deepseek-ai/DeepSeek-V3")
    assert gone["deprecated"]
    assert data.price("hyperbolic", gone["id"], MILLION, "2026-03-01T00:00:00Z") > 0

    again = data.update("--check")
    assert again.returncode == 0, again.stdout[-2000:]
    assert not [x for x in again.stdout.splitlines() if x.startswith(("changed", "new", "vanish"))]


def test_one_change_after_another(data: Data) -> None:
    assert data.update("--litellm", data.newer_litellm(dearer(3e-07)), *LITELLM_1).returncode == 0
    assert data.update("--litellm", data.newer_litellm(dearer(4e-07)), *LITELLM_2).returncode == 0
    for at, amount in [
        ("2026-11-30T23:59:59Z", "0.2"),
        ("2026-12-01T00:00:00Z", "0.3"),
        ("2027-01-14T23:59:59Z", "0.3"),
        ("2027-01-15T00:00:00Z", "0.4"),
    ]:
        assert data.price("hyperbolic", "Qwen/QwQ-32B", MILLION, at) == Decimal(amount)
    assert data.update("--check").returncode == 0


def test_a_list_that_dates_its_changes(data: Data) -> None:
    def change(models: dict[tuple[str, str], Json]) -> None:
        overwritten = models["doubleword", "openai/gpt-oss-20b"]
        overwritten["prices"][0]["prices"]["input_mtok"] = "0.08"
        dated = models["fireworks", "gpt-oss-20b"]
        later = {"constraint": {"start_date": "2026-11-20"}, "prices": {"input_mtok": "0.09"}}
        dated["prices"].append(later)

    newer = data.newer_genai("9.0", change)
    done = data.update("--genai", newer, "--genai-as-of", "2026-12-05")
    assert done.returncode == 0, done.stderr
    assert (
        "changed: doubleword openai/gpt-oss-20b input_tokens: 0.04 per 1000000 -> 0.08"
        in done.stdout
    )
    for model, at, amount in [
        ("doubleword openai/gpt-oss-20b", "2026-12-04T23:59:59Z", "0.04"),
        ("doubleword openai/gpt-oss-20b", "2026-12-05T00:00:00Z", "0.08"),
        ("fireworks gpt-oss-20b", "2026-11-19T23:59:59Z", "0.07"),
        ("fireworks gpt-oss-20b", "2026-11-20T00:00:00Z", "0.09"),
    ]:
        provider, name = model.split()
        assert data.price(provider, name, MILLION, at) == Decimal(amount), (model, at)
    assert data.update("--check").returncode == 0


def test_a_correction_holds_for_the_past(data: Data) -> None:
    newer = data.newer_litellm(dearer(3e-07))
    done = data.update(
        "--litellm", newer, *LITELLM_1, "--correct", "hyperbolic/Qwen/QwQ-32B"
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(data.model("hyperbolic", "Qwen/QwQ-32B")["price_rows"]) == 1
    at = "2026-01-01T00:00:00Z"
    assert data.price("hyperbolic", "Qwen/QwQ-32B", MILLION, at) == Decimal("0.3")


def test_a_list_without_a_newer_date_is_refused(data: Data) -> None:
    newer = data.newer_litellm(dearer(3e-07))
    for date, text in [
        ((), "--litellm-as-of must be the list's date, YYYY-MM-DD; it is None"),
        (("--litellm-as-of", "soon"), "it is soon"),
        (("--litellm-as-of", OLD["litellm"]), "is not newer than the one carried"),
    ]:
        refused = data.update("--litellm", newer, *date)
        assert refused.returncode == 1
        assert text in refused.stderr
    assert data.update("--check").returncode == 0
