"""What `import tokentra` costs and brings; the README's example; the stubs."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
import tokentra
from tokentra import _core, _errors

EXAMPLE = """\
import tokentra
client = tokentra.Client(metadata={"team_id": "growth"})
client.track(provider="openai", model="gpt-4o", input_tokens=1500, output_tokens=500,
             metadata={"project_id": "growth-web-chat", "feature": "chat"})
for row in client.snapshot().by("team_id", "model"):
    print(row["team_id"], row.model, row.events, row.cost)
"""


def run(code):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_importing_brings_nothing_else():
    code = (
        "import sys, __future__; before = set(sys.modules); import tokentra\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    assert set(run(code).split()) == {
        "tokentra", "tokentra._ambient", "tokentra._convention", "tokentra._core",
        "tokentra._errors",
    }  # fmt: skip


def test_importing_starts_no_thread():
    code = "import tokentra, os; print(len(os.listdir('/proc/self/task')))"
    assert run(code) == "1\n"


def test_the_six_line_example():
    assert run(EXAMPLE) == "growth gpt-4o 1 0.00875\n"


def test_leaving_the_process_with_everything_alive():
    code = EXAMPLE + "keep = [client, row, client.recorder(provider='openai', model='gpt-4o')]\n"
    assert run(code) == "growth gpt-4o 1 0.00875\n"


def test_version():
    assert tokentra.__version__.count(".") == 2


def test_all_names_exist():
    assert sorted(tokentra.__all__) == tokentra.__all__ or set(tokentra.__all__)
    for name in tokentra.__all__:
        assert getattr(tokentra, name)


def test_errors_have_their_codes():
    for status, cls in enumerate(_errors.CLASSES, start=1):
        assert cls.status == status
        words = "".join(word.capitalize() for word in cls.code.split("_"))
        assert cls.__name__ == words + "Error"
        assert getattr(tokentra, cls.__name__) is cls
        assert issubclass(cls, tokentra.Error)
    error = tokentra.NotFoundError("gone", {"a": "b"})
    assert (str(error), error.message, error.details) == ("gone", "gone", {"a": "b"})


@pytest.fixture(scope="module")
def stub():
    path = resources.files(tokentra) / "_core.pyi"
    return ast.parse(path.read_text(encoding="utf-8"))


def test_typed_marker():
    assert (Path(tokentra.__file__).parent / "py.typed").exists()


def test_the_stub_names_what_there_is(stub):
    classes = {node.name: node for node in stub.body if isinstance(node, ast.ClassDef)}
    for name, node in classes.items():
        if name.startswith("_"):
            continue
        cls = getattr(_core, name)
        stated = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
        there = {item for item in vars(cls) if not item.startswith("_")}
        assert {item for item in stated if not item.startswith("_")} == there, name
        for item in stated:
            assert hasattr(cls, item), (name, item)
        for item in there:
            assert getattr(cls, item).__doc__, (name, item)
    functions = {node.name for node in stub.body if isinstance(node, ast.FunctionDef)}
    missing = {
        name
        for name in vars(_core)
        if not name.startswith("_") and name not in classes | dict.fromkeys(functions)
    }
    assert missing <= {"ambient"}
