"""Meters and atoms, the slow obvious way: the oracle's own reading of `core/base/meter.h`.

A meter is the set of atoms that it covers. A token atom is one cell of a table, modality x use, of
the input or of the output side; `unspecified` is the modality of what the provider did not break
down, `plain` the use of what was not used in any special way. Meters are inclusive, so
`input_tokens` is every input cell and `cache_audio_write_tokens` is three of them.

`to_atoms` turns stated meters into atoms:

1. A parent absent beside its children is their sum, stated overlaps counted once. Beside modalities
   and uses that may overlap by more than is stated it is refused: `OpenWhole`.
2. A join (audio, image or video x a use) that is absent is what it is in every table that fits the
   stated meters; when the tables differ, the usage is refused: `AmbiguousJoin`.
3. Text and unspecified together are *text-like*: their join with a use is never an error; what a
   use has left after the other modalities goes to text first.
4. A part above its whole is refused, naming both, and so are meters that no table fits:
   `ContradictoryUsage`.

What a cell can be over all tables is asked of the theorem of Gale and Hoffman, not of a search: a
table exists exactly when no set of rows has more to place than the columns open to it can take.

Whatever was decided, the atoms must be non-negative and add up to every stated meter: checked last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations

QUANTITY_MAX = 2**48

UNSPECIFIED = "unspecified"
TEXT = "text"
NON_TEXT = ("audio", "image", "video")
STATED_MODALITIES = (TEXT, *NON_TEXT)
MODALITIES = (UNSPECIFIED, *STATED_MODALITIES)

INPUT_USES = ("tool", "read", "write")
LIFETIMES = ("write_5m", "write_1h")
OUTPUT_USES = ("reasoning", "citation")
# The leaf uses, in the order in which they compete for text; "write" is of neither lifetime.
COLUMNS = {
    "input": ("tool", "read", *LIFETIMES, "write", "plain"),
    "output": (*OUTPUT_USES, "plain"),
}

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
    "map_searches",
    "input_images",
    "output_images",
    "output_megapixels",
    "output_characters",
    "input_video_milliseconds",
    "output_video_milliseconds",
    "output_audio_clips",
    "session_milliseconds",
    "search_queries",
    "search_results",
    "page_fetches",
    "grounded_prompts",
    "code_sessions",
    "document_credits",
    "storage_gb_days",
    "cache_storage_token_hours",
    "guardrail_content_policy_units",
    "guardrail_topic_policy_units",
    "guardrail_contextual_grounding_units",
    "guardrail_sensitive_information_units",
    "guardrail_content_policy_image_units",
    "guardrail_automated_reasoning_units",
    "guardrail_word_policy_units",
    "guardrail_sensitive_information_free_units",
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
    "input_video_seconds": "input_video_milliseconds",
    "output_video_seconds": "output_video_milliseconds",
    "session_seconds": "session_milliseconds",
}


class UsageError(ValueError):
    """The usage is refused."""


class UnknownMeter(UsageError):
    """No meter has this name."""


class ContradictoryUsage(UsageError):
    """Stated meters that no consumption could have."""


class AmbiguousJoin(UsageError):
    """Two sub-counts overlap by an amount that nobody stated and nothing determines."""


class OpenWhole(UsageError):
    """An absent whole whose parts overlap by an amount that nobody stated."""


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
        return ("write", *LIFETIMES)
    return (use,)


def _atom(meter: str) -> str:
    """The atom that carries a meter's name: the meter less everything more specific."""
    return meter.removesuffix("_tokens")


def _build_meters() -> dict[str, frozenset[str]]:
    meters: dict[str, frozenset[str]] = {}
    for direction, uses in COLUMNS.items():
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
    for direction in ("input", "output"):
        atoms.update(_side(stated, direction))
    atoms.update(_plain_families(stated))
    atoms.update({meter: stated[meter] for meter in CALL_METERS if meter in stated})
    for atom, quantity in atoms.items():
        if quantity < 0:
            raise ContradictoryUsage(f"the meters leave {quantity} for {atom}")
    for whole in METERS:
        if inclusive(atoms, whole) > QUANTITY_MAX:
            raise UsageError(f"{whole} is {inclusive(atoms, whole)}, outside 0 to {QUANTITY_MAX}")
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


# --- Sums of parts --------------------------------------------------------------------------------


def _complete(stated: dict[str, int], direction: str) -> None:
    """States every absent parent that has stated children, from the finest up."""
    uses = OUTPUT_USES if direction == "output" else INPUT_USES
    if direction == "input":
        for use in LIFETIMES:
            _complete_sum(stated, direction, UNSPECIFIED, use, by_modality=True)
        for modality in STATED_MODALITIES:
            _complete_sum(stated, direction, modality, "write", LIFETIMES)
        _complete_whole(stated, direction, "write", LIFETIMES)
    for use in uses:
        _complete_sum(stated, direction, UNSPECIFIED, use, by_modality=True)
    for modality in STATED_MODALITIES:
        _complete_sum(stated, direction, modality, "plain", uses)
    _complete_whole(stated, direction, "plain", uses)


def _complete_sum(
    stated: dict[str, int],
    direction: str,
    modality: str,
    use: str,
    uses: Iterable[str] = (),
    *,
    by_modality: bool = False,
) -> None:
    """One parent whose children, uses or modalities, exclude each other."""
    parts = [side_meter(direction, modality, part) for part in uses]
    if by_modality:
        parts += [side_meter(direction, part, use) for part in STATED_MODALITIES]
    present = [stated[part] for part in parts if part in stated]
    if present:
        stated.setdefault(side_meter(direction, modality, use), sum(present))


def _complete_whole(
    stated: dict[str, int], direction: str, whole_use: str, uses: Iterable[str]
) -> None:
    """A parent of modalities and of uses. Raises OpenWhole when their overlap is not stated."""
    whole = side_meter(direction, UNSPECIFIED, whole_use)
    if whole in stated:
        return
    rows = {m: side_meter(direction, m, whole_use) for m in STATED_MODALITIES}
    rows = {m: meter for m, meter in rows.items() if meter in stated}
    columns = {use: side_meter(direction, UNSPECIFIED, use) for use in uses}
    columns = {use: meter for use, meter in columns.items() if meter in stated}
    if not rows and not columns:
        return
    joins = {(m, use): side_meter(direction, m, use) for m in rows for use in columns}
    overlaps = {join: stated[meter] for join, meter in joins.items() if meter in stated}
    for modality, use in joins.keys() - overlaps.keys():
        row, column = rows[modality], columns[use]
        row_left = stated[row] - sum(n for (m, _), n in overlaps.items() if m == modality)
        column_left = stated[column] - sum(n for (_, u), n in overlaps.items() if u == use)
        if row_left > 0 and column_left > 0:
            raise OpenWhole(
                f"{whole} is needed: {row} {stated[row]} and {column} {stated[column]} may overlap"
            )
    parts = sum(stated[meter] for meter in (*rows.values(), *columns.values()))
    stated[whole] = parts - sum(overlaps.values())


# --- Tables ---------------------------------------------------------------------------------------

Row = tuple[str, str]  # modality, and the use that the row is a part of: "plain" or "write"
Cell = tuple[Row, str]


@dataclass
class _Table:
    """Rows of modalities over columns of uses; `supply` and `demand` are what is yet to be placed.

    A modality whose cache writes are stated has two rows, one of these and one of the others.
    `placed` holds the cells that are settled; `open` those that are not.
    """

    supply: dict[Row, int]
    demand: dict[str, int]
    open: set[Cell]
    placed: dict[Cell, int] = field(default_factory=dict)

    def place(self, cell: Cell, quantity: int) -> None:
        row, column = cell
        self.supply[row] -= quantity
        self.demand[column] -= quantity
        self.placed[cell] = quantity
        self.open.discard(cell)

    def bounds(self, cell: Cell) -> tuple[int, int]:
        """The least and the most of an open cell over all tables.

        With x in the cell and the cell closed, every set of rows must find room: what it has to
        place is at most what the columns open to it take. Both sides are linear in x, so that each
        set bounds x from below (it has the cell's row, not its column), or from above (the other
        way round), or not at all.
        """
        row, column = cell
        least, most = 0, min(self.supply[row], self.demand[column])
        for rows in _subsets(self.supply):
            columns = {c for r, c in self.open if r in rows and (r, c) != cell}
            excess = sum(self.supply[r] for r in rows) - sum(self.demand[c] for c in columns)
            if row in rows and column not in columns:
                least = max(least, excess)
            elif row not in rows and column in columns:
                most = min(most, -excess)
            elif excess > 0:
                least, most = 1, 0
                break
        if least > most:
            raise ContradictoryUsage("the meters leave no table that fits them all")
        return least, most


def _subsets(rows: Iterable[Row]) -> Iterator[set[Row]]:
    given = tuple(rows)
    for size in range(len(given) + 1):
        yield from (set(chosen) for chosen in combinations(given, size))


def _table(stated: Mapping[str, int], direction: str) -> _Table:
    """The table of complete meters, the stated joins placed. What is not stated is zero."""

    def get(modality: str, use: str) -> int:
        return stated.get(side_meter(direction, modality, use), 0)

    def row_of(modality: str, use: str) -> Row:
        own = use.startswith("write") and side_meter(direction, modality, "write") in stated
        return modality, "write" if own and modality != UNSPECIFIED else "plain"

    uses = OUTPUT_USES if direction == "output" else INPUT_USES
    demand = {use: get(UNSPECIFIED, use) for use in COLUMNS[direction]}
    demand["plain"] -= sum(demand[use] for use in uses)
    if direction == "input":
        demand["write"] -= sum(demand[use] for use in LIFETIMES)
    supply = {(m, "plain"): get(m, "plain") for m in STATED_MODALITIES}
    supply[UNSPECIFIED, "plain"] = get(UNSPECIFIED, "plain") - sum(supply.values())
    for modality in STATED_MODALITIES if direction == "input" else ():
        if row_of(modality, "write") not in supply:
            supply[modality, "write"] = get(modality, "write")
            supply[modality, "plain"] -= get(modality, "write")
    table = _Table(supply, demand, {(row_of(m, use), use) for m in MODALITIES for use in demand})
    for modality in STATED_MODALITIES:
        for use in COLUMNS[direction][:-1]:
            # The column "write" is what has no lifetime; its meter is the sum of three columns.
            if use != "write" and side_meter(direction, modality, use) in stated:
                table.place((row_of(modality, use), use), get(modality, use))
    for left in (*table.supply.values(), *table.demand.values()):
        if left < 0:
            raise ContradictoryUsage(f"the {direction} meters leave {left} where parts overlap")
    _drop_empty(table)
    return table


def _drop_empty(table: _Table) -> None:
    """Settles what can only be zero, so that few sets of rows are left."""
    for row, column in list(table.open):
        if table.supply[row] == 0 or table.demand[column] == 0:
            table.place((row, column), 0)
    table.supply = {row: left for row, left in table.supply.items() if left}


def _side(given: Mapping[str, int], direction: str) -> dict[str, int]:
    stated = dict(given)
    _complete(stated, direction)
    table = _table(stated, direction)
    for row, use in sorted(table.open):
        if row[0] not in NON_TEXT or use == "plain":
            continue
        least, most = table.bounds((row, use))
        if least != most:
            raise AmbiguousJoin(f"{direction}: how many {row[0]} tokens are {use} tokens?")
        table.place((row, use), least)
    # Use by use as much text as there can be; then no other cell has a choice.
    for use in COLUMNS[direction]:
        for row in sorted(row for row, u in table.open if u == use and row[0] == TEXT):
            table.place((row, use), table.bounds((row, use))[1])
    for cell in sorted(table.open):
        table.place(cell, table.bounds(cell)[1])
    if any(table.supply.values()) or any(table.demand.values()):
        raise ContradictoryUsage(f"the {direction} meters leave no table that fits them all")
    atoms: dict[str, int] = {}
    for ((modality, _), use), quantity in table.placed.items():
        atom = _atom(side_meter(direction, modality, use))
        atoms[atom] = atoms.get(atom, 0) + quantity
    return atoms


def _plain_families(stated: Mapping[str, int]) -> dict[str, int]:
    atoms: dict[str, int] = {}
    for whole, parts in PLAIN_FAMILIES.items():
        atoms.update({part: stated.get(part, 0) for part in parts})
        of_parts = sum(stated.get(part, 0) for part in parts)
        atoms[whole] = stated.get(whole, of_parts) - of_parts
    return atoms
