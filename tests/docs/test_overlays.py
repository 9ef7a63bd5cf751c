"""docs/overlays.md says what is so: its documents are laid over the catalog, its commands run and
print what it shows, and its documents and limits agree with the schema."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import jsonschema
import pytest
import referencing

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "overlays.md").read_text(encoding="utf-8")
SCHEMAS = REPOSITORY / "pricing-data"
PROGRAM = Path(
    os.environ.get("TOKENTRA_PROGRAM", REPOSITORY / "build" / "dev" / "bin" / "tokentra")
)
FENCED = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
# Documents, each with the command that takes it and what that prints.
EXAMPLES = [tuple(text for _, text in FENCED[at : at + 3]) for at in range(0, len(FENCED), 3)]


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    return subprocess.run(
        words, capture_output=True, text=True, timeout=60, check=False, cwd=str(cwd)
    )


def test_the_page_has_its_examples():
    assert [language for language, _ in FENCED] == ["json", "sh", "text"] * 3


@pytest.mark.parametrize("document, command, shown", EXAMPLES)
def test_examples_print_what_the_page_shows(tmp_path, document, command, shown):
    words = shlex.split(command.replace("\\\n", " "))
    assert words[0] == "tokentra"
    (tmp_path / words[words.index("--overlay") + 1]).write_text(document, encoding="utf-8")
    done = run(PROGRAM, *words[1:], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for line in shown.splitlines():
        assert line in done.stdout
    if "--json" not in words:
        assert shown in done.stdout


def test_the_error_on_the_page_is_the_one_printed(tmp_path):
    (error,) = re.findall(r"^    (contract\.json: .*)$", PAGE, re.MULTILINE)
    change = {"discount": {"meters": ["input_token"], "percent": "1"}}
    document = {"format": 1, "overlay": "x", "changes": [change]}
    (tmp_path / "contract.json").write_text(json.dumps(document), encoding="utf-8")
    done = run(PROGRAM, "models", "--overlay", "contract.json", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == f"tokentra: {error}\n"


def test_examples_fit_the_schema():
    documents = {
        name: json.loads((SCHEMAS / name).read_text())
        for name in ("schema.json", "overlay.schema.json")
    }
    registry = referencing.Registry().with_resources(
        (name, referencing.Resource.from_contents(value)) for name, value in documents.items()
    )
    validator = jsonschema.Draft202012Validator(documents["overlay.schema.json"], registry=registry)
    for document, _, _ in EXAMPLES:
        validator.validate(json.loads(document))
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({"format": 1, "overlay": "x", "changes": [{"discount": {}}]})


def references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [found for item in value.values() for found in references(item)]
    return (
        [found for item in value for found in references(item)] if isinstance(value, list) else []
    )


def test_the_schema_refers_to_what_is_there_and_states_rows_as_provider_files_do():
    provider = json.loads((SCHEMAS / "schema.json").read_text())["$defs"]
    overlay = json.loads((SCHEMAS / "overlay.schema.json").read_text())
    for reference in references(overlay):
        file, _, name = reference.partition("#/$defs/")
        assert name in (provider if file else overlay["$defs"]), reference
    for name in ("price_row", "variant", "model"):
        assert set(provider[name]["properties"]) <= set(overlay["$defs"][name]["properties"])
