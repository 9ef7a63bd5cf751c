"""README.md says what is so: its picture is the demo's output, its examples compile, run and print
what it shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
PROGRAM = Path(
    os.environ.get("TOKENTRA_PROGRAM", REPOSITORY / "build" / "dev" / "bin" / "tokentra")
)
LIBRARIES = PROGRAM.parent.parent / "lib"
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def printed_after(language: str) -> str:
    """The text block that follows the only block of a language."""
    found = re.findall(
        rf"^```{language}\n.*?^```\n+```text\n(.*?)^```$", README, re.MULTILINE | re.DOTALL
    )
    assert len(found) == 1
    return found[0]


def run(*command: object, **options: object) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def compile_and_run(tmp_path: Path, name: str, compiler: str, *flags: str) -> str:
    if shutil.which(compiler) is None:
        pytest.skip(f"no {compiler}")
    (source,) = blocks({".c": "c", ".cc": "cpp"}[Path(name).suffix])
    path = tmp_path / name
    path.write_text(source, encoding="utf-8")
    program = tmp_path / "example"
    include = REPOSITORY / "capi" / "include"
    run(
        *(compiler, *flags, "-Wall", "-Wextra", "-Werror", f"-I{include}", path, "-o", program),
        *(f"-L{LIBRARIES}", "-ltokentra", f"-Wl,-rpath,{LIBRARIES}"),
    )
    return run(program)


def test_the_picture_is_the_demos_output():
    picture = blocks("text")[0].removeprefix("$ ./scripts/demo\n")
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    log = REPOSITORY / "bindings" / "cli" / "demo" / "calls.jsonl"
    out = run(PROGRAM, "report", log, "--by", "team_id,project_id", env=environment)
    assert DIGEST.sub("digest", picture) == DIGEST.sub("digest", out)


def test_the_demo_script_prints_that_report():
    script = (REPOSITORY / "scripts" / "demo").read_text(encoding="utf-8")
    assert "bindings/cli/demo/calls.jsonl" in script
    assert "--by team_id,project_id" in script


def test_the_c_example(tmp_path):
    assert compile_and_run(tmp_path, "main.c", "cc", "-std=c99", "-pedantic") == printed_after("c")


def test_the_cpp_example(tmp_path):
    out = compile_and_run(tmp_path, "main.cc", "c++", "-std=c++17")
    assert out.splitlines()[0] == "0.00875"
    assert "The first line it prints is `0.00875`" in README
    assert "input_tokens" in out


def test_the_python_example():
    pytest.importorskip("tokentra")
    (source,) = blocks("python")
    statements = re.sub(r",\n\s+", ", ", source).strip().splitlines()
    assert len([line for line in statements if line]) == 6
    assert run(sys.executable, "-c", source) == printed_after("python")


def test_links_lead_somewhere():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (REPOSITORY / target).exists(), target
    cli = (REPOSITORY / "docs" / "cli.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", cli):
        assert (REPOSITORY / "docs" / target).exists(), target
