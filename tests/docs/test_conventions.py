"""docs/conventions.md says what is so: its examples compile and run, its table is the rules', and
every convention that the tests compile is valid under docs/convention.schema.json."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "conventions.md").read_text(encoding="utf-8")
SCHEMA = json.loads((REPOSITORY / "docs" / "convention.schema.json").read_text(encoding="utf-8"))
PROGRAM = Path(
    os.environ.get("TOKENTRA_PROGRAM", REPOSITORY / "build" / "dev" / "bin" / "tokentra")
)
TYPES = {"object": dict, "array": list, "string": str}


def problems(value: Any, schema: dict, path: str = "$") -> list[str]:
    """What the schema minds; of JSON Schema, what docs/convention.schema.json uses."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        return problems(value, SCHEMA["$defs"][name], path)
    if "anyOf" in schema:
        all_problems = [problems(value, each, path) for each in schema["anyOf"]]
        return [] if any(not each for each in all_problems) else min(all_problems, key=len)
    found = []
    kind = schema.get("type")
    if kind == "integer":
        if not isinstance(value, int) or isinstance(value, bool):
            return [f"{path}: no integer"]
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            found.append(f"{path}: {value} is out of range")
    elif kind is not None and not isinstance(value, TYPES[kind]):
        return [f"{path}: no {kind}"]
    if "const" in schema and value != schema["const"]:
        found.append(f"{path}: not {schema['const']}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{path}: {value!r} is none of {schema['enum']}")
    if isinstance(value, dict):
        found += [f"{path}: no {name}" for name in schema.get("required", []) if name not in value]
        if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", 10**9):
            found.append(f"{path}: {len(value)} members")
        for name, member in value.items():
            rule = schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
            if rule is False:
                found.append(f"{path}: {name} is not known")
            else:
                found += problems(member, rule, f"{path}.{name}")
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9):
            found.append(f"{path}: {len(value)} items")
        for number, item in enumerate(value):
            found += problems(item, schema.get("items", {}), f"{path}[{number}]")
    return found


def blocks(info: str) -> list[str]:
    return re.findall(rf"^```{info}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def compile_it(text: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    path = tmp_path / "naming.json"
    path.write_text(text, encoding="utf-8")
    return subprocess.run(
        [PROGRAM, "lint", "--convention", path, "--explain"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_examples_compile_and_are_valid(tmp_path) -> None:
    examples = blocks("json")
    assert len(examples) >= 1
    for text in examples:
        assert problems(json.loads(text), SCHEMA) == []
        done = compile_it(text, tmp_path)
        assert (done.returncode, done.stderr) == (0, "")


def test_the_ambiguous_example_gives_the_error_that_the_page_shows(tmp_path) -> None:
    (text,) = blocks("json error")
    shown = re.search(r"^```json error\n.*?^```\n\n```text\n(.*?)\n```$", PAGE, re.M | re.S)
    done = compile_it(text, tmp_path)
    assert done.returncode == 1
    assert shown is not None
    assert shown.group(1) in done.stderr


def test_the_python_example_prints_what_the_page_shows() -> None:
    pytest.importorskip("tokentra")
    (code,) = blocks("python")
    shown = re.search(r"^```python\n.*?^```\n\n```text\n(.*?)^```$", PAGE, re.M | re.S)
    printed: list[str] = []
    exec(code, {"print": lambda *texts: printed.append(" ".join(map(str, texts)))})
    assert shown is not None
    assert printed == shown.group(1).splitlines()


def test_the_report_is_the_programs(tmp_path) -> None:
    shown = re.search(r"^```console\n\$ tokentra lint calls.jsonl\n(.*?)^```$", PAGE, re.M | re.S)
    call = {
        "provider": "openai", "model": "gpt-4o", "at": "2026-10-15T12:00:00Z",
        "usage": {"input_tokens": 1500, "output_tokens": 500},
    }  # fmt: skip
    wrong = {"projectId": "customer-chatbot", "teamId": "engineering"}
    right = {"project_id": "engineering-web-chat", "team_id": "engineering"}
    lines = [json.dumps({**call, "metadata": metadata}) for metadata in (wrong, wrong, right)]
    (tmp_path / "calls.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = subprocess.run(
        [PROGRAM, "lint", "calls.jsonl"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert shown is not None
    assert done.stdout == shown.group(1)


def test_the_table_of_rules_is_the_rules(tmp_path) -> None:
    done = subprocess.run(
        [PROGRAM, "lint", "--explain", "--json"], capture_output=True, text=True, check=True
    )
    rows = re.findall(r"^\| (TK-N\d+) \| `([\w-]+)` \| (\w+) \| (.*) \|$", PAGE, re.MULTILINE)
    rules = json.loads(done.stdout)["rules"]
    assert [(row[0], row[1], row[3]) for row in rows] == [
        (rule["rule"], rule["name"], rule["summary"]) for rule in rules
    ]


def conventions_of_tests() -> list[dict]:
    """Every whole convention that stands in a C++ test or the built-in one's source."""
    found = []
    sources = [*(REPOSITORY / "tests").rglob("*.cc"), REPOSITORY / "core/convention/builtin.cc"]
    for path in sources:
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r'R"(\w*)\((\{.*?\})\s*\)\1"', text, re.DOTALL):
            if '"tokentra_convention"' not in match.group(2):
                continue
            try:
                found.append(json.loads(match.group(2)))
            except ValueError:
                continue  # a piece of one, or one that is wrong on purpose
    return found


def test_every_convention_of_the_tests_is_valid(tmp_path) -> None:
    found = conventions_of_tests()
    assert len(found) >= 8
    compiled = 0
    for convention in found:
        if compile_it(json.dumps(convention), tmp_path).returncode != 0:
            continue
        compiled += 1
        assert problems(convention, SCHEMA) == [], json.dumps(convention)
    assert compiled >= 6


def test_what_a_proposal_is_made_of_is_valid(tmp_path) -> None:
    done = subprocess.run(
        [PROGRAM, "convention", "init", "--from", REPOSITORY / "bindings/cli/demo/calls.jsonl"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert problems(json.loads(done.stdout), SCHEMA) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"tokentra_convention": 2, "keys": {"a": {}}},
        {"tokentra_convention": 1, "keys": {}},
        {"tokentra_convention": 1, "keys": {"a": {"presense": "required"}}},
        {"tokentra_convention": 1, "keys": {"a": {"presence": "needed"}}},
        {"tokentra_convention": 1, "keys": {"a": {"words": []}}},
        {"tokentra_convention": 1, "keys": {"a": {"length": {"max": 257}}}},
        {"tokentra_convention": 1, "keys": {"a": {}}, "mode": "strict"},
        {"tokentra_convention": 1, "keys": {"a": {}}, "conditions": [{"require": ["a"]}]},
    ],
)
def test_schema_and_compiler_refuse_alike(tmp_path, wrong) -> None:
    assert problems(wrong, SCHEMA) != []
    assert compile_it(json.dumps(wrong), tmp_path).returncode == 1
