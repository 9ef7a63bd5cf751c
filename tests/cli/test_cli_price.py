"""tokentra price: exact totals of records and of one call."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

ONE_CALL = ("--provider", "openai", "--model", "gpt-4o", "--at", "2026-10-15T12:00:00Z")
EXAMPLE = (*ONE_CALL, "--usage", "input_tokens=1500", "--usage", "output_tokens=500")


def test_the_pages_example_costs_exactly_0_00875(tokentra):
    done = tokentra("price", *EXAMPLE, "--json")
    assert done.status == 0
    cost = done.json()
    assert cost["total"] == "0.00875"
    assert cost["state"] == "priced"
    assert cost["match"] == "exact"
    assert cost["usage"] == {"input_tokens": 1500, "output_tokens": 500}
    assert sum(Decimal(line["amount"]) for line in cost["lines"]) == Decimal("0.00875")


def test_one_call_as_text_names_meters_rates_and_total(tokentra):
    done = tokentra("price", *EXAMPLE)
    assert done.status == 0
    for text in ("gpt-4o", "input_tokens", "1,500", "output_tokens", "500", "0.00875", "price row"):
        assert text in done.out


def test_one_call_without_at_is_a_call_of_now(tokentra):
    arguments = [word for word in EXAMPLE if word not in ("--at", "2026-10-15T12:00:00Z")]
    assert tokentra("price", *arguments, "--json").json()["state"] == "priced"


def test_file_and_one_call_agree(tokentra, make_log, record):
    from_file = tokentra("price", make_log(record()), "--json").json_lines()
    one = tokentra("price", *EXAMPLE, "--json").json()
    assert from_file[0].pop("line") == 1
    one.pop("line", None)
    assert from_file == [one]


def test_one_line_out_for_each_line_in_in_order(tokentra, make_log, record):
    log = make_log(record(id="a"), "{broken", record(id="b", model="no-such-model"), record(id="c"))
    done = tokentra("price", log, "--json")
    assert done.status == 1
    lines = done.json_lines()
    assert [line["line"] for line in lines] == [1, 2, 3, 4]
    assert lines[0]["id"] == "a"
    assert lines[1]["error"]["code"] == "INVALID_ARGUMENT"
    assert (lines[2]["state"], lines[2]["total"]) == ("unpriced", None)
    assert lines[3]["total"] == "0.00875"
    assert f"{log}:2: " in done.err


def test_blank_lines_count_but_have_no_result(tokentra, make_log, record):
    lines = tokentra("price", make_log("", record(), " ", record()), "--json").json_lines()
    assert [line["line"] for line in lines] == [2, 4]


def test_carriage_returns_and_a_byte_order_mark_do_no_harm(tokentra, make_log, record):
    line = json.dumps(record()).encode()
    done = tokentra("price", make_log(b"\xef\xbb\xbf" + line + b"\r", line + b"\r"), "--json")
    assert done.status == 0
    assert [line["total"] for line in done.json_lines()] == ["0.00875"] * 2


def test_standard_input(tokentra, record):
    done = tokentra("price", "-", "--json", stdin=json.dumps(record()).encode())
    assert done.status == 0
    assert done.json()["total"] == "0.00875"
    refused = tokentra("price", "-", "--json", stdin=b"{")
    assert refused.status == 1
    assert "<stdin>:1: " in refused.err


def test_several_files_count_lines_apart_and_are_named(tokentra, make_log, record):
    first = make_log(record(), record(), name="first.jsonl")
    second = make_log(record(), name="second.jsonl")
    lines = tokentra("price", first, second, "--json").json_lines()
    assert [(line["file"], line["line"]) for line in lines] == [
        (str(first), 1),
        (str(first), 2),
        (str(second), 1),
    ]


def test_a_record_without_at_needs_one(tokentra, make_log, record):
    log = make_log(record(at=None))
    refused = tokentra("price", log, "--json")
    assert refused.status == 1
    assert refused.json()["error"]["code"] == "INVALID_ARGUMENT"
    stated = tokentra("price", log, "--json", "--at", "2026-10-15T12:00:00Z")
    assert stated.status == 0
    assert stated.json()["total"] == "0.00875"


def test_strict_fails_on_unpriced(tokentra, make_log, record):
    log = make_log(record(), record(model="gpt-4o-turbo"))
    assert tokentra("price", log).status == 0
    assert tokentra("price", log, "--strict").status == 1
    unknown = ("--provider", "openai", "--model", "gpt-4o-turbo", "--usage", "input_tokens=1")
    assert tokentra("price", *unknown).status == 0
    assert tokentra("price", *unknown, "--strict").status == 1


def test_an_unknown_model_is_unpriced_with_the_nearest(tokentra):
    done = tokentra("price", *ONE_CALL[:2], "--model", "gpt-4oo", "--usage", "input_tokens=1")
    assert "unpriced" in done.out
    assert "gpt-4o" in done.out.replace("gpt-4oo", "")
    assert "0.00" not in done.out


def test_table_of_a_file_ends_with_counts_and_the_total(tokentra, make_log, record):
    done = tokentra("price", make_log(record(), record(model="nothing"), "["))
    assert done.status == 1
    assert "3 records: 1 priced, 0 partial, 1 unpriced, 0 without usage, 1 refused" in done.out
    assert done.out.endswith("total 0.00875 USD\n")


def test_seconds_are_milliseconds(tokentra):
    call = ("--provider", "groq", "--model", "whisper-large-v3", "--at", "2026-10-15T12:00:00Z")
    done = tokentra("price", *call, "--usage", "input_audio_seconds=12.5", "--json")
    assert done.json()["usage"] == {"input_audio_milliseconds": 12500}
    refused = tokentra("price", *call, "--usage", "input_audio_seconds=0.0001")
    assert refused.status == 2
    assert "0.0001" in refused.err


def test_contradicting_usage_is_refused_naming_both(tokentra):
    usage = ("--usage", "input_tokens=1", "--usage", "cache_read_tokens=2")
    done = tokentra("price", *ONE_CALL, *usage, "--json")
    assert done.status == 1
    assert done.json()["error"]["code"] == "INVALID_ARGUMENT"
    assert "input_tokens" in done.err
    assert "cache_read_tokens" in done.err


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        ((), ["nothing to price"]),
        (("calls.jsonl", "--region", "eu"), ["not both"]),
        (("--provider", "openai"), ["--model"]),
        ((*ONE_CALL,), ["--usage"]),
        ((*ONE_CALL, "--usage", "input_tokns=1"), ["'input_tokns'", "'input_tokens'"]),
        ((*ONE_CALL, "--usage", "input_tokens=-1"), ["input_tokens", "'-1'"]),
        ((*ONE_CALL, "--usage", "input_tokens=1.5"), ["'1.5'"]),
        ((*ONE_CALL, "--usage", "input_tokens"), ["NAME=VALUE"]),
        ((*ONE_CALL, *("--usage", "input_tokens=1") * 2), ["twice"]),
        ((*ONE_CALL[:4], "--usage", "input_tokens=1", "--at", "yesterday"), ["--at", "yesterday"]),
        (("calls.jsonl", "--line-max", "3"), ["3"]),
        (("calls.jsonl", "--jsno"), ["--jsno", "--json"]),
    ],
)
def test_usage_errors_name_the_value_and_exit_with_2(tokentra, arguments, messages):
    done = tokentra("price", *arguments)
    assert done.status == 2
    assert done.out == ""
    for message in messages:
        assert message in done.err


def test_an_unknown_command_names_the_nearest(tokentra):
    done = tokentra("pirce", "calls.jsonl")
    assert done.status == 2
    assert "'pirce'" in done.err
    assert "'price'" in done.err
    assert tokentra().status == 2


def test_help_and_version_go_to_standard_output(tokentra):
    version = tokentra("--version")
    assert (version.status, version.err) == (0, "")
    assert version.out.startswith("tokentra ")
    for command in ([], ["price"], ["report"], ["explain"], ["models"]):
        done = tokentra(*command, "--help")
        assert (done.status, done.err) == (0, "")
        assert max(map(len, done.out.splitlines())) <= 100


@pytest.mark.parametrize("usage", [{}, {"input_tokens": None}])
def test_usage_that_states_nothing_is_unmetered_and_never_zero(tokentra, make_log, record, usage):
    done = tokentra("price", make_log(record(usage=usage)), "--json")
    assert done.status == 0
    line = done.json()
    assert (line["state"], line["total"], line["usage"], line["lines"]) == (
        "unmetered",
        None,
        {},
        [],
    )


def test_a_field_that_is_a_slip_is_named(tokentra, make_log, record):
    line = tokentra("price", make_log(record(serviceTier="flex")), "--json").json()
    assert line["findings"] == ['the field "serviceTier" is not read; did you mean "service_tier"?']


def test_provider_and_model_beside_a_file_are_those_of_calls_without(tokentra, make_log, record):
    bare = {name: value for name, value in record().items() if name not in ("provider", "model")}
    log = make_log(bare, record(model="gpt-4o-mini"))
    done = tokentra("price", "--provider", "openai", "--model", "gpt-4o", log, "--json")
    assert [line["model"] for line in done.json_lines()] == ["gpt-4o", "gpt-4o-mini"]


def test_an_empty_instant_is_an_error_and_never_means_now(tokentra):
    done = tokentra("price", *ONE_CALL[:4], "--at", "", "--usage", "input_tokens=1")
    assert done.status == 2
    assert "--at: is empty" in done.err
