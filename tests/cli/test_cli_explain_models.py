"""tokentra explain and tokentra models."""

from __future__ import annotations

import json
from decimal import Decimal

AT = ("--at", "2026-10-15T12:00:00Z")
CALL = ("--provider", "openai", "--model", "gpt-4o-2024-08-06", *AT)
USAGE = ("--usage", "input_tokens=1500", "--usage", "output_tokens=500")


def test_explain_one_call(tokentra):
    done = tokentra("explain", *CALL, *USAGE)
    assert done.status == 0
    for text in ("gpt-4o-2024-08-06", "input_tokens", "output_tokens", "0.00875", "1,500"):
        assert text in done.out
    as_json = tokentra("explain", *CALL, *USAGE, "--json").json()
    assert as_json["total"] == "0.00875"
    assert as_json["explain"].strip() == done.out.strip()


def test_explain_says_what_would_have_matched(tokentra):
    done = tokentra("explain", *CALL[:2], "--model", "gpt-4oo", *AT, *USAGE)
    assert done.status == 0
    assert "unpriced" in done.out
    assert "gpt-4o" in done.out.replace("gpt-4oo", "")


def test_explain_the_records_of_a_file(tokentra, make_log, record):
    log = make_log(record(id="a"), "", record(id="b", model="nothing-like-it"), record(id="c"))
    done = tokentra("explain", log)
    assert done.status == 0
    for line in (1, 3, 4):
        assert f"{log}:{line}\n" in done.out
    one = tokentra("explain", log, "--line", "4")
    assert f"{log}:4\n" in one.out
    assert f"{log}:1\n" not in one.out
    lines = tokentra("explain", log, "--json").json_lines()
    assert [line["line"] for line in lines] == [1, 3, 4]
    assert [line["id"] for line in lines] == ["a", "b", "c"]
    assert all(line["explain"] for line in lines)


def test_explain_a_line_that_is_not_there(tokentra, make_log, record):
    done = tokentra("explain", make_log(record()), "--line", "9")
    assert done.status == 1
    assert "line 9" in done.err


def test_models_lists_providers_and_ids(tokentra):
    models = tokentra("models", "--json").json()["models"]
    assert {"openai", "anthropic", "google", "aws", "groq", "mistral"} <= {
        model["provider"] for model in models
    }
    for model in models:
        assert {"provider", "id", "canonical", "price_rows", "priced", "deprecated"} <= set(model)
    found = [model for model in models if (model["provider"], model["id"]) == ("openai", "gpt-4o")]
    assert found[0]["priced"] is True


def test_models_rates_are_those_of_the_instant(tokentra):
    done = tokentra("models", "gpt-4o", "--provider", "openai", *AT, "--json")
    rates = {model["id"]: model["rates"] for model in done.json()["models"]}["gpt-4o"]
    assert Decimal(rates["input_tokens"][0]) == Decimal("2.5")
    assert rates["input_tokens"][1] == 1_000_000
    before = tokentra("models", "gpt-4o", "--provider", "openai", "--at", "not-a-time")
    assert before.status == 2


def test_models_query_in_any_case(tokentra):
    upper = tokentra("models", "SONNET", "--json").json()["models"]
    assert upper
    assert all("sonnet" in json.dumps(model).lower() for model in upper)
    text = tokentra("models", "sonnet", COLUMNS="80").out
    assert all(model["id"] in text for model in upper), "ids are never cut"


def test_models_without_a_match_names_the_nearest(tokentra):
    done = tokentra("models", "gpt-4oo", "--json")
    assert done.status == 0
    assert done.json() == {"models": []}
    assert "'gpt-4oo'" in done.err
    assert "'gpt-4o'" in done.err


def test_models_of_an_unknown_provider(tokentra):
    done = tokentra("models", "--provider", "opnai")
    assert done.status == 2
    assert "'opnai'" in done.err
    assert "'openai'" in done.err
