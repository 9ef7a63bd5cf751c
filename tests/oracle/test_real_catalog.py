"""The program against the oracle, over the catalog that is compiled into it.

TOKENTRA_ORACLE_CASES usages of TOKENTRA_ORACLE_SEED are compared, each model at least once, and
all must be equal to the last digit.
"""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import compare
import generate
import pytest
from catalog_source import load_catalog

PROVIDERS = generate.DEFAULT_PROVIDERS
CASES_DEFAULT = 20_000


def cases_wanted() -> int:
    return int(os.environ.get("TOKENTRA_ORACLE_CASES", CASES_DEFAULT))


def test_program_and_oracle_agree(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models = sum(len(provider.models) for provider in load_catalog(PROVIDERS).providers.values())
    wanted = cases_wanted()
    # The first cases are one of each model.
    assert wanted >= models > 0
    seed = int(os.environ.get("TOKENTRA_ORACLE_SEED", "1"))
    output = io.StringIO()
    status = compare.run(program, PROVIDERS, count=wanted, seed=seed, processes=2, output=output)
    figures = output.getvalue()
    with capsys.disabled():
        print(f"\n{figures}", end="")
    last = re.search(r"oracle: (\d+) cases, (\d+) equal, (\d+) differing", figures)
    assert last is not None
    assert [int(number) for number in last.groups()] == [wanted, wanted, 0], figures
    assert status == 0


def test_the_first_cases_are_one_of_each_model() -> None:
    models = [
        (provider.id, model.id)
        for provider in load_catalog(PROVIDERS).providers.values()
        for model in provider.models
    ]
    cases = generate.cases(PROVIDERS, len(models), seed=1)
    assert [(case["provider"], case["model"]) for case in cases] == models


@pytest.mark.parametrize("count", [0, 50])
def test_no_case_and_no_answer_both_fail(tmp_path: Path, count: int) -> None:
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\ncat >/dev/null\n", encoding="utf-8")
    silent.chmod(0o755)
    output = io.StringIO()
    assert compare.run(silent, PROVIDERS, count=count, seed=1, processes=1, output=output) == 1
    assert f"{count} cases, 0 equal, {count} differing" in output.getvalue()
