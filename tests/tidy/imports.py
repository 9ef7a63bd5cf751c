"""Imports: what the compiled objects of core call.

purity.py reads the sources; this reads the undefined symbols of the objects, so that a macro or an
inlined header cannot hide a call. core/ledger/platform.* is the only exception. snprintf passes:
nlohmann/json formats doubles with it, into memory. std::terminate passes: compilers call it where
a noexcept function would let an exception out.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

import tidy

FORBIDDEN = {
    "ends the process": r"abort|_?exit|_Exit|quick_exit",
    "prints": r"_?_?(v?f|v?s|vd?|d)?printf(_chk)?|f?puts|putchar|perror|fwrite"
    r"|_ZSt4(cout|cerr|clog)",
    "opens a file": r"fopen(64)?|open(64)?|openat(64)?|_ZNSt1[34]basic_[io]?f(ile|stream).*",
    "reads the environment": r"(secure_)?getenv|setenv|putenv|environ",
    "reads a clock": r"time|clock|clock_gettime|gettimeofday|localtime(_r)?"
    r"|_ZNSt6chrono3_V21[0-9](system|steady)_clock3nowEv",
    "starts a thread": r"pthread_create|_ZNSt6thread15_M_start_thread.*",
    "draws randomness": r"s?rand(_r)?|s?random|getrandom|getentropy|arc4random"
    r"|_ZNSt13random_device.*",
    "sets a locale": r"setlocale|newlocale|uselocale",
    "uses the network": r"socket|connect|bind|listen|accept4?|getaddrinfo"
    r"|send(to|msg)?|recv(from)?",
}
PATTERNS = {what: re.compile(pattern) for what, pattern in FORBIDDEN.items()}


def undefined_symbols(path: Path) -> list[str]:
    command = ["nm", "--undefined-only", "--format=posix", str(path)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [line.split()[0] for line in lines if line.strip()]


def check(root: Path, objects: Path) -> list[str]:
    """Reads every object under `objects`, the folder of core's objects in a build tree."""
    paths = sorted(objects.rglob("*.o"))
    if not paths:
        return [f"{objects}: no objects of core here; build first"]
    findings = []
    for path in paths:
        name = path.relative_to(objects)
        if name.as_posix().startswith("ledger/platform"):
            continue
        for symbol in undefined_symbols(path):
            for what, pattern in PATTERNS.items():
                if pattern.fullmatch(symbol.split("@")[0]):
                    findings.append(f"core/{name}: calls {symbol}, which {what}")
    return findings


def self_test() -> None:
    calls = {
        "abort()": "ends the process",
        'printf("%d", 1)': "prints",
        'fopen("a", "r")': "opens a file",
        'getenv("A")': "reads the environment",
        "time(0)": "reads a clock",
        "pthread_create(0, 0, 0, 0)": "starts a thread",
        "rand()": "draws randomness",
        "socket(1, 1, 1)": "uses the network",
    }
    with tempfile.TemporaryDirectory() as folder:
        objects = Path(folder)
        for path in ("base/a.cc.o", "ledger/platform.cc.o"):
            for call, wanted in calls.items():
                source = f"void f(void) {{ {call}; }}"
                (objects / path).parent.mkdir(exist_ok=True)
                compile_command = ["cc", "-x", "c", "-w", "-fno-builtin", "-c", "-o"]
                compile_command += [str(objects / path), "-"]
                subprocess.run(compile_command, check=True, input=source, text=True)
                findings = check(tidy.REPOSITORY, objects)
                found = any(wanted in line for line in findings)
                if found != path.startswith("base") or len(findings) > 1:
                    raise AssertionError(f"{path}, {call}: {findings}")
            (objects / path).unlink()
        if not check(tidy.REPOSITORY, objects):
            raise AssertionError("a folder without objects passed")


if __name__ == "__main__":
    tidy.main(check, self_test, {"objects": "the folder of core's objects in a build tree"})
