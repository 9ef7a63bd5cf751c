"""tokentra lint and tokentra convention init: findings with their money, bounds, forms, fixes."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

SECRET = "sk-proj-" + "Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4fGh7jKl0nOp3rSt6v"
TEAMS = {
    "tokentra_convention": 1,
    "name": "acme",
    "vocabularies": {"teams": {"file": "teams.txt"}},
    "keys": {
        "team_id": {"presence": "required", "vocabulary": "teams", "aliases": ["team"]},
        "feature": {"case": "lower", "separator": "-"},
    },
}


@pytest.fixture
def convention(tmp_path) -> Path:
    (tmp_path / "teams.txt").write_text("growth alias:gr\nsearch\n", encoding="utf-8")
    path = tmp_path / "naming.json"
    path.write_text(json.dumps(TEAMS), encoding="utf-8")
    return path


def named(**metadata: str) -> dict:
    return {"metadata": metadata}


def by_rule(report: dict) -> dict[str, dict]:
    return {rule["rule"]: rule for rule in report["rules"]}


def test_the_pages_own_example_gets_a_helpful_finding(tokentra, make_log, record):
    log = make_log(
        record(**named(projectId="customer-chatbot", teamId="engineering")),
        record(**named(project_id="engineering-web-chat", team_id="engineering")),
        record(**named(projectId="customer-chatbot", teamId="engineering")),
    )
    result = tokentra("lint", log)
    assert result.status == 1
    assert 'project_id "customer-chatbot"  2 events, $0.017500' in result.out
    assert "it has 2 parts, {team}-{product}-{feature} has 3: {team} is missing" in result.out
    assert "nearest: engineering-customer-chatbot  (yours to decide" in result.out
    assert "Fully attributed: 33.3 % of $0.026250" in result.out
    assert f"{log}:1" in result.out
    report = tokentra("lint", log, "--format", "json").json()
    rule = by_rule(report)["TK-N006"]
    assert (rule["events"], rule["cost"]) == (2, "0.0175")
    (value,) = rule["values"]
    assert value["finding"]["suggestion"] == "engineering-customer-chatbot"
    assert (value["file"], value["line"]) == (str(log), 1)
    assert report["coverage"]["percent"] == "33.3"
    assert [day["day"] for day in report["coverage"]["days"]] == ["2026-10-15"]


def test_rules_come_with_the_most_money_first(tokentra, make_log, record, convention):
    log = make_log(
        record(**named(team_id="nobody"), usage={"input_tokens": 1}),
        record(**named(team_id="growth", feature="BAD"), usage={"input_tokens": 1_000_000}),
        record(**named(team_id="growth", feature="fine"), usage={"input_tokens": 10}),
    )
    report = tokentra("lint", log, "--convention", convention, "--format", "json").json()
    assert [rule["rule"] for rule in report["rules"]] == ["TK-N003", "TK-N101"]
    assert report["events"] == 3
    days = report["coverage"]["days"]
    assert sum(Decimal(day["cost"]) for day in days) == Decimal(report["cost"])


def test_coverage_has_a_trend_by_day(tokentra, make_log, record, convention):
    log = make_log(
        record(**named(team_id="nobody"), at="2026-10-14T12:00:00Z"),
        record(**named(team_id="growth"), at="2026-10-14T12:00:00Z"),
        record(**named(team_id="growth"), at="2026-10-15T12:00:00Z"),
    )
    days = tokentra("lint", log, "--convention", convention, "--json").json()["coverage"]["days"]
    assert [(day["day"], day["percent"]) for day in days] == [
        ("2026-10-14", "50.0"),
        ("2026-10-15", "100.0"),
    ]


def test_a_call_of_one_id_counts_once(tokentra, make_log, record, convention):
    log = make_log(
        record(id="a", **named(team_id="nobody")), record(id="a", **named(team_id="nobody"))
    )
    report = tokentra("lint", log, "--convention", convention, "--json").json()
    assert report["events"] == 1


def test_bounds_decide_the_exit_status(tokentra, make_log, record, convention):
    log = make_log(record(**named(team_id="nobody")), record(**named(team_id="growth")))
    arguments = ("lint", log, "--convention", convention)
    assert tokentra(*arguments).status == 1
    assert tokentra(*arguments, "--errors-max", "0").status == 1
    assert tokentra(*arguments, "--errors-max", "1").status == 0
    assert tokentra(*arguments, "--errors-max", "1", "--attributed-min", "50").status == 0
    result = tokentra(*arguments, "--errors-max", "1", "--attributed-min", "51")
    assert result.status == 1
    assert "fully attributed are 50.0 %, less than --attributed-min 51" in result.err


def test_a_baseline_accepts_what_exists(tokentra, make_log, record, convention, tmp_path):
    known = tmp_path / "known.json"
    log = make_log(record(**named(team_id="nobody")))
    written = tokentra("lint", log, "--convention", convention, "--write-baseline", known)
    assert written.status == 0
    assert json.loads(known.read_text(encoding="utf-8")) == {
        "tokentra_baseline": 1,
        "findings": [{"rule": "TK-N101", "key": "team_id", "value": "nobody"}],
    }
    result = tokentra("lint", log, "--convention", convention, "--baseline", known)
    assert result.status == 0
    assert "(baseline)" in result.out
    more = make_log(record(**named(team_id="nobody")), record(**named(team_id="someone")))
    result = tokentra("lint", more, "--convention", convention, "--baseline", known)
    assert result.status == 1
    # It works beside the built-in convention too.
    assert tokentra("lint", log, "--baseline", known, "--errors-max", "2").status == 0


def test_safe_fixes_change_the_metadata_and_nothing_else(tokentra, tmp_path, convention):
    lines = [
        '{"provider":"openai","model":"gpt-4o","at":"2026-10-15T12:00:00Z", "x": 1.50e0,'
        '"usage":{"input_tokens":5},"metadata":{ "team":"gr", "feature":"Web_Chat","n":1.0}}',
        '{"metadata":{"teamId":"GROWTH"},"provider":"openai","model":"gpt-4o",'
        '"at":"2026-10-15T12:00:00Z","usage":{"input_tokens":5}}',
        '{"provider":"openai","model":"gpt-4o","at":"2026-10-15T12:00:00Z",'
        '"usage":{"input_tokens":5},"metadata":{"team_id":"growht"}}',
    ]
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = tokentra("lint", log, "--convention", convention, "--fix")
    assert result.status == 0
    fixed = result.out.splitlines()
    assert fixed[0] == lines[0].replace(
        '{ "team":"gr", "feature":"Web_Chat","n":1.0}',
        '{"team_id":"growth","feature":"web-chat","n":1.0}',
    )
    assert fixed[1] == lines[1].replace("GROWTH", "growth")
    assert fixed[2] == lines[2]  # a typo is not safe
    assert "4 values and keys fixed" in result.err
    again = tmp_path / "again.jsonl"
    again.write_text(result.out, encoding="utf-8")
    twice = tokentra("lint", again, "--convention", convention, "--fix")
    assert twice.out == result.out
    assert "0 values and keys fixed" in twice.err


def test_sarif_has_what_the_schema_requires(tokentra, make_log, record, convention):
    log = make_log(
        record(**named(team_id="nobody")), record(**named(team_id="growth", note=SECRET))
    )
    sarif = tokentra("lint", log, "--convention", convention, "--format", "sarif").json()
    assert sarif["version"] == "2.1.0"
    (run,) = sarif["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "tokentra lint"
    ids = [rule["id"] for rule in driver["rules"]]
    assert sorted(ids) == ["TK-N101", "TK-N402"]
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        location = result["locations"][0]["physicalLocation"]
        assert location["artifactLocation"]["uri"] == str(log)
        assert location["region"]["startLine"] >= 1
        assert len(result["partialFingerprints"]["tokentra/v1"]) == 32
        assert result["occurrenceCount"] == 1


def test_secrets_are_in_no_output(tokentra, make_log, record, convention, tmp_path):
    log = make_log(
        record(**named(team_id=SECRET, note=SECRET)), record(**{"metadata": {SECRET: "x"}})
    )
    known = tmp_path / "known.json"
    for arguments in (["--format", "text"], ["--format", "json"], ["--format", "sarif"]):
        result = tokentra("lint", log, "--convention", convention, *arguments)
        assert SECRET[8:20] not in result.out + result.err
        assert "[redacted: " in result.out
    tokentra("lint", log, "--convention", convention, "--write-baseline", known)
    assert SECRET[8:20] not in known.read_text(encoding="utf-8")
    proposed = tokentra("convention", "init", "--from", log)
    assert SECRET[8:20] not in proposed.out + proposed.err


def test_ledgers_and_snapshots_are_checked_as_far_as_they_keep_it(tokentra, tmp_path, convention):
    module = pytest.importorskip("tokentra")
    folder, file = tmp_path / "ledger", tmp_path / "week.snapshot"
    client = module.Client(ledger=module.Ledger(folder, dimensions=["team_id"]))
    for team in ("growth", "nobody", "nobody"):
        client.track(
            provider="openai", model="gpt-4o", input_tokens=1500, output_tokens=500,
            metadata={"team_id": team}, at="2026-10-15T12:00:00Z",
        )  # fmt: skip
    file.write_bytes(client.snapshot().to_bytes())
    for source in (folder, file):
        report = tokentra("lint", source, "--convention", convention, "--json").json()
        (rule,) = report["rules"]
        assert (rule["rule"], rule["events"], rule["cost"]) == ("TK-N101", 2, "0.0175")
        assert report["not_checked"] == ["feature"]
        assert report["coverage"]["days"][0]["percent"] == "33.3"
    fix = tokentra("lint", folder, "--convention", convention, "--fix")
    assert (fix.status, fix.out) == (2, "")


def test_explain_says_the_rules_in_words(tokentra, convention):
    result = tokentra("lint", "--convention", convention, "--explain")
    assert result.status == 0
    assert "growth, search" in result.out
    assert "valid" in result.out
    assert tokentra("lint", "--explain").out.startswith("Convention best-practices")
    described = tokentra("lint", "--convention", convention, "--explain", "--json").json()
    assert described["name"] == "acme"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ('{"tokentra_convention":1,"keys":{"a":{"presense":"required"}}}', "presence"),
        ('{"tokentra_convention":1,"keys":{"a":{"vocabulary":"x"}}}', "x"),
    ],
)
def test_a_wrong_convention_names_the_file(tokentra, make_log, record, tmp_path, text, message):
    path = tmp_path / "wrong.json"
    path.write_text(text, encoding="utf-8")
    result = tokentra("lint", make_log(record()), "--convention", path)
    assert (result.status, result.out) == (1, "")
    assert "wrong.json" in result.err
    assert message in result.err


def test_what_cannot_be(tokentra, make_log, record, convention, tmp_path):
    assert tokentra("lint").status == 2
    assert tokentra("convention").status == 2
    assert tokentra("convention", "init").status == 2
    assert tokentra("lint", make_log(record()), "--format", "xml").status == 2
    missing = tokentra("lint", make_log(record()), "--convention", tmp_path / "none.json")
    assert (missing.status, "none.json" in missing.err) == (1, True)
    (tmp_path / "teams.txt").unlink()
    missing = tokentra("lint", make_log(record()), "--convention", convention)
    assert (missing.status, "teams.txt" in missing.err) == (1, True)


def test_init_proposes_what_the_log_then_satisfies(tokentra, make_log, record, tmp_path):
    records = [
        record(**named(team_id=team, feature=feature, project_id=f"{team}-web-{feature}"))
        for team in ("growth", "search")
        for feature in ("chat", "summary", "triage")
        for _ in range(4)
    ]
    records.append(record(**named(team_id="Growth", feature="chat", project_id="growth-web-chat")))
    log = make_log(*records)
    result = tokentra("convention", "init", "--from", log)
    assert result.status == 0
    proposed = json.loads(result.out)
    assert set(proposed["keys"]) == {"team_id", "feature", "project_id"}
    assert "{team}-" in proposed["keys"]["project_id"]["template"]
    assert any("Growth" in json.dumps(note) for note in proposed["notes"])
    path = tmp_path / "naming.json"
    path.write_text(result.out, encoding="utf-8")
    report = tokentra("lint", log, "--convention", path, "--json").json()
    assert {rule["rule"] for rule in report["rules"]} <= {"TK-N102", "TK-N105"}


def test_other_logs_are_read_as_they_are(tokentra, tmp_path):
    log = tmp_path / "spend.jsonl"
    row = {
        "request_id": "a", "call_type": "acompletion", "model": "gpt-4o", "spend": 0.1,
        "custom_llm_provider": "openai", "startTime": "2026-10-15 12:00:00",
        "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15,
        "team_id": "Growth Team", "metadata": {},
    }  # fmt: skip
    log.write_text(json.dumps(row) + "\n", encoding="utf-8")
    report = tokentra("lint", log, "--log-format", "litellm", "--json").json()
    assert report["events"] == 1
    assert "TK-N201" in by_rule(report)


def test_the_same_on_many_threads(tokentra, make_log, record, convention):
    log = make_log(*[record(**named(team_id=f"team-{n % 7}")) for n in range(3_000)])
    one = tokentra("lint", log, "--convention", convention, "--json", "--jobs", "1")
    many = tokentra("lint", log, "--convention", convention, "--json", "--jobs", "4")
    assert one.out == many.out
