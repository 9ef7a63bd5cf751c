"""Exports: what the built libraries show and need.

libtokentra.so exports exactly the names of capi/exports.txt and needs only the C and C++ run
times; libtokentra.a defines exactly the same global names.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import tidy

SONAME = "libtokentra.so.1"
NEEDED_ALLOWED = re.compile(
    r"libstdc\+\+\.so\.6|libgcc_s\.so\.1|libm\.so\.6|libc\.so\.6|ld-linux-.*"
)


def output_of(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def defined_symbols(path: Path, *options: str) -> set[str]:
    listing = output_of("nm", "--defined-only", "--format=posix", *options, path)
    rows = (line.split() for line in listing.splitlines() if " " in line)
    # The node of the version script is listed as an absolute symbol.
    return {row[0].split("@")[0] for row in rows if row[1] != "A"}


def difference(what: str, wanted: set[str], found: set[str]) -> list[str]:
    lines = [f"{what}: {name} is missing" for name in sorted(wanted - found)]
    return lines + [f"{what}: {name} is not in the list" for name in sorted(found - wanted)]


def check_dynamic_section(library: Path) -> list[str]:
    dynamic = output_of("readelf", "--dynamic", "--wide", library)
    needed: Iterable[str] = re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
    findings = [
        f"{library.name}: needs {name}, which is no C or C++ run time"
        for name in needed
        if not NEEDED_ALLOWED.fullmatch(name)
    ]
    soname = re.findall(r"\(SONAME\).*\[(.*)\]", dynamic)
    if soname != [SONAME]:
        findings.append(f"{library.name}: its name for the loader is {soname}, not {SONAME}")
    findings += [
        f"{library.name}: has {tag}"
        for tag in ("TEXTREL", "RUNPATH", "RPATH")
        if f"({tag})" in dynamic
    ]
    return findings


def check(root: Path, shared: Path, static: Path) -> list[str]:
    list_file = root / "capi/exports.txt"
    if not list_file.exists():
        return ["capi/exports.txt: missing; it lists what libtokentra.so exports, one name a line"]
    lines = list_file.read_text(encoding="utf-8").splitlines()
    wanted = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    findings = difference(shared.name, wanted, defined_symbols(shared, "--dynamic"))
    findings += difference(static.name, wanted, defined_symbols(static, "--extern-only"))
    return findings + check_dynamic_section(shared)


def self_test() -> None:
    def expect(source: str, options: list[str], *wanted: str) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = tidy.sample(Path(name), {"capi/exports.txt": "tokentra_a\n", "a.c": source})
            shared, static, compiled = (folder / f"lib.{suffix}" for suffix in ("so", "a", "o"))
            source_file = folder / "a.c"
            output_of("cc", "-fPIC", "-c", "-o", compiled, source_file)
            output_of("cc", "-shared", *options, "-o", shared, compiled)
            output_of("ar", "rcs", static, compiled)
            findings = check(folder, shared, static)
        matches = len(findings) == len(wanted) and all(map(str.__contains__, findings, wanted))
        if not matches:
            raise AssertionError(f"wanted {wanted}, found {findings}")

    soname = [f"-Wl,-soname,{SONAME}"]
    good = "void tokentra_a(void) {}"
    expect(good, soname)
    expect(good, [], "its name for the loader")
    leak = f"{good} void leak(void) {{}}"
    expect(leak, soname, "lib.so: leak is not in the list", "lib.a: leak is not in the list")
    missing = "static int x;"
    expect(missing, soname, "lib.so: tokentra_a is missing", "lib.a: tokentra_a is missing")
    foreign = [*soname, "-Wl,--no-as-needed", "-lresolv"]
    expect(good, foreign, "lib.so: needs libresolv.so.2")
    expect(good, [*soname, "-Wl,-rpath,/x"], "lib.so: has RUNPATH")


if __name__ == "__main__":
    tidy.main(check, self_test, {"shared": "libtokentra.so", "static": "libtokentra.a"})
