"""Pins: what is written down in two places agrees.

Hashes of the pinned sources in scripts/lib/sources.sh are among those that
cmake/dependencies.cmake accepts; every dependency named to CMake has its line in
docs/dependencies.md; the pinned build tools satisfy pyproject.toml.
"""

from __future__ import annotations

import re
from pathlib import Path

import tidy

CMAKE = "cmake/dependencies.cmake"
SOURCES = "scripts/lib/sources.sh"
REASONS = "docs/dependencies.md"
PROJECT = "pyproject.toml"
BUILD_TOOLS = "scripts/requirements/build.txt"
NOT_LIBRARIES = {"Python", "Python3"}


def release(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def check(root: Path) -> list[str]:
    def read(name: str) -> str:
        return (root / name).read_text(encoding="utf-8")

    findings = []
    accepted = set(re.findall(r"\b[0-9a-f]{64}\b", read(CMAKE)))
    for pinned in re.findall(r"\b[0-9a-f]{64}\b", read(SOURCES)):
        if pinned not in accepted:
            findings.append(f"{SOURCES}: {CMAKE} does not accept {pinned}")

    named = set(re.findall(r"(?:tokentra_pinned_source|find_package)\(\s*(\w+)", read(CMAKE)))
    reasons = read(REASONS).lower().replace("-", "_")
    for name in sorted(named - NOT_LIBRARIES):
        if f"| {name.lower()}" not in reasons:
            findings.append(f"{REASONS}: no line gives the reason for {name}")

    pins = dict(re.findall(r"^([\w-]+)==([\d.]+)$", read(BUILD_TOOLS), re.MULTILINE))
    requires = re.search(r"^requires = \[(.*)\]$", read(PROJECT), re.MULTILINE)
    for name, least in re.findall(r'"([\w-]+)>=([\d.]+)"', requires[1] if requires else ""):
        if name not in pins or release(pins[name]) < release(least):
            findings.append(f"{BUILD_TOOLS}: {PROJECT} wants {name} >= {least}")
    return findings


def self_test() -> None:
    good = {
        CMAKE: f"tokentra_pinned_source(\n  abseil SHA256 {'a' * 64})\nfind_package(GTest 1.12)\n",
        SOURCES: f"abseil|x|{'a' * 64}\n",
        REASONS: "| Abseil | why |\n| GTest | why |\n",
        PROJECT: 'requires = ["pybind11>=2.13"]\n',
        BUILD_TOOLS: "pybind11==3.1.0\n",
    }
    tidy.expect_findings(check, good)
    changes = {
        "does not accept": (SOURCES, f"abseil|x|{'b' * 64}\n"),
        "no line gives the reason for GTest": (REASONS, "| Abseil | why |\n"),
        "wants pybind11 >= 2.13": (BUILD_TOOLS, "pybind11==2.9\n"),
    }
    for wanted, (name, text) in changes.items():
        tidy.expect_findings(check, {**good, name: text}, wanted)


if __name__ == "__main__":
    tidy.main(check, self_test)
