"""Purity: what the sources of core do not name.

core has no clock, environment, locale, printing, file, thread, network or randomness, throws
nothing and ends no process; only core/ledger/platform.* may. Where money, rates and quantities are
handled no floating point type is named. (imports.py checks the same on the compiled objects.)
"""

from __future__ import annotations

import re
from pathlib import Path

import tidy

PLATFORM = "core/ledger/platform"
EXACT = ("core/base/money", "core/pricing/", "core/catalog/", "core/ledger/")

FORBIDDEN = {
    "a thread": r"std::(jthread|thread|async|this_thread)\b|\bpthread_\w+|\bthread_local\b",
    "a clock": r"\b(system|steady|high_resolution)_clock\b|\bclock_gettime\b|\bgettimeofday\b"
    r"|(?<![\w.>:])(std::)?(time|clock)\s*\(\s*(0|NULL|nullptr|\)|&)|\babsl::Now\b"
    r"|\b(local|gm)time(_r)?\s*\(",
    "the environment": r"\b(secure_)?getenv\b|\b(set|put|unset)env\b|\benviron\b",
    "a locale": r"\bsetlocale\b|\blocaleconv\b|std::locale\b|\bstd::sto(d|f|ld)\b|\bstrto(d|f|ld)\b"
    r"|\bato[fil]\b|(?<![\w.>])(is(alnum|alpha|digit|lower|punct|space|upper|xdigit)"
    r"|to(lower|upper))\s*\(",
    "printing or files": r"\b(v?f|v?sn?|vd?|d)?printf\b|\bstd::(cout|cerr|clog|cin)\b|\bf?puts\b"
    r"|\bperror\b|\bfopen\b|\bstd::[io]?fstream\b|#\s*include\s*<(iostream|fstream|cstdio)>",
    "the network": r"\bgetaddrinfo\b|#\s*include\s*<(sys/socket|netdb|arpa/inet|netinet/in)\.h>",
    "randomness": r"\b(s?rand|s?random|d?rand48)\s*\(|\brandom_device\b|\bmt19937|\bgetrandom\b",
    "an exception": r"\bthrow\b",
    "the end of the process": r"\b(abort|_?[Ee]xit|quick_exit|terminate)\s*\(|\bABSL_RAW_CHECK\b"
    r"|\bABSL_RAW_LOG\b",
}
FLOATING_POINT = re.compile(r"\b(float|double)\b")
PATTERNS = {what: re.compile(pattern) for what, pattern in FORBIDDEN.items()}


def check(root: Path) -> list[str]:
    findings = []
    for path in tidy.files(root, "core", suffixes=tidy.CPP_SUFFIXES):
        name = path.relative_to(root).as_posix()
        if name.startswith(PLATFORM):
            continue
        code = tidy.code_only(path.read_text(encoding="utf-8"))
        for number, line in enumerate(code.splitlines(), start=1):
            for what, pattern in PATTERNS.items():
                if match := pattern.search(line):
                    message = f"core may not use {what}: {match[0].strip()}"
                    findings.append(tidy.finding(root, path, number, message))
            if name.startswith(EXACT) and (match := FLOATING_POINT.search(line)):
                message = f"no floating point where money is handled: {match[0]}"
                findings.append(tidy.finding(root, path, number, message))
    return findings


def self_test() -> None:
    def expect(path: str, code: str, *wanted: str) -> None:
        tidy.expect_findings(check, {path: f"\n{code}\n"}, *wanted)

    bad = {
        "std::thread worker;": "a thread",
        "thread_local int x;": "a thread",
        "auto t = std::chrono::system_clock::now();": "a clock",
        "auto t = time(nullptr);": "a clock",
        'auto home = std::getenv("HOME");': "the environment",
        'setlocale(LC_ALL, "C");': "a locale",
        "if (isdigit(c)) {}": "a locale",
        'std::printf("x");': "printing or files",
        'snprintf(buffer, 3, "x");': "printing or files",
        "std::cout << x;": "printing or files",
        "std::ifstream in;": "printing or files",
        "#include <sys/socket.h>": "the network",
        "int x = rand();": "randomness",
        "std::random_device device;": "randomness",
        "throw 1;": "an exception",
        "std::abort();": "the end of the process",
    }
    for code, wanted in bad.items():
        expect("core/base/a.cc", code, f"core/base/a.cc:2: core may not use {wanted}")
        expect(f"{PLATFORM}.cc", code)
    for path in ("core/base/money.h", "core/pricing/a.cc", "core/ledger/a.h"):
        expect(path, "double rate;", "no floating point")
    expect("core/base/json.cc", "double value;")
    expect("core/base/a.cc", '// throw, double, std::thread\nauto x = "throw"; /* rand() */')
    expect("core/base/a.cc", "auto x = 1'000; throw 2; auto c = 'x';", "an exception")
    expect("core/base/a.cc", "instant.time(); bucket_time(3); ascii_isdigit(c);")


if __name__ == "__main__":
    tidy.main(check, self_test)
