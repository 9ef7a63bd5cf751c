"""Money is Decimal, exact to the last digit, whatever the caller's decimal context says.

The oracle is Python's own arithmetic over the rates of the lines.
"""

from __future__ import annotations

import decimal
from decimal import Decimal

import pytest
import tokentra
from hypothesis import given
from hypothesis import strategies as st

AT = "2026-10-15T12:00:00Z"
CATALOG = tokentra.Catalog.builtin()
counts = st.integers(0, 10**9)


@given(counts, counts, counts, st.sampled_from(["gpt-4o", "gpt-4o-mini", "o3", "gpt-5"]))
def test_a_cost_is_the_exact_sum_of_quantity_times_rate(cached, fresh, output, model):
    usage = {
        "input_tokens": cached + fresh,
        "cache_read_tokens": cached,
        "output_tokens": output,
    }
    cost = CATALOG.price(usage, provider="openai", model=model, at=AT)
    exact = decimal.Context(prec=100, traps=[decimal.Inexact])
    total = Decimal(0)
    for line in cost.lines:
        amount = exact.divide(exact.multiply(line.rate, line.quantity), line.per)
        assert amount == line.amount
        total = exact.add(total, amount)
    assert total == cost.total


@pytest.mark.parametrize("precision", [1, 3, 28, 100])
def test_the_decimal_context_changes_nothing(precision):
    usage = {"input_tokens": 123456789, "output_tokens": 987654321}
    with decimal.localcontext(decimal.Context(prec=precision, traps=list(decimal.Context().traps))):
        cost = CATALOG.price(usage, provider="openai", model="gpt-4o", at=AT)
        digits = str(cost.total)
    assert digits == "10185.1851825"


def test_traps_do_not_fire():
    usage = {"input_tokens": 123456789}
    every = dict.fromkeys(decimal.Context().traps, True)
    with decimal.localcontext(decimal.Context(prec=1, traps=[trap for trap in every])):
        assert CATALOG.price(usage, provider="openai", model="gpt-4o", at=AT).total is not None


def test_snapshots_sum_exactly(client):
    results = [
        client.track(provider="openai", model="gpt-4o", input_tokens=n, output_tokens=n * 7, at=AT)
        for n in range(1, 200)
    ]
    total = sum(result.total for result in results)
    assert client.snapshot().total == total
    assert sum(row.cost for row in client.snapshot().by("model")) == total
