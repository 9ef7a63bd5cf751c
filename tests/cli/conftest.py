"""Black-box tests of the program: arguments and files in, text and exit status out.

TOKENTRA_PROGRAM names the program; without it the preset dev's is tested.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_PROGRAM = REPOSITORY / "build" / "dev" / "bin" / "tokentra"
DEMO_LOG = REPOSITORY / "bindings" / "cli" / "demo" / "calls.jsonl"
AT = "2026-10-15T12:00:00Z"


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str

    def json(self) -> dict:
        return json.loads(self.out)

    def json_lines(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


class Program:
    def __init__(self, path: Path) -> None:
        self.path = path

    def environment(self, **changes: str | None) -> dict[str, str]:
        unset = {"NO_COLOR", "COLUMNS", "TZ", "TZDIR"}
        base = {name: value for name, value in os.environ.items() if name not in unset}
        base["LC_ALL"] = "C.UTF-8"
        base.update({name: value for name, value in changes.items() if value is not None})
        return base

    def __call__(
        self, *arguments: object, stdin: bytes = b"", timeout: float = 120, **environment: str
    ) -> Result:
        done = subprocess.run(
            [self.path, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
            env=self.environment(**environment),
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="session")
def tokentra() -> Program:
    path = Path(os.environ.get("TOKENTRA_PROGRAM", DEFAULT_PROGRAM))
    if not path.exists():
        pytest.fail(f"no program at {path}; build the preset dev or set TOKENTRA_PROGRAM")
    return Program(path)


@pytest.fixture(scope="session")
def demo_log() -> Path:
    return DEMO_LOG


def record(**changes: object) -> dict:
    """A call record of the page's own example: 0.00875 USD."""
    made: dict = {
        "provider": "openai",
        "model": "gpt-4o",
        "at": AT,
        "usage": {"input_tokens": 1500, "output_tokens": 500},
    }
    made.update(changes)
    return {name: value for name, value in made.items() if value is not None}


@pytest.fixture
def make_log(tmp_path: Path):
    """Writes records (or raw lines) to a file."""

    def make(*lines: dict | str | bytes, name: str = "calls.jsonl") -> Path:
        path = tmp_path / name
        with path.open("wb") as file:
            for line in lines:
                if isinstance(line, dict):
                    file.write(json.dumps(line).encode())
                else:
                    file.write(line if isinstance(line, bytes) else line.encode())
                file.write(b"\n")
        return path

    return make


@pytest.fixture(name="record")
def record_fixture():
    return record
