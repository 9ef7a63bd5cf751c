"""Reads LiteLLM's map: key habits, price fields and their suffixes.

Its figures are floats per single unit and carry no dates. They are read as decimal text, brought
to the unit that is customary for the meter and cleaned of float noise (12 significant digits).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from .rates import Rate, Schedule, plain

MILLION, THOUSAND, HOUR_MS = 1_000_000, 1_000, 3_600_000

# field -> meter, per, quanta a unit of the field (a second is 1000 milliseconds)
FIELDS: dict[str, tuple[str, int, int]] = {
    "input_cost_per_token": ("input_tokens", MILLION, 1),
    "output_cost_per_token": ("output_tokens", MILLION, 1),
    "cache_read_input_token_cost": ("cache_read_tokens", MILLION, 1),
    "cache_creation_input_token_cost": ("cache_write_tokens", MILLION, 1),
    "cache_creation_input_token_cost_above_1hr": ("cache_write_1h_tokens", MILLION, 1),
    "input_cost_per_audio_token": ("input_audio_tokens", MILLION, 1),
    "output_cost_per_audio_token": ("output_audio_tokens", MILLION, 1),
    "input_cost_per_image_token": ("input_image_tokens", MILLION, 1),
    "output_cost_per_image_token": ("output_image_tokens", MILLION, 1),
    "input_cost_per_video_token": ("input_video_tokens", MILLION, 1),
    "output_cost_per_video_token": ("output_video_tokens", MILLION, 1),
    "cache_read_input_audio_token_cost": ("cache_audio_read_tokens", MILLION, 1),
    "cache_read_input_image_token_cost": ("cache_image_read_tokens", MILLION, 1),
    "output_cost_per_reasoning_token": ("output_reasoning_tokens", MILLION, 1),
    "input_cost_per_character": ("input_characters", MILLION, 1),
    "ocr_cost_per_page": ("input_document_pages", THOUSAND, 1),
    "annotation_cost_per_page": ("input_annotated_document_pages", THOUSAND, 1),
    "input_cost_per_query": ("rerank_searches", THOUSAND, 1),
}

# meter -> the meter whose rate covers it when it has none
PARENTS = {
    "output_reasoning_tokens": "output_tokens",
    "output_audio_tokens": "output_tokens",
    "input_audio_tokens": "input_tokens",
    "input_image_tokens": "input_tokens",
    "input_video_tokens": "input_tokens",
}

CONDITIONS = {"batches": "batch", "flex": "flex", "priority": "priority", "ultrafast": "ultrafast"}
IGNORED_SUFFIXES = {"balanced", "decisions"}
_SUFFIX = re.compile(
    r"^(?P<base>.*?)(?:_above_(?P<k>\d+)k_tokens)?(?:_(?P<condition>batches|flex|priority|"
    r"ultrafast|balanced|decisions))?$"
)
_BATCH_FIRST = re.compile(r"^(?P<base>.*)_(?P<condition>batches)_above_(?P<k>\d+)k_tokens$")

# AWS geography of a Bedrock key: region names and the prefixes of inference profiles
_REGION = re.compile(r"^(?:[a-z]{2}(?:-gov)?-[a-z]+-\d)$")
GEOGRAPHIES = ("us-gov", "us", "eu", "apac", "au", "jp", "in", "ca", "sa", "global")


@dataclass
class Entry:
    """One key of the map, its id as a caller would pass it, and what it costs."""

    key: str
    name: str
    region: str | None
    mode: str
    schedules: dict[str, Schedule]  # "standard", "batch", "flex", ...
    multipliers: dict[str, str]  # "us" -> "1.1", "not global" -> "1.1"
    fast: bool
    source: str | None
    simple: bool  # every price field of the key is understood
    off_peak: dict[str, Any] | None = None  # "standard" is then what holds outside peak hours

    def lean(self, condition: str = "standard") -> Schedule:
        """The schedule without what repeats the rate that a meter would have anyway, or is zero."""
        schedule = self.schedules[condition]
        redundant = {m for m in schedule.meters() if is_zero(schedule, m)}
        for meter, parent in PARENTS.items():
            rate = schedule.rates.get(meter)
            if rate and rate == schedule.rates.get(parent):
                redundant.add(meter)
                if condition != "standard" and meter in self.lean().rates:
                    redundant.discard(meter)
        return schedule.without(redundant)


def is_zero(schedule: Schedule, meter: str) -> bool:
    rates = [schedule.rates, *schedule.bands.values()]
    return all(float(r[meter][0]) == 0 for r in rates if meter in r)


class LitellmList:
    def __init__(self, path: Path, version: str) -> None:
        self.version = version
        self._keys: dict[str, Any] = json.loads(
            path.read_text("utf-8"), parse_float=str, parse_int=str
        )

    def channel(self, providers: list[str], prefixes: list[str]) -> list[Entry]:
        """All keys of some `litellm_provider` values, in the order of the map."""
        entries = []
        for key, fields in self._keys.items():
            provider = fields.get("litellm_provider")
            if provider is None or key == "sample_spec":
                continue
            if provider not in providers and not any(
                p.endswith("*") and provider.startswith(p[:-1]) for p in providers
            ):
                continue
            name = key
            for prefix in prefixes:
                name = name.removeprefix(prefix)
            region, name = _split_region(name) if "bedrock" in provider else (None, name)
            if name:
                entries.append(_entry(key, name, region, fields))
        return entries


def _split_region(name: str) -> tuple[str | None, str]:
    head, slash, tail = name.partition("/")
    if slash:
        if "/" in tail or not _REGION.match(head):
            return None, tail if head == "invoke" else ""
        return head, tail
    head, dot, tail = name.partition(".")
    if dot and head in GEOGRAPHIES and "." in tail:
        return head, tail
    return None, name


def _entry(key: str, name: str, region: str | None, fields: dict[str, Any]) -> Entry:
    schedules: dict[str, Schedule] = {"standard": Schedule()}
    simple = True
    for field_name, raw in fields.items():
        if "cost" not in field_name:
            continue
        if field_name == "search_context_cost_per_query":
            rate = _search(raw)
            if rate:
                schedules["standard"].rates["web_searches"] = rate
            else:
                simple = False
            continue
        if not isinstance(raw, str):
            simple = False
            continue
        parsed = _field(field_name, fields.get("mode", ""))
        if parsed is None:
            simple = simple and _harmless(field_name, raw)
            continue
        meter, per, quanta, threshold, condition = parsed
        if condition in IGNORED_SUFFIXES:
            continue
        rate = (plain(Decimal(raw) * per / quanta), per)
        schedule = schedules.setdefault(CONDITIONS.get(condition, "standard"), Schedule())
        if threshold:
            schedule.bands.setdefault(threshold, {})[meter] = rate
        else:
            schedule.rates[meter] = rate
    off_peak = fields.get("off_peak_pricing")
    if off_peak:
        lower = Schedule()
        for field_name, raw in off_peak.items():
            if field_name in FIELDS:
                meter, per, quanta = FIELDS[field_name]
                lower.rates[meter] = (plain(Decimal(raw) * per / quanta), per)
        schedules["peak"] = schedules["standard"]
        schedules["standard"] = lower.over(schedules["standard"])
    _drop_alternatives(schedules["standard"])
    source = fields.get("source")
    return Entry(
        key=key,
        name=name,
        region=region,
        mode=fields.get("mode", ""),
        schedules={c: s for c, s in schedules.items() if s or c == "standard"},
        multipliers=_multipliers(fields),
        fast="fast" in (fields.get("provider_specific_entry") or {}),
        source=source if source and re.match(r"^https://\S+$", source) else None,
        simple=simple,
        off_peak=off_peak,
    )


def _field(name: str, mode: str) -> tuple[str, int, int, int, str] | None:
    match = _BATCH_FIRST.match(name) or _SUFFIX.match(name)
    assert match is not None
    base, threshold = match["base"], int(match["k"] or 0) * 1000
    if base == "input_cost_per_second" and mode == "audio_transcription":
        return "input_audio_milliseconds", HOUR_MS, 1000, threshold, match["condition"] or ""
    if base not in FIELDS:
        return None
    meter, per, quanta = FIELDS[base]
    return meter, per, quanta, threshold, match["condition"] or ""


def _harmless(name: str, raw: str) -> bool:
    """A field that changes no price that tokentra carries."""
    dead = ("cache_creation_input_audio_token_cost", "google_maps_grounding_cost_per_query")
    return Decimal(raw) == 0 or name.startswith(dead)


def _search(raw: Any) -> Rate | None:
    sizes = {plain(Decimal(v) * THOUSAND) for v in raw.values()}
    return (sizes.pop(), THOUSAND) if len(sizes) == 1 else None


def _drop_alternatives(schedule: Schedule) -> None:
    """Prices by second or character that stand beside token prices: billed instead, never both."""
    if any(m.startswith("input") and m.endswith("_tokens") for m in schedule.rates):
        for meter in ("input_audio_milliseconds", "input_characters"):
            schedule.rates.pop(meter, None)


def _multipliers(fields: dict[str, Any]) -> dict[str, str]:
    result = {}
    entry = fields.get("provider_specific_entry") or {}
    if "us" in entry:
        result["us"] = plain(Decimal(entry["us"]))
    for node in ("eu", "us"):
        factor = fields.get(f"regional_processing_uplift_multiplier_{node}")
        if factor:
            result[node] = plain(Decimal(factor))
    factor = fields.get("regional_endpoint_uplift_multiplier")
    if factor:
        result["not global"] = plain(Decimal(factor))
    return result
