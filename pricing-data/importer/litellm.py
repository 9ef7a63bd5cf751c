"""Reads LiteLLM's map: key habits, price fields (`fields.py`), and what belongs together.

Its figures are floats per single unit and carry no dates. They are read as decimal text, brought
to the unit that is customary for the meter and cleaned of float noise (12 significant digits).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from .fields import NOT_CARRIED, THOUSAND, image_price, read_field
from .rates import Schedule, plain

# meter -> the meter whose rate covers it when it has none
PARENTS = {
    "output_reasoning_tokens": "output_tokens",
    "output_audio_tokens": "output_tokens",
    "output_image_tokens": "output_tokens",
    "input_audio_tokens": "input_tokens",
    "input_image_tokens": "input_tokens",
    "input_video_tokens": "input_tokens",
    "cache_audio_read_tokens": "cache_read_tokens",
    "cache_image_read_tokens": "cache_read_tokens",
}
# The same work in two units: where tokens are priced the other unit is left out, so that a call
# which reports both is billed once.
ALTERNATIVES = {
    "input_characters": {"input_tokens"},
    "input_audio_milliseconds": {"input_tokens", "input_audio_tokens"},
    "audio_milliseconds": {"input_tokens"},
    "output_audio_milliseconds": {"input_tokens", "output_tokens", "output_audio_tokens"},
    "input_video_milliseconds": {"input_video_tokens"},
    "input_images": {"input_image_tokens"},
    "output_images": {"output_image_tokens", "output_tokens"},
}
EMBEDDED_AUDIO = {"input_audio_milliseconds": {"input_audio_tokens"}}  # beside text tokens

# AWS geography of a Bedrock key: region names and the prefixes of inference profiles
_REGION = re.compile(r"^(?:[a-z]{2}(?:-gov)?-[a-z]+-\d)$")
GEOGRAPHIES = ("us-gov", "us", "eu", "apac", "au", "jp", "in", "ca", "sa", "global")
AZURE_REGIONS = {
    "us": "us", "eu": "eu", "apac": "apac", "us-gov": "us-gov",
    "global": None, "global-standard": None,
}  # fmt: skip
_SIZE = re.compile(r"^(\d+)-x-(\d+)$")
_QUALITY = ("low", "medium", "high", "xhigh", "max", "standard", "hd", "auto")


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
    given: dict[str, str] = field(default_factory=dict)  # conditions that the key states
    named: dict[tuple[str, str], Schedule] = field(default_factory=dict)  # (resolution, 720p)
    off_peak: dict[str, Any] | None = None  # "standard" is then what holds outside peak hours
    retires: str | None = None
    unread: list[str] = field(default_factory=list)  # price fields not understood

    @property
    def simple(self) -> bool:
        return not self.unread

    def lean(self, condition: str = "standard") -> Schedule:
        """The schedule without what repeats the rate that a meter would have anyway.

        A zero goes too, but for output and cached input of a model whose input is priced: there
        it is a figure.
        """
        schedule = self.schedules[condition]
        redundant = {m for m in schedule.meters() if is_zero(schedule, m)}
        if not is_zero_or_absent(schedule, "input_tokens"):
            redundant -= {"output_tokens", "cache_read_tokens", "cache_write_tokens"}
        for meter, parent in PARENTS.items():
            rate = schedule.rates.get(meter)
            if rate and rate == schedule.rates.get(parent) and not schedule.bands:
                redundant.add(meter)
                if condition != "standard" and meter in self.lean().rates:
                    redundant.discard(meter)
        return schedule.without(redundant)

    @property
    def priced(self) -> bool:
        every = [*self.schedules.values(), *self.named.values()]
        return any(not is_zero(s, m) for s in every for m in s.meters())

    @property
    def stated(self) -> bool:
        """Whether the key has any figure, zero included."""
        return any(s.meters() for s in [*self.schedules.values(), *self.named.values()])


def is_zero(schedule: Schedule, meter: str) -> bool:
    rates = [schedule.rates, *schedule.bands.values()]
    return all(Decimal(r[meter][0]) == 0 for r in rates if meter in r)


def is_zero_or_absent(schedule: Schedule, meter: str) -> bool:
    return meter not in schedule.meters() or is_zero(schedule, meter)


class LitellmList:
    def __init__(self, path: Path, version: str) -> None:
        self.version = version
        self.keys: dict[str, Any] = json.loads(
            path.read_text("utf-8"), parse_float=str, parse_int=str
        )
        self.used: set[str] = set()
        self.commitments: list[str] = []

    def channel(self, providers: list[str], prefixes: list[str]) -> list[Entry]:
        """All keys of some `litellm_provider` values, in the order of the map."""
        entries = []
        for key, fields in self.keys.items():
            provider = fields.get("litellm_provider")
            if provider is None or key == "sample_spec":
                continue
            if provider not in providers and not any(
                p.endswith("*") and provider.startswith(p[:-1]) for p in providers
            ):
                continue
            self.used.add(key)
            name, given = _split_given(key, prefixes)
            for prefix in prefixes:
                name = name.removeprefix(prefix)
            name, more = _split_given(name, [])
            given |= more
            region = None
            if "bedrock" in provider:
                region, name = _split_region(name)
            elif provider.startswith("azure"):
                head, slash, tail = name.partition("/")
                if slash and head in AZURE_REGIONS:
                    region, name = AZURE_REGIONS[head], tail
                name, more = _split_given(name, [])
                given |= more
            if not name:
                self.commitments.append(key)
            else:
                entries.append(_entry(key, name, region, given, fields))
        return entries


def _split_given(name: str, prefixes: list[str]) -> tuple[str, dict[str, str]]:
    """Leading segments that state quality, size or steps; the provider may stand before them."""
    given: dict[str, str] = {}
    kept = ""
    for prefix in prefixes:
        if name.startswith(prefix) and name.count("/") > 1:
            kept, name = prefix, name.removeprefix(prefix)
            break
    while "/" in name:
        head, _, tail = name.partition("/")
        if size := _SIZE.match(head):
            given["size"] = f"{size[1]}x{size[2]}"
        elif head == "max-x-max":
            given["size"] = "max"
        elif head.endswith("-steps"):
            given["steps"] = head.removesuffix("-steps")
        elif head in _QUALITY and (_SIZE.match(tail.partition("/")[0]) or "quality" not in given):
            if not _SIZE.match(tail.partition("/")[0]) and not tail.startswith(("gpt-", "dall-")):
                break
            given["quality"] = head
        else:
            break
        name = tail
    return kept + name, given


def _split_region(name: str) -> tuple[str | None, str]:
    head, slash, tail = name.partition("/")
    if slash:
        if head == "bedrock":
            return None, tail
        if "/" in tail or not _REGION.match(head):
            return None, tail if head == "invoke" else ""
        return head, tail
    head, dot, tail = name.partition(".")
    if dot and head in GEOGRAPHIES and "." in tail:
        return head, tail
    return None, name


def _entry(
    key: str, name: str, region: str | None, given: dict[str, str], fields: dict[str, Any]
) -> Entry:
    source = fields.get("source")
    entry = Entry(
        key=key,
        name=name,
        region=region,
        mode=fields.get("mode", ""),
        schedules={"standard": Schedule()},
        multipliers=_multipliers(fields),
        fast="fast" in (fields.get("provider_specific_entry") or {}),
        source=source if source and re.match(r"^https://\S+$", source) else None,
        given=given,
        off_peak=fields.get("off_peak_pricing"),
        retires=fields.get("deprecation_date"),
    )
    inclusive = fields.get("litellm_provider") == "xai"  # its bands begin at the threshold itself
    _read_fields(entry, fields, inclusive=inclusive)
    _read_pixels(entry, fields)
    _read_tiers(entry, fields.get("tiered_pricing"))
    if entry.off_peak:
        lower = Schedule()
        for field_name, raw in entry.off_peak.items():
            if found := read_field(field_name, entry.mode) if isinstance(raw, str) else None:
                lower.rates[found.meter] = found.rate(raw)
        entry.schedules["peak"] = entry.schedules["standard"]
        entry.schedules["standard"] = lower.over(entry.schedules["standard"])
    _settle_units(entry)
    entry.schedules = {c: s for c, s in entry.schedules.items() if s or c == "standard"}
    return entry


def _read_fields(entry: Entry, fields: dict[str, Any], *, inclusive: bool) -> None:
    for field_name, raw in fields.items():
        if field_name == "search_context_cost_per_query":
            _read_search(entry, raw)
            continue
        if "cost" not in field_name or field_name in NOT_CARRIED or "pixel" in field_name:
            continue
        if not isinstance(raw, str):
            if raw is not None:
                entry.unread.append(field_name)
            continue
        found = read_field(field_name, entry.mode)
        if found is None:
            dead = any(field_name.startswith(n) for n in NOT_CARRIED) or "_decisions" in field_name
            if Decimal(raw) != 0 and not dead:
                entry.unread.append(field_name)
            continue
        if found.resolution:
            named = entry.named.setdefault(("resolution", found.resolution), Schedule())
            named.rates[found.meter] = found.rate(raw)
            continue
        schedule = entry.schedules.setdefault(found.condition, Schedule())
        if found.threshold:
            threshold = found.threshold - 1 if inclusive else found.threshold
            schedule.bands.setdefault(threshold, {})[found.meter] = found.rate(raw)
        elif found.meter not in schedule.rates or Decimal(raw) != 0:
            schedule.rates[found.meter] = found.rate(raw)


def _read_search(entry: Entry, raw: dict[str, str]) -> None:
    """One fee whatever the size of the context, or a fee a size."""
    sizes = {
        key.removeprefix("search_context_size_"): plain(Decimal(fee) * THOUSAND)
        for key, fee in raw.items()
    }
    if len(set(sizes.values())) == 1:
        rate = (next(iter(sizes.values())), THOUSAND)
        entry.schedules["standard"].rates["web_searches"] = rate
        return
    entry.schedules["standard"].rates["requests"] = (sizes["low"], THOUSAND)
    for size, amount in sizes.items():
        entry.named["context_size", size] = Schedule({"requests": (amount, THOUSAND)})


def _read_pixels(entry: Entry, fields: dict[str, Any]) -> None:
    """A rate per pixel of a keyed size is an image price; fal's is one per megapixel."""
    standard = entry.schedules["standard"]
    raw = fields.get("input_cost_per_pixel")
    if raw and Decimal(raw) and "size" in entry.given and "x" in entry.given["size"]:
        width, height = (int(side) for side in entry.given["size"].split("x"))
        standard.rates["output_images"] = (image_price(raw, width, height), 1)
    elif raw and Decimal(raw):
        entry.unread.append("input_cost_per_pixel")
    raw = fields.get("output_cost_per_pixel")
    if raw and Decimal(raw):
        amount = plain((Decimal(raw) * 2**20).quantize(Decimal("0.000001")))
        standard.rates["output_megapixels"] = (amount, 1)


def _read_tiers(entry: Entry, tiers: list[dict[str, Any]] | None) -> None:
    """`start < tokens <= end`, whole request; above the last end the last one holds."""
    if not tiers:
        return
    if not all("range" in tier for tier in tiers):
        if all("max_results_range" in tier for tier in tiers):
            first = tiers[0]["input_cost_per_query"]
            standard = entry.schedules["standard"]
            standard.rates["search_queries"] = (plain(Decimal(first) * THOUSAND), THOUSAND)
            standard.band_meter = "search_results"
            for tier in tiers[1:]:
                above = int(Decimal(tier["max_results_range"][0])) - 1
                amount = plain(Decimal(tier["input_cost_per_query"]) * THOUSAND)
                standard.bands[above] = {"search_queries": (amount, THOUSAND)}
        return
    schedule = Schedule()
    for tier in tiers:
        start = int(Decimal(tier["range"][0]))
        rates = schedule.bands.setdefault(start, {}) if start else schedule.rates
        for field_name, raw in tier.items():
            if isinstance(raw, str) and (found := read_field(field_name, entry.mode)):
                rates[found.meter] = found.rate(raw)
    fees = {m: r for m, r in entry.schedules["standard"].rates.items() if not m.endswith("tokens")}
    schedule.rates = {**schedule.rates, **fees}
    entry.schedules = {"standard": schedule}


def _settle_units(entry: Entry) -> None:
    standard = entry.schedules["standard"]
    rates = standard.rates
    tokens = {m for m in rates if m.endswith("_tokens") and not is_zero(standard, m)}
    if entry.mode == "realtime" and "session_milliseconds" in rates:
        rates["audio_milliseconds"] = rates.pop("session_milliseconds")
    if "lyria" in entry.key and "output_images" in rates:
        rates["output_audio_clips"] = rates.pop("output_images")
    if "input_images" in rates and entry.mode == "image_generation":
        if "output_images" not in rates and not tokens:
            rates["output_images"] = rates.pop("input_images")
        elif rates.get("output_images") == rates["input_images"]:
            rates.pop("input_images")
    rules = {**ALTERNATIVES, **(EMBEDDED_AUDIO if entry.mode == "embedding" else {})}
    for meter, others in rules.items():
        if tokens & others:
            for schedule in entry.schedules.values():
                schedule.rates.pop(meter, None)
    if tokens:  # what stands beside tokens and is zero says nothing
        for meter in [m for m in rates if not m.endswith("_tokens") and is_zero(standard, m)]:
            rates.pop(meter)


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
