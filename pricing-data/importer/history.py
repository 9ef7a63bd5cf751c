"""What earlier lists said: prices that a newer list replaced, and models that it dropped.

`history.json` keeps, for a model whose price a newer list overwrote, the rows that held before the
day of that list; the files are built from the lists, the decisions and this, so building them again
changes nothing. A price is never overwritten: the old row ends on the day of the newer list and the
new one starts there. A change that a list dates itself needs no history.
"""

from __future__ import annotations

from typing import Any

from .model import alias_id, instant

Json = dict[str, Any]
PROVENANCE = ("as_of", "evidence", "source", "joins")
LAST = "9"  # after every instant


def merge(file: Json, history: Json) -> None:
    """Puts the earlier prices of a provider's models before what the lists say now."""
    mine = [e for e in history["models"] if e["provider"] == file["provider"]]
    models = {m["id"]: m for m in file["models"]}
    for entry in mine:
        if "vanished" in entry:
            models[entry["model"]] = vanished(entry, file["models"])
    for name in {e["model"] for e in mine if "until" in e}:
        ends = sorted((e for e in mine if e["model"] == name and "until" in e), key=_until)
        now = models[name]
        for part in ("price_rows", "variants"):
            rows: list[Json] = []
            start = None
            for entry in ends:
                rows += clip(entry.get(part, []), start, instant(entry["until"]))
                start = instant(entry["until"])
            rows += clip(now.get(part, []), start, None)
            if rows or part == "price_rows":
                now[part] = rows
    file["models"] = sorted(models.values(), key=lambda m: str(m["id"]))


def vanished(entry: Json, models: list[Json]) -> Json:
    """A model that no list has any more, without names that others have by now."""
    taken = {m["id"] for m in models} | {alias_id(a) for m in models for a in m.get("aliases", [])}
    model = dict(entry["entry"])
    aliases = [a for a in model.pop("aliases", []) if alias_id(a) not in taken]
    head = {"id": model.pop("id"), **({"aliases": aliases} if aliases else {})}
    patterns = {"patterns": model.pop("patterns")} if "patterns" in model else {}
    model.pop("deprecated", None)
    return {**head, **patterns, "deprecated": True, **model}


def supersede(
    history: Json, old: Json, new: Json, said: str, day: str, corrected: set[str]
) -> list[Json]:
    """The history after a newer list: `old` and `new` are the files that each list alone gives.

    `said` is the day until which the old list speaks for itself: that of the old list where a list
    dates its changes, that of the new one where it does not. `day` is that of the new list.
    """
    kept = list(history["models"])
    for name, file in old.items():
        if not name.startswith("providers/"):
            continue
        provider = file["provider"]
        after = {m["id"]: m for m in new.get(name, {"models": []})["models"]}
        for model in file["models"]:
            if f"{provider}/{model['id']}" in corrected:
                continue
            now = after.get(model["id"])
            place = {"provider": provider, "model": model["id"]}
            if now is None:
                kept.append({**place, "vanished": day, "entry": model})
            elif prices(model, said) != prices(now, said):
                kept.append({**place, "until": day, **_parts(model)})
        for i, entry in enumerate(kept):  # a model that is back
            if entry["provider"] == provider and "vanished" in entry and entry["model"] in after:
                place = {"provider": provider, "model": entry["model"]}
                if entry["vanished"] != day:
                    kept[i] = {**place, "until": day, **_parts(entry["entry"])}
    return sorted(kept, key=lambda e: (e["provider"], e["model"], e.get("until", LAST)))


def prices(model: Json, end: str) -> list[Json]:
    """What calls before a day cost, without where the figures are from."""
    free = [{"free": True}] if any(r.get("free") for r in model["price_rows"]) else []
    rows = [
        {k: v for k, v in row.items() if k not in PROVENANCE}
        for part in ("price_rows", "variants")
        for row in clip(model.get(part, []), None, instant(end))
    ]
    return [*free, *rows]


def clip(rows: list[Json], start: str | None, end: str | None) -> list[Json]:
    """The rows as far as they hold in an interval, `from` and `until` first."""
    found = []
    for row in rows:
        begin = max(row.get("from") or "", start or "")
        until = min(row.get("until") or LAST, end or LAST)
        if begin >= until:
            continue
        dates: Json = {"from": begin} if begin else {}
        if until != LAST:
            dates["until"] = until
        found.append({**dates, **{k: v for k, v in row.items() if k not in ("from", "until")}})
    return found


def _parts(model: Json) -> Json:
    return {k: model[k] for k in ("price_rows", "variants") if model.get(k)}


def _until(entry: Json) -> str:
    return str(entry["until"])
