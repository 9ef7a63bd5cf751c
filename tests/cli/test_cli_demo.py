"""The bundled log: its report sums, and it reads well at the widths people have."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

BY = ("--by", "team_id,project_id")


@pytest.fixture(scope="module")
def report(tokentra, demo_log):
    done = tokentra("report", demo_log, *BY, "--json")
    assert done.status == 0
    assert done.err == ""
    return done.json()


def table(text: str) -> tuple[list[str], list[list[str]], list[str]]:
    """Heading, rows and total row of a report's text."""
    lines = text.partition("\n\n")[0].splitlines()
    rule = next(i for i, line in enumerate(lines) if set(line) <= {"-", "\u2500"})
    return lines[0].split(), [line.split() for line in lines[1:rule]], lines[rule + 1].split()


def test_rows_total_and_price_lines_agree_as_text(tokentra, demo_log, report):
    prices = tokentra("price", demo_log, "--json")
    assert prices.status == 0
    costs = [line["total"] for line in prices.json_lines() if line["total"] is not None]
    total = format(sum(map(Decimal, costs)).normalize(), "f")
    assert report["total"] == total
    assert format(sum(Decimal(row["cost"]) for row in report["rows"]).normalize(), "f") == total


def test_the_table_says_the_same_as_json(tokentra, demo_log, report):
    _, rows, total = table(tokentra("report", demo_log, *BY).out)
    assert len(rows) == len(report["rows"])
    shown = [row[6] for row in rows if row[6] != "-"]
    assert format(sum(map(Decimal, shown)).normalize(), "f") == report["total"]
    assert report["total"] in total


@pytest.mark.parametrize("keys", ["team_id", "model", "day", "environment,feature", "provider"])
def test_every_breakdown_sums_to_the_same_total(tokentra, demo_log, report, keys):
    other = tokentra("report", demo_log, "--by", keys, "--json").json()
    assert other["total"] == report["total"]
    assert sum(Decimal(row["cost"]) for row in other["rows"]) == Decimal(report["total"])
    assert sum(row["events"] for row in other["rows"]) == report["events"]


def test_unpriced_calls_are_told_with_their_reasons(tokentra, demo_log, report):
    assert report["unpriced"]["events"] > 0
    reasons = report["unpriced"]["reasons"]
    assert sum(reason["events"] for reason in reasons) == report["unpriced"]["events"]
    text = tokentra("report", demo_log, *BY).out
    for reason in reasons:
        assert reason["model"] in text
    assert report["catalog"] in text
    assert report["catalog_as_of"] in text
    assert report["refused"] == 0


@pytest.mark.parametrize("columns", [80, 100, 140])
def test_no_line_is_wider_than_the_terminal(tokentra, demo_log, columns):
    done = tokentra("report", demo_log, *BY, COLUMNS=str(columns))
    assert max(map(len, done.out.splitlines())) <= columns
    _, rows, _ = table(done.out)
    assert {len(row) for row in rows} == {8}
    assert not any("\u2026" in cell for row in rows for cell in row), "nothing needs to be cut"


def test_a_pipe_gets_plain_text(tokentra, demo_log):
    out = tokentra("report", demo_log, *BY).out
    assert "\x1b" not in out
    assert out.isascii()
    assert not re.search(r"[ \t]$", out, re.MULTILINE)


def test_the_price_table_fits_too(tokentra, demo_log):
    for columns in (80, 140):
        out = tokentra("price", demo_log, COLUMNS=str(columns)).out
        assert max(map(len, out.splitlines())) <= columns
