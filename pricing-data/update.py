#!/usr/bin/env python3
"""Converts two public price lists into tokentra's catalog sources, for a maintainer to review.

    update.py [--genai genai-prices.json] [--litellm litellm-prices.json] [--check | --verify]

Without lists, those carried in `lists/` are read. Prints what would change, for review: new,
changed and vanished models, disagreements, suspicious magnitudes. Writes `providers/*.json`,
`disagreements.json` and `left_out.json` beside this file. What no list says (region trees, tier
words, chosen sides, free models, ...) is data in `curation.json`, each decision with its reason.
Running twice changes nothing.

    --check    write nothing; exit 1 if a file would change
    --verify   write nothing; compare every rate of the first list with the files, exit 1 if one
               differs
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from importer import canonical
from importer.azure import AzureBuilder
from importer.bedrock import BedrockBuilder
from importer.build import Lists, ProviderBuilder
from importer.carried import carry_genai, carry_litellm
from importer.disagree import disagreements_json
from importer.genai import GenaiList
from importer.joins import Joiner
from importer.litellm import LitellmList
from importer.review import review
from importer.verify import verify

HERE = Path(__file__).resolve().parent
GENAI, LITELLM = HERE / "lists" / "genai-prices.json", HERE / "lists" / "litellm.json"
Json = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--genai", type=Path, default=GENAI, help="prices of genai-prices")
    parser.add_argument("--litellm", type=Path, default=LITELLM, help="price map of LiteLLM")
    parser.add_argument("--check", action="store_true", help="exit 1 if a file would change")
    parser.add_argument("--verify", action="store_true", help="compare the files with the lists")
    args = parser.parse_args()

    curation: Json = json.loads((HERE / "curation.json").read_text("utf-8"))
    genai = GenaiList(args.genai)
    litellm = LitellmList(args.litellm, curation["lists"]["litellm"]["version"])
    files, builders = build_all(curation, genai, litellm)
    if args.verify:
        return verify(genai, curation, files)
    summarize(files, builders)
    for line in review(read_files(files), files):
        print(line)
    carried = {}
    if args.genai != GENAI:
        carried[GENAI] = carry_genai(args.genai)
    if args.litellm != LITELLM:
        carried[LITELLM] = carry_litellm(args.litellm)
    return write(files, carried, check=args.check)


def read_files(files: dict[str, Json]) -> dict[str, Json]:
    """The files as they are now, of the names that would be written."""
    paths = {name: HERE / name for name in files}
    return {n: json.loads(p.read_text("utf-8")) for n, p in paths.items() if p.exists()}


def build_all(
    curation: Json, genai: GenaiList, litellm: LitellmList
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


def write(files: dict[str, Json], carried: dict[Path, str], *, check: bool) -> int:
    changed = 0
    texts = {HERE / name: canonical.dumps(content) for name, content in files.items()}
    for path, text in {**texts, **carried}.items():
        name = path.relative_to(HERE)
        if path.exists() and path.read_text("utf-8") == text:
            continue
        changed += 1
        print(f"{'would change' if check else 'wrote'} {name}")
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
