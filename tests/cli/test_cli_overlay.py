"""--overlay of every command that prices: laid in order, seen in what is printed, refused whole."""

from __future__ import annotations

import json

import pytest

AT = "2026-10-15T12:00:00Z"
USAGE = ["--usage", "input_tokens=1000000", "--at", AT]


def overlay(name, *changes):
    return {"format": 1, "overlay": name, "as_of": "2026-11-01", "changes": list(changes)}


ADD = {
    "add": {
        "provider": "house",
        "models": [
            {"id": "m", "price_rows": [{"rates": {"input_tokens": ["2", 1000000]}}]},
        ],
    }
}
HALF = {"discount": {"provider": "house", "percent": "50"}}
LESS = {"discount": {"provider": "house", "amount": ["0.5", 1000000]}}


@pytest.fixture
def files(tmp_path):
    def write(*documents):
        words = []
        for document in documents:
            path = tmp_path / f"{document['overlay']}.json"
            path.write_text(json.dumps(document), encoding="utf-8")
            words += ["--overlay", str(path)]
        return words

    return write


def test_price_lays_overlays_in_order(tokentra, files):
    call = ["price", "--provider", "house", "--model", "m", *USAGE, "--json"]
    base = overlay("base", ADD)
    for order, total in (
        ([base], "2"),
        ([base, overlay("half", HALF)], "1"),
        ([base, overlay("half", HALF), overlay("less", LESS)], "0.5"),
        ([base, overlay("less", LESS), overlay("half", HALF)], "0.75"),
    ):
        cost = json.loads(tokentra(*call, *files(*order)).out)
        assert cost["total"] == total
        (line,) = cost["lines"]
        assert line["overlay"] == ", ".join(document["overlay"] for document in order)


def test_report_prices_a_log_and_states_the_digest(tokentra, files, tmp_path):
    record = {"provider": "house", "model": "m", "at": AT, "usage": {"input_tokens": 1000000}}
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps(record) + "\n", encoding="utf-8")
    words = files(overlay("base", ADD))
    laid = json.loads(tokentra("report", log, "--json", *words).out)
    bare = json.loads(tokentra("report", log, "--json").out)
    assert laid["total"] == "2"
    assert laid["catalog"] != bare["catalog"]
    assert len(laid["catalog"]) == 64


def test_explain_and_models_show_the_overlay(tokentra, files):
    words = files(overlay("base", ADD), overlay("half", HALF))
    explained = tokentra("explain", "--provider", "house", "--model", "m", *USAGE, *words).out
    assert "rate by overlay base, half: 50 % off 2" in explained
    listed = json.loads(tokentra("models", "--provider", "house", "--json", *words).out)
    assert [model["id"] for model in listed["models"]] == ["m"]
    assert listed["models"][0]["rates"] == {"input_tokens": ["1", 1000000]}


def test_import_takes_it(tokentra, files, tmp_path):
    record = {"provider": "house", "model": "m", "at": AT, "usage": {"input_tokens": 1}}
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps(record) + "\n", encoding="utf-8")
    assert json.loads(tokentra("import", log, *files(overlay("base", ADD))).out)["model"] == "m"


def test_standard_input(tokentra):
    document = json.dumps(overlay("base", ADD))
    done = tokentra(
        "price",
        "--provider",
        "house",
        "--model",
        "m",
        *USAGE,
        "--json",
        "--overlay",
        "-",
        stdin=document.encode(),
    )
    assert done.json()["total"] == "2"


def test_a_forbidden_model_says_so(tokentra, files):
    forbid = {"forbid": {"provider": "openai", "models": ["gpt-4o"], "reason": "use house"}}
    words = files(overlay("policy", forbid))
    call = ["price", "--provider", "openai", "--model", "gpt-4o", *USAGE]
    done = tokentra(*call, "--strict", "--json", *words)
    assert done.status == 1
    cost = done.json()
    assert cost["state"] == "unpriced"
    assert cost["reason"] == '"gpt-4o" is forbidden by overlay "policy": use house'


def test_a_bad_overlay_and_a_missing_file_are_refused(tokentra, files, tmp_path):
    bad = overlay("bad", {"discount": {"provider": "openai", "percnt": "1"}})
    words = files(bad)
    done = tokentra("models", *words)
    assert done.status == 1
    assert "changes[0].discount has the unknown field" in done.err
    assert 'nearest is "percent"' in done.err
    assert done.out == ""
    done = tokentra("models", "--overlay", tmp_path / "none.json")
    assert done.status == 1
    assert "none.json: No such file or directory" in done.err
