"""Checks the files against the first list: every model, stretch of time, variant and band."""

from __future__ import annotations

from typing import Any

from .adopt import rule_for
from .build import FEES, WHEN
from .genai import GenaiList
from .rates import Schedule, value

Json = dict[str, Any]


def verify(genai: GenaiList, curation: Json, history: Json, files: dict[str, Json]) -> int:
    bad = sum(problems(file) for name, file in files.items() if name.startswith("providers/"))
    for provider, rules in curation["providers"].items():
        if "genai" not in rules or rules.get("fill"):  # filled: the first list is not all of it
            continue
        accepted = {m for r in rules.get("differs", []) for m in r["models"]}
        accepted |= {e["model"] for e in history["models"] if e["provider"] == provider}
        file = files[f"providers/{provider}.json"]
        checked = failures = unpriced = 0
        for source in genai.models(rules["genai"]):
            cases = 0
            for at, conditions, schedule in situations(genai, source):
                problem = check(file, source["id"], at, conditions, schedule)
                cases += 1
                if problem == "unpriced" and not schedule:
                    unpriced += 1
                elif problem and (source["id"] in accepted or rule_for(rules, plain_id(source))):
                    print(f"{provider} {source['id']} {conditions} {at}: {problem} (decided)")
                elif problem:
                    failures += 1
                    print(f"{provider} {source['id']} {conditions} {at}: {problem}")
            checked += cases
        print(f"{provider}: {checked} compared, {failures} differ, {unpriced} without price")
        bad += failures
    return 1 if bad else 0


def plain_id(source: Json) -> str:
    return str(source["id"]).removeprefix("global.").removeprefix("regional.")


def situations(genai: GenaiList, source: Json) -> list[tuple[str, Json, Schedule]]:
    """Every day on which something starts, standard and with each variant that then holds."""
    bases = genai.base_periods(source)
    variants = genai.variant_periods(source)
    days = {p.start or "2020-01-01" for p in bases}
    for periods in variants.values():
        days |= {p.start for p in periods if p.start}
    found = []
    for day in sorted(days | {"2026-11-12"}):
        base = next(p for p in reversed(bases) if (p.start or "") <= day).schedule
        found.append((day, {}, base))
        for when, periods in variants.items():
            held = [p for p in periods if (p.start or "") <= day]
            if not held or when == (("service_tier", "default"),):
                continue
            conditions: Json = {}
            for pair in when:
                conditions.update(WHEN.get(pair, dict([pair])))
            found.append((day, conditions, held[-1].schedule.over(base)))
    return found


def check(file: Json, name: str, day: str, conditions: Json, expected: Schedule) -> str | None:
    model, pinned = resolve(file, name)
    call = {**file.get("defaults", {}), **pinned, **conditions}
    rows = [r for r in compiled(model) if holds(r, f"{day}T00:00:00Z")]
    rows = [r for r in rows if fits(r["conditions"], call, file.get("regions", {}))]
    if not rows:
        return "unpriced"
    row = max(rows, key=lambda r: specificity(r["conditions"], file.get("regions", {})))
    if row.get("free"):
        return "free" if expected else None
    for threshold in [0, *expected.bands, *row["schedule"].bands]:
        ours, theirs = row["schedule"].at(threshold), expected.at(threshold)
        for meter, rate in theirs.items():
            if meter not in ours or ours[meter] is None or value(ours[meter]) != value(rate):
                return f"{meter} above {threshold}: {ours.get(meter)}, not {rate}"
        extra = {m for m in ours if m not in theirs and m not in FEES}
        if extra:
            return f"also has {sorted(extra)}"
    return None


def resolve(file: Json, name: str) -> tuple[Json, Json]:
    for model in file["models"]:
        if model["id"] == name:
            return model, {}
    for model in file["models"]:
        for alias in model.get("aliases", []):
            if isinstance(alias, dict) and alias["id"] == name:
                return model, alias.get("conditions", {})
            if alias == name:
                return model, {}
    raise LookupError(f"{file['provider']} has no {name}")


def compiled(model: Json) -> list[Json]:
    rows = []
    for row in model["price_rows"]:
        base = {**row, "conditions": row.get("conditions", {}), "schedule": read(row)}
        rows.append(base)
        for variant in model.get("variants", []):
            if set(variant["conditions"]) & set(base["conditions"]):
                raise ValueError(f"{model['id']}: a variant restates a condition")
            if "multiply" in variant:
                continue
            starts = [x["from"] for x in (row, variant) if x.get("from")]
            ends = [x["until"] for x in (row, variant) if x.get("until")]
            standard = base["schedule"].without(set(variant.get("remove", [])))
            rows.append(
                {
                    "from": max(starts, default=None),
                    "until": min(ends, default=None),
                    "conditions": {**base["conditions"], **variant["conditions"]},
                    "schedule": read(variant).over(standard),
                }
            )
    return rows


def read(row: Json) -> Schedule:
    def rates(stated: Json) -> dict[str, tuple[str, int]]:
        return {m: rate and (rate[0], rate[1]) for m, rate in stated.items()}

    bands = {next(iter(b["above"].values())): rates(b["rates"]) for b in row.get("bands", [])}
    return Schedule(rates(row["rates"]), bands)


def holds(row: Json, at: str) -> bool:
    return (row.get("from") or "") <= at and (not row.get("until") or at < row["until"])


def fits(stated: Json, call: Json, parents: Json) -> bool:
    for key, default in (("service_tier", "standard"), ("batch", False)):
        if stated.get(key, default) != call.get(key, default):
            return False
    for key, wanted in stated.items():
        if key in ("service_tier", "batch"):
            continue
        given = call.get(key)
        if key == "region":
            inside = wanted["not"] if isinstance(wanted, dict) else wanted
            if (inside in chain(parents, given)) == isinstance(wanted, dict):
                return False
        elif given != wanted:
            return False
    return True


def chain(parents: Json, node: str | None) -> list[str]:
    found = []
    while node is not None:
        found.append(node)
        node = parents.get(node)
    return found


def specificity(stated: Json, parents: Json) -> int:
    region = stated.get("region")
    if region is None:
        depth = 0
    elif isinstance(region, dict):
        depth = 1
    else:
        depth = 1 + len(chain(parents, region))
    return depth + 100 * len(set(stated) - {"region", "service_tier", "batch"})


def problems(file: Json) -> int:
    """Defects of form: names claimed twice, unknown regions, rows that overlap."""
    found = []
    claimed: dict[str, Json] = {}
    for model in file["models"]:
        for alias in [model["id"], *model.get("aliases", [])]:
            entry = alias if isinstance(alias, dict) else {"id": alias}
            other = claimed.setdefault(entry["id"], entry)
            if other is not entry and intersect(other, entry):
                found.append(f"{entry['id']} is claimed twice")
        rows = compiled(model)
        for i, row in enumerate(rows):
            found += [f"{model['id']}: {p}" for p in unknown(row, file.get("regions", {}))]
            for other in rows[:i]:
                if row["conditions"] == other["conditions"] and intersect(row, other):
                    found.append(f"{model['id']}: two rows for {row['conditions']}")
    for line in found:
        print(f"{file['provider']}: {line}")
    return len(found)


def intersect(a: Json, b: Json) -> bool:
    start = max(a.get("from") or "", b.get("from") or "")
    return start < min(a.get("until") or "9", b.get("until") or "9")


def unknown(row: Json, parents: Json) -> list[str]:
    region = row["conditions"].get("region")
    node = region["not"] if isinstance(region, dict) else region
    return [f"unknown region {node}"] if node is not None and node not in parents else []
