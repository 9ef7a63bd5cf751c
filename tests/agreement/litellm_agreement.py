"""Compares tokentra with LiteLLM's formula over every key of its map.

    python3 tests/agreement/litellm_agreement.py --tokentra PATH --map litellm-prices.json

The formula is LiteLLM's documented one, in decimals over the map's decimal text (cleaned as the
importer cleans it): a missing tier figure is the standard one, a missing cache figure the input's,
a context band holds for the whole request, batch reads its own figures. A condition is asked only
of keys that state a figure for it. Totals must be equal to the last digit. What differs must be
explained by `pricing-data/disagreements.json`; exit status 1 when the share of equal ones is below
--least, or when a key that is not left out differs without an explanation and --strict is given.

A second share counts only calls for which the map itself states every figure of the condition. The
others are answered by the formula's fallback, under which flex audio and images cost what standard
ones do and a priority prompt above the threshold less than one below: no list says that, so
tokentra has no rate there and says `partial`.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "pricing-data"))

from importer.litellm import Entry, LitellmList  # noqa: E402
from importer.rates import plain  # noqa: E402

AT = "2026-10-21T12:00:00Z"  # the date of the map; outside everybody's peak hours
UNIT = Decimal("1e-18")
EXAMPLES_MAX = 60
TIERS = ("flex", "priority", "ultrafast", "balanced")
PLAIN = {"input_tokens": 12_345, "output_tokens": 6_789}
CACHED = {"cache_read_tokens": 5_000, "cache_write_tokens": 2_000}

Json = dict[str, Any]


@dataclass
class Case:
    label: str
    usage: Json
    expected: Decimal
    call: Json
    stated: bool = True  # no figure of it is the formula's fallback


FIELDS = {
    "input_tokens": "input_cost_per_token",
    "output_tokens": "output_cost_per_token",
    "cache_read_tokens": "cache_read_input_token_cost",
    "cache_write_tokens": "cache_creation_input_token_cost",
    "cache_write_1h_tokens": "cache_creation_input_token_cost_above_1hr",
    "input_audio_tokens": "input_cost_per_audio_token",
    "input_image_tokens": "input_cost_per_image_token",
    "output_audio_tokens": "output_cost_per_audio_token",
    "output_image_tokens": "output_cost_per_image_token",
}


class Formula:
    """The price of one key's tokens."""

    def __init__(self, fields: Json) -> None:
        self.fields = fields
        self.inclusive = fields.get("litellm_provider") == "xai"
        self.fireworks = fields.get("litellm_provider", "").startswith("fireworks")
        off_peak = fields.get("off_peak_pricing") or {}
        self.off_peak = {k: v for k, v in off_peak.items() if isinstance(v, str)}

    def stated(self, name: str) -> Decimal | None:
        raw = self.off_peak.get(name, self.fields.get(name))
        if not isinstance(raw, str):
            return None
        return Decimal(plain(Decimal(raw) * 1_000_000)) / 1_000_000

    def thresholds(self) -> list[int]:
        found = {
            int(m[1]) * 1000
            for name in self.fields
            if (m := re.match(r"^input_cost_per_token_above_(\d+)k_tokens", name))
        }
        return sorted(found)

    def rate(self, base: str, suffix: str, prompt: int) -> Decimal | None:
        """Tier and band: the tier's figure, else the standard one, above the last band crossed."""
        value = self.stated(base + suffix) if suffix else self.stated(base)
        if value is None:
            value = self.stated(base)
        for start in self.thresholds():
            if prompt > start or (self.inclusive and prompt == start):
                band = f"{base}_above_{start // 1000}k_tokens"
                above = self.stated(band + suffix)
                if above is None:
                    above = self.stated(band)
                value = value if above is None else above
        return value

    def states(self, usage: Json, suffix: str) -> bool:
        """Whether no standard figure stands in for one of the tier, at or above the threshold."""
        prompt = usage.get("input_tokens", 0)
        crossed = [n for n in self.thresholds() if prompt > n]
        ends = ["", *(f"_above_{n // 1000}k_tokens" for n in crossed)]
        for meter, base in FIELDS.items():
            for end in ends if usage.get(meter) and suffix else []:
                if self.stated(base + end) and self.stated(base + end + suffix) is None:
                    return False
        return True

    def table(self, prompt: int) -> Json | None:
        """The row of a tiered table; start < tokens <= end, the last one above the last end."""
        tiers = self.fields.get("tiered_pricing")
        if not tiers or not all("range" in t for t in tiers):
            return None
        for tier in tiers:
            if Decimal(tier["range"][0]) < prompt <= Decimal(tier["range"][1]):
                return tier
        return tiers[-1]

    def price(self, usage: Json, suffix: str = "") -> Decimal:
        prompt = usage.get("input_tokens", 0)
        tier = self.table(prompt)
        inner = Formula({**tier, "litellm_provider": ""}) if tier else self
        if tier:
            suffix = ""

        def rate(base: str) -> Decimal | None:
            return inner.rate(base, suffix, prompt)

        text_in = rate("input_cost_per_token") or Decimal(0)
        text_out = rate("output_cost_per_token") or Decimal(0)
        read = rate("cache_read_input_token_cost")
        if read is None:
            read = text_in / 2 if self.fireworks else text_in
        write = rate("cache_creation_input_token_cost")
        if write is None:
            write = text_in
        hour = rate("cache_creation_input_token_cost_above_1hr")
        if hour is None:
            hour = write
        own = {
            "input_audio_tokens": rate("input_cost_per_audio_token"),
            "input_image_tokens": rate("input_cost_per_image_token"),
            "output_audio_tokens": rate("output_cost_per_audio_token"),
            "output_image_tokens": rate("output_cost_per_image_token"),
            "output_reasoning_tokens": rate("output_cost_per_reasoning_token"),
        }
        total = Decimal(0)
        cached = usage.get("cache_read_tokens", 0)
        written = usage.get("cache_write_tokens", 0)
        written_hour = usage.get("cache_write_1h_tokens", 0)
        left_in, left_out = prompt - cached - written, usage.get("output_tokens", 0)
        total += cached * read + (written - written_hour) * write + written_hour * hour
        for meter, own_rate in own.items():
            quantity = usage.get(meter, 0)
            if meter.startswith("input"):
                left_in -= quantity
                total += quantity * (text_in if own_rate is None else own_rate)
            else:
                left_out -= quantity
                total += quantity * (text_out if own_rate is None else own_rate)
        return total + left_in * text_in + left_out * text_out


def token_cases(fields: Json) -> Iterator[tuple[str, Json, Decimal, Json]]:
    formula = Formula(fields)
    plain_usage = dict(PLAIN)
    if fields.get("mode") == "image_generation" and fields.get("output_cost_per_image_token"):
        plain_usage["output_image_tokens"] = plain_usage["output_tokens"]
    usages: list[tuple[str, Json]] = [
        ("plain", plain_usage),
        ("cached", {**plain_usage, **CACHED}),
        ("cached 1h", {**plain_usage, **CACHED, "cache_write_1h_tokens": 800}),
    ]
    audio = {}
    if fields.get("input_cost_per_audio_token"):
        audio["input_audio_tokens"] = 3_000
    if fields.get("output_cost_per_audio_token"):
        audio["output_audio_tokens"] = 1_000
    if audio:
        usages.append(("audio", {**PLAIN, **audio}))
    starts = formula.thresholds() or [
        int(Decimal(t["range"][0]))
        for t in (fields.get("tiered_pricing") or [])
        if "range" in t and Decimal(t["range"][0])
    ]
    for start in starts:
        for total in (start, start + 1):
            usages.append((f"input {total}", {**PLAIN, **CACHED, "input_tokens": total}))
    for label, usage in usages:
        yield label, usage, formula.price(usage), {}
    for tier in TIERS:
        if f"input_cost_per_token_{tier}" in fields and not fields.get("tiered_pricing"):
            for label, usage in usages:
                total = formula.price(usage, f"_{tier}")
                call = {"service_tier": tier, "stated": formula.states(usage, f"_{tier}")}
                yield f"{label} {tier}", usage, total, call
    if "input_cost_per_token_batches" in fields and not fields.get("tiered_pricing"):
        yield from batch_cases(formula, plain_usage)


def batch_cases(formula: Formula, plain_usage: Json) -> Iterator[tuple[str, Json, Decimal, Json]]:
    text_in = formula.stated("input_cost_per_token_batches") or Decimal(0)
    text_out = formula.stated("output_cost_per_token_batches")
    if text_out is None:
        text_out = (formula.stated("output_cost_per_token") or Decimal(0)) / 2
    image = formula.stated("output_cost_per_image_token_batches")
    if "output_image_tokens" in plain_usage:
        if image is None:
            return
        text_out = image
    total = PLAIN["input_tokens"] * text_in + PLAIN["output_tokens"] * text_out
    yield "plain batch", dict(plain_usage), total, {"batch": True}
    read = formula.stated("cache_read_input_token_cost_batches")
    if read is not None:
        usage = {**plain_usage, "cache_read_tokens": 5_000}
        total += 5_000 * (read - text_in)
        yield "cached batch", usage, total, {"batch": True}


def other_cases(entry: Entry) -> Iterator[tuple[str, Json, Decimal, Json]]:
    """Units that are not tokens, at what the importer's reading of the field names says."""
    quantities = {
        "output_images": 3, "output_video_milliseconds": 8_000, "input_characters": 12_345,
        "input_audio_milliseconds": 61_000, "audio_milliseconds": 61_000, "rerank_searches": 2,
        "search_queries": 3, "input_document_pages": 9, "output_audio_clips": 2,
        "output_megapixels": 4, "document_credits": 7, "output_audio_milliseconds": 41_000,
    }  # fmt: skip
    standard = entry.schedules["standard"].rates
    if any(m.endswith("_tokens") for m in standard):
        return
    for meter, quantity in quantities.items():
        if meter in standard and Decimal(standard[meter][0]):
            amount, per = standard[meter]
            yield meter, {meter: quantity}, quantity * Decimal(amount) / per, {}
    for (name, word), schedule in entry.named.items():
        for meter, (amount, per) in schedule.rates.items():
            quantity = quantities.get(meter, 5)
            total = quantity * Decimal(amount) / per
            yield f"{meter} {word}", {meter: quantity}, total, {"conditions": {name: word}}


def entries(path: Path) -> Iterator[tuple[str, Entry, Json]]:
    curation = json.loads((ROOT / "pricing-data" / "curation.json").read_text("utf-8"))
    prices = LitellmList(path, curation["lists"]["litellm"]["version"])
    for provider, rules in curation["providers"].items():
        channel = rules["litellm"]
        for entry in prices.channel(channel["providers"], channel["prefixes"]):
            yield provider, entry, prices.keys[entry.key]


def questions(path: Path) -> Iterator[Case]:
    listed = json.loads((ROOT / "pricing-data" / "left_out.json").read_text("utf-8"))
    absent = {item["key"] for item in listed["left_out"]}
    for provider, entry, fields in entries(path):
        if entry.key in absent:
            continue
        cases = [*other_cases(entry)]
        tokens = [fields.get(f"{side}_cost_per_token") for side in ("input", "output")]
        priced = any(t and Decimal(t) for t in tokens) or fields.get("tiered_pricing")
        if priced and not entry.given:
            cases += token_cases(fields)
        for label, usage, expected, conditions in cases:
            every = conditions.pop("stated", True)
            stated = {**entry.given, **conditions.get("conditions", {})}
            call = {"provider": provider, "model": entry.name, "at": AT, "usage": usage}
            if entry.region:
                call["region"] = entry.region
            call.update(conditions)
            if stated:
                call["conditions"] = stated
            call["id"] = f"{entry.key} {label}"
            yield Case(label, usage, expected, call, every)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tokentra", required=True)
    parser.add_argument("--map", type=Path, required=True)
    parser.add_argument("--least", type=Decimal, default=Decimal("0.98"))
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--all", action="store_true", help="print every call that differs")
    args = parser.parse_args()
    cases = list(questions(args.map))
    lines = "".join(json.dumps(case.call) + "\n" for case in cases)
    done = subprocess.run(
        [args.tokentra, "price", "--json", "-"],
        input=lines, capture_output=True, text=True, check=False,
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    data = json.loads((ROOT / "pricing-data" / "disagreements.json").read_text("utf-8"))
    known = {(d["provider"], d["key"]) for d in data["disagreements"]}
    known |= {(d["provider"], d["model"]) for d in data["disagreements"]}
    counts: Counter[str] = Counter()
    stated: Counter[bool] = Counter()
    providers: Counter[tuple[str, str]] = Counter()
    shown = 0
    for case, answer in zip(cases, answers, strict=True):
        total = answer.get("total")
        equal = total is not None and abs(Decimal(total) - case.expected) < UNIT
        key = case.call["id"].partition(" ")[0]
        provider = case.call["provider"]
        names = {(provider, key), (provider, case.call["model"]), (provider, answer.get("model"))}
        kind = "equal" if equal else "explained" if names & known else "differs"
        counts[kind] += 1
        if case.stated:
            stated[equal] += 1
        providers[provider, kind] += 1
        if args.all and kind == "explained":
            print(f"explained {provider} {case.call['id']}: {case.expected.normalize():f}, {total}")
        if kind == "differs" and (args.all or shown < EXAMPLES_MAX):
            shown += 1
            got = total or answer.get("state") or answer.get("error")
            print(f"{provider} {case.call['id']}: {case.expected.normalize():f}, tokentra {got}")
    share = Decimal(counts["equal"]) / len(cases)
    print(
        f"{len(cases)} calls: {counts['equal']} equal ({share:.4%}), {counts['explained']} in "
        f"disagreements.json, {counts['differs']} not explained"
    )
    own = Decimal(stated[True]) / stated.total()
    print(
        f"{stated.total()} calls whose every figure the map states: "
        f"{stated[True]} equal ({own:.4%})"
    )
    for provider in sorted({p for p, _ in providers}):
        row = {k: providers[provider, k] for k in ("equal", "explained", "differs")}
        if row["explained"] or row["differs"]:
            print(f"    {provider}: {row}")
    return 0 if share >= args.least and not (args.strict and counts["differs"]) else 1


if __name__ == "__main__":
    sys.exit(main())
