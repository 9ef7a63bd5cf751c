"""Random call records for differential testing, as JSON Lines (interface.md section 5).

    python3 tests/oracle/generate.py --count 1000 --seed 1 --providers pricing-data/providers

For every model there is a plan: each way to name it, each edge of an interval, each boundary of a
band and of a billed quantity, each tier, region and condition, known and unknown. The plans are
taken in turns, so the first cases are one of each model; when they are used up, cases are random.
The same count, seed and files give the same cases.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from catalog_source import Catalog, Interval, Model, Provider, Row, load_catalog
from hours import EPOCH
from lattice import (
    ATOMS,
    INPUT_USES,
    METERS,
    NON_TEXT,
    OUTPUT_USES,
    SECONDS_NAMES,
    UNSPECIFIED,
    inclusive,
    side_meter,
)
from names import listed_names, normalized_names, together, unknown_names

DEFAULT_PROVIDERS = Path(__file__).resolve().parents[2] / "pricing-data" / "providers"
SECOND_NS = 10**9
HOUR_NS = 3600 * SECOND_NS
SINCE_NS = 1_640_995_200 * SECOND_NS  # 2022-01-01
UNTIL_NS = 1_830_297_600 * SECOND_NS  # 2028-01-01
TIERS = ("standard", "default", "flex", "priority", "fast", "ultrafast", "balanced", "batch")
BAND_EDGES = (32_000, 100_000, 128_000, 200_000, 256_000, 272_000, 512_000, 524_288, 1 << 20)
QUANTITY_BITS_MAX = 40
# How rarely a usage is spoilt: shares of all cases.
SHARE_REFUSED = 0.01
SHARE_ODD = 0.005
SHARE_JOIN_DROPPED = 0.02

# The meters of one modality and one use, and the two meters whose overlap each of them is.
JOINS = {
    side_meter(direction, modality, use): (
        side_meter(direction, UNSPECIFIED, use),
        side_meter(direction, modality, whole),
    )
    for direction, whole, uses in (
        ("input", "plain", INPUT_USES),
        ("input", "write", ("write_5m", "write_1h")),
        ("output", "plain", OUTPUT_USES),
    )
    for modality in NON_TEXT
    for use in uses
}
# Stands in for the rows of a model that is listed without a price.
NO_ROW = Row("no row", Interval(), "standard", False, None, None, {}, {}, (), {}, {}, False)

Record = dict[str, Any]


def cases(
    providers: Path | str, count: int, seed: int, share_odd: float = SHARE_ODD
) -> Iterator[Record]:
    """`count` call records, with ids "c<seed>-<n>" counted from 1."""
    catalog = load_catalog(providers)
    rng = random.Random(seed)
    for n, record in zip(range(1, count + 1), _endless(catalog, rng, share_odd), strict=False):
        yield {"id": f"c{seed}-{n}", **record}


def _endless(catalog: Catalog, rng: random.Random, share_odd: float) -> Iterator[Record]:
    subjects = [
        _Subject(provider, model, rng, share_odd)
        for provider in catalog.providers.values()
        for model in provider.models
    ]
    plans = [subject.plan() for subject in subjects]
    while plans:
        unfinished = []
        for plan in plans:
            record = next(plan, None)
            if record is not None:
                yield record
                unfinished.append(plan)
        plans = unfinished
    while subjects:
        yield rng.choice(subjects).random_case()


class _Subject:
    """Everything that is worth asking about one model."""

    def __init__(
        self, provider: Provider, model: Model, rng: random.Random, share_odd: float
    ) -> None:
        self.provider = provider
        self.model = model
        self.rng = rng
        self.share_odd = share_odd
        self.rows = model.rows or (NO_ROW,)
        self.names = [*listed_names(model, rng), *normalized_names(provider, model, rng)]
        self.edges = sorted(
            {
                edge
                for interval in self._intervals()
                for edge in (interval.start, interval.until)
                if edge is not None
            }
        )

    def plan(self) -> Iterator[Record]:
        """The exact id first, then every planned case, shuffled."""
        rng = self.rng
        yield self.case(self.rows[-1], self.model.id)
        planned: list[tuple[Row, str, dict[str, Any]]] = []
        for row in self.rows:
            planned.append((row, self.model.id, {}))
            planned += [(row, self.model.id, {"at": at}) for at in _around(row.interval)]
            planned += [(row, self.model.id, {"at": at}) for at in _around_hours(row)]
            planned += [(row, self.model.id, {"usage": usage}) for usage in self._limits(row)]
        for alias in self.model.aliases:
            planned += [
                (self._any_row(), alias.id, {"at": at})
                for at in (_inside(rng, alias.interval), *_around(alias.interval))
            ]
        planned += [
            (self._any_row(), name, {}) for name in [*self.names, *unknown_names(self.model.id)]
        ]
        planned += [(self._any_row(), self.model.id, deviation) for deviation in self._deviations()]
        planned += [
            (self._any_row(), deployment, {"conditions": {"base_model": name}})
            for deployment in ("my-deployment", self.model.id)
            for name in (self.model.id, together(self.provider, self.model, rng), "no-such-model")
        ]
        rng.shuffle(planned)
        for row, name, given in planned:
            yield self.case(row, name, **given)

    def random_case(self) -> Record:
        """A random row, name, instant and usage; each condition deviates now and then."""
        rng = self.rng
        given: dict[str, Any] = {}
        if rng.random() < 0.5:
            given["at"] = rng.randrange(SINCE_NS, UNTIL_NS, SECOND_NS)
            if self.edges and rng.random() < 0.5:
                given["at"] = rng.choice(self.edges) + rng.choice((-SECOND_NS, -1, 0, 1, SECOND_NS))
        deviations = self._deviations()
        for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
            given.update(rng.choice(deviations))
        name = self.model.id
        if rng.random() < 0.4:
            made = together(self.provider, self.model, rng)
            name = rng.choice([*self.names, made, made, *unknown_names(self.model.id)])
        return self.case(self._any_row(), name, **given)

    def case(self, row: Row, name: str, **given: Any) -> Record:
        """A call that satisfies the row, but for what is given otherwise."""
        rng = self.rng
        conditions = {**self._conditions_of(row), **given}
        at = conditions.pop("at", None)
        usage = conditions.pop("usage", None) or self._usage(row)
        record: Record = {"provider": self.provider.id, "model": name, "usage": usage}
        if rng.random() >= 0.001:
            record["at"] = _instant_text(rng, _inside(rng, row.interval) if at is None else at)
        return {**record, **conditions}

    # --- Conditions and instants -----------------------------------------------------------------

    def _any_row(self) -> Row:
        return self.rng.choice(self.rows)

    def _intervals(self) -> Iterator[Interval]:
        yield from (row.interval for row in self.model.rows)
        yield from (alias.interval for alias in self.model.aliases)

    def _conditions_of(self, row: Row) -> Record:
        rng = self.rng
        conditions: Record = {}
        if row.service_tier != "standard":
            words = [
                w for w, tier in self.provider.service_tiers.items() if tier == row.service_tier
            ]
            conditions["service_tier"] = rng.choice([row.service_tier, *words])
        if row.batch:
            conditions["batch"] = True
        elif rng.random() < 0.02:
            conditions["batch"] = False
        if row.region is not None:
            inside = [r for r in self.provider.regions if self.provider.inside(r, row.region)]
            conditions["region"] = rng.choice([row.region, *inside])
        elif row.region_excluded is not None:
            excluded = row.region_excluded
            outside = [r for r in self.provider.regions if not self.provider.inside(r, excluded)]
            if outside:
                conditions["region"] = rng.choice(outside)
        if row.named:
            conditions["conditions"] = dict(row.named)
        return conditions

    def _deviations(self) -> list[Record]:
        """Each tier, region and condition once, known and unknown."""
        words = dict.fromkeys((*TIERS, *self.provider.service_tiers, "no-such-tier"))
        deviations: list[Record] = [{"service_tier": word} for word in words]
        deviations += [{"region": r} for r in (*self.provider.regions, "no-such-region")]
        deviations += [{"batch": True}, {"batch": True, "service_tier": "flex"}]
        values = {"no_such_condition": {"x"}}
        for row in self.model.rows:
            for name, value in row.named.items():
                values.setdefault(name, {"no-such-value"}).add(value)
        for name in values.keys() & self.provider.defaults.keys():
            values[name].add(self.provider.defaults[name])
        deviations += [
            {"conditions": {name: value}}
            for name in sorted(values)
            for value in sorted(values[name])
        ]
        return deviations

    # --- Usage -----------------------------------------------------------------------------------

    def _limits(self, row: Row) -> Iterator[Mapping[str, int]]:
        """Usages on and beside every boundary of the row's bands and billed quantities."""
        bounds = {condition for band in row.bands for condition in band.conditions}
        for meter, least in sorted(bounds):
            for quantity in range(max(0, least - 2), least + 2):
                yield self._usage(row, {meter: quantity})
        for meter, rule in row.billed.items():
            edges = {0, rule.minimum, rule.step, rule.minimum + rule.step}
            for edge in sorted(edges | {rule.included + edge for edge in edges}):
                for quantity in range(max(0, edge - 1), edge + 2):
                    yield {meter: quantity}

    def _usage(self, row: Row, fixed: Mapping[str, int] | None = None) -> Record:
        rng = self.rng
        atoms = self._atoms(row, fixed or {})
        stated = {meter: inclusive(atoms, meter) for meter in METERS if inclusive(atoms, meter)}
        for join, margins in JOINS.items():
            if all(margin in stated for margin in margins):
                stated.setdefault(join, 0)
        rated = list(_rated(row))
        if rated and rng.random() < 0.2:
            stated.setdefault(rng.choice(rated), 0)
        if fixed:
            return {**stated, **fixed}
        self._leave_out(stated, atoms)
        self._spoil(stated)
        return _in_seconds(rng, stated) or {"input_tokens": 0}

    def _atoms(self, row: Row, fixed: Mapping[str, int]) -> dict[str, int]:
        """Random atoms, most under the row's rates; the fixed meters come out exactly."""
        rng = self.rng
        atoms: dict[str, int] = {}
        rated = list(_rated(row)) or ["input_tokens", "output_tokens"]
        for meter in rng.sample(rated, min(len(rated), rng.randint(1, 5))):
            own = meter.removesuffix("_tokens")
            atom = own if rng.random() < 0.6 else rng.choice(sorted(METERS[meter]))
            atoms[atom] = self._quantity()
        if rng.random() < 0.08:
            atoms[rng.choice(sorted(ATOMS))] = self._quantity()
        for meter, quantity in fixed.items():
            for atom in METERS[meter]:
                atoms.pop(atom, None)
            part = rng.choice((0, quantity, rng.randint(0, quantity)))
            finest = [atom for m in rated for atom in METERS[m] & METERS[meter]]
            atoms[rng.choice(sorted(finest) or sorted(METERS[meter]))] = part
            own = meter.removesuffix("_tokens")
            atoms[own] = atoms.get(own, 0) + quantity - part
        return atoms

    def _quantity(self) -> int:
        rng = self.rng
        kind = rng.randrange(6)
        if kind == 0:
            return rng.choice((0, 1, 1, 2, 3))
        if kind == 1:
            return rng.randint(1, 1000)
        if kind == 2:
            return rng.choice(BAND_EDGES) + rng.choice((-1, 0, 1))
        if kind == 3:
            return rng.randint(1, 2_000_000)
        return rng.randint(1, 1 << rng.randint(1, QUANTITY_BITS_MAX))

    def _leave_out(self, stated: dict[str, int], atoms: Mapping[str, int]) -> None:
        """Leaves out wholes that are the sum of their parts, text joins, and rarely other joins."""
        rng = self.rng
        for whole in ("input_tokens", "output_tokens", "cache_write_tokens", "audio_milliseconds"):
            own = [a for a in METERS[whole] if a == whole.removesuffix("_tokens")]
            if rng.random() < 0.1 and not any(atoms.get(atom) for atom in own):
                stated.pop(whole, None)
        for meter in list(stated):
            share = SHARE_JOIN_DROPPED if meter in JOINS else 0.3 if "_text_" in meter else 0
            if {"input_tokens", "output_tokens"} <= stated.keys() and rng.random() < share:
                del stated[meter]

    def _spoil(self, stated: dict[str, int]) -> None:
        rng = self.rng
        draw = rng.random()
        if draw < SHARE_REFUSED:
            meter = rng.choice(list(stated) or ["input_tokens"])
            above = [m for m in METERS if METERS[m] < METERS[meter]]
            if above and rng.random() < 0.7:
                stated[rng.choice(above)] = stated.get(meter, 0) + rng.choice((1, 1000))
            elif rng.random() < 0.5:
                stated[meter] = rng.choice((-1, 2**64))
            else:
                stated["input_token"] = 1
        elif draw < SHARE_REFUSED + self.share_odd:
            for meter in list(stated):
                if len(stated) > 1 and rng.random() < 0.5:
                    del stated[meter]


def _rated(row: Row) -> dict[str, None]:
    """The meters that the row has a rate for, in a stable order."""
    return dict.fromkeys([*row.rates, *(meter for band in row.bands for meter in band.rates)])


def _in_seconds(rng: random.Random, stated: dict[str, int]) -> Record:
    """Now and then a duration in the seconds that genai-prices uses."""
    usage: Record = dict(stated)
    for seconds, milliseconds in SECONDS_NAMES.items():
        quantity = stated.get(milliseconds)
        if quantity is not None and 0 <= quantity < 10**12 and rng.random() < 0.2:
            del usage[milliseconds]
            usage[seconds] = quantity // 1000 if quantity % 1000 == 0 else quantity / 1000
    return usage


def _around(interval: Interval) -> list[int]:
    edges = [edge for edge in (interval.start, interval.until) if edge is not None]
    return [edge + delta for edge in edges for delta in (-SECOND_NS, -1, 0, SECOND_NS)]


def _around_hours(row: Row) -> Iterator[int]:
    """On and beside every edge of the row's windows, each weekday and on its excepted dates."""
    if row.hours is None:
        return
    start = SINCE_NS if row.interval.start is None else row.interval.start
    first = (EPOCH + timedelta(microseconds=start // 1000)).date() + timedelta(days=1)
    days = {first + timedelta(days=n) for n in range(7)}
    for date in row.hours.excepted:
        days |= {date, date + timedelta(days=1)}
    for day in sorted(days):
        midnight = datetime(day.year, day.month, day.day) - row.hours.offset
        for edge in sorted({edge for window in row.hours.windows for edge in window}):
            at = (midnight + edge - EPOCH) // timedelta(microseconds=1) * 1000
            if row.interval.holds(at):
                yield from (at + delta for delta in (-1, 0, 1))


def _inside(rng: random.Random, interval: Interval) -> int:
    start = max(SINCE_NS, interval.start or 0) if interval.until is None else interval.start
    until = interval.until
    if start is None:
        start = min(SINCE_NS, (until or UNTIL_NS) - HOUR_NS)
    if until is None:
        until = max(UNTIL_NS, start + HOUR_NS)
    return rng.randrange(start, until, SECOND_NS)


def _instant_text(rng: random.Random, at: int) -> str:
    """RFC 3339, mostly in Z, sometimes in another zone."""
    seconds, nanoseconds = divmod(at, SECOND_NS)
    fraction = f".{nanoseconds:09d}".rstrip("0") if nanoseconds else ""
    offset = rng.choice((0, 0, 0, 0, 0, 0, 0, 120, -330, 60))
    moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=seconds, minutes=offset)
    hours, minutes = divmod(abs(offset), 60)
    zone = f"{'+' if offset > 0 else '-'}{hours:02d}:{minutes:02d}" if offset else "Z"
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}{zone}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Random call records as JSON Lines.")
    parser.add_argument("--count", type=int, default=1000, help="how many records")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--providers", type=Path, default=DEFAULT_PROVIDERS, metavar="DIR")
    parser.add_argument(
        "--odd",
        type=float,
        default=SHARE_ODD,
        help="share of usages with meters left out at random",
    )
    options = parser.parse_args(arguments)
    for record in cases(options.providers, options.count, options.seed, options.odd):
        sys.stdout.write(json.dumps(record) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
