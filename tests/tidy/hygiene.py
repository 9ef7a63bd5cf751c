"""Hygiene: lengths, widths, header guards, ASCII, owners of TODOs, and nothing of one machine."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import tidy

CODE = (*tidy.CPP_SUFFIXES, ".py", ".pyi", ".sh", ".cmake", "CMakeLists.txt")
PROSE = (".md", ".toml", ".json", ".yml", ".yaml", ".in", ".txt")
LINES_TO_NOTICE = 400
LINES_MAX = 600
COLUMNS_MAX = 100
# One header by the rules of a C ABI, and pages of it are documentation.
ANY_LENGTH = ("capi/include/",)

MACHINE_PATHS = re.compile(r"(?<![\w.])(/work/|/root/|/home/[a-z])")
WORKSPACE = re.compile(r"\bshared/")
REGISTRIES = re.compile(
    r"\bdeb\.debian\.org|\bpypi\.org|pythonhosted\.org|\bregistry\.npmjs|\bcrates\.io\b"
)
OWNERLESS = re.compile(r"\b(TODO|FIXME|XXX)\b(?!\([a-z]+\))")
THIS_FILE = "tests/tidy/hygiene.py"  # names what it looks for


def is_script(path: Path) -> bool:
    return path.suffix == "" and path.read_bytes()[:2] == b"#!"


def guard_of(name: str) -> str:
    """TOKENTRA_CORE_BASE_MONEY_H_ for core/base/money.h; public headers by their public name."""
    public = name.removeprefix("capi/include/")
    words = re.sub(r"[^A-Za-z0-9]", "_", public).upper()
    return (words if public != name else f"TOKENTRA_{words}") + "_"


def check_code(name: str, text: str) -> list[tuple[int, str]]:
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > COLUMNS_MAX:
            found.append((number, f"{len(line)} columns, at most {COLUMNS_MAX}"))
        if not line.isascii():
            odd = next(character for character in line if not character.isascii())
            found.append((number, f"not ASCII: U+{ord(odd):04X}"))
        if "\t" in line or line != line.rstrip():
            found.append((number, "a tab or a space at the end of the line"))
    if text and not text.endswith("\n"):
        found.append((text.count("\n") + 1, "no newline at the end of the file"))
    lines = text.count("\n")
    if lines > LINES_MAX and not name.startswith(ANY_LENGTH):
        found.append((lines, f"{lines} lines, at most {LINES_MAX}: look for the second idea"))
    if name.endswith((".h", ".hpp")):
        guard = guard_of(name)
        if f"#ifndef {guard}\n#define {guard}\n" not in text or f"#endif  // {guard}" not in text:
            if name.endswith(".h") and f"#endif /* {guard} */" in text:
                return found
            found.append((1, f"header guard must be {guard}, repeated in a comment at #endif"))
    return found


def check_words(text: str) -> list[tuple[int, str]]:
    rules = {
        MACHINE_PATHS: "a path of one machine",
        WORKSPACE: "a path outside the repository",
        REGISTRIES: "the host of a package registry",
        OWNERLESS: "without an owner in parentheses",
    }
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        for pattern, message in rules.items():
            if match := pattern.search(line):
                found.append((number, f"{message}: {match[0]}"))
    return found


def check(root: Path) -> list[str]:
    findings = []
    for path in tidy.files(root, suffixes=("",)):
        name = path.relative_to(root).as_posix()
        code = name.endswith(CODE) or is_script(path)
        if not code and not name.endswith(PROSE):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            findings.append(tidy.finding(root, path, 1, f"not UTF-8: {error.reason}"))
            continue
        found = check_code(name, text) if code else []
        if name != THIS_FILE:
            found += check_words(text)
        findings += [tidy.finding(root, path, number, message) for number, message in found]
        lines = text.count("\n")
        if code and LINES_TO_NOTICE < lines <= LINES_MAX and not name.startswith(ANY_LENGTH):
            print(f"{name}: {lines} lines; past {LINES_TO_NOTICE}", file=sys.stderr)
    return findings


def self_test() -> None:
    def expect(name: str, text: str, *wanted: str) -> None:
        tidy.expect_findings(check, {name: text}, *wanted)

    guarded = "#ifndef {0}\n#define {0}\n#endif  // {0}\n"
    expect("core/base/a.h", guarded.format("TOKENTRA_CORE_BASE_A_H_"))
    expect("core/base/a.h", guarded.format("BASE_A_H_"), "guard must be TOKENTRA_CORE_BASE_A_H_")
    expect("capi/include/tokentra/tokentra.h", guarded.format("TOKENTRA_TOKENTRA_H_"))
    expect("a.py", "x = 1\n" * LINES_MAX)
    expect("a.py", "x = 1\n" * (LINES_MAX + 1), f"{LINES_MAX + 1} lines")
    expect("a.cc", "x" * COLUMNS_MAX + "\n")
    expect("a.cc", "x" * (COLUMNS_MAX + 1) + "\n", f"a.cc:1: {COLUMNS_MAX + 1} columns")
    expect("a.md", "x" * (COLUMNS_MAX + 1) + "\n")
    expect("a.cc", "// \u00e9\n", "not ASCII: U+00E9")
    expect("a.cc", "int x; \n", "a space at the end")
    expect("a.cc", "int x;", "no newline at the end")
    expect("a.cc", "// TODO: later\n", "without an owner")
    expect("a.cc", "// TODO(ada): later\n")
    expect("a.md", "see /work/main\n", "a path of one machine")
    expect("a.md", "see ../shared/x.md\n", "a path outside the repository")
    expect("scripts/a", "#!/bin/sh\ncd /root/x\n", "a path of one machine")
    expect("a.toml", 'url = "https://pypi.org"\n', "the host of a package registry")


if __name__ == "__main__":
    tidy.main(check, self_test)
