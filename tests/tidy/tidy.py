"""What the checks of the sources share: finding files, reading code, reporting, self-tests.

Every check is a program of its own: `python3 tests/tidy/<check>.py` prints one line per finding,
`path:line: message`, and exits 1 if there is any. With `--self-test` it proves instead that it
finds what it is for, in samples made on the spot.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
CPP_SUFFIXES = (".h", ".hpp", ".c", ".cc")
NOT_OURS = {".git", ".deps", ".venv", "build", "dist", "__pycache__"}

_COMMENT_OR_LITERAL = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\s]*)\(.*?\)(?P=tag)\"|"""
    r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'""",
    re.DOTALL,
)


def files(root: Path, *folders: str, suffixes: Iterable[str]) -> Iterator[Path]:
    """Files under the folders of root that a commit would hold, in a fixed order.

    Where root is a git work tree, what git ignores is left out."""
    wanted = tuple(suffixes)
    for path in sorted(_listed(root)):
        relative = path.relative_to(root)
        inside = not folders or any(relative.is_relative_to(folder) for folder in folders)
        if inside and path.name.endswith(wanted) and path.is_file():
            yield path


def _listed(root: Path) -> Iterator[Path]:
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "-c", "safe.directory=*", "ls-files", "-z"]
        command += ["--cached", "--others", "--exclude-standard"]
        listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        yield from (root / name for name in listing.split("\0") if name)
        return
    for path in root.rglob("*"):
        parts = path.relative_to(root).parts
        if not NOT_OURS.intersection(parts):
            yield path


def code_only(text: str) -> str:
    """C++ text with comments and the contents of literals blanked, line numbers unchanged."""

    def blank(match: re.Match[str]) -> str:
        quote = match[0][0] if match[0][0] in "\"'" else " "
        return quote + "\n" * match[0].count("\n") + quote

    # A quote between digits is a separator, not the start of a character.
    without_separators = re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "", text)
    return _COMMENT_OR_LITERAL.sub(blank, without_separators)


def finding(root: Path, path: Path, line: int, message: str) -> str:
    return f"{path.relative_to(root)}:{line}: {message}"


def sample(folder: Path, contents: dict[str, str]) -> Path:
    """A small repository for a self-test."""
    for name, text in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def expect_findings(
    check: Callable[[Path], list[str]], contents: dict[str, str], *wanted: str
) -> None:
    """The check of this sample reports each wanted text once, in order, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        findings = check(sample(Path(folder), contents))
    matches = len(findings) == len(wanted) and all(
        text in line for text, line in zip(wanted, findings, strict=True)
    )
    if not matches:
        raise AssertionError(f"wanted {list(wanted)}, found {findings} in {sorted(contents)}")


def main(
    check: Callable[..., list[str]],
    self_test: Callable[[], None],
    arguments: dict[str, str] | None = None,
) -> None:
    """Runs the check on this repository, or its self-test.

    `arguments` are paths that the check needs besides, as options: name to help text."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--self-test", action="store_true", help="prove that the check can fail")
    for name, text in (arguments or {}).items():
        parser.add_argument(f"--{name}", type=Path, help=text)
    options = vars(parser.parse_args())
    if options.pop("self_test"):
        self_test()
        print("self-test passed")
        return
    missing = [name for name, value in options.items() if value is None]
    if missing:
        parser.error(f"--{missing[0]} is required")
    findings = check(REPOSITORY, **options)
    print("\n".join(findings) if findings else "no findings")
    sys.exit(1 if findings else 0)
