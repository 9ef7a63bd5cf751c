"""tokentra report: rows that sum to the total, keys, periods, zones, bounds."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest


def team(name: str, **changes: object) -> dict:
    return {"metadata": {"team_id": name}, **changes}


def rows_by(report: dict, *keys: str) -> dict[tuple, dict]:
    return {tuple(row[key] for key in keys): row for row in report["rows"]}


def test_rows_sum_to_the_total(tokentra, make_log, record):
    log = make_log(record(**team("a")), record(**team("b")), record(**team("a")))
    report = tokentra("report", log, "--by", "team_id", "--json").json()
    rows = rows_by(report, "team_id")
    assert (rows[("a",)]["events"], rows[("a",)]["cost"]) == (2, "0.0175")
    assert (rows[("b",)]["events"], rows[("b",)]["cost"]) == (1, "0.00875")
    assert rows[("a",)]["usage"] == {"input_tokens": 3000, "output_tokens": 1000}
    assert report["total"] == "0.02625"
    assert report["events"] == 3
    assert len(report["catalog"]) == 64


def test_json_has_the_documented_members_in_order(tokentra, make_log, record):
    report = tokentra("report", make_log(record()), "--json").json()
    documented = ["rows", "total", "currency", "events", "unpriced", "refused", "duplicates"]
    documented += ["conflicts", "partial", "unmetered", "skipped", "folded"]
    assert list(report) == [*documented, "catalog", "catalog_as_of"]
    assert list(report["rows"][0]) == ["team_id", "model", "events", "cost", "usage"]


def test_keys_of_every_kind_and_camel_case(tokentra, make_log, record):
    log = make_log(record(metadata={"teamId": "a", "cost_center": "7"}, batch=True))
    keys = "teamId,cost_center,provider,model,state,service_tier,batch,bucket,hour,day"
    row = tokentra("report", log, "--by", keys, "--json").json()["rows"][0]
    assert row["team_id"] == "a"
    assert row["cost_center"] == "7"
    assert (row["provider"], row["model"], row["state"]) == ("openai", "gpt-4o", "priced")
    assert (row["service_tier"], row["batch"]) == ("standard", "true")
    assert row["day"] == "2026-10-15"
    assert row["bucket"].startswith("2026-10-15T12:00")
    assert row["hour"].startswith("2026-10-15T12")


def test_absent_and_empty_values_are_told_apart(tokentra, make_log, record):
    log = make_log(record(), record(**team("")))
    report = tokentra("report", log, "--by", "team_id", "--json").json()
    assert set(rows_by(report, "team_id")) == {(None,), ("",)}
    text = tokentra("report", log, "--by", "team_id").out
    assert "(none)" in text
    assert '""' in text


def test_unpriced_calls_are_counted_never_zero_cost_rows(tokentra, make_log, record):
    log = make_log(record(**team("a")), record(model="no-such", **team("b")))
    report = tokentra("report", log, "--by", "team_id", "--json").json()
    assert report["total"] == "0.00875"
    assert report["unpriced"]["events"] == 1
    reason = report["unpriced"]["reasons"][0]
    assert (reason["provider"], reason["model"], reason["events"]) == ("openai", "no-such", 1)
    assert "no-such" in reason["reason"]
    assert rows_by(report, "team_id")[("b",)]["unpriced_events"] == 1
    done = tokentra("report", log, "--by", "team_id")
    row = next(line for line in done.out.splitlines() if line.startswith("b "))
    assert row.split()[-2:] == ["-", "-*"]
    assert "Unpriced: 1 call" in done.out
    assert done.status == 0
    assert tokentra("report", log, "--strict").status == 1


def test_duplicates_count_once_and_conflicts_apart(tokentra, make_log, record):
    other = record(id="x", usage={"input_tokens": 1, "output_tokens": 1})
    log = make_log(record(id="x"), record(id="x"), other)
    report = tokentra("report", log, "--json").json()
    assert (report["events"], report["duplicates"], report["conflicts"]) == (1, 1, 1)
    assert report["total"] == "0.00875"


def test_since_until_take_dates_and_instants(tokentra, make_log, record):
    days = [f"2026-10-{day:02}T12:00:00Z" for day in range(1, 6)]
    log = make_log(*(record(at=day) for day in days))
    done = tokentra("report", log, "--since", "2026-10-02", "--until", days[3], "--json")
    report = done.json()
    assert (report["events"], report["skipped"]) == (2, 3)
    wrong = tokentra("report", log, "--since", "last week")
    assert wrong.status == 2
    assert "--since" in wrong.err
    assert "last week" in wrong.err


def test_days_are_those_of_the_zone(tokentra, make_log, record):
    # 23:30 UTC is the next day in Berlin; the night of 25 October has 25 hours there.
    late = ["2026-10-24T21:45:00Z", "2026-10-24T22:15:00Z", "2026-10-25T22:45:00Z"]
    log = make_log(*(record(at=at) for at in late), record(at="2026-10-25T23:15:00Z"))
    arguments = ("report", log, "--by", "provider", "--bucket", "day", "--json")
    utc = [row["day"] for row in tokentra(*arguments).json()["rows"]]
    assert utc == ["2026-10-24", "2026-10-25"]
    berlin = tokentra(*arguments, "--zone", "Europe/Berlin").json()["rows"]
    assert [(row["day"], row["events"]) for row in berlin] == [
        ("2026-10-24", 1),
        ("2026-10-25", 2),
        ("2026-10-26", 1),
    ]


def test_dates_begin_at_midnight_of_the_zone(tokentra, make_log, record):
    log = make_log(record(at="2026-07-01T21:59:59Z"), record(at="2026-07-01T22:00:00Z"))
    since = ("--since", "2026-07-02", "--zone", "Europe/Berlin")
    assert tokentra("report", log, *since, "--json").json()["events"] == 1


def test_an_unknown_zone_names_the_nearest(tokentra, make_log, record):
    done = tokentra("report", make_log(record()), "--zone", "Europe/Berlni")
    assert done.status == 2
    assert "Europe/Berlni" in done.err
    assert "Europe/Berlin" in done.err
    for name in ("../../etc/passwd", "/etc/localtime", "tzdata.zi"):
        assert tokentra("report", make_log(record()), "--zone", name).status == 2


def test_bounds_are_said_when_passed_and_totals_stay_exact(tokentra, make_log, record):
    log = make_log(*(record(id=f"c{i}", **team(f"t{i}")) for i in range(40)))
    done = tokentra("report", log, "--by", "team_id", "--groups-max", "8", "--json")
    assert done.status == 1
    assert "--groups-max 8" in done.err
    report = done.json()
    assert report["folded"] > 0
    assert report["total"] == str(Decimal("0.00875") * 40).rstrip("0").rstrip(".")
    assert sum(Decimal(row["cost"]) for row in report["rows"]) == Decimal(report["total"])

    done = tokentra("report", log, "--ids-max", "10", "--json")
    assert done.status == 1
    assert "--ids-max 10" in done.err
    assert done.json()["events"] == 40


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        ((), ["nothing to report"]),
        (("x", "--by", "team_id,,model"), ["empty"]),
        (("x", "--by", "team_id,teamId"), ["twice"]),
        (("x", "--by", "cost"), ["'cost'"]),
        (("x", "--bucket", "week"), ["'week'", "day, hour or 15m"]),
        (("x", "--groups-max", "0"), ["0"]),
        (("x", "--buckte", "day"), ["--buckte", "--bucket"]),
    ],
)
def test_usage_errors(tokentra, arguments, messages):
    done = tokentra("report", *arguments)
    assert done.status == 2
    for message in messages:
        assert message in done.err


def test_a_key_nobody_states_is_said(tokentra, make_log, record):
    done = tokentra("report", make_log(record(**team("a"))), "--by", "tem_id")
    assert done.status == 0
    assert "'tem_id'" in done.err
    assert "'team_id'" in done.err


def test_a_value_too_long_for_a_key_is_folded_and_said(tokentra, make_log, record):
    done = tokentra("report", make_log(record(**team("x" * 300))), "--by", "team_id", "--json")
    assert done.status == 1
    assert "256 bytes" in done.err
    assert (done.json()["folded"], done.json()["total"]) == (1, "0.00875")


def test_many_files_of_one_service(tokentra, make_log, record):
    logs = [make_log(record(id=f"{i}"), name=f"{i}.jsonl") for i in range(3)]
    report = tokentra("report", *logs, logs[0], "--json").json()
    assert (report["events"], report["duplicates"]) == (3, 1)


def test_chunks_do_not_show(tokentra, tmp_path, record):
    """Five megabytes: several chunks, cut in the middle of lines."""
    log = tmp_path / "large.jsonl"
    line = json.dumps(record(note="x" * 200)) + "\n"
    log.write_text(line * 15_000)
    report = tokentra("report", log, "--json").json()
    assert report["events"] == 15_000
    assert Decimal(report["total"]) == Decimal("0.00875") * 15_000


@pytest.mark.parametrize("until", ["2026-10-01", "2026-09-30", "2026-10-01T00:00:00Z"])
def test_a_period_that_ends_before_it_begins_is_an_error(tokentra, make_log, record, until):
    done = tokentra("report", make_log(record()), "--since", "2026-10-01", "--until", until)
    assert done.status == 2
    assert f"--since 2026-10-01 is not before --until {until}" in done.err


def test_keys_that_nobody_named_are_not_spoken_of(tokentra, make_log, record):
    log = make_log(record(metadata={}))
    assert "no call has" not in tokentra("report", log).err
    assert (
        "no call has the metadata key 'team_id'" in tokentra("report", log, "--by", "team_id").err
    )


def test_two_spellings_that_differ_are_told(tokentra, make_log, record):
    both = {"metadata": {"projectId": "b", "project_id": "a"}}
    log = make_log(record(**team("x")), record(**both), record(**both))
    finding = 'metadata.project_id: it is given as "projectId" too, with "b"; "a" counts'
    report = tokentra("report", log, "--by", "project_id", "--json").json()
    assert report["metadata_findings"] == 2
    assert {row["project_id"] for row in report["rows"]} == {None, "a"}
    text = tokentra("report", log, "--by", "project_id").out
    assert f"Metadata: 2 calls with something wrong in it; the first at {log}:2: {finding}" in text
    assert tokentra("price", log, "--json").json_lines()[1]["findings"] == [finding]
