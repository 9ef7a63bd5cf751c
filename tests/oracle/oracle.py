"""The independent slow pricing oracle: docs/catalog.md as a program, exact and unhurried.

It reads the source files of the catalog and nothing that tokentra compiled. `price` is a pure
function: usage, model and conditions in, a `Result` with exact fractions out. What the caller got
wrong raises `UsageError`; what the catalog does not know is a Result that is `unpriced`.

Where the page leaves room, the oracle reads it so:

- A pinned condition other than the region contradicts the caller's when the two values differ.
- An id that pins a region twice (a prefix before an alias) has the first; the caller's must agree
  with both.
- A value that is the provider's default for a condition is a known value of that condition.
- Two rows overlap when each names what the other does not, even if a third row names both.
- Every line's billing rule applies to the quantity of that line; a line states what was billed.
- Every step of the normaliser works on what the one before it left; each is one look-up.
- `dated_snapshots: false` alone decides that a family refuses; figures are not compared here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from catalog_source import (
    Catalog,
    CatalogError,
    Model,
    Provider,
    Rate,
    Row,
    billing_meter,
    datetime_ns,
    load_catalog,
    more_specific,
    parse_instant,
    region_holds,
)
from lattice import UsageError, inclusive, to_atoms

__all__ = ["Catalog", "CatalogError", "Result", "UsageError", "load_catalog", "price"]

MONEY_UNIT = Fraction(1, 10**18)
PREFIXES_BEDROCK = ("us", "eu", "apac", "us-gov", "au", "jp", "in", "ca", "sa", "global")
VENDOR = re.compile(r"[a-z0-9]+\.")
EVERYWHERE = "global"


class Line(NamedTuple):
    """What one meter costs: `amount` = billed quantity x rate / per, rounded once."""

    meter: str
    quantity: int
    rate: str
    per: int
    amount: Fraction


@dataclass(frozen=True)
class Result:
    match: str | None
    model_id: str | None
    state: str
    total: Fraction | None
    lines: tuple[Line, ...] = ()
    uncovered: tuple[str, ...] = ()
    reason: str = ""


class Match(NamedTuple):
    kind: str
    model: Model
    pins: tuple[tuple[str, object], ...]


class Unpriced(Exception):
    """Why the catalog has no price; the message is the reason."""


def price(
    catalog: Catalog,
    provider: str,
    model: str,
    usage: Mapping[str, int | Decimal],
    at: str | datetime | None,
    *,
    service_tier: str | None = None,
    region: str | None = None,
    batch: bool = False,
    conditions: Mapping[str, str] | None = None,
) -> Result:
    """Prices one part. Raises UsageError for a usage or an instant that must be refused."""
    atoms = to_atoms(usage)
    instant = _instant(at)
    source = catalog.providers.get(provider)
    match = None if source is None else resolve(source, model, instant)
    if source is None or match is None:
        return Result(None, None, "unpriced", None, reason=f"{provider} lists no {model!r}")
    try:
        stated = _stated(source, service_tier, region, batch, conditions or {})
        row = _row(source, match, _with_pins(source, stated, match.pins), instant)
    except Unpriced as reason:
        return Result(match.kind, match.model.id, "unpriced", None, reason=str(reason))
    lines, uncovered = _bill(row, atoms)
    state = "partial" if uncovered else "free" if row.free else "priced"
    total = sum((line.amount for line in lines), Fraction(0))
    return Result(match.kind, match.model.id, state, total, lines, uncovered, row.name)


def _instant(at: str | datetime | None) -> int:
    if at is None:
        raise UsageError("the instant of the call is absent")
    try:
        return parse_instant(at) if isinstance(at, str) else datetime_ns(at)
    except ValueError as error:
        raise UsageError(str(error)) from None


# --- Matching ------------------------------------------------------------------------------------


def resolve(provider: Provider, name: str, at: int) -> Match | None:
    """The model that a name means at an instant, and what kind of match it was."""
    found = _look_up(provider, name, at)
    if found is not None:
        return found
    pins: tuple[tuple[str, object], ...] = ()
    for step in provider.normalize:
        name, pinned = NORMALIZERS[step](provider, name)
        pins += pinned
        found = _look_up(provider, name, at)
        if found is not None:
            if step == "date_suffix" and not found.model.dated_snapshots:
                return None
            return Match("normalized", found.model, pins + found.pins)
    return None


def _look_up(provider: Provider, name: str, at: int) -> Match | None:
    """Steps 1 to 3 of matching."""
    for model in provider.models:
        if model.id == name:
            return Match("exact", model, ())
    for model in provider.models:
        for alias in model.aliases:
            if alias.id == name and alias.interval.holds(at):
                return Match("alias", model, tuple(alias.pins.items()))
    if "case" in provider.normalize:
        for model in provider.models:
            if model.id != name and _lower(model.id) == name:
                return Match("normalized", model, ())
            for alias in model.aliases:
                if alias.id != name and _lower(alias.id) == name and alias.interval.holds(at):
                    return Match("normalized", model, tuple(alias.pins.items()))
    fitting = [
        model
        for model in provider.models
        if any(pattern.fullmatch(name) for _, pattern in model.patterns)
    ]
    if len(fitting) > 1:
        raise CatalogError(f"{name!r} fits patterns of {[model.id for model in fitting]}")
    return Match("pattern", fitting[0], ()) if fitting else None


Normalized = tuple[str, tuple[tuple[str, object], ...]]


def _lower(name: str) -> str:
    return "".join(c.lower() if "A" <= c <= "Z" else c for c in name)


def _case(_: Provider, name: str) -> Normalized:
    return _lower(name), ()


def _provider_prefix(provider: Provider, name: str) -> Normalized:
    name = name.removeprefix(f"{provider.id}/")
    if provider.id in ("google", "google-vertex"):
        name = name.removeprefix("models/")
    return name, ()


def _bedrock_profile(_: Provider, name: str) -> Normalized:
    if name.startswith("arn:") and "inference-profile/" in name:
        name = name.rsplit("/", 1)[1]
    prefix, dot, rest = name.partition(".")
    if dot and prefix in PREFIXES_BEDROCK and VENDOR.match(rest):
        return rest, (("region", prefix),)
    return name, ()


def _drop(expression: str, name: str) -> Normalized:
    return re.sub(f"(?:{expression})\\Z", "", name, flags=re.ASCII), ()


NORMALIZERS: dict[str, Callable[[Provider, str], Normalized]] = {
    "case": _case,
    "provider_prefix": _provider_prefix,
    "bedrock_profile": _bedrock_profile,
    "bedrock_version": lambda _, name: _drop(r"-v\d+(:\d+)?", name),
    "vertex_version": lambda _, name: _drop(r"@(\d{8}|default|latest)", name),
    "date_suffix": lambda _, name: _drop(r"-\d{4}-\d\d-\d\d|-\d{8}", name),
}


# --- Conditions ----------------------------------------------------------------------------------


def _stated(
    provider: Provider,
    service_tier: str | None,
    region: str | None,
    batch: bool,
    conditions: Mapping[str, str],
) -> dict[str, object]:
    """What the caller said, in tokentra's words; what was not said is not in it."""
    stated: dict[str, object] = dict(conditions)
    if service_tier is not None:
        tier = provider.service_tiers.get(service_tier, service_tier)
        if tier == "batch":
            batch = True
        else:
            stated["service_tier"] = tier
    if batch:
        stated["batch"] = True
    if region is not None:
        stated["region"] = region
    return stated


def _with_pins(
    provider: Provider, stated: Mapping[str, object], pins: tuple[tuple[str, object], ...]
) -> dict[str, object]:
    """The caller's conditions, those that the id states, then the provider's defaults."""
    pinned: dict[str, object] = {}
    for name, value in pins:
        pinned.setdefault(name, value)
        given = stated.get(name, value)
        within = name == "region" and (
            value == EVERYWHERE or provider.inside(str(given), str(value))
        )
        if given != value and not within:
            raise Unpriced(f"the id pins {name} to {value}, but the call has {given}")
    conditions = {**pinned, **stated}
    if pinned.get("region") == EVERYWHERE:
        conditions["region"] = EVERYWHERE
    for name, value in provider.defaults.items():
        conditions.setdefault(name, value)
    return conditions


def _row(provider: Provider, match: Match, conditions: Mapping[str, object], at: int) -> Row:
    """The one row that holds. Raises Unpriced."""
    region = conditions.get("region")
    if region is not None and provider.regions and region not in provider.regions:
        raise Unpriced(f"region {region!r} is not among {sorted(provider.regions)}")
    for name in {name for row in match.model.rows for name in row.named}:
        known = {row.named[name] for row in match.model.rows if name in row.named}
        known |= {provider.defaults[name]} if name in provider.defaults else set()
        if name in conditions and conditions[name] not in known:
            raise Unpriced(f"{name} {conditions[name]!r} is not among {sorted(known)}")
    holding = [row for row in match.model.rows if _holds(provider, row, conditions, at)]
    if not holding:
        raise Unpriced("no price row of the model holds under these conditions at this instant")
    best = [
        row
        for row in holding
        if all(other is row or more_specific(provider, row, other) for other in holding)
    ]
    if len(best) != 1:
        raise CatalogError(f"rows overlap: {[row.name for row in holding]}")
    return best[0]


def _holds(provider: Provider, row: Row, conditions: Mapping[str, object], at: int) -> bool:
    region = conditions.get("region")
    return (
        row.interval.holds(at)
        and (row.hours is None or row.hours.holds(at))
        and row.service_tier == conditions.get("service_tier", "standard")
        and row.batch == conditions.get("batch", False)
        and region_holds(provider, row, region if isinstance(region, str) else None)
        and all(conditions.get(name) == value for name, value in row.named.items())
    )


# --- Billing -------------------------------------------------------------------------------------


def _bill(row: Row, atoms: Mapping[str, int]) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """The lines, and the atoms that no rate covers."""
    if row.free:
        return (), ()
    rates: dict[str, Rate | None] = dict(row.rates)
    for band in row.bands:
        if all(inclusive(atoms, meter) >= least for meter, least in band.conditions):
            rates.update(band.rates)
    counted: dict[str, int] = {}
    uncovered: list[str] = []
    for atom, quantity in sorted(atoms.items()):
        meter = billing_meter(atom, rates, row.joins)
        if meter is None or rates[meter] is None:
            uncovered.append(atom)
        else:
            counted[meter] = counted.get(meter, 0) + quantity
    return tuple(_lines(row, rates, counted)), tuple(uncovered)


def _lines(
    row: Row, rates: Mapping[str, Rate | None], counted: Mapping[str, int]
) -> Iterator[Line]:
    for meter, quantity in sorted(counted.items()):
        rate = rates[meter]
        assert rate is not None
        billed = row.billed[meter].quantity(quantity) if meter in row.billed else quantity
        amount = round_money(billed * rate.amount / rate.per)
        yield Line(meter, billed, decimal_text(rate.amount), rate.per, amount)


def round_money(amount: Fraction) -> Fraction:
    """Half-even to 10^-18."""
    return round(amount / MONEY_UNIT) * MONEY_UNIT


def decimal_text(value: Fraction) -> str:
    """The shortest decimal text of a non-negative fraction that terminates."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str((value * 10**places).numerator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits
