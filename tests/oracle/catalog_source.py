"""Provider files as the oracle reads them: price rows and variants become full rows.

This implements the sections "A model" and "Price rows and variants" of docs/catalog.md, from the
text. Everything is exact (`Fraction`) and nothing is clever; `oracle.py` does the pricing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

from hours import Hours, read_hours
from lattice import METERS

QUARTER_HOUR_NS = 15 * 60 * 10**9
INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
AMOUNT = re.compile(r"\d+(\.\d+)?", re.ASCII)
YEAR, MONTH, DAY = "20[0-9]{2}", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
# A part takes as much as it can, and gives nothing back for what follows it.
PLACEHOLDERS = {
    "{date}": f"{YEAR}-{MONTH}-{DAY}",
    "{yyyymmdd}": f"{YEAR}{MONTH}{DAY}(?![0-9])",
    "{digits}": "[0-9]+(?![0-9])",
    "{version}": "(?:-v[0-9]+(?![0-9])(?::[0-9]+(?![0-9])|(?!:[0-9]))|(?!-v[0-9]))",
    "{suffix}": "(?s:.+)",
}


class CatalogError(ValueError):
    """The source does not compile."""


def parse_instant(text: str) -> int:
    """Nanoseconds since 1970 of an RFC 3339 instant. Raises ValueError."""
    match = INSTANT.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not an RFC 3339 instant")
    day, clock, fraction, zone = match.groups()
    offset = "+00:00" if zone in "Zz" else zone
    return datetime_ns(datetime.fromisoformat(f"{day}T{clock}{offset}")) + int(
        (fraction or "0").ljust(9, "0")
    )


def datetime_ns(instant: datetime) -> int:
    """Nanoseconds since 1970 of an aware datetime, exactly."""
    passed = instant - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return (passed.days * 86400 + passed.seconds) * 10**9 + passed.microseconds * 1000


@dataclass(frozen=True)
class Interval:
    """`start <= at < until`, in nanoseconds; None is unbounded."""

    start: int | None = None
    until: int | None = None

    def holds(self, at: int) -> bool:
        return (self.start is None or self.start <= at) and (self.until is None or at < self.until)

    def intersection(self, other: Interval) -> Interval | None:
        starts = [edge for edge in (self.start, other.start) if edge is not None]
        untils = [edge for edge in (self.until, other.until) if edge is not None]
        both = Interval(max(starts, default=None), min(untils, default=None))
        if both.start is not None and both.until is not None and both.start >= both.until:
            return None
        return both


@dataclass(frozen=True)
class Rate:
    amount: Fraction
    per: int


@dataclass(frozen=True)
class Band:
    """Rates that hold when all of `conditions` (meter, least quantity) hold."""

    conditions: tuple[tuple[str, int], ...]
    rates: Mapping[str, Rate | None]


@dataclass(frozen=True)
class Billed:
    minimum: int
    step: int
    included: int = 0

    def quantity(self, counted: int) -> int:
        over = counted - self.included
        if over <= 0:
            return 0
        return max(self.minimum, -(-over // self.step) * self.step)


@dataclass(frozen=True)
class Row:
    """One compiled row: full rates under full conditions over one interval."""

    name: str
    interval: Interval
    service_tier: str
    batch: bool
    region: str | None
    region_excluded: str | None
    named: Mapping[str, str]
    rates: Mapping[str, Rate | None]
    bands: tuple[Band, ...]
    billed: Mapping[str, Billed]
    joins: Mapping[str, str]
    free: bool
    hours: Hours | None = None


@dataclass(frozen=True)
class Alias:
    id: str
    interval: Interval
    pins: Mapping[str, Any]


@dataclass(frozen=True)
class Model:
    id: str
    aliases: tuple[Alias, ...]
    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    dated_snapshots: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Provider:
    id: str
    service_tiers: Mapping[str, str]
    regions: Mapping[str, str | None]
    defaults: Mapping[str, str]
    normalize: tuple[str, ...]
    models: tuple[Model, ...]

    def region_path(self, region: str) -> Iterator[str]:
        """The region, its parent, and so on to the root."""
        node: str | None = region
        while node is not None:
            yield node
            node = self.regions.get(node)

    def inside(self, region: str, ancestor: str) -> bool:
        return ancestor in self.region_path(region)


@dataclass(frozen=True)
class Catalog:
    providers: Mapping[str, Provider] = field(default_factory=dict)


def load_catalog(directory: Path | str) -> Catalog:
    """Every provider file of a directory. Raises CatalogError."""
    providers = {}
    for path in sorted(Path(directory).glob("*.json")):
        provider = compile_provider(json.loads(path.read_text(encoding="utf-8")))
        providers[provider.id] = provider
    return Catalog(providers)


def compile_provider(source: Mapping[str, Any]) -> Provider:
    if source.get("format") != 1:
        raise CatalogError(f"format is {source.get('format')!r}, not 1")
    provider = Provider(
        id=source["provider"],
        service_tiers={"default": "standard", **source.get("service_tiers", {})},
        regions=source.get("regions") or {},
        defaults=source.get("defaults") or {},
        normalize=tuple(source.get("normalize") or ()),
        models=(),
    )
    models = tuple(_compile_model(provider, model) for model in source["models"])
    _refuse_repeated_ids(provider.id, models)
    return replace(provider, models=models)


def _compile_model(provider: Provider, source: Mapping[str, Any]) -> Model:
    where = f"{provider.id}/{source['id']}"
    variants = source.get("variants") or []
    rows: list[Row] = []
    for i, price_row in enumerate(source["price_rows"]):
        base = _price_row(provider, price_row, f"{where} price_rows[{i}]")
        rows.append(base)
        for j, variant in enumerate(variants):
            laid = _lay_over(provider, base, price_row, variant, f"{base.name} variants[{j}]")
            if laid is not None:
                rows.append(laid)
    for row in rows:
        _refuse_undecided_atoms(row)
    for first, second in combinations(rows, 2):
        if could_both_match(provider, first, second) and not (
            more_specific(provider, first, second) or more_specific(provider, second, first)
        ):
            raise CatalogError(f"{first.name} and {second.name} overlap")
    return Model(
        id=source["id"],
        aliases=tuple(_alias(alias) for alias in source.get("aliases") or ()),
        patterns=tuple((text, compile_pattern(text)) for text in source.get("patterns") or ()),
        dated_snapshots=source.get("dated_snapshots", True),
        rows=tuple(rows),
    )


def _alias(source: str | Mapping[str, Any]) -> Alias:
    if isinstance(source, str):
        return Alias(source, Interval(), {})
    return Alias(source["id"], _interval(source), source.get("conditions") or {})


def compile_pattern(text: str) -> re.Pattern[str]:
    """A declared pattern as an expression, to be used with fullmatch."""
    if "{suffix}" in text.removesuffix("{suffix}"):
        raise CatalogError(f"{text}: {{suffix}} may stand at the end only")
    parts = re.split(r"(\{[^}]*\})", text)
    for part in parts[1::2]:
        if part not in PLACEHOLDERS:
            raise CatalogError(f"{text}: {part} is no placeholder")
    return re.compile("".join(PLACEHOLDERS.get(part, re.escape(part)) for part in parts))


def _interval(source: Mapping[str, Any]) -> Interval:
    edges = []
    for key in ("from", "until"):
        text = source.get(key)
        edge = None if text is None else parse_instant(text)
        if edge is not None and edge % QUARTER_HOUR_NS:
            raise CatalogError(f"{text} is not on a quarter hour")
        edges.append(edge)
    if edges[0] is not None and edges[1] is not None and edges[0] >= edges[1]:
        raise CatalogError(f"{source['from']} is not before {source['until']}")
    return Interval(*edges)


def _rates(source: Mapping[str, Any] | None, where: str) -> dict[str, Rate | None]:
    """Rates by meter; None where the meter is billed at a rate that nobody states."""
    rates: dict[str, Rate | None] = {}
    for meter, stated in (source or {}).items():
        if meter not in METERS:
            raise CatalogError(f"{where}: no meter is called {meter!r}")
        if stated is None:
            rates[meter] = None
            continue
        amount, per = stated
        if not isinstance(amount, str) or not AMOUNT.fullmatch(amount):
            raise CatalogError(f"{where}: {amount!r} is no decimal string")
        if not isinstance(per, int) or per <= 0:
            raise CatalogError(f"{where}: {per!r} is no positive count of {meter}")
        rates[meter] = Rate(Fraction(amount), per)
    return rates


def _bands(source: Mapping[str, Any], where: str) -> tuple[Band, ...]:
    bands = []
    for band in source.get("bands") or ():
        conditions = [(meter, bound + 1) for meter, bound in band.get("above", {}).items()]
        conditions += list(band.get("at_least", {}).items())
        if not conditions or any(meter not in METERS for meter, _ in conditions):
            raise CatalogError(f"{where}: a band needs a condition on meters: {band}")
        bands.append(Band(tuple(conditions), _rates(band["rates"], where)))
    return tuple(bands)


def _billed(source: Mapping[str, Any]) -> dict[str, Billed]:
    return {
        meter: Billed(rule.get("minimum", 0), rule.get("step", 1), rule.get("included", 0))
        for meter, rule in (source.get("billed") or {}).items()
    }


def _price_row(provider: Provider, source: Mapping[str, Any], where: str) -> Row:
    free = source.get("free", False)
    rates = _rates(source.get("rates"), where)
    bands = _bands(source, where)
    if bool(free) == bool(rates or bands):
        raise CatalogError(f"{where}: a row has either rates or free")
    row = Row(
        name=where,
        interval=_interval(source),
        service_tier="standard",
        batch=False,
        region=None,
        region_excluded=None,
        named={},
        rates=rates,
        bands=bands,
        billed=_billed(source),
        joins=source.get("joins") or {},
        free=free,
    )
    return _with_conditions(provider, row, source.get("conditions") or {})


def _with_conditions(provider: Provider, row: Row, conditions: Mapping[str, Any]) -> Row:
    for name, value in conditions.items():
        if name == "service_tier":
            row = replace(row, service_tier=value)
        elif name == "batch":
            if value is not True:
                raise CatalogError(f"{row.name}: batch can only be true")
            row = replace(row, batch=True)
        elif name == "hours":
            try:
                row = replace(row, hours=read_hours(value))
            except (KeyError, ValueError) as error:
                raise CatalogError(f"{row.name}: {error}") from None
        elif name == "region":
            node = value["not"] if isinstance(value, dict) else value
            if node not in provider.regions:
                raise CatalogError(f"{row.name}: {node!r} is no region of {provider.id}")
            key = "region_excluded" if isinstance(value, dict) else "region"
            row = replace(row, **{key: node})
        elif isinstance(value, str):
            row = replace(row, named={**row.named, name: value})
        else:
            raise CatalogError(f"{row.name}: {name} is {value!r}, not a string")
    return row


def _lay_over(
    provider: Provider,
    base: Row,
    price_row: Mapping[str, Any],
    variant: Mapping[str, Any],
    where: str,
) -> Row | None:
    """The row that a variant makes of a price row; None when their intervals do not meet."""
    if not variant.get("conditions"):
        raise CatalogError(f"{where}: a variant needs conditions")
    interval = base.interval.intersection(_interval(variant))
    if interval is None:
        return None
    restated = set(variant["conditions"]) & set(price_row.get("conditions") or {})
    if restated:
        raise CatalogError(f"{where}: restates {sorted(restated)} of {base.name}")

    own_rates = _rates(variant.get("rates"), where)
    own_bands = _bands(variant, where)
    own_banded = {meter for band in own_bands for meter in band.rates}
    removed = set(variant.get("remove") or ())
    factors: dict[str, Fraction] = {}
    for rule in variant.get("multiply") or ():
        for meter in rule["meters"]:
            factors[meter] = factors.get(meter, Fraction(1)) * Fraction(rule["by"])

    def inherited(rates: Mapping[str, Rate | None], stated: set[str]) -> dict[str, Rate | None]:
        return {
            meter: rate and Rate(rate.amount * factors.get(meter, Fraction(1)), rate.per)
            for meter, rate in rates.items()
            if meter not in stated and meter not in removed
        }

    rates = {**inherited(base.rates, set(own_rates)), **own_rates}
    stated_in_bands = set(own_rates) | own_banded
    bands = (
        *(Band(band.conditions, inherited(band.rates, stated_in_bands)) for band in base.bands),
        *own_bands,
    )
    bands = tuple(band for band in bands if band.rates)
    row = replace(
        base,
        name=where,
        interval=interval,
        rates=rates,
        bands=bands,
        billed={**base.billed, **_billed(variant)},
        joins={**base.joins, **(variant.get("joins") or {})},
        free=base.free and not (rates or bands),
    )
    return _with_conditions(provider, row, variant["conditions"])


def could_both_match(provider: Provider, first: Row, second: Row) -> bool:
    """Whether some call satisfies both rows."""
    if (first.service_tier, first.batch) != (second.service_tier, second.batch):
        return False
    if first.interval.intersection(second.interval) is None:
        return False
    if any(second.named.get(name, value) != value for name, value in first.named.items()):
        return False
    if first.hours and second.hours and not first.hours.meets(second.hours):
        return False
    no_region = [None] if not (_names_region(first) or _names_region(second)) else []
    return any(
        region_holds(provider, first, region) and region_holds(provider, second, region)
        for region in [*provider.regions, *no_region]
    )


def _names_region(row: Row) -> bool:
    return row.region is not None or row.region_excluded is not None


def region_holds(provider: Provider, row: Row, region: str | None) -> bool:
    if region is None:
        return not _names_region(row)
    if row.region is not None and not provider.inside(region, row.region):
        return False
    return row.region_excluded is None or not provider.inside(region, row.region_excluded)


def more_specific(provider: Provider, first: Row, second: Row) -> bool:
    """Whether `first` names all that `second` names, and something more closely.

    Asked of two rows that could both match, so the named conditions that both name are equal.
    """
    by_region = _compare_region(provider, first, second)
    names_first, names_second = _names(first), _names(second)
    if by_region is None or by_region < 0 or not names_first >= names_second:
        return False
    return by_region > 0 or names_first > names_second


def _names(row: Row) -> set[str]:
    """The conditions, other than the region, that the row names where another need not."""
    return {*row.named, *(["hours"] if row.hours else [])}


def _compare_region(provider: Provider, first: Row, second: Row) -> int | None:
    """1 when `first` is more specific, 0 when equal, -1 when less; None when incomparable."""
    rank_first, rank_second = _region_rank(provider, first), _region_rank(provider, second)
    if rank_first != rank_second:
        return 1 if rank_first > rank_second else -1
    return 0 if first.region_excluded == second.region_excluded else None


def _region_rank(provider: Provider, row: Row) -> tuple[int, int]:
    """No region < any but a node < a node < a deeper node."""
    if row.region is not None:
        return (2, len(list(provider.region_path(row.region))))
    return (1, 0) if row.region_excluded is not None else (0, 0)


def billing_meter(
    atom: str, rates: Mapping[str, Rate | None], joins: Mapping[str, str]
) -> str | None:
    """The meter whose rate covers an atom, None when none does. Raises CatalogError."""
    covering = [meter for meter in rates if atom in METERS[meter]]
    finest = [
        meter for meter in covering if not any(METERS[other] < METERS[meter] for other in covering)
    ]
    if len(finest) <= 1:
        return finest[0] if finest else None
    keys = sorted((key for key in joins if atom in METERS[key]), key=lambda key: len(METERS[key]))
    if not keys or joins[keys[0]] not in finest:
        raise CatalogError(f"{atom} is covered by {sorted(finest)}, and no join says which bills")
    return joins[keys[0]]


def _refuse_undecided_atoms(row: Row) -> None:
    """Every atom has one billing meter, with whichever bands hold."""
    rates = dict(row.rates)
    for band in (None, *row.bands):
        rates.update(band.rates if band else {})
        for atom in frozenset().union(*(METERS[meter] for meter in rates)):
            try:
                billing_meter(atom, rates, row.joins)
            except CatalogError as error:
                raise CatalogError(f"{row.name}: {error}") from None


def _refuse_repeated_ids(provider: str, models: tuple[Model, ...]) -> None:
    ids = [model.id for model in models]
    repeated = {id for id in ids if ids.count(id) > 1}
    if repeated:
        raise CatalogError(f"{provider}: ids stand twice: {sorted(repeated)}")
    held: dict[str, list[tuple[str, Interval]]] = {}
    for model in models:
        for alias in model.aliases:
            for other, interval in held.setdefault(alias.id, []):
                if interval.intersection(alias.interval) is not None:
                    raise CatalogError(f"{provider}: {alias.id} means {other} and {model.id}")
            held[alias.id].append((model.id, alias.interval))
