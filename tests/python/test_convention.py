"""Conventions in Python: compiled from dicts and files, checked on their own and at every event."""

from __future__ import annotations

import json
import pickle
import threading
from datetime import datetime, timezone

import pytest
import tokentra

AT = datetime(2026, 10, 15, 12, tzinfo=timezone.utc)
SECRET = "sk-proj-" + "Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4fGh7jKl0nOp3rSt6v"


def teams(mode: str = "warn") -> dict[str, object]:
    return {
        "tokentra_convention": 1,
        "name": "acme",
        "mode": mode,
        "vocabularies": {"teams": ["growth", {"name": "search", "aliases": ["find"]}]},
        "keys": {
            "team_id": {"presence": "required", "vocabulary": "teams"},
            "feature": {"case": "lower", "separator": "-"},
        },
    }


def track(client: tokentra.Client, **metadata: object) -> tokentra.TrackResult:
    return client.track(
        provider="openai", model="gpt-4o", input_tokens=1500, output_tokens=500, at=AT,
        metadata=metadata,
    )  # fmt: skip


def costs(client: tokentra.Client) -> dict[str | None, str]:
    return {row["team_id"]: str(row.cost) for row in client.snapshot().by("team_id")}


def test_the_pages_own_example_gets_a_helpful_finding() -> None:
    check = tokentra.Convention.builtin().check(
        {"projectId": "customer-chatbot", "teamId": "engineering"}
    )
    (finding,) = check.findings
    assert check.mode == "warn"
    assert check.recorded == {}
    assert finding.rule == "TK-N006"
    assert finding.name == "parts"
    assert finding.severity == "error"
    assert finding.key == "project_id"
    assert finding.suggestion == "engineering-customer-chatbot"
    assert not finding.fix_is_safe
    assert isinstance(finding, str)
    assert finding == (
        "TK-N006 project_id: it has 2 parts, {team}-{product}-{feature} has 3: {team} is missing, "
        "and team_id is \"engineering\"; nearest is 'engineering-customer-chatbot'"
    )


def test_a_file_and_the_vocabulary_beside_it(tmp_path) -> None:
    convention = teams()
    convention["vocabularies"] = {"teams": {"file": "teams.txt"}}
    (tmp_path / "teams.txt").write_text("growth\nsearch alias:find\n", encoding="utf-8")
    path = tmp_path / "convention.json"
    path.write_text(json.dumps(convention), encoding="utf-8")
    for source in (path, str(path)):
        assert tokentra.Convention(source).check({"team_id": "growth"}).findings == []
    given = tokentra.Convention(path, files={"teams.txt": "platform\n"})
    assert given.check({"team_id": "growth"}).findings[0].rule == "TK-N101"
    (tmp_path / "teams.txt").unlink()
    with pytest.raises(FileNotFoundError):
        tokentra.Convention(path)


def test_what_does_not_compile_says_why() -> None:
    convention = teams()
    convention["keys"]["project_id"] = {"template": "{a}-{b}", "parts": {
        "a": {"separator": "-"}, "b": {"separator": "-"}}}  # fmt: skip
    with pytest.raises(tokentra.InvalidArgumentError, match=r"project_id.*reads as"):
        tokentra.Convention(convention)
    with pytest.raises(TypeError):
        tokentra.Convention(7)
    with pytest.raises(TypeError):
        tokentra.Convention(teams(), fingerprint_key="text")


def test_explain_and_describe() -> None:
    convention = tokentra.Convention(teams())
    assert "growth, search" in convention.explain()
    described = convention.describe()
    assert described["name"] == convention.name == "acme"
    assert described["digest"] == convention.digest
    assert [key["key"] for key in described["keys"]] == ["team_id", "feature"]
    assert repr(convention).startswith("<tokentra.Convention acme ")


def test_a_client_tells_findings_and_records_what_the_mode_says() -> None:
    client = tokentra.Client(convention=tokentra.Convention(teams("reject")))
    assert track(client, team_id="growth").findings == []
    result = track(client, team_id="growht")
    assert result.outcome == "recorded"
    assert str(result.total) == "0.00875"
    (finding,) = result.findings
    assert (finding.rule, finding.value, finding.suggestion) == ("TK-N101", "growht", "growth")
    assert pickle.loads(pickle.dumps(finding)).rule == "TK-N101"
    assert costs(client) == {"growth": "0.00875", "__refused__": "0.00875"}
    assert client.finding_events == 1
    recorder = client.recorder(provider="openai", model="gpt-4o", metadata={"team_id": "nobody"})
    recorded = recorder.record(input_tokens=1500, output_tokens=500, at=AT)
    assert recorded.findings[0].rule == "TK-N101"
    assert costs(client) == {"growth": "0.00875", "__refused__": "0.0175"}


def test_the_clients_own_metadata_is_beneath() -> None:
    client = tokentra.Client(
        metadata={"team_id": "nobody"}, convention=tokentra.Convention(teams())
    )
    assert client.check().findings[0].rule == "TK-N101"
    assert client.check({"teamId": "growth"}).findings == []
    with tokentra.metadata(team_id="search"):
        assert client.check().findings == []
        assert track(client).findings == []


def test_secrets_are_not_in_results_or_snapshots() -> None:
    client = tokentra.Client(convention=tokentra.Convention(teams(), fingerprint_key=b"k"))
    result = track(client, team_id=SECRET)
    (finding,) = result.findings
    assert finding.rule == "TK-N402"
    assert finding.fingerprint.startswith("hmac:")
    shown = repr(vars_of(finding)) + finding + repr(result) + repr(client.check({"x": SECRET}))
    assert SECRET[8:20] not in shown
    assert SECRET[8:20].encode() not in client.snapshot().to_bytes()
    assert costs(client) == {"__redacted__": "0.00875"}


def vars_of(finding: tokentra.Finding) -> list[object]:
    return [getattr(finding, name) for name in tokentra.Finding.__slots__]


def test_a_live_client_takes_another_convention() -> None:
    client = tokentra.Client()
    child = client.with_metadata(feature="chat")
    assert client.convention is None
    assert track(client, team_id="nobody").findings == []
    convention = tokentra.Convention(teams("reject"))
    client.use(convention=convention)
    assert child.convention is convention
    assert len(track(child, team_id="nobody").findings) == 1
    catalog = tokentra.Catalog.builtin()
    child.use(catalog=catalog)
    assert client.catalog is catalog
    assert client.convention is convention
    client.use(convention=None)
    assert child.convention is None
    assert track(child, team_id="nobody").findings == []
    assert costs(client) == {"nobody": "0.0175", "__refused__": "0.00875"}
    for wrong in ({"convention": "file.json"}, {"catalog": 7}):
        with pytest.raises(TypeError):
            client.use(**wrong)


def test_threads_meet_the_old_or_the_new() -> None:
    client = tokentra.Client(convention=tokentra.Convention(teams("reject")))
    conventions = [tokentra.Convention(teams(mode)) for mode in ("quarantine", "reject")]

    def work() -> None:
        for _ in range(300):
            track(client, team_id="nobody")

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for i in range(200):
        client.use(convention=conventions[i % 2])
    for thread in threads:
        thread.join()
    by_team = {row["team_id"]: row.events for row in client.snapshot().by("team_id")}
    assert set(by_team) <= {"__quarantined__", "__refused__"}
    assert sum(by_team.values()) == 900


def test_two_spellings_that_differ_are_a_finding() -> None:
    client = tokentra.Client()
    result = track(client, teamId="b", team_id="a")
    (finding,) = result.findings
    assert finding.rule == "TK-N207"
    assert 'given as "teamId" too, with "b"; "a" counts' in finding
    assert costs(client) == {"a": "0.00875"}
