"""What may stand around a model's id: the steps of the normaliser, by docs/catalog.md, "Matching".

A step folds case or drops what stands before or behind the id, and keeps what that said: a region,
a date, a version. `matching.py` looks the name up after each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import IntEnum

from catalog_source import DAY, MONTH, YEAR, Provider

EVERYWHERE = "global"
GATEWAY_PREFIXES: Mapping[str, tuple[str, ...]] = {
    "anthropic": ("text-completion-anthropic",),
    "aws": (
        "amazon-bedrock",
        "bedrock",
        "bedrock/converse",
        "bedrock/invoke",
        "bedrock_converse",
        "bedrock_mantle",
    ),
    "azure": ("azure-openai", "azure_ai", "azure_text"),
    "cohere": ("cohere_chat",),
    "fireworks": ("fireworks-ai", "fireworks_ai"),
    "github-copilot": ("github",),
    "google": ("gemini", "google-gla", "google_genai"),
    "google-vertex": (
        "anthropic",
        "google",
        "google-vertex-anthropic",
        "vertex",
        "vertex_ai",
        "vertexai",
    ),
    "mistral": ("mistralai",),
    "moonshotai": ("moonshot",),
    "openai": ("openai/responses", "text-completion-openai"),
    "together": ("together_ai", "togetherai"),
    "voyageai": ("voyage",),
    "x-ai": ("grok", "xai"),
    "zai": ("z-ai",),
}
REGION_WORDS = {("azure", "global-standard"): "global"}
RESOURCE_PATH = re.compile(
    r"(?:(?:projects/[^/]+/locations/(?P<location>[^/]+)/)?publishers/[^/]+/)?models/(?=.)",
    re.DOTALL,
)
ARN = re.compile(
    r"arn:aws[^:]*:bedrock[^:]*:(?P<region>[^:]*):[^:]*"
    r":(?:foundation-model|inference-profile)/(?=.)",
    re.DOTALL,
)
GEOGRAPHIES = ("us-gov", "us", "eu", "apac", "au", "jp", "in", "ca", "sa", "global")
PROFILE = re.compile(rf"(?P<geography>{'|'.join(GEOGRAPHIES)})\.(?=[a-z0-9]+\.)", re.ASCII)
VERSION = re.compile(r"(?<=.)-v[0-9]+(?P<minor>:[0-9]+)?\Z", re.DOTALL)
MINOR_VERSION = re.compile(r":0\Z")
FIRST_VERSION = re.compile(r"(?<=.)-v1\Z", re.DOTALL)
VERTEX_VERSION = re.compile(rf"(?<=.)@(?:(?P<date>{YEAR}{MONTH}{DAY})|default|latest)\Z", re.DOTALL)
DATE = re.compile(rf"(?<=.)-{YEAR}(?:-{MONTH}-{DAY}|{MONTH}{DAY})\Z", re.DOTALL)


class Allowed(IntEnum):
    """What a look-up may answer with, after what was dropped from the name."""

    EVERYTHING = 0
    LISTED_VERSIONS = 1  # a version was dropped: no shorter spelling of another one
    STABLE = 2  # a date was dropped: no pattern and nothing that moves either


class Contradiction(Exception):
    """The name says two things that cannot both hold, so it means nothing."""


def lower(name: str) -> str:
    return "".join(c.lower() if "A" <= c <= "Z" else c for c in name)


class Spelling:
    """A name on its way through the normaliser. Steps only fold case and drop ends."""

    def __init__(self, provider: Provider, called: str, listed: Callable[[str], bool]) -> None:
        self.provider = provider
        self.listed = listed
        self.called = called  # as it was called, less what was dropped
        self.name = called
        self.allowed = Allowed.EVERYTHING
        self.is_family = False  # a date or version was dropped
        self.region: str | None = None

    def drop_front(self, count: int) -> None:
        self.name, self.called = self.name[count:], self.called[count:]

    def drop_ending(self, ending: re.Pattern[str], allowed: Allowed) -> bool:
        """Whether the name had it."""
        found = ending.search(self.name)
        if found is None:
            return False
        self.name = self.name[: found.start()]
        self.allowed = max(self.allowed, allowed)
        return True

    def word(self, match: re.Match[str], group: str) -> str:
        """A region that the name says: the provider's word, else just as it was called."""
        word = REGION_WORDS.get((self.provider.id, match[group]), match[group])
        return word if word in self.provider.regions else self.called[slice(*match.span(group))]

    def pin_region(self, region: str) -> None:
        """Of two regions the narrower counts; an id that says `global` is global anywhere."""
        held, inside = self.region, self.provider.inside
        if held is None or region == EVERYWHERE or inside(region, held):
            self.region = region
        elif not inside(held, region):
            raise Contradiction


def _case(spelling: Spelling) -> None:
    spelling.name = lower(spelling.name)


def _provider_prefix(spelling: Spelling) -> None:
    provider = spelling.provider
    gateways = sorted(GATEWAY_PREFIXES.get(provider.id, ()), key=len, reverse=True)
    own = re.escape(provider.id).replace(r"\-", "[-_]")
    words = "|".join([*map(re.escape, gateways), own])
    named = re.match(rf"(?:{words})/(?=.)", spelling.name, re.DOTALL)
    if named:
        spelling.drop_front(named.end())
    path = RESOURCE_PATH.match(spelling.name) if provider.id.startswith("google") else None
    if path:
        if path["location"]:
            spelling.pin_region(spelling.word(path, "location"))
        spelling.drop_front(path.end())
    segment = re.match(r"(?P<region>[^/]+)/(?=.)", spelling.name, re.DOTALL)
    if segment and spelling.word(segment, "region") in provider.regions:
        spelling.pin_region(spelling.word(segment, "region"))
        spelling.drop_front(segment.end())


def _bedrock_profile(spelling: Spelling) -> None:
    region = None
    arn = ARN.match(spelling.name)
    if arn:
        region = spelling.word(arn, "region") or None
        spelling.drop_front(arn.end())
    profile = PROFILE.match(spelling.name)
    if profile:
        geography = profile["geography"]
        spelling.drop_front(profile.end())
        if region is None or geography == EVERYWHERE or not spelling.provider.regions:
            region = geography
        elif not spelling.provider.inside(region, geography):
            raise Contradiction
    if region is not None:
        spelling.pin_region(region)


def _bedrock_version(spelling: Spelling) -> None:
    version = VERSION.search(spelling.name)
    if version and version["minor"] == ":0":
        spelling.drop_ending(MINOR_VERSION, Allowed.LISTED_VERSIONS)
    # `-v1:0` may stand for a listed `-v1`, which then is that.
    if not spelling.listed(spelling.name):
        is_first = spelling.drop_ending(FIRST_VERSION, Allowed.LISTED_VERSIONS)
        spelling.is_family = spelling.is_family or is_first


def _vertex_version(spelling: Spelling) -> None:
    ending = VERTEX_VERSION.search(spelling.name)
    if ending:
        is_date = ending["date"] is not None
        spelling.drop_ending(VERTEX_VERSION, Allowed.STABLE if is_date else Allowed.EVERYTHING)
        spelling.is_family = True


def _date_suffix(spelling: Spelling) -> None:
    if spelling.drop_ending(DATE, Allowed.STABLE):
        spelling.is_family = True


STEPS: dict[str, Callable[[Spelling], None]] = {
    "case": _case,
    "provider_prefix": _provider_prefix,
    "bedrock_profile": _bedrock_profile,
    "bedrock_version": _bedrock_version,
    "vertex_version": _vertex_version,
    "date_suffix": _date_suffix,
}
