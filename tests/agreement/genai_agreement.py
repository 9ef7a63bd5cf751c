"""Compares tokentra with genai-prices, its own code, over every model that it lists.

    python3 tests/agreement/genai_agreement.py --tokentra PATH [--json FILE]

Every (provider, model) of genai-prices is priced by both, standard and under each of its variants
that holds, for several usages, at three instants. Totals must be equal to the last digit. A call
that differs is either explained by `pricing-data/disagreements.json` (and the pricing notes there
name the model), or printed. Exit status 1 when the share of equal ones is below --least, or when
one differs without an explanation.

Needs the package genai-prices at the version that the catalog was read from.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

from genai_prices import data_snapshot
from genai_prices.data_units import unit_data
from genai_prices.types import TieredPrices, Usage

ROOT = Path(__file__).resolve().parents[2]
INSTANTS = ("2026-03-01T12:00:00Z", "2026-07-15T12:00:00Z", "2026-10-15T12:00:00Z")
UNIT = Decimal("1e-18")
EXAMPLES_MAX = 40

Json = dict[str, Any]
PLAIN = {"input_tokens": 12_345, "output_tokens": 6_789}
OTHERS = {
    "audio_seconds": 37,
    "input_audio_seconds": 37,
    "output_audio_seconds": 41,
    "input_characters": 12_345,
    "input_text_messages": 7,
    "input_document_pages": 9,
    "input_annotated_document_pages": 4,
    "requests": 1,
    "web_searches": 3,
    "storage_searches": 2,
}
CONDITIONS = {
    ("processing", "batch"): {"batch": True},
    ("speed", "fast"): {"service_tier": "fast"},
}


def usages(priced: set[str], tiers: list[int]) -> Iterator[tuple[str, Json]]:
    """Usages that a model with these meters and context bands can have."""
    others = {m: q for m, q in OTHERS.items() if m in priced}
    if "input_audio_seconds" in others:
        others["audio_seconds"] = others["input_audio_seconds"]
    if "input_annotated_document_pages" in others:
        others.setdefault("input_document_pages", 9)
    tokens = bool(priced & {"input_tokens", "output_tokens"}) or any("tokens" in m for m in priced)
    plain = {**(PLAIN if tokens else {}), **others}
    if not plain:
        plain = dict(PLAIN)
    yield "plain", plain
    if not tokens:
        return
    cached = {"cache_read_tokens": 5_000, "cache_write_tokens": 2_000}
    yield "cached", {**plain, **cached}
    yield "cached 1h", {**plain, **cached, "cache_write_1h_tokens": 800}
    for modality in ("audio", "image", "video"):
        own = {
            f"{side}_{modality}_tokens": quantity
            for side, quantity in (("input", 3_000), ("output", 1_000))
            if f"{side}_{modality}_tokens" in priced
        }
        if own:
            yield modality, {**plain, **own}
        if f"cache_{modality}_read_tokens" in priced:
            joint = {f"cache_{modality}_read_tokens": 700, "cache_read_tokens": 5_000}
            yield f"cached {modality}", {**plain, **own, **joint}
    for name in ("output_reasoning_tokens", "output_citation_tokens"):
        if name in priced:
            yield name, {**plain, name: 1_234}
    for start in tiers:
        for total in (start, start + 1):
            yield f"input {total}", {**plain, **cached, "input_tokens": total}


def questions(snapshot: Any, units: Json) -> Iterator[tuple[Json, Decimal]]:
    """Call records, each with the total that genai-prices states."""
    meter_of_key = {unit["price_key"]: name for name, unit in units.items()}
    for provider in snapshot.providers:
        for model in provider.models:
            for at in INSTANTS:
                instant = datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(timezone.utc)
                contexts: list[dict[str, str]] = [{}]
                for variant in model.price_variants or ():
                    active = variant.constraint is None or variant.constraint.active(instant)
                    if active and dict(variant.when) not in contexts:
                        contexts.append(dict(variant.when))
                for context in contexts:
                    prices = model.get_prices(instant, context).__dict__
                    stated = {k: v for k, v in prices.items() if v is not None}
                    priced = {meter_of_key[k] for k in stated}
                    tiers = {
                        t.start
                        for v in stated.values()
                        if isinstance(v, TieredPrices)
                        for t in v.tiers
                    }
                    for label, usage in usages(priced, sorted(tiers)):
                        with localcontext() as precise:
                            precise.prec = 60
                            total = model.calc_price(
                                Usage(**usage),
                                provider,
                                genai_request_timestamp=instant,
                                price_context=context or None,
                            ).total_price
                        yield record(provider.id, model.id, at, context, label, usage), total


def record(
    provider: str, model: str, at: str, context: dict[str, str], label: str, usage: Json
) -> Json:
    call: Json = {"provider": provider, "model": model, "at": at, "usage": usage}
    for pair in context.items():
        if pair in CONDITIONS:
            call.update(CONDITIONS[pair])
        elif pair[0] == "service_tier":
            call["service_tier"] = pair[1]
        else:
            call.setdefault("conditions", {})[pair[0]] = pair[1]
    call["id"] = " ".join([provider, model, label, at[:10], *context.values()])
    return call


def answers(tokentra: str, calls: list[Json]) -> list[Json]:
    lines = "".join(json.dumps(c) + "\n" for c in calls)
    done = subprocess.run(
        [tokentra, "price", "--json", "-"], input=lines, capture_output=True, text=True, check=False
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def explained() -> set[tuple[str, str]]:
    data = json.loads((ROOT / "pricing-data" / "disagreements.json").read_text("utf-8"))
    found = {(d["provider"], d["model"]) for d in data["disagreements"]}
    return found | {(d["provider"], d["model"]) for d in data.get("deviations", [])}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tokentra", required=True)
    parser.add_argument("--least", type=Decimal, default=Decimal("0.995"))
    parser.add_argument("--json", type=Path, help="write the figures here")
    args = parser.parse_args()
    asked = list(questions(data_snapshot.get_snapshot(), unit_data))
    given = answers(args.tokentra, [call for call, _ in asked])
    if len(given) != len(asked):
        raise SystemExit(f"{len(asked)} calls asked, {len(given)} answered")
    known = explained()
    counts: Counter[str] = Counter()
    providers: Counter[tuple[str, str]] = Counter()
    shown = 0
    for (call, expected), answer in zip(asked, given, strict=True):
        total = answer.get("total")
        equal = total is not None and abs(Decimal(total) - expected) < UNIT
        kind = "equal" if equal else "differs"
        if not equal and (call["provider"], call["model"]) in known:
            kind = "explained"
        counts[kind] += 1
        providers[call["provider"], kind] += 1
        if kind == "differs" and shown < EXAMPLES_MAX:
            shown += 1
            print(
                f"{call['id']}: {expected.normalize():f}, tokentra "
                f"{total or answer.get('state') or answer.get('error')}"
            )
    share = Decimal(counts["equal"]) / len(asked)
    print(
        f"{len(asked)} calls: {counts['equal']} equal ({share:.4%}), "
        f"{counts['explained']} in disagreements.json, {counts['differs']} not explained"
    )
    for provider in sorted({p for p, _ in providers}):
        row = {k: providers[provider, k] for k in ("equal", "explained", "differs")}
        if row["explained"] or row["differs"]:
            print(f"    {provider}: {row}")
    if args.json:
        args.json.write_text(json.dumps({"calls": len(asked), **counts}) + "\n", "utf-8")
    return 0 if share >= args.least and not counts["differs"] else 1


if __name__ == "__main__":
    sys.exit(main())
