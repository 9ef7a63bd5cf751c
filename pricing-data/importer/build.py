"""Builds a provider's catalog source from both lists and the hand-made decisions.

The first list is primary: every model, dated price, band and variant of it is carried over as it
stands. The second is evidence, gives ids that the first only covers by open clauses, and adds the
conditions and models that it alone states.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .adopt import adopted, derived, laid, rule_for, witness_of
from .gaps import fill_gaps
from .genai import GenaiList, Period, leaves, period_at
from .litellm import Entry, is_zero
from .model import Model, alias_id, model_json, row_json
from .notes import Disagreement
from .own import CONDITION_OF, OwnRows
from .rates import (
    TOKEN_METER_END,
    Schedule,
    agrees,
    compare,
    confirms,
    same_tokens,
)
from .second import Reading, read_condition, rounded
from .second_models import SecondModels
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
# Fees the second list alone states are taken over: no rate of the first covers their quantity.
FEES = ("web_searches", "map_searches", "code_sessions")


@dataclass
class Lists:
    """Names and dates of the lists, as the provenance of a row states them."""

    genai: GenaiList
    genai_name: str
    genai_date: str
    litellm_name: str
    litellm_date: str


class ProviderBuilder(SecondModels):
    """Builds one provider file. `self.models` keeps the first list's order, then its own."""

    rows_only = False  # conditions become rows of their own, never variants

    def __init__(self, provider: str, rules: Json, lists: Lists, entries: list[Entry]) -> None:
        self.provider = provider
        self.rules = rules
        self.lists = lists
        self.genai = lists.genai
        skipped = {k for r in rules.get("skip_keys", []) for k in r["keys"]}
        self.entries = [
            e for e in entries if e.key not in skipped or rules.get("builder") == "bedrock"
        ]
        self.models: dict[str, Model] = {}
        self.disagreements: list[Disagreement] = []
        self.own_rows = OwnRows(lists.litellm_name, lists.litellm_date)
        self.absent: list[Json] = []  # keys of the second list that are no models, and why
        self.left_out: list[str] = []  # for the review: conditions of the second list, and why
        self.rounded: list[str] = []  # and figures that it publishes rounded
        self.refusals = {n: str(r["reason"]) for r in rules.get("refuse", []) for n in r["ids"]}
        self.refused = set(self.refusals)
        self.replaced = {r["model"]: r for r in rules.get("replace", [])}
        self.without_variants = {
            (model, condition): str(rule["reason"])
            for rule in rules.get("skip_variants", [])
            for model in rule["models"]
            for condition in rule["conditions"]
        }
        self.decided = {alias_id(a) for r in rules.get("aliases", []) for a in r["ids"]}
        self.free = {m for r in rules.get("free", []) for m in r["models"]}
        self.unpriced = {m for r in rules.get("unpriced", []) for m in r["models"]}

    # -- the whole file ---------------------------------------------------------------------

    def build(self) -> Json:
        for source in self.genai.models(self.rules["genai"]) if self.rules.get("genai") else []:
            if source["id"] not in self.refused:
                self.models[source["id"]] = self.convert(source)
        self.add_own_models()
        self.apply_names()
        fill_gaps(self.models, self.rules)
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
            self.add_own_rows(model, entry, {}, as_rows=self.rows_only)
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
            and not e.given
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
            listed = witness.lean()
            for meter in listed.meters() if self.rules.get("fill") else FEES:
                rate = listed.rates.get(meter)
                if rate and meter not in current.schedule.meters():
                    fees.rates[meter] = rate
                    for threshold, rates in listed.bands.items():
                        if meter in rates:
                            fees.bands.setdefault(threshold, {})[meter] = rates[meter]
        bases = [Period(p.start, p.end, p.schedule.over(fees)) for p in periods]
        rule = rule_for(self.rules, model.id)
        stated = witness_of(rule, witness, self.entries) if rule else None
        if rule and stated:
            now = period_at(bases, self.lists.litellm_date).schedule
            overlay = adopted(rule, now, derived(self.rules, stated.lean()))
            before = [p.schedule for p in bases]
            bases = laid(bases, overlay, rule, self.lists.litellm_date)
        if witness:
            theirs = witness.schedules["standard"]
            filled = current.schedule.over(fees) if self.rules.get("fill") else current.schedule
            first = len(self.disagreements)
            self.note_differences(model.id, witness, "standard", filled, theirs)
            self.settle(self.disagreements[first:], rule, bases)
        for period in bases:
            evidence = self.evidence(period.schedule, witness, "standard")
            row = self.row(period, None, evidence, url)
            if rule and stated and period.schedule not in before:
                self.attribute(row, rule, stated)
            model.price_rows.append(row)
        multipliers = witness.multipliers if witness and agreed else {}
        decided = any(model.id in r["models"] for r in self.rules.get("multipliers", []))
        as_rows = bool(multipliers) or decided or self.rows_only
        seen: set[str] = set()
        for when, overlays in self.genai.variant_periods(source).items():
            conditions = self.conditions(when)
            if when == (("service_tier", "default"),):
                continue
            name = condition_name(conditions)
            seen.add(name)
            for i, overlay in enumerate(overlays):
                self.add_variant(
                    model, source, bases, overlay, conditions, witness, url,
                    extend=i == 0, as_rows=as_rows,
                )  # fmt: skip
        if agreed and witness:
            self.add_second_list_variants(model, bases, witness, entries, seen, as_rows)
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

    def attribute(self, row: Json, rule: Json, stated: Entry) -> None:
        """What an adopted figure rests on: the second list, and the first for what it added to."""
        added = rule.get("silent") or rule.get("bands")
        row["as_of"] = self.lists.genai_date if added else self.lists.litellm_date
        row["evidence"] = [self.lists.genai_name] if added else []
        row["evidence"].append(self.lists.litellm_name)
        row["source"] = stated.source or row["source"]

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
        source: Json,
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
        stated = witness.schedules.get(SCHEDULE_OF.get(name, name)) if witness else None
        if stated and self.rules.get("fill"):
            silent = (
                base.schedule.meters()
                - period_at(
                    self.genai.base_periods(source), overlay.start or self.lists.genai_date
                ).schedule.meters()
            )
            filled = {m: r for m, r in stated.rates.items() if m in silent}
            schedule = Schedule({**filled, **schedule.rates}, schedule.bands)
        full = schedule.over(base.schedule)
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
                self.note_long_tiers(model.id, witness, name, full, stated)
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

    def stating(self, witness: Entry, entries: list[Entry]) -> dict[str, Entry]:
        """Which key states a condition: the witness, else another id at its standard price."""
        found = dict.fromkeys(witness.schedules, witness)
        for entry in entries:
            if entry.schedules["standard"] == witness.schedules["standard"]:
                for name in entry.schedules:
                    found.setdefault(name, entry)
        return found

    def add_second_list_variants(
        self,
        model: Model,
        bases: list[Period],
        witness: Entry,
        entries: list[Entry],
        seen: set[str],
        as_rows: bool,
    ) -> None:
        """Conditions that only the second list states, while the price it agrees with holds."""
        base = period_at(bases, self.lists.genai_date)
        for name, entry in self.stating(witness, entries).items():
            if name in seen:
                continue
            read = self.read_condition(model, name, entry.schedules, base.schedule)
            if read is None:
                continue
            row = row_json(
                read.laid_over(base.schedule) if as_rows else read.schedule,
                start=base.start,
                end=base.end,
                conditions=CONDITION_OF[name],
                as_of=self.lists.litellm_date,
                evidence=[self.lists.litellm_name],
                source=entry.source,
            )
            (model.price_rows if as_rows else model.variants).append(row)
        for (name, word), schedule in witness.named.items():
            stated = schedule.without(schedule.meters() - base.schedule.meters())
            if stated:
                row = row_json(
                    stated.over(base.schedule) if as_rows else stated,
                    start=base.start,
                    end=base.end,
                    conditions={name: word},
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
        if name in ("standard", "peak"):
            return None
        label = " ".join([model.id, name, *([place] if place else [])])
        if reason := self.without_variants.get((model.id, name)):
            self.disagreements += [
                Disagreement(model.id, label, meter, name, "", rate[0], "neither", reason)
                for meter, rate in listed[name].rates.items()
                if rate
            ]
            return None
        read = read_condition(listed[name], carried, listed["standard"])
        self.note_covered(model.id, label, name, listed, carried)
        if read.problem:
            self.left_out.append(f"{label}: {read.problem}")
            return None
        self.note_unstated(model.id, label, name, read.unstated)
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
        return pages.get(model, self.rules.get("source"))

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
