"""The names a model answers to: clause literals, ids of the second list, decided aliases.

An open clause of the first list ("starts with") never becomes an open match: its literal becomes
an alias, anchored expressions become patterns, and real ids are taken from the second list.
"""

from __future__ import annotations

import re
from typing import Any

from .genai import GenaiList, leaves
from .litellm import Entry
from .model import Model, alias_id, row_insert

Json = dict[str, Any]


class Names:
    """The part of a provider's builder that deals in ids."""

    rules: Json
    genai: GenaiList
    entries: list[Entry]
    models: dict[str, Model]
    refused: set[str]

    def add_clause_names(self, model: Model, source: Json) -> None:
        for kind, literal in leaves(source["match"]):
            if kind == "regex":
                for pattern in patterns_of(literal):
                    if "{" in pattern:
                        model.add_pattern(pattern)
                    else:
                        model.add_alias(pattern)
                continue
            if literal in self.refused or (kind != "equals" and not is_id(literal)):
                continue
            if kind != "equals":
                found = self.genai.find(self.rules["genai"], literal)
                if found is None or found["id"] != source["id"]:
                    continue
            model.add_alias(literal)
            if kind in ("starts_with", "contains"):
                for rule in self.rules.get("prefix_patterns", []):
                    if re.fullmatch(rule["ids"], literal):
                        for template in rule["patterns"]:
                            model.add_pattern(template.replace("{id}", literal))

    def apply_names(self) -> None:
        """Decided names come last and win: an alias that another model claims moves."""
        for rule in self.rules.get("aliases", []):
            for alias in rule["ids"]:
                name = alias if isinstance(alias, str) else alias["id"]
                for model in self.models.values():
                    model.aliases = [a for a in model.aliases if a != name]
            self.models[rule["model"]].aliases.extend(rule["ids"])
        for rule in self.rules.get("patterns", []):
            for pattern in rule["patterns"]:
                self.models[rule["model"]].add_pattern(pattern)
        for rule in self.rules.get("drop_patterns", []):
            for model in self.models.values():
                model.patterns = [p for p in model.patterns if p not in rule["patterns"]]
        for model in self.models.values():
            for name in model.names():
                if re.fullmatch(r"ft:.*[a-z0-9]", name):
                    model.add_pattern(name + ":{suffix}")
        for rule in self.rules.get("alias_prefixes", []):
            for model in self.models.values():
                if model.id.startswith(rule["ids_starting"]):
                    model.add_alias(rule["prefix"] + model.id)
        for rule in self.rules.get("billed", []):
            for name in rule["models"]:
                for row in self.models[name].price_rows:
                    row_insert(row, "billed", rule["billed"])
        ids = set(self.models)
        for model in self.models.values():
            model.aliases = [a for a in model.aliases if alias_id(a) not in ids - {model.id}]

    def mark_snapshots(self) -> None:
        """A family whose listed snapshots differ must not have unlisted ones priced alike."""
        for rule in self.rules.get("snapshots_differ", []):
            for name in rule["models"]:
                self.models[name].dated_snapshots = False
        if "date_suffix" not in self.rules["normalize"]:
            return
        owner = {name: m for m in self.models.values() for name in m.names()}
        unlisted = {e.name for e in self.entries} - owner.keys() - self.refused
        for name in [*owner, *sorted(unlisted)]:
            base = re.sub(r"-(\d{4}-\d{2}-\d{2}|\d{8})$", "", name)
            if base == name or base not in owner:
                continue
            if owner.get(name) is not owner[base]:
                owner[base].dated_snapshots = False


def is_id(literal: str) -> bool:
    """Whether the literal of an open clause can be an id of its own: it ends no word midway."""
    return re.fullmatch(r"[@~a-z0-9](?:.*[a-z0-9])?", literal, re.IGNORECASE) is not None


def patterns_of(regex: str) -> list[str]:
    """The catalog's patterns for an anchored expression of the first list; [] if it has none."""
    if not regex.startswith("^") or "(?" in regex:
        return []
    bodies = optional_parts(regex.removeprefix("^").removesuffix("$"))
    bodies = [body.replace("[-@]", separator) for body in bodies for separator in "-@"]
    result = []
    for text in dict.fromkeys(bodies):
        text = text.replace(r"\d{4}-\d{2}-\d{2}", "{date}").replace(r"\d{8}", "{yyyymmdd}")
        text = text.replace(r"\d", "{digits}")
        if not set(re.sub(r"\\[.\[\]]", "", text)) & set("\\[]()*+?|^$"):
            result.append(re.sub(r"\\([.\[\]])", r"\1", text))
    return result


def optional_parts(body: str) -> list[str]:
    """`a(b)?c` as `abc` and `ac`."""
    found = re.search(r"\(([^()]*)\)\?", body)
    if found is None:
        return [body]
    head, tail = body[: found.start()], body[found.end() :]
    return [form for part in (found[1], "") for form in optional_parts(head + part + tail)]
