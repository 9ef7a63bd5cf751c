"""Matching by hand, from docs/catalog.md, "Matching": each step, alone and behind another."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from catalog_source import Provider, compile_provider, load_catalog, parse_instant
from matching import Match, resolve
from spelling import GATEWAY_PREFIXES

REPOSITORY = Path(__file__).resolve().parents[2]
AT = parse_instant("2026-11-12T12:00:00Z")
EVERY_STEP = ["case", "provider_prefix", "bedrock_profile", "bedrock_version"]
TREE = {"global": None, "us": None, "us-east-1": "us", "eu": None, "eu-west-1": "eu"}
ARN = "arn:aws:bedrock:{}:123456789012:inference-profile/{}"


def model(id: str, rate: str = "1", **given: Any) -> dict[str, Any]:
    return {"id": id, "price_rows": [{"rates": {"input_tokens": [rate, 1]}}], **given}


def provider(*models: dict[str, Any], id: str = "aws", **given: Any) -> Provider:
    source = {"format": 1, "provider": id, "normalize": EVERY_STEP, "models": models, **given}
    return compile_provider(source)


def answer(found: Match | None) -> str:
    """ "normalized vendor.m region=us", "none"."""
    if found is None:
        return "none"
    pins = (f"{name}={value}" for name, value in found.pins)
    return " ".join((found.kind, found.model.id, *pins))


AWS = provider(
    model("vendor.m-v1:0"),
    model("vendor.plain", aliases=[{"id": "us.vendor.plain", "conditions": {"region": "us"}}]),
    model(
        "vendor.everywhere",
        aliases=[{"id": "global.vendor.everywhere", "conditions": {"region": "global"}}],
    ),
    model("vendor.two-v1:0"),
    model("vendor.two-v2:0"),
    model("vendor.minor-v2:1"),
    model("vendor.major-v2"),
    model("Vendor.Upper"),
    regions=TREE,
)
AWS_CASES = {
    "vendor.m-v1:0": "exact vendor.m-v1:0",
    "us.vendor.plain": "alias vendor.plain region=us",
    "VENDOR.UPPER": "normalized Vendor.Upper",
    # Versions.
    "vendor.m-v1": "normalized vendor.m-v1:0",
    "vendor.m": "normalized vendor.m-v1:0",
    "vendor.m-v1:1": "none",
    "vendor.m-v2:0": "none",
    "vendor.plain-v1:0": "normalized vendor.plain",
    "vendor.plain-v1": "normalized vendor.plain",
    "vendor.plain-v2": "none",
    "vendor.two": "none",
    "vendor.two-v2": "normalized vendor.two-v2:0",
    "vendor.minor-v2": "normalized vendor.minor-v2:1",
    "vendor.minor-v2:0": "none",
    "vendor.major-v2:0": "normalized vendor.major-v2",
    # Profiles, ARNs and paths.
    "eu.vendor.m": "normalized vendor.m-v1:0 region=eu",
    "us.m": "none",
    "us.us.vendor.m": "none",
    ARN.format("us-east-1", "us.vendor.m"): "normalized vendor.m-v1:0 region=us-east-1",
    ARN.format("us-east-1", "us.vendor.m").upper(): "normalized vendor.m-v1:0 region=us-east-1",
    ARN.format("us-east-1", "eu.vendor.m"): "none",
    ARN.format("mars-1", "us.vendor.m"): "none",
    ARN.format("mars-1", "vendor.m"): "normalized vendor.m-v1:0 region=mars-1",
    ARN.format("mars-1", "global.vendor.m"): "normalized vendor.m-v1:0 region=global",
    ARN.format("", "vendor.m"): "normalized vendor.m-v1:0",
    ARN.format("us", "vendor.m").replace("inference", "application-inference"): "none",
    "bedrock/us-east-1/vendor.m": "normalized vendor.m-v1:0 region=us-east-1",
    "bedrock/mars-1/vendor.m": "none",
    "bedrock/bedrock/vendor.m": "none",
    "openai/vendor.m": "none",
    "aws/": "none",
    # Regions said twice.
    "us-east-1/us.vendor.m": "normalized vendor.m-v1:0 region=us-east-1",
    "us/" + ARN.format("us-east-1", "vendor.m"): "normalized vendor.m-v1:0 region=us-east-1",
    "eu/us.vendor.m": "none",
    "us-east-1/us.vendor.plain": "normalized vendor.plain region=us-east-1",
    "eu/us.vendor.plain": "none",
    "eu/global.vendor.everywhere": "normalized vendor.everywhere region=global",
    # Length.
    "": "none",
    "x" * 257: "none",
}


@pytest.mark.parametrize(("name", "expected"), AWS_CASES.items())
def test_aws(name: str, expected: str) -> None:
    assert answer(resolve(AWS, name, AT)) == expected


def test_without_a_tree_of_regions_the_profile_counts() -> None:
    flat = provider(model("vendor.m"))
    found = resolve(flat, ARN.format("us-east-1", "eu.vendor.m"), AT)
    assert answer(found) == "normalized vendor.m region=eu"


DATED = provider(
    model("m", patterns=["m-x{digits}"]),
    model("same"),
    model("same-2025-01-01"),
    model("other"),
    model("other-20250101", "2"),
    model("stated", dated_snapshots=False),
    model(
        "goes", aliases=[{"id": "goes-2025-01-01", "from": "2025-01-01T00:00:00Z", "until": None}]
    ),
    model("moved", aliases=[{"id": "moves", "from": "2025-01-01T00:00:00Z"}]),
    id="google-vertex",
    normalize=["case", "provider_prefix", "vertex_version", "date_suffix"],
    regions={"global": None, "us-east5": None},
)
PATH = "projects/p/locations/{}/publishers/anthropic/models/{}"
DATED_CASES = {
    "m-2025-09-29": "normalized m",
    "m-20250929": "normalized m",
    "m@20250929": "normalized m",
    "m@latest": "normalized m",
    "m-2025-13-29": "none",
    "m@20250932": "none",
    "m@1": "none",
    "m-x1-20250929": "none",
    "m-x1@latest": "normalized m",
    "m-x1": "pattern m",
    "same-20250929": "normalized same",
    "other-20250929": "none",
    "other-20250101": "exact other-20250101",
    "other@default": "none",
    "stated-20250929": "none",
    "goes-20250929": "none",
    "moves": "alias moved",
    "moves-20250929": "none",
    "publishers/p/models/m": "normalized m",
    "models/m": "normalized m",
    PATH.format("us-east5", "m@20250929"): "normalized m region=us-east5",
    PATH.format("Mars", "m"): "normalized m region=Mars",
    PATH.format("us-east5", ""): "none",
    "projects/p/locations/us-east5/models/m": "none",
    "vertex_ai/m": "normalized m",
    "google_vertex/us-east5/m": "normalized m region=us-east5",
    "gemini/m": "none",
}


@pytest.mark.parametrize(("name", "expected"), DATED_CASES.items())
def test_dates_and_paths(name: str, expected: str) -> None:
    assert answer(resolve(DATED, name, AT)) == expected


def test_two_ids_that_differ_by_case_only() -> None:
    both = provider(model("Model-A"), model("MODEL-a"))
    assert answer(resolve(both, "model-a", AT)) == "none"
    assert answer(resolve(both, "Model-A", AT)) == "exact Model-A"


def test_prefixes_are_those_of_the_page() -> None:
    page = (REPOSITORY / "docs" / "catalog.md").read_text(encoding="utf-8")
    table = page.partition("| provider | prefixes, each before a slash |\n")[2].partition("\n\n")[0]
    rows = (re.findall(r"`([^`]+)`", line) for line in table.splitlines()[1:])
    assert {row[0]: tuple(row[1:]) for row in rows} == GATEWAY_PREFIXES


def vectors() -> list[Any]:
    folder = REPOSITORY / "tests" / "vectors" / "match"
    lines = [line for path in folder.glob("*.jsonl") for line in path.open(encoding="utf-8")]
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def providers() -> Any:
    return load_catalog(REPOSITORY / "pricing-data" / "providers").providers


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["model"])
def test_vectors(vector: dict[str, Any], providers: Any) -> None:
    found = resolve(providers[vector["provider"]], vector["model"], parse_instant(vector["at"]))
    expect = vector["expect"]
    assert (found.kind if found else "none") == expect["match"]
    assert found is None or found.model.id == expect["model"]
