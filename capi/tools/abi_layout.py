"""Asks the C compiler for sizes, alignments and offsets of the header's structures."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from pathlib import Path

from abi_header import Header


def _probe_source(header: Header) -> str:
    lines = ["#include <stdio.h>", "#include <tokentra/tokentra.h>", "int main(void) {"]
    for structure in header.structures.values():
        name = structure.name
        lines.append(f"  struct {name}_align {{ char c; {name} s; }};")
        lines.append(
            f'  printf("{name} %zu %zu\\n", sizeof({name}), offsetof(struct {name}_align, s));'
        )
        lines += [
            f'  printf("{name}.{m.name} %zu %zu\\n", offsetof({name}, {m.name}),'
            f" sizeof((({name}*)0)->{m.name}));"
            for m in structure.members
        ]
    for name in header.constants:
        lines.append(f'  printf("{name} %lld 0\\n", (long long){name});')
    lines += ["  return 0;", "}", ""]
    return "\n".join(lines)


def probe(header: Header, include: Path, compiler: str) -> tuple[dict, dict]:
    """(layouts, constants): {structure: {size, align, members: {name: (offset, size)}}} and
    {constant: value}, as the compiler sees them."""
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "probe.c"), Path(folder, "probe")
        source.write_text(_probe_source(header), encoding="utf-8")
        command = [*shlex.split(compiler), "-std=c99", f"-I{include}", str(source)]
        subprocess.run([*command, "-o", str(program)], check=True)
        output = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    layouts: dict = {}
    constants: dict = {}
    for line in output.splitlines():
        name, first, second = line.split()
        if name in header.constants:
            constants[name] = int(first)
        elif "." in name:
            structure, member = name.split(".")
            layouts[structure]["members"][member] = (int(first), int(second))
        else:
            layouts[name] = {"size": int(first), "align": int(second), "members": {}}
    return layouts, constants
