"""Compares a released manifest with a later one of the same ABI version: only appends are allowed.

Allowed are new functions (in a version node of their own), constants, types and structures, new
members at the end of a structure that travels with its size, a meaning for a reserved member, a
stronger thread promise. Everything else breaks a program that was built before.
"""

from __future__ import annotations

import abi_rules


def compare(old: dict, new: dict) -> list[str]:
    """Every change that breaks a program built against `old`, one line each."""
    if old["abi"] != new["abi"]:
        return [f"ABI version {old['abi']} became {new['abi']}: another interface, another SONAME"]
    return [
        *_table("type", old["types"], new["types"]),
        *_table("constant", old["constants"], new["constants"]),
        *_opaque(old["opaque"], new["opaque"]),
        *_structures(_by_name(old["structs"]), _by_name(new["structs"])),
        *_functions(_by_name(old["functions"]), _by_name(new["functions"])),
    ]


def _by_name(items: list[dict]) -> dict[str, dict]:
    return {item["name"]: item for item in items}


def _table(kind: str, old: dict, new: dict) -> list[str]:
    found = []
    for name, value in old.items():
        if name not in new:
            found.append(f"{kind} {name} was removed (it was {value})")
        elif new[name] != value:
            found.append(f"{kind} {name} changed from {value} to {new[name]}")
    return found


def _opaque(old: list[str], new: list[str]) -> list[str]:
    return [f"opaque type {name} was removed" for name in old if name not in new]


def _structures(old: dict[str, dict], new: dict[str, dict]) -> list[str]:
    found = []
    for name, before in old.items():
        after = new.get(name)
        if after is None:
            found.append(f"struct {name} was removed")
            continue
        if before["align"] != after["align"]:
            found.append(
                f"struct {name}: alignment changed from {before['align']} to {after['align']}"
            )
        if before["growth"] == "frozen" and before["size"] != after["size"]:
            found.append(
                f"struct {name}: size changed from {before['size']} to {after['size']}, and it "
                f"crosses by value or in arrays without a size"
            )
        elif after["size"] < before["size"]:
            found.append(f"struct {name} shrank from {before['size']} to {after['size']}")
        if before["growth"] == "append" and after["growth"] == "frozen":
            found.append(f"struct {name} no longer travels with its size everywhere")
        found += _members(name, before["members"], after["members"])
    return found


def _members(structure: str, old: list[dict], new: list[dict]) -> list[str]:
    found = []
    by_name = {m["name"]: m for m in new}
    by_offset = {m["offset"]: m for m in new}
    for before in old:
        name = f"{structure}.{before['name']}"
        reserved = abi_rules.RESERVED.match(before["name"])
        after = by_name.get(before["name"])
        if after is None and reserved:
            after = by_offset.get(before["offset"])  # a reserved member may be given a meaning
        if after is None:
            found.append(f"member {name} was removed")
        elif after["offset"] != before["offset"]:
            found.append(f"member {name} moved from {before['offset']} to {after['offset']}")
        elif after["size"] != before["size"]:
            found.append(f"member {name} changed size from {before['size']} to {after['size']}")
        elif after["type"] != before["type"] and not reserved:
            found.append(f"member {name} changed type from {before['type']} to {after['type']}")
    return found


def _functions(old: dict[str, dict], new: dict[str, dict]) -> list[str]:
    found = []
    for name, before in old.items():
        after = new.get(name)
        if after is None:
            found.append(f"function {name} was removed")
            continue
        types_before = [before["returns"], *(p["type"] for p in before["parameters"])]
        types_after = [after["returns"], *(p["type"] for p in after["parameters"])]
        if types_before != types_after:
            found.append(
                f"function {name} changed from `{before['signature']}` to `{after['signature']}`"
            )
        if before["since"] != after["since"]:
            found.append(
                f"function {name} changed Since from {before['since']} to {after['since']}"
            )
        words = [f["thread"].split(",")[0].split(" ")[0] for f in (before, after)]
        strength = {"any": 2, "concurrent": 1, "exclusive": 0}
        if strength[words[1]] < strength[words[0]]:
            found.append(f"function {name}: its thread promise fell from {words[0]} to {words[1]}")
        if after["error_codes"] and not before["error_codes"]:
            codes = ", ".join(after["error_codes"])
            found.append(f"function {name} could not fail and now can: {codes}")
    nodes = {f["since"] for f in old.values()}
    for name in sorted(new.keys() - old.keys()):
        if new[name]["since"] in nodes:
            found.append(
                f"function {name} is new but says Since {new[name]['since']}, which is released"
            )
    return found
