"""Writes what follows from the header: the manifest, the export lists, the layout asserts."""

from __future__ import annotations

import json
import re

import abi_rules
from abi_header import Header

NOTICE = "Made by capi/tools/abi.py from tokentra.h; do not edit."
# Constants of the release, which change with every version, are no part of the interface.
RELEASE_CONSTANT = re.compile(r"TOKENTRA_VERSION_")
# Compilers need not take a string literal, adjacent ones joined, beyond 65,536 bytes.
LITERAL_BYTES_MAX = 60_000


def manifest(header: Header, layouts: dict, constants: dict) -> dict:
    frozen = abi_rules.frozen_structures(header)
    structures = []
    for name, structure in sorted(header.structures.items()):
        layout = layouts[name]
        members = []
        for member in structure.members:
            offset, size = layout["members"][member.name]
            members.append(
                {"name": member.name, "type": member.type, "offset": offset, "size": size}
            )
        structures.append(
            {
                "name": name,
                "size": layout["size"],
                "align": layout["align"],
                "growth": "frozen" if name in frozen else "append",
                "members": members,
            }
        )
    functions = []
    for name, function in sorted(header.functions.items()):
        functions.append(
            {
                "name": name,
                "signature": function.signature,
                "returns": function.returns,
                "parameters": [{"name": p.name, "type": p.type} for p in function.parameters],
                "thread": function.thread,
                "owns": function.owns,
                "errors": function.errors,
                "error_codes": abi_rules.error_codes(function, header),
                "since": function.since,
            }
        )
    return {
        "interface": "tokentra",
        "abi": constants["TOKENTRA_ABI_VERSION"],
        "data_model": "LP64, little-endian",
        "types": dict(sorted(header.aliases.items())),
        "opaque": sorted(header.opaque),
        "constants": {
            name: constants[name] for name in sorted(constants) if not RELEASE_CONSTANT.match(name)
        },
        "structs": structures,
        "functions": functions,
    }


def manifest_json(data: dict) -> str:
    """Readable, with one function parameter and one structure member a line: it is reviewed."""
    text = json.dumps(data, indent=1, ensure_ascii=True)
    leaf = re.compile(r"\{\s*(\"name\": [^{}\[\]]*?)\s*\}")
    return leaf.sub(lambda m: "{" + re.sub(r"\s*\n\s*", " ", m.group(1)) + "}", text) + "\n"


def manifest_include(data: dict) -> str:
    """Elements of an array of texts, each within what one literal may have."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True)
    lines = [f"// {NOTICE}"]
    for begin in range(0, len(text), LITERAL_BYTES_MAX):
        line = ""
        for character in text[begin : begin + LITERAL_BYTES_MAX]:
            line += {"\\": "\\\\", '"': '\\"'}.get(character, character)
            if len(line) >= 94:
                lines.append(f'"{line}"')
                line = ""
        lines.append(f'"{line}",')
    return "\n".join(lines) + "\n"


def exports(header: Header) -> str:
    return "".join(f"{name}\n" for name in sorted(header.functions))


def version_script(header: Header) -> str:
    """One node per `Since`, each inheriting from the one before."""

    def order(since: str) -> tuple[int, ...]:
        return tuple(int(part) for part in since.split("."))

    text, previous = f"# {NOTICE}\n", ""
    for since in sorted({f.since for f in header.functions.values()}, key=order):
        names = sorted(f.name for f in header.functions.values() if f.since == since)
        local = "" if previous else "  local:\n    *;\n"
        text += f"TOKENTRA_{since} {{\n  global:\n"
        text += "".join(f"    {name};\n" for name in names)
        text += f"{local}}}{previous};\n"
        previous = f" TOKENTRA_{since}"
    return text


def layout_asserts(header: Header, layouts: dict) -> str:
    lines = [
        f"/* {NOTICE}",
        " * For C11 and C++11, after <tokentra/tokentra.h>. */",
        "#ifdef __cplusplus",
        "#define TOKENTRA_LAYOUT(condition) static_assert(condition, #condition)",
        "#define TOKENTRA_ALIGNOF(type) alignof(type)",
        "#else",
        "#define TOKENTRA_LAYOUT(condition) _Static_assert(condition, #condition)",
        "#define TOKENTRA_ALIGNOF(type) _Alignof(type)",
        "#endif",
        "",
        "TOKENTRA_LAYOUT(sizeof(void*) == 8 && sizeof(size_t) == 8);",
    ]
    for name in sorted(header.structures):
        layout = layouts[name]
        lines += [
            "",
            f"TOKENTRA_LAYOUT(sizeof({name}) == {layout['size']});",
            f"TOKENTRA_LAYOUT(TOKENTRA_ALIGNOF({name}) == {layout['align']});",
        ]
        for member, (offset, size) in layout["members"].items():
            lines.append(f"TOKENTRA_LAYOUT(offsetof({name}, {member}) == {offset});")
            lines.append(f"TOKENTRA_LAYOUT(sizeof((({name}*)0)->{member}) == {size});")
    lines += ["", "#undef TOKENTRA_LAYOUT", "#undef TOKENTRA_ALIGNOF", ""]
    return "\n".join(lines)
