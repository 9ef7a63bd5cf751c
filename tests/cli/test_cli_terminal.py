"""On a terminal: colour unless NO_COLOR, its width, the progress bar on standard error."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import termios
from pathlib import Path

import pytest


def run_on_terminal(
    program, arguments: list[object], columns: int = 80, stdin: bytes = b"", **environment: str
) -> tuple[int, str]:
    """Exit status and what the terminal got; standard output and error are both the terminal."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen(
        [program.path, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=follower,
        stderr=follower,
        env=program.environment(TERM="xterm", **environment),
    ) as process:
        os.close(follower)
        process.stdin.write(stdin)
        process.stdin.close()
        shown = b""
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            shown += part
        status = process.wait(timeout=60)
    os.close(leader)
    return status, shown.decode()


def test_bold_on_a_terminal_but_not_with_no_color(tokentra, demo_log):
    _, plain = run_on_terminal(tokentra, ["report", demo_log], NO_COLOR="1")
    assert "\x1b" not in plain
    status, bold = run_on_terminal(tokentra, ["report", demo_log])
    assert status == 0
    assert "\x1b[1m" in bold
    _, dumb = run_on_terminal(tokentra, ["report", demo_log], NO_COLOR="1")
    assert dumb == plain


@pytest.mark.parametrize("columns", [80, 140])
def test_the_terminals_width_is_kept(tokentra, demo_log, columns):
    for command in (["report", demo_log, "--by", "team_id,project_id"], ["price", demo_log]):
        _, shown = run_on_terminal(tokentra, command, columns, NO_COLOR="1")
        assert max(len(line.rstrip("\r")) for line in shown.split("\n")) <= columns


def test_wide_and_hostile_names_keep_the_columns(tokentra, make_log, record):
    names = [
        "\u6771\u4eac\u30c1\u30fc\u30e0",
        "e\u0301quipe",
        "\x1b[31mred",
        "x" * 250,
        "tab\there",
    ]
    log = make_log(*(record(metadata={"team_id": name}) for name in names))
    _, shown = run_on_terminal(tokentra, ["report", log, "--by", "team_id"], NO_COLOR="1")
    assert "\x1b" not in shown
    assert "\\x1b[31mred" in shown
    assert "tab\\x09here" in shown
    assert "\u2026" in shown
    rows = [line for line in shown.splitlines() if "0.00875" in line]
    assert len(rows) == len(names)
    tokyo = next(row for row in rows if row.startswith("\u6771"))
    red = next(row for row in rows if "red" in row)
    # Five wide characters take ten columns.
    assert tokyo.index("0.00875") + 5 == red.index("0.00875")


def test_progress_is_shown_on_long_work_and_cleared(tokentra, tmp_path, record):
    log = tmp_path / "large.jsonl"
    log.write_text((json.dumps(record(metadata={"team_id": "a"})) + "\n") * 600_000)
    _, shown = run_on_terminal(tokentra, ["report", log])
    assert "records" in shown
    assert "%" in shown
    assert shown.count("\r\x1b[K") >= 2
    piped = tokentra("report", log)
    assert piped.err == ""


def test_in_an_ascii_locale_cuts_are_dots(tokentra, make_log, record):
    log = make_log(record(metadata={"team_id": "x" * 250}))
    out = tokentra("report", log, "--by", "team_id", LC_ALL="C").out
    assert out.isascii()
    assert "xxx..." in out


def test_a_full_disk_is_an_error(tokentra, demo_log):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full")
    with full.open("wb") as sink:
        done = subprocess.run(
            [tokentra.path, "report", demo_log], stdout=sink, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert b"standard output" in done.stderr
