"""The independent slow pricing oracle: docs/catalog.md as a program, exact and unhurried.

It reads the source files of the catalog and nothing that tokentra compiled. `price` is a pure
function: usage, model and conditions in, a `Result` with exact fractions out. What the caller got
wrong raises `UsageError`; what the catalog does not know is a Result that is `unpriced`.

Where the page leaves room, the oracle reads it so:

- A pinned condition other than the region contradicts the caller's when the two values differ.
- A value that is the provider's default for a condition is a known value of that condition.
- Two rows overlap when each names what the other does not, even if a third row names both.
- Every line's billing rule applies to the quantity of that line; a line states what was billed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from catalog_source import (
    Catalog,
    CatalogError,
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
from matching import Match, resolve
from spelling import EVERYWHERE

__all__ = ["Catalog", "CatalogError", "Result", "UsageError", "load_catalog", "price"]

MONEY_UNIT = Fraction(1, 10**18)


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
    match = None if source is None else _resolve(source, model, instant, conditions or {})
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


def _resolve(
    source: Provider, model: str, instant: int, conditions: Mapping[str, str]
) -> Match | None:
    match = resolve(source, model, instant)
    if match is None and "base_model" in conditions:
        base = resolve(source, conditions["base_model"], instant)
        match = None if base is None else base._replace(kind="alias")
    return match


def _instant(at: str | datetime | None) -> int:
    if at is None:
        raise UsageError("the instant of the call is absent")
    try:
        return parse_instant(at) if isinstance(at, str) else datetime_ns(at)
    except ValueError as error:
        raise UsageError(str(error)) from None


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
