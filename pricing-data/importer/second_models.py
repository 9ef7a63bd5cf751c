"""The part of a provider's builder that makes models of the second list's keys."""

from __future__ import annotations

import re
from decimal import Decimal
from fnmatch import fnmatch
from typing import Any

from .genai import leaves, period_at
from .litellm import Entry
from .model import Model, alias_id
from .names import Names
from .notes import Notes
from .own import OwnRows
from .rates import agrees, plain

Json = dict[str, Any]


class SecondModels(Notes, Names):
    lists: Any  # Lists of build.py
    absent: list[Json]
    left_out: list[str]
    decided: set[str]
    refusals: dict[str, str]
    own_rows: OwnRows
    rows_only = False  # conditions become rows of their own, never variants

    def add_own_models(self) -> None:
        taken = self.decided | {name for m in self.models.values() for name in m.names()}
        own = {m for r in self.rules.get("own", []) for m in r["models"]}
        for model in self.models.values():
            model.aliases = [a for a in model.aliases if alias_id(a) not in own]
        taken -= own
        fresh: dict[str, Entry] = {}
        for entry in self.entries:
            if entry.name in self.refused:
                self.leave_out(entry, self.refusals[entry.name])
            if entry.given or entry.name in taken or entry.name in self.refused:
                continue
            if entry.name in fresh:
                if fresh[entry.name].schedules != entry.schedules:
                    self.leave_out(entry, f"{fresh[entry.name].key} has another price for the id")
                continue
            exact = self.exactly_known(entry.name)
            if exact and entry.name not in own:
                continue
            if reason := self.not_carried(entry):
                self.leave_out(entry, reason)
                continue
            fresh[entry.name] = entry
        for name, entry in fresh.items():
            base = re.sub(r"(-\d{4}-\d{2}-\d{2}|[-@]\d{8}|@default|@latest)$", "", name)
            twin = base != name and base in fresh and base in self.models
            if twin and alike(fresh[base], entry):
                self.models[base].add_alias(name)
                continue
            if base != name and base not in fresh and self.same_price(base, entry):
                self.models[base].add_alias(name)
                continue
            self.models[name] = self.own_model(entry)
        self.add_given_models(fresh)

    def own_model(self, entry: Entry) -> Model:
        model = Model(entry.name)
        model.deprecated = bool(entry.retires) and entry.retires <= self.lists.litellm_date
        if not entry.priced:
            model.price_rows.append(
                {
                    "rates": {},
                    "free": True,
                    "as_of": self.lists.litellm_date,
                    "evidence": [self.lists.litellm_name],
                    "source": entry.source,
                }
            )
            return model
        self.add_own_rows(model, entry, {}, as_rows=self.rows_only)
        return model

    def add_own_rows(self, model: Model, entry: Entry, place: Json, *, as_rows: bool) -> None:
        for rule in self.rules.get("derive", []):
            rates = entry.schedules["standard"].rates
            if rule["from"] in rates and rule["meter"] not in rates:
                amount, per = rates[rule["from"]]
                rates[rule["meter"]] = (plain(Decimal(amount) * Decimal(rule["by"])), per)
        added = self.own_rows.add(model, entry, place, as_rows=as_rows)
        self.left_out += added.left_out
        for condition, meters in added.unstated.items():
            self.note_unstated(model.id, entry.key, condition, meters)
        for condition in entry.schedules.keys() - {"standard", "peak"}:
            self.note_covered(model.id, entry.key, condition, entry.schedules, entry.lean())

    def add_given_models(self, fresh: dict[str, Entry]) -> None:
        """Keys with quality, size or steps before the id."""
        owner = {name: m for m in self.models.values() for name in m.names()}
        stated: dict[tuple[str, str], Entry] = {}
        for entry in self.entries:
            if not entry.given or entry.name in self.refused:
                continue
            reason = self.not_carried(entry)
            if reason:
                self.leave_out(entry, reason)
                continue
            model = owner.get(entry.name)
            if model is None:
                model = owner[entry.name] = self.models[entry.name] = Model(entry.name)
            first = stated.setdefault((model.id, repr(sorted(entry.given.items()))), entry)
            if first is not entry:
                if first.schedules != entry.schedules:
                    self.leave_out(entry, f"{first.key} has another price for the model")
                continue
            self.own_rows.add_given(model, entry, rows_only=self.rows_only)

    def not_carried(self, entry: Entry) -> str:
        """Why a key becomes no model; "" when it does."""
        for rule in self.rules.get("left_out", []):
            if any(fnmatch(entry.key, pattern) for pattern in rule["keys"]):
                return str(rule["reason"])
        for rule in self.rules.get("free_keys", []):
            if any(fnmatch(entry.key, pattern) for pattern in rule["keys"]):
                return ""
        if entry.unread:
            return f"its price is stated as {', '.join(sorted(entry.unread))}"
        if not entry.stated:
            return "no price in any list"
        if not entry.priced:
            return "every figure is zero, and nothing says that it is free: a placeholder"
        return ""

    def leave_out(self, entry: Entry, reason: str) -> None:
        self.absent.append({"list": "litellm", "key": entry.key, "reason": reason})

    def exactly_known(self, name: str) -> bool:
        """Whether the first list names the id itself, not only by an open clause."""
        if not self.rules.get("genai"):
            return False
        source = self.genai.find(self.rules["genai"], name)
        return source is not None and (
            ("equals", name) in leaves(source["match"]) or source["id"] == name
        )

    def same_price(self, name: str, entry: Entry) -> bool:
        """Whether the first list's model of that id costs, now, what the entry says."""
        if not self.rules.get("genai"):
            return False
        source = next((m for m in self.genai.models(self.rules["genai"]) if m["id"] == name), None)
        if source is None or name not in self.models:
            return False
        periods = self.genai.base_periods(source)
        current = period_at(periods, self.lists.genai_date).schedule
        return agrees(current, entry.schedules["standard"])


def alike(a: Entry, b: Entry) -> bool:
    return a.schedules == b.schedules and a.named == b.named and a.multipliers == b.multipliers
