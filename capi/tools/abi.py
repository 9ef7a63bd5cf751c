#!/usr/bin/env python3
"""Keeps everything that follows from tokentra.h equal to it.

abi.py                    writes the manifest, the export lists and the generated sources
abi.py --check            writes nothing; fails and shows the difference where one is stale
abi.py --compare OLD NEW  two manifests: fails unless NEW only appends to the released OLD
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import sys
from pathlib import Path

import abi_compare
import abi_layout
import abi_outputs
import abi_rules
from abi_header import HeaderError, read_header

CAPI = Path(__file__).resolve().parents[1]
DIFF_LINES_MAX = 60


def generate(capi: Path, compiler: str) -> dict[str, str]:
    """Every generated file's text by its path below capi/."""
    header = read_header(capi / "include" / "tokentra" / "tokentra.h")
    layouts, constants = abi_layout.probe(header, capi / "include", compiler)
    if found := abi_rules.problems(header, layouts):
        raise HeaderError("\n".join(found))
    data = abi_outputs.manifest(header, layouts, constants)
    return {
        f"abi/tokentra-{data['abi']}.json": abi_outputs.manifest_json(data),
        "exports.txt": abi_outputs.exports(header),
        "tokentra.map": abi_outputs.version_script(header),
        "src/generated/abi_manifest.inc": abi_outputs.manifest_include(data),
        "src/generated/layout_asserts.inc": abi_outputs.layout_asserts(header, layouts),
    }


def check(capi: Path, files: dict[str, str]) -> list[str]:
    """The differences between the files as they are and as they should be."""
    found = []
    for name, text in files.items():
        path = capi / name
        present = path.read_text(encoding="utf-8") if path.exists() else ""
        if present != text:
            diff = difflib.unified_diff(
                present.splitlines(), text.splitlines(), f"capi/{name}", "as the header says", n=2
            )
            lines = [line.rstrip() for line in diff]
            if len(lines) > DIFF_LINES_MAX:
                lines[DIFF_LINES_MAX:] = [f"... {len(lines) - DIFF_LINES_MAX} more lines"]
            found.append("\n".join(lines))
    return found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="only compare; write nothing")
    parser.add_argument("--compare", nargs=2, metavar=("OLD", "NEW"), type=Path)
    parser.add_argument("--capi", type=Path, default=CAPI, help="the folder capi/")
    parser.add_argument("--cc", default=os.environ.get("CC", "cc"), help="C compiler")
    options = parser.parse_args(arguments)

    if options.compare:
        old, new = (json.loads(path.read_text(encoding="utf-8")) for path in options.compare)
        found = abi_compare.compare(old, new)
        for line in found:
            print(line)
        return 1 if found else 0
    try:
        files = generate(options.capi, options.cc)
    except HeaderError as error:
        print(f"tokentra.h: {error}", file=sys.stderr)
        return 1
    if options.check:
        found = check(options.capi, files)
        for diff in found:
            print(diff)
        if found:
            print("stale: run capi/tools/abi.py and review the difference", file=sys.stderr)
        return 1 if found else 0
    for name, text in files.items():
        path = options.capi / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
