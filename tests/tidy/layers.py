"""Layers: who may include whom.

core/README.md draws the layers of core, lowest last; a folder may include itself and folders on
lines below its own. capi includes only core and itself; the public headers include nothing but
the standard library and each other; a binding includes only itself and <tokentra/...>.
"""

from __future__ import annotations

import re
from pathlib import Path

import tidy

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include\s*(["<])([^">]+)[">]', re.MULTILINE)
NAMES_WIDTH = 34  # in core/README.md: folder names before this column, their purpose after it
PUBLIC = "capi/include/tokentra"
# What only core may know of, beside the parts of this repository.
PRIVATE_LIBRARIES = ("absl/", "simdjson")


def read_layers(root: Path) -> dict[str, int]:
    """Height of each folder of core: 0 is the lowest line."""
    readme = (root / "core/README.md").read_text(encoding="utf-8")
    block = readme.split("```")[1].strip("\n").splitlines()
    lines = [line[:NAMES_WIDTH].split() for line in block if line.strip()]
    return {name: height for height, names in enumerate(reversed(lines)) for name in names}


def allowed_in_core(folder: str, target: str, layers: dict[str, int]) -> str | None:
    """Why a file of core/<folder> may not include the target, or None."""
    if target.startswith(("capi/", "bindings/", "tests/", "tokentra/")):
        return f"core may not include {target}"
    if not target.startswith("core/"):
        return None
    other = target.split("/")[1]
    if folder not in layers or other not in layers:
        unknown = folder if folder not in layers else other
        return f"core/{unknown} is on no line of core/README.md"
    if other != folder and layers[other] >= layers[folder]:
        return f"core/{folder} may not include core/{other}: it is not on a lower line"
    return None


def allowed_outside_core(relative: Path, quote: str, target: str) -> str | None:
    """Why a file of capi or of a binding may not include the target, or None."""
    part = relative.parts[0]
    if relative.is_relative_to(PUBLIC):
        if quote == '"' or ("/" in target and not target.startswith("tokentra/")):
            return f"a public header may not include {target}"
        return None
    if part == "capi":
        if target.startswith(("bindings/", "tests/")):
            return f"capi may not include {target}"
        return None
    own = "/".join(relative.parts[:2]) + "/"
    foreign = target.startswith(("core/", "capi/", "bindings/", *PRIVATE_LIBRARIES))
    if (foreign and not target.startswith(own)) or ".." in target.split("/"):
        return f"{own[:-1]} may include only itself and <tokentra/...>, not {target}"
    return None


def check(root: Path) -> list[str]:
    layers = read_layers(root)
    findings = []
    for path in tidy.files(root, "core", "capi", "bindings", suffixes=tidy.CPP_SUFFIXES):
        relative = path.relative_to(root)
        text = path.read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            if relative.parts[0] == "core":
                why = allowed_in_core(relative.parts[1], match[2], layers)
            else:
                why = allowed_outside_core(relative, match[1], match[2])
            if why:
                line = text.count("\n", 0, match.start()) + 1
                findings.append(tidy.finding(root, path, line, why))
    return findings


def self_test() -> None:
    rows = [f"{names:<{NAMES_WIDTH}}purpose\n" for names in ("client", "usage catalog", "base")]
    readme = "```\n" + "".join(rows) + "```\n"

    def expect(path: str, include: str, *wanted: str) -> None:
        contents = {"core/README.md": readme, path: f"\n#include {include}\n"}
        tidy.expect_findings(check, contents, *wanted)

    expect("core/client/a.h", '"core/base/b.h"')
    expect("core/base/a.h", '"core/base/b.h"')
    expect("core/usage/a.cc", '"absl/status/status.h"')
    expect("core/base/a.h", '"core/client/b.h"', "core/base/a.h:2: core/base may not include")
    expect("core/usage/a.cc", '"core/catalog/b.h"', "may not include core/catalog")
    expect("core/extra/a.h", '"core/base/b.h"', "core/extra is on no line")
    expect("core/base/a.h", "<tokentra/tokentra.h>", "core may not include tokentra/")
    expect("capi/src/a.cc", '"core/client/b.h"')
    expect("capi/src/a.cc", '"bindings/cli/b.h"', "capi may not include bindings/cli/b.h")
    expect("capi/include/tokentra/tokentra.h", "<stdint.h>")
    expect("capi/include/tokentra/tokentra.hpp", '"absl/status/status.h"', "a public header")
    expect("bindings/cli/a.cc", "<tokentra/tokentra.hpp>")
    expect("bindings/cli/a.cc", '"bindings/cli/b.h"')
    expect("bindings/cli/a.cc", '"core/base/b.h"', "bindings/cli may include only itself")
    expect("bindings/cli/a.cc", '"bindings/python/b.h"', "bindings/cli may include only itself")
    expect("bindings/cli/a.cc", '"../../core/base/b.h"', "bindings/cli may include only itself")


if __name__ == "__main__":
    tidy.main(check, self_test)
