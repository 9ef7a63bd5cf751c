"""Which model a name means: docs/catalog.md, "Matching", as a program of its own.

`resolve` is a pure function of a provider's file, a name and an instant. `spelling.py` has the
steps of the normaliser. Nothing that tokentra compiled is read: what its compiler works out from
a list (shorter spellings, families whose date decides) is worked out here from it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NamedTuple

from catalog_source import Interval, Model, Provider, Row
from spelling import DATE, STEPS, VERSION, VERTEX_VERSION, Allowed, Contradiction, Spelling, lower

NAME_BYTES_MAX = 256
FAMILY_ENDINGS = (
    ("date_suffix", DATE),
    ("vertex_version", VERTEX_VERSION),
    ("bedrock_version", VERSION),
)
Pins = tuple[tuple[str, object], ...]


class Match(NamedTuple):
    kind: str
    model: Model
    pins: Pins


class _Entry(NamedTuple):
    listed: str
    kind: str
    model: Model
    interval: Interval
    pins: Mapping[str, Any]


def resolve(provider: Provider, name: str, at: int) -> Match | None:
    """The model that a name means at an instant, and what kind of match it was."""
    if not 0 < len(name.encode(errors="surrogatepass")) <= NAME_BYTES_MAX:
        return None
    names = _Names.of(provider)
    found = names.look_up(name, at, Allowed.EVERYTHING)
    if found is not None:
        return found
    spelling = Spelling(provider, name, names.has)
    try:
        for step, rewrite in STEPS.items():
            before = spelling.name
            if step in provider.normalize:
                rewrite(spelling)
            if spelling.name == before:
                continue
            found = names.look_up(spelling.name, at, spelling.allowed)
            if found is not None and (not spelling.is_family or names.has_one_price(found.model)):
                return Match("normalized", found.model, _pins(spelling, found.pins))
    except Contradiction:
        pass
    return None


def _pins(spelling: Spelling, pins: Pins) -> Pins:
    """What the name says and what the alias that it became pins."""
    for name, value in pins:
        if name == "region":
            spelling.pin_region(str(value))
    others = tuple(pin for pin in pins if pin[0] != "region")
    return others if spelling.region is None else (("region", spelling.region), *others)


class _Names:
    """The list of one provider: its names, the spellings made of them, its patterns."""

    _made: ClassVar[dict[int, tuple[Provider, _Names]]] = {}

    @classmethod
    def of(cls, provider: Provider) -> _Names:
        """Made once for each provider, which is kept, so that its identity stays its own."""
        made = cls._made.get(id(provider))
        if made is None:
            made = cls._made[id(provider)] = (provider, cls(provider))
        return made[1]

    def __init__(self, provider: Provider) -> None:
        self.models = provider.models
        self.listed: dict[str, list[_Entry]] = {}
        for model in provider.models:
            for entry in _entries(model):
                self.listed.setdefault(entry.listed, []).append(entry)
        self.lower: dict[str, list[_Entry]] = {}
        self.shorter: dict[str, list[_Entry]] = {}
        for name, entries in self.listed.items():
            if "case" in provider.normalize and lower(name) != name:
                self.lower.setdefault(lower(name), []).extend(entries)
            if "bedrock_version" in provider.normalize:
                for short in _without_version(lower(name)):
                    self.shorter.setdefault(short, []).extend(entries)
        self.decided = set(self._families_with_several_prices(provider))

    def look_up(self, name: str, at: int, allowed: Allowed) -> Match | None:
        """Steps 1 to 3 of matching."""
        for entry in self._candidates(name, allowed):
            moves = entry.interval != Interval()
            if entry.interval.holds(at) and not (moves and allowed == Allowed.STABLE):
                kind = entry.kind if entry.listed == name else "normalized"
                return Match(kind, entry.model, tuple(entry.pins.items()))
        if allowed != Allowed.STABLE:
            for model in self.models:
                if any(pattern.fullmatch(name) for _, pattern in model.patterns):
                    return Match("pattern", model, ())
        return None

    def has(self, name: str) -> bool:
        """Whether the list has the name itself, in whatever case."""
        return bool(self._candidates(name, Allowed.LISTED_VERSIONS))

    def has_one_price(self, model: Model) -> bool:
        """Whether a date or version cannot decide about what the model costs."""
        return model.dated_snapshots and model.id not in self.decided

    def _candidates(self, name: str, allowed: Allowed) -> list[_Entry]:
        if name in self.listed:
            return self.listed[name]
        made = self.lower.get(name)
        if made is None and allowed == Allowed.EVERYTHING:
            made = self.shorter.get(name)
        # Two models for one spelling that nobody listed leave it without any.
        if made is None or len({entry.model.id for entry in made}) > 1:
            return []
        return made

    def _families_with_several_prices(self, provider: Provider) -> Iterator[str]:
        for name, entries in self.listed.items():
            family = _family(provider, name)
            bases = self._candidates(family, Allowed.EVERYTHING) if family else []
            for entry in entries if bases else []:
                base = bases[0].model
                comes_and_goes = entry.interval != Interval()
                if comes_and_goes or not (entry.model is base or _same_prices(entry.model, base)):
                    yield base.id


def _entries(model: Model) -> Iterator[_Entry]:
    yield _Entry(model.id, "exact", model, Interval(), {})
    for alias in model.aliases:
        yield _Entry(alias.id, "alias", model, alias.interval, alias.pins)


def _without_version(name: str) -> Iterator[str]:
    """The shorter spellings of a listed `-v1:0`: without the minor number, and without both."""
    version = VERSION.search(name)
    if version:
        if version["minor"]:
            yield name.removesuffix(version["minor"])
        yield name[: version.start()]


def _family(provider: Provider, name: str) -> str | None:
    """The name without the date or version at its end."""
    for step, ending in FAMILY_ENDINGS:
        found = ending.search(name) if step in provider.normalize else None
        if found:
            return name[: found.start()]
    return None


def _same_prices(first: Model, second: Model) -> bool:
    terms_first, terms_second = map(_terms, first.rows), [_terms(row) for row in second.rows]
    return len(first.rows) == len(second.rows) and all(row in terms_second for row in terms_first)


def _terms(row: Row) -> dict[str, Any]:
    """All of a row but what it is called."""
    return {key: value for key, value in vars(row).items() if key != "name"}
