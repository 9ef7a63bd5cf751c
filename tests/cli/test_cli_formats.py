"""Logs of other systems: each sample of tests/formats, read as what its source says it means.

Method: `import` shows what was read, `price` what it costs, `report` the totals; the expected
counts are written here by hand from the samples. Properties over all samples: packing, splitting,
shuffling, merging and threads change nothing.
"""

from __future__ import annotations

import gzip
import json
import random
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[1] / "formats"
COLUMNS = ("--column", "input_tokens=prompt", "--column", "output_tokens=completion")
AT = ("--at", "2026-10-15T12:00:00Z")
# Sample, its format, options, and for each call: id or None, provider, usage.
CASES = [
    (
        "litellm_spend_logs.jsonl",
        "litellm",
        (),
        [
            ("chatcmpl-1", "openai", (1500, 500, 1000)),
            ("chatcmpl-2", "anthropic", (3000, 100, 2000)),
            ("chatcmpl-3", "openai", None),  # out of the proxy's cache
            ("chatcmpl-4", "openai", None),  # failed
            ("chatcmpl-5", "aws", (100, 10, None)),
        ],
    ),
    (
        "litellm_standard_logging_payload.json",
        "litellm",
        (),
        [("chatcmpl-9", "openai", (1500, 500, None))],
    ),
    (
        "langfuse_observations.jsonl",
        "langfuse",
        (),
        [
            ("o1", "openai", (1500, 500, 1000)),  # the total says disjoint
            ("o2", "anthropic", (1500, 500, 1000)),  # the total says inclusive
        ],
    ),
    ("langfuse_api_page.json", "langfuse", (), [("o4", "openai", (1500, 500, None))]),
    (
        "openai_usage_page.json",
        "openai-usage",
        (),
        [
            (None, "openai", (1500000, 500000, 1000000)),
            (None, "openai", (1000, 100, 0)),
        ],
    ),
    (
        "otlp_traces.jsonl",
        "otlp",
        (),
        [
            ("chatcmpl-1", "openai", (1500, 500, 1000)),
            ("5b8efff798038103d269b633813fc60c-eee19b7ec3c1b176", "anthropic", (100, 10, None)),
            ("6b8efff798038103d269b633813fc60c-aaa19b7ec3c1b173", "aws", (901, 14, None)),
        ],
    ),
    (
        "openrouter_activity.csv",
        "openrouter",
        (),
        [
            ("gen-1782618417-a", "openrouter", (1500, 500, 0)),
            ("gen-1782618418-b", "openrouter", (100, 10, 0)),
        ],
    ),
    (
        "claude_code_session.jsonl",
        "claude-code",
        (),
        [
            ("msg_01A", "anthropic", (89345, 55, 88936)),
            ("msg_01B", "anthropic", (89345, 20, 88936)),
        ],
    ),
    (
        "codex_rollout.jsonl",
        "codex",
        (),
        [("0199-s-1", "openai", (1000, 200, 600)), ("0199-s-2", "openai", (500, 100, 200))],
    ),
    (
        "responses.jsonl",
        "response",
        AT,
        [
            ("chatcmpl-7", "openai", (1500, 500, None)),
            ("msg_7", "anthropic", (947, 75, None)),
            (None, "google", (229, 17, None)),
        ],
    ),
    (
        "openai_batch_output.jsonl",
        "response",
        (),
        [("chatcmpl-8", "openai", (1500, 500, None))],
    ),
    (
        "plain.csv",
        "csv",
        COLUMNS,
        [(None, "openai", (1500, 500, None)), (None, "openai", (15, 5, None))],
    ),
]
BY_LINE = [case for case in CASES if case[0].endswith(".jsonl") and case[1] != "codex"]


def names(case: tuple) -> str:
    return case[0]


def totals(tokentra, *arguments: object) -> tuple:
    report = tokentra("report", *arguments, "--json", "--by", "provider,model").json()
    rows = sorted(json.dumps(row, sort_keys=True) for row in report["rows"])
    return report["total"], report["events"], report["refused"], rows


@pytest.mark.parametrize("case", CASES, ids=names)
def test_format_is_detected_and_read(tokentra, case):
    name, form, options, calls = case
    done = tokentra("price", SAMPLES / name, "--json", *options, "--verbose")
    assert done.status == 0
    assert f"{name}: read as {form}" in done.err
    lines = done.json_lines()
    assert [(line["id"], line["provider"]) for line in lines] == [call[:2] for call in calls]
    for line, (_, _, usage) in zip(lines, calls, strict=True):
        assert "error" not in line
        if usage is None:
            assert line["state"] == "unmetered"
            continue
        counts = line["usage"]
        assert (counts["input_tokens"], counts["output_tokens"]) == usage[:2]
        assert counts.get("cache_read_tokens", 0) == (usage[2] or 0)


@pytest.mark.parametrize("case", CASES, ids=names)
def test_format_named_is_the_format_detected(tokentra, case):
    name, form, options, _ = case
    detected = tokentra("price", SAMPLES / name, "--json", *options)
    named = tokentra("price", SAMPLES / name, "--json", *options, "--format", form)
    assert named.out == detected.out


@pytest.mark.parametrize("case", CASES, ids=names)
def test_format_import_makes_call_records_that_mean_the_same(tokentra, tmp_path, case):
    name, _, options, calls = case
    done = tokentra("import", SAMPLES / name, *options)
    assert done.status == 0
    assert len(done.json_lines()) == len(calls)
    records = tmp_path / "calls.jsonl"
    records.write_text(done.out)
    assert totals(tokentra, records) == totals(tokentra, SAMPLES / name, *options)
    again = tokentra("import", records)
    assert again.out == done.out


@pytest.mark.parametrize("case", CASES, ids=names)
def test_format_packed_and_threaded_changes_nothing(tokentra, tmp_path, case):
    name, _, options, _ = case
    plain = tokentra("price", SAMPLES / name, "--json", *options)
    data = (SAMPLES / name).read_bytes()
    packed = tmp_path / "packed.gz"
    half = len(data) // 2  # two members behind each other are one file
    packed.write_bytes(gzip.compress(data[:half]) + gzip.compress(data[half:]))
    for jobs in (1, 4):
        assert tokentra("price", packed, "--json", *options, "--jobs", jobs).out == plain.out
    assert tokentra("price", "-", "--json", *options, stdin=data).out == plain.out


@pytest.mark.parametrize("case", BY_LINE, ids=names)
def test_format_splitting_shuffling_and_merging_changes_no_total(tokentra, tmp_path, case):
    name, form, options, _ = case
    lines = (SAMPLES / name).read_text().splitlines(keepends=True)
    whole = totals(tokentra, SAMPLES / name, *options)
    generator = random.Random(5)
    for round_number in range(4):
        generator.shuffle(lines)
        cuts = sorted(generator.sample(range(len(lines) + 1), 2))
        parts = [lines[: cuts[0]], lines[cuts[0] : cuts[1]], lines[cuts[1] :]]
        paths = []
        for number, part in enumerate(parts):
            path = tmp_path / f"{round_number}-{number}.jsonl"
            path.write_text("".join(part))
            paths.append(path)
        assert totals(tokentra, *paths, "--format", form, *options) == whole


def test_format_array_and_printed_json_are_the_same_records(tokentra, tmp_path, record):
    rows = [record(id=str(i), usage={"input_tokens": i, "output_tokens": 1}) for i in range(9)]
    lines = tmp_path / "lines.jsonl"
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows))
    expected = [line["total"] for line in tokentra("price", lines, "--json").json_lines()]
    for text in (
        json.dumps(rows),
        json.dumps(rows, indent=2),
        "\n".join(json.dumps(row, indent=1) for row in rows),
        "\n\n" + json.dumps(rows, indent="\t") + "\n",
    ):
        path = tmp_path / "document.json"
        path.write_text(text)
        done = tokentra("price", path, "--json")
        assert done.status == 0
        assert [line["total"] for line in done.json_lines()] == expected
    # A record is named by the line where it begins.
    path.write_text('[\n  {"provider": "openai"},\n  {\n    "usage": 1\n  }\n]\n')
    done = tokentra("price", path, "--json")
    assert [line["line"] for line in done.json_lines()] == [2, 3]


def test_format_openai_usage_is_banded_by_the_average_call(tokentra, tmp_path):
    """Ten million tokens of a thousand calls are no long context."""
    result = {
        "object": "organization.usage.completions.result",
        "input_tokens": 10_000_000,
        "output_tokens": 0,
        "num_model_requests": 1000,
        "model": "gpt-5.4",
    }
    bucket = {"object": "bucket", "start_time": 1792022400, "results": [result]}
    path = tmp_path / "usage.json"
    path.write_text(json.dumps({"object": "page", "data": [bucket], "has_more": False}))
    one = tokentra(
        "price", "--provider", "openai", "--model", "gpt-5.4", "--usage", "input_tokens=10000",
        "--at", "2026-10-15T00:00:00Z", "--json",
    ).json()  # fmt: skip
    line = tokentra("price", path, "--json").json()
    if one["total"] is None:
        pytest.skip("the model has no price")
    assert Decimal(line["total"]) == 1000 * Decimal(one["total"])


def test_format_otlp_agents_count_once_whatever_the_order(tokentra, tmp_path):
    lines = (SAMPLES / "otlp_traces.jsonl").read_text().splitlines()
    for order in (lines, lines[::-1]):
        path = tmp_path / "traces.jsonl"
        path.write_text("\n".join(order))
        report = tokentra("report", path, "--json").json()
        assert report["events"] == 3
        assert report["covered"] == 1


def test_format_claude_code_counts_the_largest_of_one_answer(tokentra):
    report = tokentra("report", SAMPLES / "claude_code_session.jsonl", "--json").json()
    assert (report["events"], report["duplicates"]) == (2, 2)
    assert sum(row["usage"]["output_tokens"] for row in report["rows"]) == 75


def test_format_verbose_lists_every_unread_field(tokentra):
    done = tokentra("price", SAMPLES / "litellm_spend_logs.jsonl", "--verbose")
    for field in ("spend", "api_key", "api_base", "metadata.error_information.error_code"):
        assert f"not read (litellm): {field}: " in done.err
    for field in ("prompt_tokens", "metadata.usage_object.prompt_tokens", "team_id"):
        assert f": {field}: " not in done.err


def test_format_unknown_is_a_usage_error_with_the_nearest(tokentra):
    done = tokentra("price", SAMPLES / "plain.csv", "--format", "litelm")
    assert done.status == 2
    assert "litelm" in done.err
    assert "did you mean 'litellm'" in done.err


def test_format_bad_records_are_named_with_line_and_column(tokentra, make_log, record):
    broken = '{"provider":"openai", "model": }'
    log = make_log(record(), broken, record(usage={"input_tokens": -1}), record())
    done = tokentra("price", log, "--json")
    assert done.status == 1
    assert f"{log}:2: column 32: not JSON" in done.err
    assert f"{log}:3: column " in done.err
    assert [line.get("column") for line in done.json_lines()][1] == 32
    strict = tokentra("price", log, "--json", "--strict")
    assert strict.status == 1
    assert [line["line"] for line in strict.json_lines()] == [1, 2]
    report = tokentra("report", log, "--strict")
    assert (report.status, report.out) == (1, "")
    assert "stopped" in report.err


def test_format_duplicates_across_files_and_threads(tokentra, tmp_path, record):
    """Same id and content once; same id, other content apart: by the order of the log."""
    lines = []
    for i in range(4000):
        usage = {"input_tokens": 10 + (i % 3 == 0 and i > 2000), "output_tokens": 1}
        lines.append(json.dumps(record(id=str(i % 2000), usage=usage, pad="x" * 300)) + "\n")
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_text("".join(lines[:2500]))
    second.write_text("".join(lines[2500:]))
    one = tokentra("report", first, second, "--json", "--jobs", 1)
    report = one.json()
    conflicts = sum(i % 3 == 0 for i in range(2001, 4000))
    assert (report["events"], report["conflicts"]) == (2000, conflicts)
    assert report["duplicates"] == 2000 - conflicts
    for jobs in (2, 7):
        assert tokentra("report", first, second, "--json", "--jobs", jobs).out == one.out


def test_format_hostile_packed_files(tokentra, tmp_path, make_log, record):
    data = (json.dumps(record(pad="x" * 100)) + "\n").encode() * 5000
    packed = gzip.compress(data)
    cut = tmp_path / "cut.gz"
    cut.write_bytes(packed[: len(packed) // 2])
    done = tokentra("price", cut, "--json")
    assert done.status == 1
    assert "cut.gz: ends early: its gzip data is cut short" in done.err
    damaged = tmp_path / "damaged.gz"
    damaged.write_bytes(packed[:-8] + b"\0" * 8)  # its checksum
    done = tokentra("report", damaged, make_log(record()), "--json")
    assert done.status == 1
    assert "damaged.gz: is damaged" in done.err
    assert done.json()["events"] >= 1
    empty = tmp_path / "empty.gz"
    empty.write_bytes(gzip.compress(b""))
    assert tokentra("price", empty).status == 0


def test_format_zip_bomb_in_bounded_memory(tokentra, tmp_path, record):
    bomb = tmp_path / "bomb.gz"
    with gzip.open(bomb, "wb", compresslevel=9) as file:
        file.write(json.dumps(record()).encode() + b"\n")
        for _ in range(300):
            file.write(b"\0" * 1_000_000)
        file.write(b"\n" + json.dumps(record()).encode() + b"\n")
    done = tokentra("price", bomb, "--json")
    assert [line["line"] for line in done.json_lines()] == [1, 2, 3]
    assert done.json_lines()[1]["error"]["code"] == "RESOURCE_EXHAUSTED"


def test_format_zstd(tokentra, tmp_path, record):
    plain = tmp_path / "calls.jsonl"
    plain.write_text("".join(json.dumps(record(id=str(i))) + "\n" for i in range(1000)))
    packed = tmp_path / "calls.jsonl.zst"
    try:
        subprocess.run(["zstd", "-q", str(plain), "-o", str(packed)], check=True)
    except FileNotFoundError:
        # A frame by hand: raw blocks, no checksum, no size.
        frame = bytearray(b"\x28\xb5\x2f\xfd\x00\x58")
        data = plain.read_bytes()
        blocks = [data[i : i + 100_000] for i in range(0, len(data), 100_000)]
        for number, block in enumerate(blocks):
            last = number + 1 == len(blocks)
            frame += ((len(block) << 3) | last).to_bytes(3, "little") + block
        packed.write_bytes(frame)
    assert tokentra("price", packed, "--json").out == tokentra("price", plain, "--json").out
    packed.write_bytes(packed.read_bytes()[:-20])
    done = tokentra("price", packed, "--json")
    assert done.status == 1
    assert "its zstd data is cut short" in done.err
