"""Every edge of windows and of billed quantities at -1, 0 and +1, of every row that has one.

Method: the planned cases of each model of the catalog with hours or per-call rules, through the
program and the oracle; all of them, not a sample.
"""

from __future__ import annotations

import random
from pathlib import Path

import compare
import generate
from catalog_source import load_catalog

PROVIDERS = generate.DEFAULT_PROVIDERS


def test_edges_of_hours_and_billed_quantities(program: Path) -> None:
    catalog = load_catalog(PROVIDERS)
    rng = random.Random(1)
    records = []
    instants = limits = 0
    for provider in catalog.providers.values():
        for model in provider.models:
            if not any(row.hours or row.billed for row in model.rows):
                continue
            subject = generate._Subject(provider, model, rng, 0)
            for row in model.rows:
                for at in generate._around_hours(row):
                    instants += 1
                    records.append(subject.case(row, model.id, at=at))
                for usage in subject._limits(row):
                    limits += 1
                    records.append(subject.case(row, model.id, usage=usage))
    assert instants > 1000
    assert limits > 100
    figures = compare.compare_batch(program, catalog, records)
    assert figures.equal == figures.cases == len(records), figures.examples


def test_an_edge_is_asked_on_both_sides() -> None:
    deepseek = load_catalog(PROVIDERS).providers["deepseek"]
    row = next(r for m in deepseek.models for r in m.rows if r.hours and r.hours.excepted)
    asked = sorted(generate._around_hours(row))
    held = [row.hours.holds(at) for at in asked]
    assert len(asked) % 3 == 0
    # Each edge of a weekday's window changes the answer; those of other days do not.
    changes = sum(held[i] != held[i + 1] for i in range(0, len(held), 3))
    assert changes >= 5 * 2 * len(row.hours.windows)
    assert changes < len(asked) // 3
