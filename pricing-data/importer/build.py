"""Builds a provider's catalog source from both lists and the hand-made decisions.

The first list is primary: every model, dated price, band and variant of it is carried over as it
stands. The second is evidence, gives ids that the first only covers by open clauses, and adds the
conditions and models that it alone states.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .genai import GenaiList, Period, leaves
from .litellm import Entry, is_zero
from .model import Model, alias_id, model_json, row_json
from .names import Names
from .rates import (
    TOKEN_METER_END,
    Difference,
    Schedule,
    agrees,
    compare,
    confirms,
    same_tokens,
)
from .second import Reading, read_condition, rounded
from .times import add_windows, succeed

Json = dict[str, Any]

WHEN = {
    ("processing", "batch"): {"batch": True},
    ("service_tier", "flex"): {"service_tier": "flex"},
    ("service_tier", "priority"): {"service_tier": "priority"},
    ("service_tier", "fast"): {"service_tier": "fast"},
    ("speed", "fast"): {"service_tier": "fast"},
}
# what the second list calls the condition
SCHEDULE_OF = {"batch": "batch", "flex": "flex", "priority": "priority", "fast": "priority"}
CONDITION_OF = {
    "batch": {"batch": True},
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
    "ultrafast": {"service_tier": "ultrafast"},
}
# Fees the second list alone states are taken over: no rate of the first covers their quantity.
FEES = ("web_searches",)
OWN_MODES = {
    "chat", "responses", "completion", "embedding", "audio_transcription", "audio_speech",
    "realtime", "rerank", "ocr",
}  # fmt: skip


@dataclass
class Lists:
    """Names and dates of the lists, as the provenance of a row states them."""

    genai: GenaiList
    genai_name: str
    genai_date: str
    litellm_name: str
    litellm_date: str


@dataclass
class Disagreement:
    model: str
    name: str
    meter: str
    condition: str
    genai: str
    litellm: str
    chosen: str = "genai"


class ProviderBuilder(Names):
    """Builds one provider file. `self.models` keeps the first list's order, then its own."""

    def __init__(self, provider: str, rules: Json, lists: Lists, entries: list[Entry]) -> None:
        self.provider = provider
        self.rules = rules
        self.lists = lists
        self.genai = lists.genai
        skipped = {k for r in rules.get("skip_keys", []) for k in r["keys"]}
        self.entries = [e for e in entries if e.key not in skipped or rules.get("bedrock")]
        self.models: dict[str, Model] = {}
        self.disagreements: list[Disagreement] = []
        self.left_out: list[str] = []  # for the review: conditions of the second list, and why
        self.rounded: list[str] = []  # and figures that it publishes rounded
        self.refused = {name for r in rules.get("refuse", []) for name in r["ids"]}
        self.replaced = {r["model"]: r for r in rules.get("replace", [])}
        self.without_variants = {
            (model, condition)
            for rule in rules.get("skip_variants", [])
            for model in rule["models"]
            for condition in rule["conditions"]
        }
        self.decided = {alias_id(a) for r in rules.get("aliases", []) for a in r["ids"]}
        self.free = {m for r in rules.get("free", []) for m in r["models"]}
        self.unpriced = {m for r in rules.get("unpriced", []) for m in r["models"]}

    # -- the whole file ---------------------------------------------------------------------

    def build(self) -> Json:
        for source in self.genai.models(self.rules["genai"]):
            if source["id"] not in self.refused:
                self.models[source["id"]] = self.convert(source)
        self.add_own_models()
        self.apply_names()
        self.mark_snapshots()
        return self.file()

    def file(self) -> Json:
        result: Json = {
            "format": 1,
            "provider": self.provider,
            "name": self.rules["name"],
            "currency": "USD",
        }
        for key in ("service_tiers", "regions", "defaults"):
            if self.rules.get(key):
                result[key] = self.rules[key]
        result["normalize"] = self.rules["normalize"]
        if self.rules.get("indicative"):
            result["indicative"] = True
        result["models"] = [model_json(m) for m in sorted(self.models.values(), key=lambda m: m.id)]
        return result

    # -- a model of the first list ----------------------------------------------------------

    def convert(self, source: Json) -> Model:
        model = Model(source["id"], deprecated=bool(source.get("deprecated")))
        entries = self.entries_of(source)
        periods = self.genai.base_periods(source)
        if self.is_free(source):
            model.price_rows = [self.free_row(source["id"], entries)]
        elif source["id"] in self.replaced:
            entry = self.entry_named(self.replaced[source["id"]]["litellm"])
            self.add_litellm_rows(model, entry)
            theirs = entry.schedules["standard"]
            self.note_differences(
                model.id, entry, "standard", periods[-1].schedule, theirs, "litellm"
            )
        elif any(p.schedule for p in periods) and source["id"] not in self.unpriced:
            self.add_rows(model, source, periods, entries)
            self.add_times(model, source)
        if not model.price_rows:
            self.disagreements.append(
                Disagreement(model.id, model.id, "", "standard", "", "", "unpriced")
            )
        self.add_clause_names(model, source)
        self.harvest(model, source, periods, entries)
        return model

    def add_times(self, model: Model, source: Json) -> None:
        provenance = {
            "as_of": self.lists.genai_date,
            "evidence": [self.lists.genai_name],
            "source": self.source(model.id),
        }
        add_windows(model, source, self.genai, self.rules.get("windows", []), provenance)
        for rule in self.rules.get("succeed", []):
            if model.id in rule["models"]:
                entry = self.entry_named(rule["litellm"])
                row = row_json(
                    entry.lean(),
                    as_of=self.lists.litellm_date,
                    evidence=[self.lists.litellm_name],
                    source=entry.source,
                )
                succeed(model, rule["from"], row)

    def is_free(self, source: Json) -> bool:
        """Free is decided, by model or by what its id says; never because no price stands."""
        suffix = self.rules.get("free_suffix", {}).get("suffix")
        named = bool(suffix) and source["id"].endswith(suffix)
        return source["id"] in self.free or (
            named and not any(entry["prices"] for entry in source["prices"])
        )

    def entries_of(self, source: Json) -> list[Entry]:
        """The second list's entries that this list's own clauses resolve to the model."""
        return [
            e
            for e in self.entries
            if e.name not in self.refused
            and (found := self.genai.find(self.rules["genai"], e.name)) is not None
            and found["id"] == source["id"]
        ]

    def entry_named(self, name: str) -> Entry:
        return next(e for e in self.entries if e.name == name)

    def witness(self, source: Json, base: Schedule, entries: list[Entry]) -> Entry | None:
        """The entry whose figures count as evidence for the model: its own id before others."""
        exact = [e for e in entries if e.name == source["id"]]
        equal = [e for e in entries if ("equals", e.name) in leaves(source["match"])]
        for group in (exact, equal, entries):
            for entry in group:
                if agrees(base, entry.schedules["standard"]):
                    return entry
        return next(iter([*exact, *equal, *entries]), None)

    def add_rows(
        self, model: Model, source: Json, periods: list[Period], entries: list[Entry]
    ) -> None:
        current = period_at(periods, self.lists.genai_date)
        witness = self.witness(source, current.schedule, entries)
        url = self.source(source["id"])
        agreed = witness is not None and same_tokens(
            current.schedule, witness.schedules["standard"]
        )
        fees: Schedule = Schedule()
        if agreed and witness:
            for meter in FEES:
                rate = witness.schedules["standard"].rates.get(meter)
                if rate and meter not in current.schedule.rates:
                    fees.rates[meter] = rate
        bases = [Period(p.start, p.end, p.schedule.over(fees)) for p in periods]
        if witness:
            theirs = witness.schedules["standard"]
            self.note_differences(model.id, witness, "standard", current.schedule, theirs)
        for period in bases:
            evidence = self.evidence(period.schedule, witness, "standard")
            model.price_rows.append(self.row(period, None, evidence, url))
        multipliers = witness.multipliers if witness and agreed else {}
        decided = any(model.id in r["models"] for r in self.rules.get("multipliers", []))
        as_rows = bool(multipliers) or decided
        seen: set[str] = set()
        for when, overlays in self.genai.variant_periods(source).items():
            conditions = self.conditions(when)
            if when == (("service_tier", "default"),):
                continue
            name = condition_name(conditions)
            seen.add(name)
            for i, overlay in enumerate(overlays):
                self.add_variant(
                    model, bases, overlay, conditions, witness, url,
                    extend=i == 0, as_rows=as_rows,
                )  # fmt: skip
        if agreed and witness:
            self.add_second_list_variants(model, bases, witness, seen, as_rows)
        for node, factor in sorted(multipliers.items()):
            region: Any = {"not": "global"} if node == "not global" else node
            model.variants.append(
                {
                    "conditions": {"region": region},
                    "multiply": [{"by": factor, "meters": token_meters(bases)}],
                    "as_of": self.lists.litellm_date,
                    "evidence": [self.lists.litellm_name],
                    "source": witness.source if witness else None,
                }
            )
        self.add_decided_multipliers(model, bases)

    def add_decided_multipliers(self, model: Model, bases: list[Period]) -> None:
        for rule in self.rules.get("multipliers", []):
            if model.id in rule["models"]:
                model.variants.append(
                    {
                        "conditions": {"region": rule["region"]},
                        "multiply": [{"by": rule["by"], "meters": token_meters(bases)}],
                        "as_of": self.lists.genai_date,
                        "evidence": [self.lists.genai_name],
                        "source": self.source(model.id),
                    }
                )

    def add_variant(
        self,
        model: Model,
        bases: list[Period],
        overlay: Period,
        conditions: Json,
        witness: Entry | None,
        url: str | None,
        *,
        extend: bool,
        as_rows: bool,
    ) -> None:
        name = condition_name(conditions)
        base = period_at(bases, overlay.start or self.lists.genai_date)
        schedule = overlay.schedule or Schedule(
            {m: r for m, r in base.schedule.rates.items() if m.endswith(TOKEN_METER_END)}
        )
        full = schedule.over(base.schedule)
        stated = witness.schedules.get(SCHEDULE_OF.get(name, name)) if witness else None
        if witness and name == "fast" and stated is None and witness.fast:
            stated = doubled(witness.schedules["standard"])
        evidence = [self.lists.genai_name]
        start = overlay.start
        if stated and witness:
            shared, differences = compare(full, stated)
            if shared and not differences:
                evidence.append(self.lists.litellm_name)
            if extend and start and (base.start or "") < start and confirms(stated, schedule):
                start = base.start
            if (overlay.start or "") <= self.lists.genai_date < (overlay.end or "9"):
                self.note_differences(model.id, witness, name, full, stated)
        if not as_rows:
            variant = Period(start, overlay.end, schedule)
            model.variants.append(self.row(variant, conditions, evidence, url))
            return
        for period in bases:
            begin, end = overlap((start, overlay.end), (period.start, period.end))
            if end is not None and begin is not None and begin >= end:
                continue
            row = Period(begin, end, schedule.over(period.schedule))
            model.price_rows.append(self.row(row, conditions, evidence, url))

    def add_second_list_variants(
        self, model: Model, bases: list[Period], witness: Entry, seen: set[str], as_rows: bool
    ) -> None:
        """Conditions that only the second list states, while the price it agrees with holds."""
        base = period_at(bases, self.lists.genai_date)
        for name in witness.schedules:
            if name in seen:
                continue
            read = self.read_condition(model, name, witness.schedules, base.schedule)
            if read is None:
                continue
            row = row_json(
                read.laid_over(base.schedule) if as_rows else read.schedule,
                start=base.start,
                end=base.end,
                conditions=CONDITION_OF[name],
                remove=[] if as_rows else read.remove,
                as_of=self.lists.litellm_date,
                evidence=[self.lists.litellm_name],
                source=witness.source,
            )
            (model.price_rows if as_rows else model.variants).append(row)

    def read_condition(
        self,
        model: Model,
        name: str,
        listed: dict[str, Schedule],
        carried: Schedule,
        place: str = "",
    ) -> Reading | None:
        """A condition of the second list, reviewed; None if it is standard or left out."""
        if name in ("standard", "peak") or (model.id, name) in self.without_variants:
            return None
        read = read_condition(self.genai, listed[name], carried, listed["standard"])
        label = " ".join([model.id, name, *([place] if place else [])])
        if read.problem:
            self.left_out.append(f"{label}: {read.problem}")
            return None
        if read.remove:
            self.left_out.append(f"{label}, these meters only: {', '.join(read.remove)}")
        self.rounded += [f"{label}: {line}" for line in rounded(read.schedule, carried)]
        return read

    def row(
        self, period: Period, conditions: Json | None, evidence: list[str], url: str | None
    ) -> Json:
        return row_json(
            period.schedule,
            start=period.start,
            end=period.end,
            conditions=conditions,
            as_of=self.lists.genai_date,
            evidence=evidence,
            source=url,
        )

    def free_row(self, name: str, entries: list[Entry]) -> Json:
        evidence = [self.lists.genai_name]
        if any(is_zero(e.schedules["standard"], "input_tokens") for e in entries):
            evidence.append(self.lists.litellm_name)
        return {
            "rates": {},
            "free": True,
            "as_of": self.lists.genai_date,
            "evidence": evidence,
            "source": self.source(name),
        }

    def conditions(self, when: tuple[tuple[str, str], ...]) -> Json:
        conditions: Json = {}
        for key, word in when:
            conditions.update(WHEN.get((key, word), {key: word}))
        return conditions

    def evidence(self, schedule: Schedule, witness: Entry | None, name: str) -> list[str]:
        if witness and agrees(schedule, witness.schedules[name]):
            return [self.lists.genai_name, self.lists.litellm_name]
        return [self.lists.genai_name]

    def source(self, model: str) -> str | None:
        """The page a remark of the first list names for the model, else that of the provider."""
        pages: dict[str, str] = self.rules.get("sources", {})
        return pages.get(model, self.rules["source"])

    def harvest(
        self, model: Model, source: Json, periods: list[Period], entries: list[Entry]
    ) -> None:
        for entry in entries:
            theirs = entry.schedules["standard"]
            begun = [p for p in periods if (p.start or "") <= self.lists.genai_date]
            prices = [p.schedule for p in begun]
            alike = any(same_tokens(ours, theirs) or agrees(ours, theirs) for ours in prices)
            if alike or model.id in self.replaced:
                model.add_alias(entry.name)
            elif ("equals", entry.name) not in leaves(source["match"]):
                self.note_differences(model.id, entry, "standard", begun[-1].schedule, theirs)

    def note_differences(
        self,
        model: str,
        entry: Entry,
        condition: str,
        ours: Schedule,
        theirs: Schedule,
        chosen: str = "genai",
    ) -> None:
        for difference in compare(ours, theirs)[1]:
            found = disagreement(model, entry.name, condition, difference)
            found.chosen = chosen
            self.disagreements.append(found)

    # -- models that only the second list has -----------------------------------------------

    def add_own_models(self) -> None:
        taken = self.decided | {name for m in self.models.values() for name in m.names()}
        own = {m for r in self.rules.get("own", []) for m in r["models"]}
        fresh: dict[str, Model] = {}
        first: dict[str, Entry] = {}
        for entry in self.entries:
            if entry.name in taken or entry.name in self.refused or not usable(entry):
                continue
            if entry.name in fresh or (self.known(entry.name) and entry.name not in own):
                continue
            model = Model(entry.name)
            self.add_litellm_rows(model, entry)
            fresh[entry.name], first[entry.name] = model, entry
        for name in list(fresh):
            base = re.sub(r"(-\d{4}-\d{2}-\d{2}|[-@]\d{8}|@default|@latest)$", "", name)
            if base != name and base in fresh and first[base].schedules == first[name].schedules:
                fresh[base].add_alias(name)
                del fresh[name]
            elif base != name and self.same_price(base, first[name]):
                self.models[base].add_alias(name)
                del fresh[name]
        self.models.update(fresh)

    def known(self, name: str) -> bool:
        return self.genai.find(self.rules["genai"], name) is not None

    def same_price(self, name: str, entry: Entry) -> bool:
        """Whether the first list's model of that id costs, now, what the entry says."""
        source = next((m for m in self.genai.models(self.rules["genai"]) if m["id"] == name), None)
        if source is None or name not in self.models:
            return False
        periods = self.genai.base_periods(source)
        current = period_at(periods, self.lists.genai_date).schedule
        return agrees(current, entry.schedules["standard"])

    def add_litellm_rows(self, model: Model, entry: Entry) -> None:
        base = entry.lean()

        def row(
            schedule: Schedule, conditions: Json | None, remove: list[str] | None = None
        ) -> Json:
            return row_json(
                schedule,
                conditions=conditions,
                remove=remove,
                as_of=self.lists.litellm_date,
                evidence=[self.lists.litellm_name],
                source=entry.source,
            )

        model.price_rows.append(row(base, None))
        lean = {name: entry.lean(name) for name in entry.schedules}
        for name in entry.schedules:
            read = self.read_condition(model, name, lean, base)
            if read and entry.multipliers:
                model.price_rows.append(row(read.laid_over(base), CONDITION_OF[name]))
            elif read:
                model.variants.append(row(read.schedule, CONDITION_OF[name], read.remove))
        for node, factor in sorted(entry.multipliers.items()):
            region: Any = {"not": "global"} if node == "not global" else node
            variant = row(Schedule(), {"region": region})
            del variant["rates"]
            meters = sorted(m for m in base.meters() if m.endswith(TOKEN_METER_END))
            multiply = {"multiply": [{"by": factor, "meters": meters}]}
            model.variants.append({"conditions": variant.pop("conditions"), **multiply, **variant})


def usable(entry: Entry) -> bool:
    """An entry simple enough to become a model: its main rate is there and all is understood."""
    rates = entry.schedules["standard"].rates
    main = ("input_tokens", "input_characters", "input_audio_milliseconds", "input_document_pages")
    return (
        entry.mode in OWN_MODES
        and entry.simple
        and any(float(rates[m][0]) > 0 for m in main if m in rates)
    )


def token_meters(periods: list[Period]) -> list[str]:
    meters = {m for p in periods for m in p.schedule.meters()}
    return sorted(m for m in meters if m.endswith(TOKEN_METER_END))


def doubled(schedule: Schedule) -> Schedule:
    rates = {
        m: (f"{Decimal(a) * 2:f}", per)
        for m, (a, per) in schedule.rates.items()
        if m.endswith(TOKEN_METER_END)
    }
    return Schedule(rates)


def period_at(periods: list[Period], date: str) -> Period:
    for period in reversed(periods):
        if (period.start or "") <= date:
            return period
    return periods[0]


def overlap(
    a: tuple[str | None, str | None], b: tuple[str | None, str | None]
) -> tuple[str | None, str | None]:
    starts = [s for s in (a[0], b[0]) if s]
    ends = [e for e in (a[1], b[1]) if e]
    return (max(starts) if starts else None, min(ends) if ends else None)


def condition_name(conditions: Json) -> str:
    if conditions == {"batch": True}:
        return "batch"
    if set(conditions) == {"service_tier"}:
        return str(conditions["service_tier"])
    return " ".join(f"{k}={v}" for k, v in sorted(conditions.items()))


def disagreement(model: str, name: str, condition: str, d: Difference) -> Disagreement:
    if d.threshold:
        condition += f" {d.meter.split('_')[0]}>{d.threshold // 1000}k"
        condition = re.sub(r" \w+>", " input_tokens>", condition)
    return Disagreement(model, name, d.meter, condition, d.ours[0], d.theirs[0])
