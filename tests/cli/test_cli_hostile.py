"""Hostile inputs: clear errors, no crash, and the rest of the input is still processed.

scripts/test runs these with the program under AddressSanitizer as well.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
import threading
import time

import pytest

LONG_LINE_BYTES = 200_000_000
MEMORY_MAX = 150 << 20

# What a line may hold that no application should write.
HOSTILE_LINES = {
    "truncated JSON": b'{"provider":"openai","usage":{"input_tokens":1',
    "a NUL byte": b'{"provider":"open\x00ai"}',
    "only a NUL byte": b"\x00",
    "invalid UTF-8": b'{"provider":"openai","model":"\xff\xfe","at":"2026-10-15T12:00:00Z"}',
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a list": b"[1,2]",
    "a number": b"12",
    "a text": b'"x"',
    "null": b"null",
    "no provider": b'{"usage":{"input_tokens":1}}',
    "negative": b'{"provider":"openai","model":"gpt-4o","at":"2026-10-15T12:00:00Z",'
    b'"usage":{"input_tokens":-1}}',
    "a huge number": b'{"provider":"openai","model":"gpt-4o","at":"2026-10-15T12:00:00Z",'
    b'"usage":{"input_tokens":1e300}}',
    "two records": b'{"provider":"openai"}{"provider":"openai"}',
    "UTF-16": '{"provider":"openai"}'.encode("utf-16-le"),
    "escape sequences": b"\x1b[2J\x1b[31m{",
}


def peak_memory(tokentra, *arguments: object) -> tuple[int, str]:
    """Exit status and standard error; fails the test past MEMORY_MAX."""
    with subprocess.Popen(
        [tokentra.path, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=tokentra.environment(),
    ) as process:
        errors = process.stderr.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    sanitized = "asan" in str(tokentra.path)  # a sanitizer multiplies memory
    assert sanitized or usage.ru_maxrss * 1024 < MEMORY_MAX
    return process.returncode, errors


def test_hostile_empty_file(tokentra, tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    done = tokentra("price", empty, "--json")
    assert (done.status, done.out) == (0, "")
    report = tokentra("report", empty, "--json")
    assert report.status == 0
    assert (report.json()["rows"], report.json()["total"]) == ([], "0")
    for command in ("price", "report", "explain"):
        assert tokentra(command, empty).status == 0
        assert tokentra(command, "-").status == 0


@pytest.mark.parametrize("name", HOSTILE_LINES)
@pytest.mark.parametrize("command", ["price", "report", "explain"])
def test_hostile_line_is_named_and_the_rest_is_priced(tokentra, make_log, record, command, name):
    log = make_log(record(), HOSTILE_LINES[name], record())
    done = tokentra(command, log, "--json")
    assert done.status == 1
    assert f"{log}:2: " in done.err
    assert "\x1b" not in done.err
    if command == "report":
        assert done.json()["refused"] == 1
        assert done.json()["total"] == "0.0175"
    else:
        lines = done.json_lines()
        assert [line["line"] for line in lines] == [1, 2, 3]
        assert "error" in lines[1]
        assert [lines[i]["total"] for i in (0, 2)] == ["0.00875", "0.00875"]
    assert tokentra(command, log).status == 1


@pytest.mark.parametrize("name", HOSTILE_LINES)
def test_hostile_line_without_a_newline_at_the_end(tokentra, tmp_path, name):
    log = tmp_path / "calls.jsonl"
    log.write_bytes(HOSTILE_LINES[name].rstrip(b"\n"))
    done = tokentra("price", log, "--json")
    assert done.status == 1
    assert done.json()["line"] == 1


@pytest.mark.parametrize("command", ["price", "report", "explain"])
def test_hostile_long_line_is_skipped_in_bounded_memory(tokentra, tmp_path, record, command):
    log = tmp_path / "long.jsonl"
    with log.open("wb") as file:
        file.write(json.dumps(record()).encode() + b"\n")
        block = b"x" * 1_000_000
        for _ in range(LONG_LINE_BYTES // len(block)):
            file.write(block)
        file.write(b"\n" + json.dumps(record()).encode() + b"\n")
    status, errors = peak_memory(tokentra, command, log)
    assert status == 1
    assert f"{log}:2: longer than --line-max 16777216" in errors
    done = tokentra(command, log, "--json")
    if command == "report":
        assert (done.json()["events"], done.json()["refused"]) == (2, 1)
    else:
        lines = done.json_lines()
        assert [line["line"] for line in lines] == [1, 2, 3]
        assert lines[1]["error"]["code"] == "RESOURCE_EXHAUSTED"
        assert lines[2]["total"] == "0.00875"


@pytest.mark.parametrize("ending", [b"\n", b""])
@pytest.mark.parametrize("over", [0, 1])
def test_hostile_line_at_the_bound(tokentra, tmp_path, record, over, ending):
    line = json.dumps(record()).encode()
    for size in (len(line), 1 << 20, (1 << 20) + 1, 3_000_000):
        padded = line + b" " * (size - len(line) + over)
        log = tmp_path / "bound.jsonl"
        log.write_bytes(line + b"\n" + padded + ending)
        done = tokentra("price", log, "--json", "--line-max", size)
        assert done.status == over
        assert [item["line"] for item in done.json_lines()] == [1, 2]
        assert ("error" in done.json_lines()[1]) == bool(over)


def test_hostile_memory_does_not_grow_with_the_file(tokentra, tmp_path, record):
    log = tmp_path / "many.jsonl"
    block = (json.dumps(record(pad="x" * 500)) + "\n") * 1000
    with log.open("w") as file:
        for _ in range(100):
            file.write(block)
    for command in ("price", "report"):
        status, _ = peak_memory(tokentra, command, log)
        assert status == 0


def test_hostile_paths_are_named_and_the_others_processed(tokentra, tmp_path, make_log, record):
    good = make_log(record())
    missing = tmp_path / "missing.jsonl"
    compressed = tmp_path / "calls.jsonl.gz"
    compressed.write_bytes(gzip.compress(good.read_bytes())[:30])
    done = tokentra("report", tmp_path, missing, compressed, good, "--json")
    assert done.status == 1
    assert f"{tmp_path}: is a directory" in done.err
    assert f"{missing}: cannot open: No such file" in done.err
    assert f"{compressed}: ends early" in done.err
    assert done.json()["events"] == 1
    for path in (tmp_path, missing, compressed):
        for command in ("price", "explain"):
            done = tokentra(command, path, "--json")
            assert (done.status, done.out) == (1, "")


def test_hostile_file_without_permission(tokentra, make_log, record):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    log = make_log(record())
    log.chmod(0)
    done = tokentra("price", log)
    assert done.status == 1
    assert "Permission denied" in done.err


def test_hostile_file_that_is_cut_short_while_it_is_read(tokentra, tmp_path, record):
    """The file is cut once its first results are out; standard output is held back till then."""
    log = tmp_path / "shrinking.jsonl"
    line = json.dumps(record()) + "\n"
    log.write_text(line * 200_000)
    with subprocess.Popen(
        [tokentra.path, "price", str(log), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=tokentra.environment(),
    ) as process:
        process.stdout.readline()
        os.truncate(log, 10 * len(line))
        errors: list[bytes] = []
        reader = threading.Thread(target=lambda: errors.append(process.stderr.read()))
        reader.start()
        while process.stdout.read(1 << 20):
            pass
        reader.join()
        assert process.wait(timeout=60) == 1
    assert b"shrinking.jsonl: was cut short while it was read" in errors[0]


def test_hostile_file_that_disappears(tokentra, tmp_path, make_log, record):
    """Removed while it is open: its data is there to the end; removed before: named."""
    log = tmp_path / "vanishing.jsonl"
    log.write_text((json.dumps(record()) + "\n") * 100_000)
    other = make_log(record())
    with subprocess.Popen(
        [tokentra.path, "price", str(log), str(other), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=tokentra.environment(),
    ) as process:
        process.stdout.readline()
        log.unlink()
        other.unlink()
        lines = 1 + process.stdout.read().count(b"\n")
        assert process.wait(timeout=60) == 1
    assert lines == 100_000


def test_hostile_pipe_that_is_slow_and_cut_anywhere(tokentra, record):
    data = (json.dumps(record()) + "\n").encode() * 3
    with subprocess.Popen(
        [tokentra.path, "price", "-", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=tokentra.environment(),
    ) as process:
        for i in range(0, len(data), 50):
            process.stdin.write(data[i : i + 50])
            process.stdin.flush()
            time.sleep(0.001)
        process.stdin.close()
        assert process.stdout.read().count(b'"total":"0.00875"') == 3
        assert process.wait(timeout=60) == 0


def test_hostile_reader_that_goes_away(tokentra, tmp_path, record):
    log = tmp_path / "many.jsonl"
    log.write_text((json.dumps(record()) + "\n") * 50_000)
    with subprocess.Popen(
        [tokentra.path, "price", str(log), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=tokentra.environment(),
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
        process.wait(timeout=60)
    assert b"Sanitizer" not in errors


def test_hostile_memory_limit_is_an_error_not_a_crash(tokentra, tmp_path):
    if "asan" in str(tokentra.path):
        pytest.skip("a sanitizer reserves address space")
    log = tmp_path / "long.jsonl"
    with log.open("wb") as file:
        file.write(b"x" * 300_000_000)
    limit = 200 << 20
    done = subprocess.run(
        [tokentra.path, "price", str(log), "--line-max", "1000000000"],
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        env=tokentra.environment(),
    )
    assert done.returncode == 1
    assert b"memory" in done.stderr
