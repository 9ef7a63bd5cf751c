#!/usr/bin/env python3
"""Writes money_cases.txt: what money_oracle_test.cc expects, computed with decimal.Decimal.

An independent oracle for core/base/money: nothing here is shared with the C++ code but the
definition (a signed count of 10^-18, at most 10^38 - 1 in magnitude, half-even). The cases are
deterministic; `--check` fails when the file is not what this script writes.

Lines, by fields separated by spaces:
  parse TEXT ATTOS|error
  print ATTOS TEXT
  round ATTOS PLACES TEXT
  add ATTOS ATTOS ATTOS|range
  multiply ATTOS PER QUANTITY ATTOS|range
"""

import decimal
import random
import sys
from decimal import Decimal
from pathlib import Path

SEED = 20261015
CASES_OF_A_KIND = 400
LIMIT = 10**38 - 1
UNIT = 10**18
WORD_MAX = 2**64 - 1

decimal.getcontext().prec = 200
decimal.getcontext().Emax = 10_000


def half_even(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=decimal.ROUND_HALF_EVEN)


def plain(value: Decimal) -> str:
    """Shortest exact text: no exponent, no trailing zeros, no negative zero."""
    if value == 0:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def in_range(attos: int, otherwise: str) -> str:
    return str(attos) if abs(attos) <= LIMIT else otherwise


def amounts(source: random.Random) -> list[int]:
    """Edges first, then magnitudes spread over all lengths."""
    edges = [0, 1, 5, 9, 10, UNIT - 1, UNIT, UNIT + 1, 2**64 - 1, 2**64, 2**64 + 1, 2**126]
    edges += [LIMIT - 1, LIMIT, 10**37, 25 * 10**16, 5 * 10**17, 15 * 10**17]
    spread = [source.randrange(10 ** source.randint(1, 38)) for _ in range(CASES_OF_A_KIND)]
    trailing = [
        min(LIMIT, source.randrange(1, 10**6) * 10 ** source.randint(0, 32)) for _ in range(100)
    ]
    signed = edges + [-edge for edge in edges]
    return signed + [source.choice((1, -1)) * value for value in spread + trailing]


def parse_lines(source: random.Random) -> list[str]:
    lines = []
    for attos in amounts(source):
        text = format(Decimal(attos).scaleb(-18), "f")
        if source.random() < 0.3:
            text += "0" * source.randint(1, 5) if "." in text else "." + "0" * 20
        if source.random() < 0.2 and not text.startswith("-"):
            text = "+" + "0" * source.randint(0, 40) + text
        lines.append(f"parse {text} {attos}")
    for magnitude in (LIMIT, LIMIT + 1, LIMIT + 2, 10**39, 2**127, 2**128, 2**128 + 1, 10**60):
        for sign in ("", "-"):
            text = sign + format(Decimal(magnitude).scaleb(-18), "f")
            expected = in_range(int(Decimal(text).scaleb(18)), "error")
            lines.append(f"parse {text} {expected}")
    return lines


def round_lines(source: random.Random) -> list[str]:
    lines = []
    for attos in amounts(source)[: CASES_OF_A_KIND // 2]:
        places = source.randint(0, 18)
        lines.append((attos, places))
    for places in range(19):  # ties and their neighbours, above an even and an odd digit
        half = 5 * 10 ** (17 - places) if places < 18 else 0
        for digit in (0, 1, 2, 9, 10, 99):
            for off in (-1, 0, 1):
                attos = digit * 10 ** (18 - places) + half + off
                lines.append((attos, places))
                lines.append((-attos, places))
    out = []
    for attos, places in lines:
        rounded = half_even(Decimal(attos).scaleb(-18), places)
        text = format(abs(rounded) if rounded == 0 else rounded, "f")
        out.append(f"round {attos} {places} {text}")
    return out


def add_lines(source: random.Random) -> list[str]:
    pairs = [(LIMIT - 1, 1), (LIMIT, 0), (LIMIT, 1), (LIMIT, LIMIT), (-LIMIT, -1), (-LIMIT, LIMIT)]
    values = amounts(source)
    pairs += [(source.choice(values), source.choice(values)) for _ in range(200)]
    return [f"add {a} {b} {in_range(a + b, 'range')}" for a, b in pairs]


def multiply_lines(source: random.Random) -> list[str]:
    rates = [
        (111 * 10**15, 3_600_000),  # 0.111 an hour in milliseconds: does not end
        (111 * 10**15, 3_600),
        (UNIT, 3),
        (1, 2),
        (3, 2),
        (1, WORD_MAX),
        (LIMIT, WORD_MAX),
        (LIMIT, 1),
        (25 * 10**17, 1_000_000),
        (-25 * 10**17, 7),
    ]
    quantities = [0, 1, 2, 3, 5, 7, 1_500, 3_599_999, 3_600_000, 2**48, 2**63, WORD_MAX]
    cases = [(amount, per, quantity) for amount, per in rates for quantity in quantities]
    for _ in range(CASES_OF_A_KIND):
        amount = source.randrange(10 ** source.randint(1, 38))
        per = source.choice((1, 10**3, 10**6, 3_600_000, source.randint(1, WORD_MAX)))
        cases.append((amount, per, source.randrange(2 ** source.randint(1, 64))))
    for _ in range(100):  # exact ties: amount * quantity = (2k + 1) * per / 2
        per = 2 * source.randint(1, 10**6)
        cases.append(((2 * source.randrange(10**9) + 1) * per // 2, per, 1))
    for _ in range(100):  # around the limit
        quantity = source.randint(1, WORD_MAX)
        per = source.randint(1, 10**9)
        amount = LIMIT * per // quantity + source.randint(-1, 1)
        cases.append((max(0, min(LIMIT, amount)), per, quantity))
    lines = []
    for amount, per, quantity in cases:
        exact = Decimal(amount) * Decimal(quantity) / Decimal(per)
        result = int(half_even(exact, 0))
        lines.append(f"multiply {amount} {per} {quantity} {in_range(result, 'range')}")
    return lines


def all_lines() -> str:
    source = random.Random(SEED)
    lines = [f"# Written by make_money_cases.py, seed {SEED}; do not edit."]
    lines += parse_lines(source)
    lines += [f"print {attos} {plain(Decimal(attos).scaleb(-18))}" for attos in amounts(source)]
    lines += round_lines(source)
    lines += add_lines(source)
    lines += multiply_lines(source)
    return "\n".join(lines) + "\n"


def main() -> int:
    path = Path(__file__).with_name("money_cases.txt")
    if "--check" in sys.argv[1:]:
        if path.read_text(encoding="ascii") == all_lines():
            return 0
        print(f"{path} is not what this script writes", file=sys.stderr)
        return 1
    path.write_text(all_lines(), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
