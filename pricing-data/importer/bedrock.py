"""Builds the file of AWS Bedrock, whose prices depend on where a call runs.

The first list has two entries for most newer models, `global.X` (cross-region inference) and
`regional.X` (everything else); they become one model X. The second list has keys for regions and
for the geographic inference profiles; where their figures differ from the in-region price they
become price rows of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .adopt import adopted, rule_for
from .bedrock_regions import (
    IN_REGION,
    NOT_GLOBAL,
    equal,
    is_stem,
    keep_out_of_gov,
    nearest,
    path,
    promote_gov,
)
from .build import ProviderBuilder
from .gaps import fill_gaps
from .genai import Period, leaves, period_at
from .litellm import GEOGRAPHIES, Entry
from .model import Model, row_json
from .names import is_id
from .notes import Disagreement, disagreement
from .own import CONDITION_OF
from .rates import Schedule, agrees, compare, one_sided, same_tokens

Json = dict[str, Any]
_VERSION = re.compile(r"(-v\d+)?(:\d+)?$")


@dataclass
class Family:
    """One Bedrock model: the first list's entries for it and the second list's keys."""

    id: str
    anywhere: Json | None = None  # an entry of the first list without a region
    everywhere_else: Json | None = None  # its `regional.` entry
    worldwide: Json | None = None  # its `global.` entry
    entries: list[Entry] = field(default_factory=list)


class BedrockBuilder(ProviderBuilder):
    def build(self) -> Json:
        self.parents: dict[str, str | None] = self.rules["regions"]
        rules = self.rules.get("skip_keys", [])
        self.skip_reasons = {k: str(r["reason"]) for r in rules for k in r["keys"]}
        self.skipped = set(self.skip_reasons)
        for family in self.families():
            self.models[family.id] = self.model(family)
        self.add_own_models()
        self.apply_names()
        fill_gaps(self.models, self.rules)
        return self.file()

    def families(self) -> list[Family]:
        families: dict[str, Family] = {}
        for source in self.genai.models("aws"):
            name: str = source["id"]
            plain = name.removeprefix("global.").removeprefix("regional.")
            family = families.setdefault(plain, Family(plain))
            if name.startswith("global."):
                family.worldwide = source
            elif name.startswith("regional.") and not self.any_region(source):
                family.everywhere_else = source
            else:
                family.anywhere = source
        for entry in self.entries:
            found = None if entry.given else self.resolve(entry.name)
            if found:
                families[found].entries.append(entry)
        return list(families.values())

    def any_region(self, source: Json) -> bool:
        """Whether the clause takes the id whatever stands before it."""
        return all(
            kind == "contains" and literal.partition(".")[0] not in GEOGRAPHIES
            for kind, literal in leaves(source["match"])
        )

    def resolve(self, name: str) -> str | None:
        for prefix in ("", "us.", "global."):
            source = self.genai.find("aws", prefix + name)
            if source:
                return source["id"].removeprefix("global.").removeprefix("regional.")
        return None

    # -- rows -------------------------------------------------------------------------------

    def model(self, family: Family) -> Model:
        model = Model(family.id)
        sources = [s for s in (family.anywhere, family.everywhere_else, family.worldwide) if s]
        model.deprecated = any(s.get("deprecated") for s in sources)
        local = family.anywhere or family.everywhere_else
        condition = None if family.anywhere else {"region": NOT_GLOBAL}
        local_now = self.now(local) if local else None
        if local:
            self.add_list_rows(model, local, condition, family.entries)
        if family.worldwide:
            witness = [e for e in family.entries if e.region == "global"]
            self.add_list_rows(model, family.worldwide, {"region": "global"}, witness)
        self.add_region_rows(model, family, local_now)
        split = local is not None and family.anywhere is None
        start = self.start(local)
        world_now = self.now(family.worldwide) if family.worldwide else None
        self.add_other_conditions(model, family.entries, local_now, world_now, start, split=split)
        self.add_names(model, family, sources)
        return model

    def start(self, source: Json | None) -> str | None:
        """Since when the price has held with which the undated list is compared."""
        if source is None:
            return None
        return period_at(self.genai.base_periods(source), self.lists.genai_date).start

    def now(self, source: Json) -> Schedule:
        return period_at(self.genai.base_periods(source), self.lists.genai_date).schedule

    def add_list_rows(
        self, model: Model, source: Json, conditions: Json | None, entries: list[Entry]
    ) -> None:
        for period in self.genai.base_periods(source):
            period = self.with_bands(model.id, period, entries)
            witness = next(
                (
                    e
                    for e in entries
                    if (e.region == "global") == (conditions == {"region": "global"})
                    and agrees(period.schedule, e.schedules["standard"])
                ),
                None,
            )
            evidence = self.evidence(period.schedule, witness, "standard")
            url = self.source(source["id"])
            model.price_rows.append(self.row(period, conditions, evidence, url))

    def with_bands(self, model: str, period: Period, entries: list[Entry]) -> Period:
        """The context bands that only the second list has, where that is decided."""
        rule = rule_for(self.rules, model)
        if rule is None or not rule.get("bands"):
            return period
        for entry in entries:
            overlay = adopted(rule, period.schedule, entry.lean())
            if overlay:
                schedule = overlay.over(period.schedule)
                return Period(period.start, period.end, schedule)
        return period

    def add_region_rows(self, model: Model, family: Family, local: Schedule | None) -> None:
        stated: dict[str, Schedule] = {}
        local_source = family.anywhere or family.everywhere_else
        start = self.start(local_source)
        for entry in family.entries:
            theirs = entry.lean()
            if entry.key in self.skipped:
                if local:
                    self.note(model, entry, local, theirs, "genai")
                continue
            if entry.region is None:
                if local:
                    self.note(model, entry, local, theirs, "genai")
                continue
            if entry.region == "global" and family.worldwide:
                self.note(model, entry, self.now(family.worldwide), theirs, "genai")
                continue
            if entry.region not in stated:
                stated[entry.region] = theirs
            if local and compare(local, theirs)[1]:
                chosen = "genai" if same_tokens(local, theirs) else "litellm"
                self.note(model, entry, local, theirs, chosen)
        promote_gov(stated)
        if "us-gov" not in stated and any("us-gov" in path(self.parents, n) for n in stated):
            keep_out_of_gov(model)
        for node in sorted(stated, key=lambda n: (len(path(self.parents, n)), n)):
            above = nearest(self.parents, node, stated, local)
            if above is not None and equal(above, stated[node]):
                continue
            source = next((e.source for e in family.entries if e.region == node), None)
            model.price_rows.append(
                row_json(
                    stated[node],
                    start=start,
                    conditions={"region": node},
                    as_of=self.lists.litellm_date,
                    evidence=[self.lists.litellm_name],
                    source=source,
                )
            )

    def add_other_conditions(
        self,
        model: Model,
        entries: list[Entry],
        local: Schedule | None,
        world: Schedule | None,
        start: str | None,
        *,
        split: bool,
    ) -> None:
        """Batch and service tiers, which only the second list states for Bedrock.

        They hold where its own standard figure is the price carried: everywhere but in the
        regions that have another price; those need a figure of their own.
        """
        regions = [r.get("conditions", {}).get("region") for r in model.price_rows]
        rowed = {r for r in regions if isinstance(r, str)}
        by_place: dict[str | None, Entry] = {}
        for entry in entries:
            if entry.key in self.skipped:
                continue
            place = entry.region if entry.region in rowed else None
            if place is None and local is not None and not same_tokens(local, entry.lean()):
                if entry.region is None and not split:
                    continue
                place = entry.region or "global"
            best = by_place.setdefault(place, entry)
            if len(entry.schedules) > len(best.schedules):
                by_place[place] = entry
        for name in sorted({n for e in by_place.values() for n in e.schedules} - {"standard"}):
            rates: dict[str | None, Schedule] = {}
            for place, entry in sorted(by_place.items(), key=lambda item: item[0] or ""):
                if name not in entry.schedules:
                    continue
                lean = {n: entry.lean(n) for n in ("standard", name)}
                carried = {None: local, "global": world}.get(place) or lean["standard"]
                known = carried.over(lean["standard"])
                read = self.read_condition(model, name, lean, known, place or "")
                if read:
                    rates[place] = read.laid_over(carried)
            where, lacking = self.reach(rates, rowed, regions, split=split)
            for place in lacking:
                rates[place] = Schedule(dict.fromkeys(rates[None].rates))
                label = f"{model.id} {name} {place}"
                self.note_unstated(model.id, label, name, sorted(rates[place].rates))
            for place, schedule in rates.items():
                entry = by_place[None if place in lacking else place]
                model.price_rows.append(
                    row_json(
                        schedule,
                        start=start,
                        conditions={
                            **({"region": place} if place else where),
                            **CONDITION_OF[name],
                        },
                        as_of=self.lists.litellm_date,
                        evidence=[self.lists.litellm_name],
                        source=entry.source,
                    )
                )

    def reach(
        self,
        rates: dict[str | None, Schedule],
        rowed: set[str],
        regions: list[Any],
        *,
        split: bool,
    ) -> tuple[Json, list[str]]:
        """Where a tier stated without a region holds, and which nodes in there have no figure.

        Those have a standard price of their own, so its rate there is unknown. A node outside the
        geographies, GovCloud, is left to itself where it has none.
        """
        if None not in rates:
            return {}, []
        lacking = rowed - rates.keys() - {"global"}
        local = [n for n in lacking if IN_REGION in path(self.parents, n)]
        where: Json = {"region": NOT_GLOBAL} if split or "global" in rowed else {}
        if len(local) < len(lacking) or IN_REGION in regions:
            where, lacking = {"region": IN_REGION}, set(local)
        known = {n for n in rates if n} | lacking
        found = []
        for node in lacking:
            above = next((n for n in path(self.parents, node)[1:] if n in known), None)
            if above not in lacking:
                found.append(node)
        return where, sorted(found)

    def note(
        self, model: Model, entry: Entry, ours: Schedule, theirs: Schedule, chosen: str
    ) -> None:
        condition = f"region={entry.region}" if entry.region else "standard"
        rule = rule_for(self.rules, model.id)
        banded = rule is not None and bool(adopted(rule, ours, theirs))
        differences = compare(ours, theirs)[1]
        if entry.region is None:
            differences = [*differences, *one_sided(ours, theirs)]
        for difference in differences:
            found: Disagreement = disagreement(model.id, entry.key, condition, difference)
            found.chosen = chosen
            if rule and banded and difference.threshold:
                found.chosen, found.reason = "litellm", str(rule["reason"])
            self.disagreements.append(found)

    # -- names ------------------------------------------------------------------------------

    def add_names(self, model: Model, family: Family, sources: list[Json]) -> None:
        names = [family.id]
        for source in sources:
            names += [
                literal
                for kind, literal in leaves(source["match"])
                if is_id(literal)
                and literal.partition(".")[0] not in GEOGRAPHIES
                and not (kind in ("contains", "ends_with") and is_stem(literal, family.id))
                and kind != "regex"
            ]
        names += [e.name for e in family.entries]
        for name in list(names):
            bare = name.partition(".")[2] if name.startswith(("anthropic.", "openai.")) else ""
            for form in (bare, _VERSION.sub("", bare) if bare else "", name.removesuffix(":0")):
                if form and self.resolve_exact(form) == family.id:
                    names.append(form)
        for name in names:
            if name not in self.refused:
                model.add_alias(name)
        model.aliases = [a for a in model.aliases if a != model.id]
        for source in sources:
            if source["id"] == family.id:
                continue
            node = "global" if source is family.worldwide else IN_REGION
            model.aliases.append({"id": source["id"], "conditions": {"region": node}})

    def resolve_exact(self, name: str) -> str | None:
        source = self.genai.find("aws", name)
        if source is None:
            return None
        return source["id"].removeprefix("global.").removeprefix("regional.")

    # -- models of the second list ----------------------------------------------------------

    def add_own_models(self) -> None:
        taken = self.decided | {name for m in self.models.values() for name in m.names()}
        groups: dict[str, list[Entry]] = {}
        for entry in self.entries:
            if entry.key in self.skipped:
                self.leave_out(entry, self.skip_reasons[entry.key])
            elif entry.name in self.refused:
                self.leave_out(entry, self.refusals[entry.name])
            if entry.given or entry.key in self.skipped:
                continue
            if self.resolve(entry.name) is None and entry.name not in taken | self.refused:
                groups.setdefault(entry.name, []).append(entry)
        for name, entries in groups.items():
            reasons = [self.not_carried(e) for e in entries]
            if any(reasons):
                for entry, reason in zip(entries, reasons, strict=True):
                    self.leave_out(entry, reason or "another key of the model is left out")
                continue
            self.models[name] = self.family_model(name, entries)
        self.add_given_models({})

    def family_model(self, name: str, entries: list[Entry]) -> Model:
        """Bare key: in-region price, unless it repeats the global one beside a dearer `us.`."""
        model = Model(name)
        stated: dict[str, Schedule] = {}
        apart = False
        plain: Schedule | None = None
        for entry in entries:
            if entry.region is None:
                plain = plain or entry.lean()
            else:
                stated.setdefault(entry.region, entry.lean())
        world, states = stated.get("global"), stated.get("us")
        local = plain
        if plain is None or (world and states and not equal(world, states)):
            local = states
        if plain is not None and local is not None and local is not plain:
            entry = next(e for e in entries if e.region is None)
            self.note(model, entry, local, plain, "us")
        promote_gov(stated)
        if local is not None:
            apart = world is not None and not equal(world, local)
            conditions = {"region": NOT_GLOBAL} if apart else None
            model.price_rows.append(self.own_row(local, conditions, entries[0].source))
        for node in sorted(stated, key=lambda n: (len(path(self.parents, n)), n)):
            above = nearest(self.parents, node, stated, local)
            if above is not None and equal(above, stated[node]):
                continue
            model.price_rows.append(self.own_row(stated[node], {"region": node}, entries[0].source))
        self.add_other_conditions(model, entries, local, None, None, split=apart)
        model.add_alias(name.removesuffix(":0"))
        model.aliases = [a for a in model.aliases if a != model.id]
        return model

    def own_row(self, schedule: Schedule, conditions: Json | None, source: str | None) -> Json:
        return row_json(
            schedule,
            conditions=conditions,
            as_of=self.lists.litellm_date,
            evidence=[self.lists.litellm_name],
            source=source,
        )
