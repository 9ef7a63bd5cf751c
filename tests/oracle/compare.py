"""Compares `tokentra price --json -` with the oracle on generated cases, exactly.

    python3 tests/oracle/compare.py --tokentra PATH --count 100000 --seed 1

Compared are: refused or not; state; kind of match; model, where one matched; total; and the lines
as a set meter -> (quantity, amount, money per quantum), lines of quantity 0 left out on both sides.
Exit status: 0 when all are equal, 1 when any differs.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from generate import DEFAULT_PROVIDERS, SHARE_ODD, cases
from oracle import Catalog, UsageError, decimal_text, load_catalog, price

BATCH_RECORDS = 5000
EXAMPLES_MAX = 10
TIMEOUT_SECONDS = 300

Outcome = dict[str, Any]


def expect(catalog: Catalog, record: dict[str, Any]) -> Outcome:
    """What the oracle answers: {"error"} or {"state", "match", "model", "total", "lines"}."""
    usage = {
        meter: Decimal(repr(quantity)) if isinstance(quantity, float) else quantity
        for meter, quantity in record["usage"].items()
    }
    try:
        result = price(
            catalog,
            record["provider"],
            record["model"],
            usage,
            record.get("at"),
            service_tier=record.get("service_tier"),
            region=record.get("region"),
            batch=record.get("batch", False),
            conditions=record.get("conditions"),
        )
    except UsageError as error:
        return {"error": str(error)}
    return {
        "state": result.state,
        "match": result.match,
        "model": result.model_id,
        "total": result.total,
        "lines": {
            line.meter: (line.quantity, line.amount, Fraction(line.rate) / line.per)
            for line in result.lines
            if line.quantity
        },
    }


def as_json(line_number: int, outcome: Outcome) -> dict[str, Any]:
    """An outcome in the shape of interface.md section 6."""
    if "error" in outcome:
        error = {"code": "INVALID_ARGUMENT", "message": outcome["error"]}
        return {"line": line_number, "error": error}
    return {
        "line": line_number,
        **{key: outcome[key] for key in ("state", "match", "model")},
        "total": None if outcome["total"] is None else decimal_text(outcome["total"]),
        "lines": [
            {
                "meter": meter,
                "quantity": quantity,
                "rate": str(rate.numerator),
                "per": rate.denominator,
                "amount": decimal_text(amount),
            }
            for meter, (quantity, amount, rate) in outcome["lines"].items()
        ],
    }


def read(answer: dict[str, Any]) -> Outcome:
    """A line of tokentra's output as an outcome. Raises KeyError, TypeError, ValueError."""
    if "error" in answer:
        return {"error": f"{answer['error']['code']}: {answer['error']['message']}"}
    lines: dict[str, tuple[int, Fraction, Fraction]] = {}
    for line in answer["lines"]:
        if line["quantity"] == 0:
            continue
        if line["meter"] in lines:
            raise ValueError(f"two lines for {line['meter']}")
        rate = Fraction(line["rate"]) / line["per"]
        lines[line["meter"]] = (line["quantity"], Fraction(line["amount"]), rate)
    match = answer.get("match")
    return {
        "state": answer["state"],
        "match": match,
        "model": answer.get("model") if match else None,
        "total": None if answer["total"] is None else Fraction(answer["total"]),
        "lines": lines,
    }


def difference(expected: Outcome, actual: Outcome) -> str | None:
    """What differs, or None."""
    if "error" in expected or "error" in actual:
        if ("error" in expected) == ("error" in actual):
            return None
        return f"expected {_text(expected)}, got {_text(actual)}"
    for key in ("match", "state", "model", "total", "lines"):
        if expected[key] != actual[key]:
            return f"{key}: expected {_text(expected[key])}, got {_text(actual[key])}"
    return None


def _text(value: object) -> str:
    if isinstance(value, Fraction):
        return str(Decimal(value.numerator) / Decimal(value.denominator))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + ", ".join(_text(item) for item in value) + ")"
    return str(value)


@dataclass
class Figures:
    """Sums over cases; `kinds` counts what the oracle answered."""

    cases: int = 0
    equal: int = 0
    examples: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, other: Figures) -> None:
        self.cases += other.cases
        self.equal += other.equal
        self.examples = (self.examples + other.examples)[:EXAMPLES_MAX]
        self.kinds += other.kinds


def compare_batch(program: Path, catalog: Catalog, records: list[dict[str, Any]]) -> Figures:
    """Runs the program once over the records."""
    stdin = "".join(json.dumps(record) + "\n" for record in records)
    answers, trouble = _answers(program, stdin)
    figures = Figures(cases=len(records))
    for n, record in enumerate(records, 1):
        expected = expect(catalog, record)
        if "error" in expected:
            figures.kinds["refused"] += 1
        else:
            figures.kinds[f"{expected['state']}, {expected['match'] or 'no match'}"] += 1
        found = _check(expected, answers[n - 1] if n <= len(answers) else None, n, trouble)
        if found is None:
            figures.equal += 1
        elif len(figures.examples) < EXAMPLES_MAX:
            figures.examples.append(f"{json.dumps(record)}\n  {found}")
    return figures


def _answers(program: Path, stdin: str) -> tuple[list[str], str]:
    """The program's lines, and what it said when it failed."""
    command = [str(program), "price", "--json", "-"]
    try:
        run = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return [], str(error)
    last_words = run.stderr.strip().splitlines()[-1:] or [""]
    return run.stdout.splitlines(), f"exit status {run.returncode}: {last_words[0]}"


def _check(expected: Outcome, line: str | None, n: int, trouble: str) -> str | None:
    if line is None:
        return f"no answer; {trouble}"
    try:
        answer = json.loads(line)
        if answer["line"] != n:
            return f"line {answer['line']} stands where line {n} belongs"
        return difference(expected, read(answer))
    except (KeyError, TypeError, ValueError) as error:
        return f"cannot read {line[:200]!r}: {error!r}"


def _batches(records: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(records)
    while batch := list(islice(iterator, BATCH_RECORDS)):
        yield batch


class _Worker:
    """What a worker process keeps between batches."""

    program: Path
    catalog: Catalog

    @classmethod
    def start(cls, program: Path, providers: Path) -> None:
        cls.program = program
        cls.catalog = load_catalog(providers)

    @classmethod
    def work(cls, records: list[dict[str, Any]]) -> Figures:
        return compare_batch(cls.program, cls.catalog, records)


def run(
    program: Path,
    providers: Path,
    *,
    count: int,
    seed: int,
    processes: int,
    share_odd: float = SHARE_ODD,
    output: TextIO = sys.stdout,
) -> int:
    """Compares and prints the figures; the exit status."""
    batches = _batches(cases(providers, count, seed, share_odd))
    figures = Figures()
    if processes == 1:
        _Worker.start(program, providers)
        for batch in batches:
            figures.add(_Worker.work(batch))
    else:
        with multiprocessing.Pool(processes, _Worker.start, (program, providers)) as pool:
            for part in pool.imap(_Worker.work, batches):
                figures.add(part)
    differing = figures.cases - figures.equal
    for kind, cases_of_kind in sorted(figures.kinds.items()):
        print(f"{cases_of_kind:>9} {kind}", file=output)
    for example in figures.examples:
        print(f"DIFFERS {example}", file=output)
    print(
        f"oracle: {figures.cases} cases, {figures.equal} equal, {differing} differing, seed {seed}",
        file=output,
    )
    return 1 if differing or not figures.cases else 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compares tokentra's prices with the oracle's.")
    parser.add_argument("--tokentra", type=Path, required=True, metavar="PATH")
    parser.add_argument("--count", type=int, default=20_000, help="how many cases")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--providers", type=Path, default=DEFAULT_PROVIDERS, metavar="DIR")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--odd",
        type=float,
        default=SHARE_ODD,
        help="share of usages with meters left out at random",
    )
    given = parser.parse_args(arguments)
    return run(
        given.tokentra,
        given.providers,
        count=given.count,
        seed=given.seed,
        processes=given.processes,
        share_odd=given.odd,
    )


if __name__ == "__main__":
    sys.exit(main())
