#!/usr/bin/env python3
"""Converts two public price lists into tokentra's catalog sources, for a maintainer to review.

    update.py [--check | --verify]
    update.py --litellm map.json --litellm-version V --litellm-as-of DATE
    update.py --genai data.json --genai-as-of DATE

Without lists, those carried in `lists/` are read. Prints what would change, for review: new,
changed and vanished models, disagreements, suspicious magnitudes. Writes `providers/*.json`,
`disagreements.json` and `left_out.json` beside this file. What no list says (region trees, tier
words, chosen sides, free models, ...) is data in `curation.json`, each decision with its reason.
Running twice changes nothing.

A newer list never overwrites a price: what it replaces goes to `history.json`, so that the old row
ends on the day of the list and the new one starts there. A model that it drops stays, deprecated.
--correct says that the old figure was an error.

    --check    write nothing; exit 1 if a file would change
    --verify   write nothing; compare every rate of the first list with the files, exit 1 if one
               differs
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from importer import canonical
from importer.azure import AzureBuilder
from importer.bedrock import BedrockBuilder
from importer.build import Lists, ProviderBuilder
from importer.carried import carry_genai, carry_litellm
from importer.disagree import disagreements_json
from importer.genai import GenaiList
from importer.history import merge, supersede
from importer.joins import Joiner
from importer.litellm import LitellmList
from importer.review import review
from importer.verify import verify

HERE = Path(__file__).resolve().parent
Json = dict[str, Any]
GENAI, LITELLM = "lists/genai-prices.json", "lists/litellm.json"
NO_HISTORY: Json = {"format": 1, "models": []}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--genai", type=Path, help="a newer genai-prices")
    parser.add_argument("--genai-as-of", metavar="DATE", help="its date")
    parser.add_argument("--litellm", type=Path, help="a newer price map of LiteLLM")
    parser.add_argument("--litellm-version", metavar="V", help="its version")
    parser.add_argument("--litellm-as-of", metavar="DATE", help="its date")
    parser.add_argument(
        "--correct", action="append", default=[], metavar="PROVIDER/MODEL",
        help="the list was wrong: its new figures hold for the past too",
    )  # fmt: skip
    parser.add_argument("--check", action="store_true", help="exit 1 if a file would change")
    parser.add_argument("--verify", action="store_true", help="compare the files with the lists")
    parser.add_argument("--data", type=Path, default=HERE, help="the folder to read and write")
    args = parser.parse_args()

    folder = Folder(args.data)
    curation: Json = folder.read("curation.json")
    history: Json = folder.read("history.json")
    files, builders = folder.build(curation, history)
    if args.verify:
        return verify(folder.genai, curation, history, files)
    carried: dict[str, str] = {}
    for update in updates(args, curation):
        old = folder.build(curation, NO_HISTORY)[0]
        said, day = update.state_date(curation)
        carried[update.carried] = folder.carry(update)
        new = folder.build(curation, NO_HISTORY)[0]
        corrected = set(args.correct)
        history["models"] = supersede(history, old, new, said, day, corrected)
        files, builders = folder.build(curation, history)
    summarize(files, builders)
    day = max(d["as_of"] for d in curation["lists"].values())
    for line in review(folder.files(files), files, day):
        print(line)
    if carried:
        files = {**files, "curation.json": curation, "history.json": history}
    return folder.write(files, carried, check=args.check)


@dataclass
class Update:
    """A newer version of one list."""

    name: str  # of the list in curation.json
    carried: str  # the file that carries it
    path: Path
    version: str
    as_of: str
    dated: bool  # whether the list dates its changes itself

    def state_date(self, curation: Json) -> tuple[str, str]:
        """Enters version and date; the day until which the old list speaks, and the new one's."""
        stated = curation["lists"][self.name]
        old = stated["as_of"]
        if self.as_of <= old:
            raise SystemExit(
                f"{self.name} of {self.as_of} is not newer than the one carried, of {old}"
            )
        stated.update({"version": self.version, "as_of": self.as_of})
        stated["reason"] = "the date that was given when the list was accepted"
        return (old if self.dated else self.as_of), self.as_of


def updates(args: argparse.Namespace, curation: Json) -> Iterator[Update]:
    if args.genai:
        version = json.loads(args.genai.read_text("utf-8"))["version"]
        as_of = required(args.genai_as_of, "--genai-as-of")
        yield Update("genai-prices", GENAI, args.genai, version, as_of, dated=True)
    if args.litellm:
        version = args.litellm_version or curation["lists"]["litellm"]["version"]
        as_of = required(args.litellm_as_of, "--litellm-as-of")
        yield Update("litellm", LITELLM, args.litellm, version, as_of, dated=False)


def required(value: str | None, option: str) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value or ""):
        raise SystemExit(f"{option} must be the list's date, YYYY-MM-DD; it is {value}")
    return str(value)


class Folder:
    """The files of pricing-data, and the lists that they are built from."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lists = {GENAI: path / GENAI, LITELLM: path / LITELLM}

    @property
    def genai(self) -> GenaiList:
        return GenaiList(self.lists[GENAI])

    def build(self, curation: Json, history: Json) -> tuple[dict[str, Json], list[ProviderBuilder]]:
        version = curation["lists"]["litellm"]["version"]
        litellm = LitellmList(self.lists[LITELLM], version)
        return build_all(curation, history, self.genai, litellm)

    def carry(self, update: Update) -> str:
        """Reads the newer list from now on; the text that carries it."""
        self.lists[update.carried] = update.path
        return (carry_genai if update.carried == GENAI else carry_litellm)(update.path)

    def read(self, name: str) -> Json:
        content: Json = json.loads((self.path / name).read_text("utf-8"))
        return content

    def files(self, names: dict[str, Json]) -> dict[str, Json]:
        """The files as they are now, of the names that would be written."""
        return {n: self.read(n) for n in names if (self.path / n).exists()}

    def write(self, files: dict[str, Json], carried: dict[str, str], *, check: bool) -> int:
        changed = 0
        texts = {name: canonical.dumps(content) for name, content in files.items()}
        for name, text in {**texts, **carried}.items():
            path = self.path / name
            if path.exists() and path.read_text("utf-8") == text:
                continue
            changed += 1
            print(f"{'would change' if check else 'wrote'} {name}")
            if not check:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, "utf-8")
        return 1 if check and changed else 0


def build_all(
    curation: Json, history: Json, genai: GenaiList, litellm: LitellmList
) -> tuple[dict[str, Json], list[ProviderBuilder]]:
    dates = curation["lists"]
    if genai.version != dates["genai-prices"]["version"]:
        raise SystemExit(
            f"curation.json dates genai-prices {dates['genai-prices']['version']}, "
            f"the list is {genai.version}: state the date of that version"
        )
    lists = Lists(
        genai=genai,
        genai_name=f"genai-prices {genai.version}",
        genai_date=dates["genai-prices"]["as_of"],
        litellm_name=f"litellm {litellm.version}",
        litellm_date=dates["litellm"]["as_of"],
    )
    joiner = Joiner(genai.dimensions)
    files: dict[str, Json] = {}
    builders: list[ProviderBuilder] = []
    for provider, rules in curation["providers"].items():
        entries = litellm.channel(rules["litellm"]["providers"], rules["litellm"]["prefixes"])
        kind = {"bedrock": BedrockBuilder, "azure": AzureBuilder}.get(
            rules.get("builder", ""), ProviderBuilder
        )
        builder = kind(provider, rules, lists, entries)
        file = builder.build()
        builders.append(builder)
        merge(file, history)
        if file["models"]:
            joiner.add(file)
            files[f"providers/{provider}.json"] = file
    files["disagreements.json"] = disagreements_json(builders, curation)
    files["left_out.json"] = left_out_json(litellm, builders, curation)
    return files, builders


def left_out_json(litellm: LitellmList, builders: list[ProviderBuilder], curation: Json) -> Json:
    """Every key of the second list that is no model here, with the reason."""
    found = [item for builder in builders for item in builder.absent]
    found += [
        {"list": "litellm", "key": key, "reason": "a commitment: capacity, not usage"}
        for key in litellm.commitments
    ]
    for key in litellm.keys.keys() - litellm.used:
        reason = curation["lists"]["litellm"]["no_models"].get(key)
        if reason is None:
            raise SystemExit(f"no provider of curation.json takes the key {key}")
        found.append({"list": "litellm", "key": key, "reason": reason})
    return {"format": 1, "left_out": sorted(found, key=lambda item: str(item["key"]))}


def summarize(files: dict[str, Json], builders: list[ProviderBuilder]) -> None:
    for builder in builders:
        models = files.get(f"providers/{builder.provider}.json", {"models": []})["models"]
        rows = [r for m in models for r in m["price_rows"]]
        variants = [v for m in models for v in m.get("variants", [])]
        evidence = Counter(" + ".join(r["evidence"]) for r in [*rows, *variants])
        print(
            f"{builder.provider}: {len(models)} models "
            f"({sum(not m['price_rows'] for m in models)} unpriced, "
            f"{sum(any(r.get('free') for r in m['price_rows']) for m in models)} free), "
            f"{len(rows)} price rows, {len(variants)} variants, "
            f"{sum(len(m.get('aliases', [])) for m in models)} aliases, "
            f"{sum(len(m.get('patterns', [])) for m in models)} patterns"
        )
        for lists, count in sorted(evidence.items()):
            print(f"    {count:5} {lists}")
        for line in builder.left_out:
            print(f"    left out: {line}")
        for line in builder.rounded:
            print(f"    rounded: {line}")
    counts = Counter(d["chosen"] for d in files["disagreements.json"]["disagreements"])
    print(f"disagreements: {sum(counts.values())} {dict(sorted(counts.items()))}")


if __name__ == "__main__":
    sys.exit(main())
