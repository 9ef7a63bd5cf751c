"""Rates, bands and schedules: the shape that both lists are brought into before they are compared.

A `Schedule` is what one condition costs: flat rates and bands over them. Amounts are decimal text
exactly as a list publishes them; `Decimal` is used only to compare and to convert units.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

Rate = tuple[str, int]  # amount, per: "2.5" per 1,000,000 quanta of the meter
Rates = dict[str, Rate | None]  # None: billed at a rate that no list states

MILLISECONDS = {
    "audio_seconds": "audio_milliseconds",
    "input_audio_seconds": "input_audio_milliseconds",
    "output_audio_seconds": "output_audio_milliseconds",
}

# Rates that change together with the region or with a tier; fees for tools never do.
TOKEN_METER_END = "_tokens"


@dataclass
class Schedule:
    """`bands[threshold]` overrides single meters where `band_meter` exceeds `threshold`."""

    rates: Rates = field(default_factory=dict)
    bands: dict[int, Rates] = field(default_factory=dict)
    band_meter: str = "input_tokens"

    def at(self, threshold: int) -> Rates:
        """The rates just above `threshold` input tokens."""
        rates = dict(self.rates)
        for start in sorted(self.bands):
            if start <= threshold:
                rates.update(self.bands[start])
        return rates

    def over(self, base: Schedule) -> Schedule:
        """This schedule laid over `base`: a meter it states replaces that meter in all bands."""
        bands: dict[int, Rates] = {}
        for start in sorted(base.bands.keys() | self.bands.keys()):
            rates = {m: r for m, r in base.bands.get(start, {}).items() if m not in self.meters()}
            rates.update(self.bands.get(start, {}))
            if rates:
                bands[start] = rates
        return Schedule({**base.rates, **self.rates}, bands, base.band_meter)

    def meters(self) -> set[str]:
        names = set(self.rates)
        for rates in self.bands.values():
            names |= rates.keys()
        return names

    def without(self, meters: set[str]) -> Schedule:
        keep = {s: {m: r for m, r in rs.items() if m not in meters} for s, rs in self.bands.items()}
        return Schedule(
            {m: r for m, r in self.rates.items() if m not in meters},
            {s: rs for s, rs in keep.items() if rs},
            self.band_meter,
        )

    def __bool__(self) -> bool:
        return bool(self.rates or self.bands)


def in_order(rates: Rates) -> Rates:
    """Plain meters first, fees last, so that rows read alike."""
    return dict(sorted(rates.items(), key=lambda item: (_rank(item[0]), item[0])))


def _rank(meter: str) -> int:
    first = (
        "input_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens",
        "output_tokens",
    )  # fmt: skip
    if meter in first:
        return first.index(meter)
    return len(first) + (not meter.endswith(TOKEN_METER_END))


def value(rate: Rate) -> Decimal:
    return Decimal(rate[0]) / rate[1]


def same(a: Rate, b: Rate) -> bool:
    """Equal but for the noise of a list that stores binary floats."""
    x, y = value(a), value(b)
    return abs(x - y) <= max(abs(x), abs(y)) * Decimal("1e-9")


@dataclass(frozen=True)
class Difference:
    meter: str
    threshold: int
    ours: Rate | None
    theirs: Rate | None


def compare(ours: Schedule, theirs: Schedule) -> tuple[int, list[Difference]]:
    """How many meters both price, and where they differ, in any band of either."""
    thresholds = [0, *sorted(ours.bands.keys() | theirs.bands.keys())]
    shared = ours.meters() & theirs.meters()
    differences: list[Difference] = []
    for meter in sorted(shared):
        for threshold in thresholds:
            a, b = ours.at(threshold).get(meter), theirs.at(threshold).get(meter)
            if a and b and not same(a, b):
                differences.append(Difference(meter, threshold, a, b))
    return len(shared), differences


# meter -> the meters that would cover it, the narrowest first
WIDER = {
    "cache_read_tokens": ["input_tokens"],
    "cache_write_tokens": ["input_tokens"],
    "cache_write_1h_tokens": ["cache_write_tokens", "input_tokens"],
    "input_audio_tokens": ["input_tokens"],
    "input_image_tokens": ["input_tokens"],
    "input_video_tokens": ["input_tokens"],
    "cache_audio_read_tokens": ["cache_read_tokens", "input_tokens"],
    "cache_image_read_tokens": ["cache_read_tokens", "input_tokens"],
    "output_audio_tokens": ["output_tokens"],
    "output_image_tokens": ["output_tokens"],
    "output_reasoning_tokens": ["output_tokens"],
}


def one_sided(ours: Schedule, theirs: Schedule) -> list[Difference]:
    """Meters that one list prices apart and the other, silently, at the rate of a wider meter.

    The absent figure is None. Bands are left aside: a band on one side is a difference already.
    """
    found: list[Difference] = []
    for meter, wider in WIDER.items():
        a, b = ours.rates.get(meter), theirs.rates.get(meter)
        if (a is None) == (b is None):
            continue
        silent = theirs if b is None else ours
        covering = next((silent.rates[w] for w in wider if silent.rates.get(w)), None)
        if covering is None or same(a or b, covering):
            continue
        found.append(Difference(meter, 0, a, b))
    if "output_tokens" in theirs.rates and "output_tokens" not in ours.meters():
        if value(theirs.rates["output_tokens"]):
            found.append(Difference("output_tokens", 0, None, theirs.rates["output_tokens"]))
    elif "output_tokens" in ours.rates and "output_tokens" not in theirs.meters():
        found.append(Difference("output_tokens", 0, ours.rates["output_tokens"], None))
    return found


def agrees(ours: Schedule, theirs: Schedule) -> bool:
    shared, differences = compare(ours, theirs)
    return shared > 0 and not differences


def confirms(theirs: Schedule, ours: Schedule) -> bool:
    """Whether a list states, in every band, the same figure for each meter that ours names."""
    return ours.meters() <= theirs.meters() and agrees(ours, theirs)


def same_tokens(ours: Schedule, theirs: Schedule) -> bool:
    """Agreement on every token rate that both state, bands and fees left aside."""
    return agrees(flat_tokens(ours), flat_tokens(theirs))


def flat_tokens(schedule: Schedule) -> Schedule:
    return Schedule({m: r for m, r in schedule.rates.items() if m.endswith(TOKEN_METER_END)})


def plain(number: Decimal) -> str:
    """Decimal text without exponent or trailing zeros, to 12 significant digits."""
    text = f"{+number.normalize():.12g}" if number else "0"
    number = Decimal(text)
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
