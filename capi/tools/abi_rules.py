"""Rules that the header as a whole has to keep, beyond its grammar."""

from __future__ import annotations

import re

from abi_header import Function, Header, Structure

THREADS = ("any", "concurrent", "exclusive")
CONCURRENT_OBJECTS = ("tokentra_client",)  # mutable and shared, said in the header's first comment
RESERVED = re.compile(r"reserved[0-9]*$")
STRUCTURE_GRANULE = 16
STATUS_NAMES = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)


def frozen_structures(header: Header) -> set[str]:
    """Structures that can never grow: they cross by value, or in arrays that carry no size."""
    frozen = set()
    for structure in header.structures.values():
        frozen.update(m.base for m in structure.members)
    for function in header.functions.values():
        frozen.add(function.returns.removeprefix("const ").rstrip("*"))
        sized = _sized_parameters(function)
        frozen.update(p.base for p in function.parameters if p.name not in sized)
    return frozen & set(header.structures)


def _sized_parameters(function: Function) -> set[str]:
    """Parameters that travel with `<name>_size`, or as an array with `<singular>_size`."""
    sizes = {p.name.removesuffix("_size") for p in function.parameters if p.name.endswith("_size")}
    return {
        p.name
        for p in function.parameters
        if p.stars == 1 and (p.name in sizes or p.name.removesuffix("s") in sizes)
    }


def error_codes(function: Function, header: Header) -> list[str]:
    """Names of the status codes that the Errors statement lists; `as <function>` is followed."""
    stated = re.sub(r"\([^()]*\)", "", function.errors)  # in parentheses stands when
    codes = re.findall(r"\b[A-Z]{2}[A-Z_]*\b", stated)
    for other in re.findall(r"\bas (tokentra_\w+)", function.errors):
        if other in header.functions and other != function.name:
            codes += error_codes(header.functions[other], header)
    return sorted(set(codes), key=lambda c: STATUS_NAMES.index(c) if c in STATUS_NAMES else -1)


def _function_problems(function: Function, header: Header) -> list[str]:
    problems = []
    fails = function.returns == "tokentra_status"
    errors = [p for p in function.parameters if p.type == "tokentra_error**"]
    last = function.parameters[-1] if function.parameters else None
    if errors and (len(errors) > 1 or errors[0] != last or last.name != "error"):
        problems.append("`tokentra_error** error` has to be the last parameter, once")
    if bool(errors) != (fails and function.name != "tokentra_error_code"):
        problems.append("a function takes `error` exactly when it returns a status")

    word = re.split(r"[\s,]", function.thread)[0]
    first = function.parameters[0] if function.parameters else None
    if word not in THREADS:
        problems.append(f"Thread begins with {word!r}, not one of {', '.join(THREADS)}")
    elif first and first.base in header.opaque and first.stars == 1:
        concurrent = first.const or first.base in CONCURRENT_OBJECTS
        if function.name.endswith("_free"):
            concurrent = False
        if word == "any" and function.name != "tokentra_client_new":
            problems.append("Thread is 'any', but the function takes an object")
        if word == "concurrent" and not concurrent:
            problems.append("Thread is 'concurrent', but the object is not const")
        if word == "exclusive" and concurrent:
            problems.append("Thread is 'exclusive', but the object is const")

    for p in function.parameters:
        if p.stars == 2 and not re.search(rf"\*{p.name}\b", function.owns):
            problems.append(f"Owns does not say who owns *{p.name}")
    for code in error_codes(function, header):
        if code not in STATUS_NAMES:
            problems.append(f"Errors names {code!r}, which is no status")
    if fails and errors and not error_codes(function, header):
        problems.append("Errors names no status, though the function returns one")
    for other in re.findall(r"\bas (tokentra_\w+|there)", function.errors):
        if other not in header.functions:
            problems.append(f"Errors refers to {other!r}, which is no function")
    return problems


def _structure_problems(structure: Structure, layout: dict) -> list[str]:
    problems = []
    end = 0
    for member in structure.members:
        offset, size = layout["members"][member.name]
        if offset != end:
            problems.append(f"{offset - end} bytes of padding before {member.name}")
        end = offset + size
        if RESERVED.match(member.name) and (member.stars or not member.base.startswith("uint")):
            problems.append(f"{member.name} has to be an unsigned integer")
    if layout["size"] != end:
        problems.append(f"{layout['size'] - end} bytes of padding at the end")
    if layout["size"] % STRUCTURE_GRANULE:
        problems.append(f"its size {layout['size']} is not a multiple of {STRUCTURE_GRANULE}")
    return problems


def _comment_problems(header: Header) -> list[str]:
    """Names in comments that nothing declares: what they referred to was renamed or never made."""
    declared = {
        *header.constants,
        *header.aliases,
        *header.opaque,
        *header.structures,
        *header.functions,
    }
    named = re.findall(r"\b(?:tokentra|TOKENTRA)_\w*[A-Za-z0-9](?!\w)", " ".join(header.comments))
    return [
        f"a comment refers to {name}, which is not declared"
        for name in sorted(set(named) - declared)
    ]


def problems(header: Header, layouts: dict) -> list[str]:
    """Every broken rule, one line each; empty when the header is sound."""
    found = []
    for index, name in enumerate(STATUS_NAMES):
        if header.constants.get(f"TOKENTRA_{name}") != str(index):
            found.append(f"TOKENTRA_{name}: has to be {index}")
    for name, structure in header.structures.items():
        found += [f"{name}: {p}" for p in _structure_problems(structure, layouts[name])]
    found += _comment_problems(header)
    frozen = frozen_structures(header)
    for function in header.functions.values():
        found += [f"{function.name}: {p}" for p in _function_problems(function, header)]
        found += [
            f"{function.name}: {p.name} points to {p.base}, which elsewhere travels without a size"
            for p in function.parameters
            if p.base in frozen and p.name in _sized_parameters(function)
        ]
    return found
