"""Meters and atoms, the slow obvious way: the oracle's own reading of `core/base/meter.h`.

A meter is the set of atoms that it covers. A token atom is one cell of a table, modality x use, of
the input or of the output side; `unspecified` is the modality of what the provider did not break
down, `plain` the use of what was not used in any special way. Meters are inclusive, so
`input_tokens` is every input cell and `cache_audio_write_tokens` is three of them.

`to_atoms` turns stated meters into atoms:

1. A parent absent beside its children is their sum.
2. A join (a modality other than text x a use, both > 0) that is absent is what its bounds say when
   they meet; otherwise the usage is refused: `AmbiguousJoin`.
3. Text and unspecified together are *text-like*: their join with a use is never an error; what a
   use has left after the other modalities goes to text first.
4. A part above its whole is refused, naming both: `ContradictoryUsage`.

Whatever was decided, the atoms must be non-negative and add up to every stated meter: checked last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

QUANTITY_MAX = 2**64 - 1

UNSPECIFIED = "unspecified"
TEXT = "text"
NON_TEXT = ("audio", "image", "video")
STATED_MODALITIES = (TEXT, *NON_TEXT)
MODALITIES = (UNSPECIFIED, *STATED_MODALITIES)

INPUT_USES = ("tool", "read", "write")
LIFETIMES = ("5m", "1h")
OUTPUT_USES = ("reasoning", "citation")

CALL_METERS = (
    "web_searches",
    "storage_searches",
    "code_executions",
    "social_searches",
    "requests",
    "input_characters",
    "input_pixels",
    "input_text_messages",
    "rerank_searches",
)
# Families outside tokens that have a whole and parts: the whole's own atom is what is left.
PLAIN_FAMILIES = {
    "audio_milliseconds": ("input_audio_milliseconds", "output_audio_milliseconds"),
    "input_document_pages": ("input_annotated_document_pages",),
}
SECONDS_NAMES = {
    "audio_seconds": "audio_milliseconds",
    "input_audio_seconds": "input_audio_milliseconds",
    "output_audio_seconds": "output_audio_milliseconds",
}


class UsageError(ValueError):
    """The usage is refused."""


class UnknownMeter(UsageError):
    """No meter has this name."""


class ContradictoryUsage(UsageError):
    """Stated meters that no consumption could have."""


class AmbiguousJoin(UsageError):
    """Two sub-counts overlap by an amount that nobody stated and nothing determines."""


def side_meter(direction: str, modality: str, use: str) -> str:
    """The name of the meter of one modality (unspecified: all) and one use (plain: all)."""
    word = "" if modality == UNSPECIFIED else f"{modality}_"
    if use == "plain":
        return f"{direction}_{word}tokens"
    if use in ("tool", *OUTPUT_USES):
        return f"{direction}_{word}{use}_tokens"
    return f"cache_{word}{use}_tokens"


def _uses_under(use: str) -> tuple[str, ...]:
    """The leaf uses that a use contains, itself included; `plain` contains all."""
    if use == "write":
        return ("write", "write_5m", "write_1h")
    return (use,)


def _atom(meter: str) -> str:
    """The atom that carries a meter's name: the meter less everything more specific."""
    return meter.removesuffix("_tokens")


def _build_meters() -> dict[str, frozenset[str]]:
    leaves = {
        "input": ("plain", "tool", "read", "write", "write_5m", "write_1h"),
        "output": ("plain", *OUTPUT_USES),
    }
    meters: dict[str, frozenset[str]] = {}
    for direction, uses in leaves.items():
        for modality in MODALITIES:
            for use in uses:
                covered_modalities = MODALITIES if modality == UNSPECIFIED else (modality,)
                covered_uses = uses if use == "plain" else _uses_under(use)
                meters[side_meter(direction, modality, use)] = frozenset(
                    _atom(side_meter(direction, m, u))
                    for m in covered_modalities
                    for u in covered_uses
                )
    for whole, parts in PLAIN_FAMILIES.items():
        meters[whole] = frozenset((whole, *parts))
        meters.update({part: frozenset((part,)) for part in parts})
    meters.update({meter: frozenset((meter,)) for meter in CALL_METERS})
    return meters


METERS: dict[str, frozenset[str]] = _build_meters()
ATOMS: frozenset[str] = frozenset().union(*METERS.values())


def inclusive(atoms: Mapping[str, int], meter: str) -> int:
    """The quantity of a meter: the sum of its atoms."""
    return sum(atoms.get(atom, 0) for atom in METERS[meter])


def to_atoms(usage: Mapping[str, int | Decimal]) -> dict[str, int]:
    """Disjoint atoms of a usage, without those that are zero. Raises UsageError."""
    stated = _checked(usage)
    _refuse_parts_above_wholes(stated)
    atoms: dict[str, int] = {}
    atoms.update(_input_side(stated))
    atoms.update(_output_side(stated))
    atoms.update(_plain_families(stated))
    atoms.update({meter: stated[meter] for meter in CALL_METERS if meter in stated})
    for atom, quantity in atoms.items():
        if quantity < 0:
            raise ContradictoryUsage(f"the meters leave {quantity} for {atom}")
    for meter, quantity in stated.items():
        if inclusive(atoms, meter) != quantity:
            raise ContradictoryUsage(
                f"{meter} is {quantity} but its parts make {inclusive(atoms, meter)}"
            )
    return {atom: quantity for atom, quantity in atoms.items() if quantity}


def _checked(usage: Mapping[str, int | Decimal]) -> dict[str, int]:
    """Known meters with whole quantities in range; seconds become milliseconds."""
    stated: dict[str, int] = {}
    for name, given in usage.items():
        quantity: int | Decimal = given
        meter = name
        if name in SECONDS_NAMES:
            meter, quantity = SECONDS_NAMES[name], given * 1000
        if meter not in METERS:
            raise UnknownMeter(f"no meter is called {name!r}")
        if isinstance(given, bool) or quantity != int(quantity):
            raise UsageError(f"{name} is {given}, not a whole number of {meter}")
        if not 0 <= quantity <= QUANTITY_MAX:
            raise UsageError(f"{name} is {given}, outside 0 to {QUANTITY_MAX}")
        if stated.setdefault(meter, int(quantity)) != quantity:
            raise ContradictoryUsage(f"{name} contradicts {meter}")
    return stated


def _refuse_parts_above_wholes(stated: Mapping[str, int]) -> None:
    for part, part_quantity in stated.items():
        for whole, whole_quantity in stated.items():
            if METERS[part] < METERS[whole] and part_quantity > whole_quantity:
                raise ContradictoryUsage(
                    f"{part} is {part_quantity}, above {whole}, which is {whole_quantity}"
                )


@dataclass
class _Table:
    """One table, modality x use, as far as its margins and joins are stated.

    `rows` are modalities except unspecified, `columns` uses except the rest; what is not in them is
    zero. `joins` are the stated cells. `whole` is None when nobody stated it.
    """

    name: str
    whole: int | None
    rows: dict[str, int]
    columns: dict[str, int]
    joins: dict[tuple[str, str], int]

    def solve(self) -> dict[tuple[str, str], int]:
        """All cells; the column "rest" is what belongs to no use. May be negative."""
        cells = self._non_text_joins()
        text_left = self.rows.get(TEXT, 0) - sum(cells.get((TEXT, use), 0) for use in self.columns)
        for use, quantity in self.columns.items():
            text_like = quantity - sum(cells.get((modality, use), 0) for modality in NON_TEXT)
            if (TEXT, use) not in cells:
                cells[TEXT, use] = min(text_left, text_like)
                text_left -= cells[TEXT, use]
            cells[UNSPECIFIED, use] = text_like - cells[TEXT, use]
        for modality in STATED_MODALITIES:
            cells[modality, "rest"] = self.rows.get(modality, 0) - sum(
                cells.get((modality, use), 0) for use in self.columns
            )
        known = sum(cells.values())
        cells[UNSPECIFIED, "rest"] = 0 if self.whole is None else self.whole - known
        return cells

    def _non_text_joins(self) -> dict[tuple[str, str], int]:
        """The stated joins, and every other join of audio, image and video once it is certain."""
        cells = dict(self.joins)
        unknown = [
            (modality, use)
            for modality in NON_TEXT
            for use in self.columns
            if (modality, use) not in cells
        ]
        while unknown:
            certain = [join for join in unknown if self._settle(join, cells)]
            if not certain:
                modality, use = unknown[0]
                raise AmbiguousJoin(f"{self.name}: how many {modality} tokens are {use} tokens?")
            unknown = [join for join in unknown if join not in certain]
        return cells

    def _settle(self, join: tuple[str, str], cells: dict[tuple[str, str], int]) -> bool:
        """Adds the join to the cells when its bounds meet.

        The bounds are those of two sets u and m inside a whole, max(0, u + m - whole) and
        min(u, m), after the cells already known have been taken off all three.
        """
        modality, use = join
        in_row = sum(quantity for (m, _), quantity in cells.items() if m == modality)
        in_column = sum(quantity for (_, u), quantity in cells.items() if u == use)
        of_modality = self.rows.get(modality, 0) - in_row
        of_use = self.columns[use] - in_column
        upper = min(of_modality, of_use)
        lower = 0
        if self.whole is not None:
            lower = max(0, of_modality + of_use - (self.whole - in_row - in_column))
        if lower > upper:
            raise ContradictoryUsage(f"{self.name}: {modality} and {use} exceed their whole")
        if lower == upper:
            cells[join] = lower
        return lower == upper


def _sum_of_present(stated: Mapping[str, int], names: Iterable[str]) -> int | None:
    present = [stated[name] for name in names if name in stated]
    return sum(present) if present else None


def _stated_or_sum(stated: dict[str, int], parent: str, children: Iterable[str]) -> None:
    """Rule 1 for one parent whose children are disjoint."""
    total = _sum_of_present(stated, children)
    if parent not in stated and total is not None:
        stated[parent] = total


def _table(
    stated: Mapping[str, int], direction: str, whole: str, row_use: str, uses: Iterable[str]
) -> _Table:
    """The table under the meter `whole`: `row_use` is the use that its row meters have."""
    row_meters = {m: side_meter(direction, m, row_use) for m in STATED_MODALITIES}
    columns = {use: stated.get(side_meter(direction, UNSPECIFIED, use), 0) for use in uses}
    return _Table(
        name=whole,
        whole=stated.get(whole),
        rows={m: stated[meter] for m, meter in row_meters.items() if meter in stated},
        columns=columns,
        joins={
            (modality, use): stated[side_meter(direction, modality, use)]
            for modality in STATED_MODALITIES
            for use in columns
            if side_meter(direction, modality, use) in stated
        },
    )


def _complete_margins(
    stated: dict[str, int], direction: str, row_use: str, uses: Iterable[str]
) -> None:
    """Absent rows and absent columns become the sums of their stated joins."""
    uses = tuple(uses)
    for modality in STATED_MODALITIES:
        joins = [side_meter(direction, modality, use) for use in uses]
        _stated_or_sum(stated, side_meter(direction, modality, row_use), joins)
    for use in uses:
        joins = [side_meter(direction, modality, use) for modality in STATED_MODALITIES]
        _stated_or_sum(stated, side_meter(direction, UNSPECIFIED, use), joins)


def _input_side(given: Mapping[str, int]) -> dict[str, int]:
    stated = dict(given)
    lifetimes = tuple(f"write_{lifetime}" for lifetime in LIFETIMES)
    _complete_margins(stated, "input", "write", lifetimes)
    writes = _table(stated, "input", "cache_write_tokens", "write", lifetimes)
    if writes.whole is None and any(
        name.startswith("cache_") and "write" in name for name in given
    ):
        stated["cache_write_tokens"] = sum(writes.solve().values())
    _complete_margins(stated, "input", "plain", INPUT_USES)
    cells = _table(stated, "input", "input_tokens", "plain", INPUT_USES).solve()

    writes.whole = stated.get("cache_write_tokens", 0)
    writes.rows = {modality: cells[modality, "write"] for modality in STATED_MODALITIES}
    write_cells = writes.solve()

    atoms: dict[str, int] = {}
    for modality in MODALITIES:
        atoms[_atom(side_meter("input", modality, "plain"))] = cells[modality, "rest"]
        for use in ("tool", "read"):
            atoms[_atom(side_meter("input", modality, use))] = cells[modality, use]
        atoms[_atom(side_meter("input", modality, "write"))] = write_cells[modality, "rest"]
        for use in lifetimes:
            atoms[_atom(side_meter("input", modality, use))] = write_cells[modality, use]
    return atoms


def _output_side(given: Mapping[str, int]) -> dict[str, int]:
    stated = dict(given)
    _complete_margins(stated, "output", "plain", OUTPUT_USES)
    cells = _table(stated, "output", "output_tokens", "plain", OUTPUT_USES).solve()
    return {
        _atom(side_meter("output", modality, "plain" if use == "rest" else use)): quantity
        for (modality, use), quantity in cells.items()
    }


def _plain_families(stated: Mapping[str, int]) -> dict[str, int]:
    atoms: dict[str, int] = {}
    for whole, parts in PLAIN_FAMILIES.items():
        atoms.update({part: stated.get(part, 0) for part in parts})
        of_parts = sum(stated.get(part, 0) for part in parts)
        atoms[whole] = stated.get(whole, of_parts) - of_parts
    return atoms
