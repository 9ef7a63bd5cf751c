"""How much of the catalog rests on one list, and what each list alone would say of the rest.

    python3 tests/agreement/leave_one_out.py [--json FILE]

Counted are models and, of their standard price, figures: one meter in one context band. A model is
both lists' when each has it, at the same provider and under one of its names. For those, each list
is left out in turn: of the figures that the other states, how many are what is carried on the day
of that list. Evidence alone does not say this, since it is given only where the lists agree.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "pricing-data"
sys.path.insert(0, str(DATA))

from importer.genai import GenaiList, period_at  # noqa: E402
from importer.litellm import LitellmList  # noqa: E402
from importer.model import alias_id  # noqa: E402
from importer.rates import Schedule, same, value  # noqa: E402
from importer.verify import compiled, fits, holds, specificity  # noqa: E402

Json = dict[str, Any]
PLACES = ("regional.", "global.")


def carried(file: Json, model: Json, day: str) -> Schedule | None:
    """The standard price of a call that names no condition."""
    regions = file.get("regions", {})
    call = file.get("defaults", {})
    rows = [r for r in compiled(model) if holds(r, f"{day}T12:00:00Z")]
    rows = [r for r in rows if "hours" not in r["conditions"]]
    rows = [r for r in rows if fits(r["conditions"], call, regions)]
    if not rows:
        return None
    best: Schedule = max(rows, key=lambda r: specificity(r["conditions"], regions))["schedule"]
    return best


def figures(stated: Schedule, ours: Schedule) -> Counter[bool]:
    """Equal or not, one count a meter and band that the list states and charges for."""
    found: Counter[bool] = Counter()
    for threshold in [0, *sorted(stated.bands)]:
        rates = stated.at(threshold) if not threshold else stated.bands[threshold]
        for meter, rate in rates.items():
            if rate is None or not value(rate):
                continue
            mine = ours.at(threshold).get(meter)
            found[bool(mine and same(mine, rate))] += 1
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", type=Path, help="write the figures here")
    args = parser.parse_args()
    curation = json.loads((DATA / "curation.json").read_text("utf-8"))
    dates = curation["lists"]
    genai = GenaiList(DATA / "lists" / "genai-prices.json")
    litellm = LitellmList(DATA / "lists" / "litellm.json", dates["litellm"]["version"])
    models: Counter[str] = Counter()
    only: dict[str, Counter[bool]] = {"genai-prices": Counter(), "litellm": Counter()}
    whole: dict[str, Counter[bool]] = {"genai-prices": Counter(), "litellm": Counter()}
    for provider, rules in curation["providers"].items():
        path = DATA / "providers" / f"{provider}.json"
        if not path.exists():
            continue
        file = json.loads(path.read_text("utf-8"))
        channel = rules["litellm"]
        keys: dict[str, list[Schedule]] = {}
        for entry in litellm.channel(channel["providers"], channel["prefixes"]):
            if entry.region is None and not entry.given:
                keys.setdefault(entry.name, []).append(entry.lean())
        sources = {m["id"]: m for m in genai.models(rules["genai"])} if rules.get("genai") else {}
        for model in file["models"]:
            names = [model["id"], *map(alias_id, model.get("aliases", []))]
            theirs = {
                "genai-prices": [
                    period_at(
                        genai.base_periods(sources[n]), dates["genai-prices"]["as_of"]
                    ).schedule
                    for n in [*(p + model["id"] for p in PLACES), model["id"]]
                    if n in sources
                ][:1],
                "litellm": [s for n in names for s in keys.get(n, [])][:1],
            }
            has = [name for name, found in theirs.items() if found]
            models[
                "both" if len(has) == 2 else has[0] if has else "a region or condition only"
            ] += 1
            if len(has) < 2:
                continue
            for name, found in theirs.items():
                ours = carried(file, model, dates[name]["as_of"])
                if ours is None or not found[0]:
                    continue
                counts = figures(found[0], ours)
                only[name] += counts
                whole[name][not counts[False]] += 1
    print(f"{models.total()} models: {dict(models)}")
    result: Json = {"models": dict(models)}
    for left, kept in (("genai-prices", "litellm"), ("litellm", "genai-prices")):
        f, m = only[kept], whole[kept]
        print(
            f"without {left}: {kept} states {f.total()} figures of the models of both, "
            f"{f[True]} as carried ({f[True] / f.total():.2%}); "
            f"{m[True]} of {m.total()} models in every figure ({m[True] / m.total():.2%})"
        )
        result[f"without {left}"] = {
            "figures": f.total(), "equal": f[True], "models": m.total(), "whole": m[True],
        }  # fmt: skip
    if args.json:
        args.json.write_text(json.dumps(result) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
