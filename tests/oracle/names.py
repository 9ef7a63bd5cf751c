"""Names to ask for: spellings of a listed id that the normaliser knows, and some it must not."""

from __future__ import annotations

import random
from collections.abc import Iterator

from catalog_source import PLACEHOLDERS, Model, Provider
from spelling import GATEWAY_PREFIXES, GEOGRAPHIES

EXAMPLES = {
    "{date}": ("2025-03-07", "2024-12-31", "2025-13-01"),
    "{yyyymmdd}": ("20250307", "20241231", "20250007"),
    "{digits}": ("7", "0613"),
    "{version}": ("", "-v1", "-v2:0"),
    "{suffix}": (":acme::abc123", "x"),
}
ARN_KINDS = ("foundation-model", "inference-profile", "application-inference-profile")
SUFFIXES = ("-v1:0", "-v1", "-v2:0", "-v2", "-v1:1", "@20250929", "@default", "@latest")
DATES = ("-2025-09-29", "-20250929", "-2025-09-31", "-20251301")


def listed_names(model: Model, rng: random.Random) -> list[str]:
    """Every alias, and instances of every pattern."""
    names = [alias.id for alias in model.aliases]
    for text, _ in model.patterns:
        for _ in range(2):
            instance = text
            for placeholder in PLACEHOLDERS:
                instance = instance.replace(placeholder, rng.choice(EXAMPLES[placeholder]))
            names.append(instance)
    return names


def normalized_names(provider: Provider, model: Model, rng: random.Random) -> list[str]:
    """Spellings of each step of the normaliser, one alone and several together."""
    name = rng.choice([model.id, *(alias.id for alias in model.aliases)])
    forms = {
        "case": (name.upper(), name.title()),
        "provider_prefix": tuple(_prefixed(provider, name, rng)),
        "bedrock_profile": tuple(_regional(provider, name, rng)),
        "bedrock_version": tuple(_versioned(name)),
        "vertex_version": tuple(f"{name}{suffix}" for suffix in SUFFIXES[5:]),
        "date_suffix": tuple(f"{name}{date}" for date in DATES),
    }
    names = [form for step in provider.normalize for form in forms[step]]
    undeclared = [step for step in forms if step not in provider.normalize]
    if undeclared:
        names.append(rng.choice(forms[rng.choice(undeclared)]))
    return [*names, *(together(provider, model, rng) for _ in range(4))]


def together(provider: Provider, model: Model, rng: random.Random) -> str:
    """A name with anything before and behind it."""
    name = rng.choice([model.id, *(alias.id for alias in model.aliases)])
    if rng.random() < 0.5:
        name += rng.choice((*SUFFIXES, *DATES))
    if rng.random() < 0.2:
        name += rng.choice(DATES)
    if "bedrock_profile" in provider.normalize and rng.random() < 0.6:
        name = rng.choice(list(_regional(provider, name, rng)))
    if rng.random() < 0.6:
        name = rng.choice(list(_prefixed(provider, name, rng)))
    return name.upper() if rng.random() < 0.2 else name


def unknown_names(name: str) -> list[str]:
    return [f"{name}-turbo", name[:-1] or "x", f"x{name}", f"{name} ", f"{name}-2025-9-1"]


def _prefixed(provider: Provider, name: str, rng: random.Random) -> Iterator[str]:
    words = (provider.id, provider.id.replace("-", "_"), *GATEWAY_PREFIXES.get(provider.id, ()))
    region = _region(provider, rng)
    others = [word for words in GATEWAY_PREFIXES.values() for word in words]
    yield f"{provider.id}/{name}"
    yield f"{rng.choice(words)}/{name}"
    yield f"{rng.choice(words)}/{region}/{name}"
    yield f"{region}/{name}"
    yield f"{rng.choice(others)}/{name}"
    if provider.id.startswith("google") or rng.random() < 0.1:
        yield f"models/{name}"
        yield f"publishers/anthropic/models/{name}"
        yield f"projects/p1/locations/{region}/publishers/google/models/{name}"
        yield f"projects/p1/locations/{region}/models/{name}"


def _regional(provider: Provider, name: str, rng: random.Random) -> Iterator[str]:
    geography = rng.choice(GEOGRAPHIES)
    yield f"{geography}.{name}"
    yield f"us.{name}"
    for _ in range(2):
        owner = rng.choice(("", "123456789012"))
        arn = f"arn:aws:bedrock:{_region(provider, rng)}:{owner}:{rng.choice(ARN_KINDS)}"
        yield f"{arn}/{rng.choice((geography, 'us', 'global'))}.{name}"
        yield f"{arn}/{name}"


def _region(provider: Provider, rng: random.Random) -> str:
    return rng.choice([*provider.regions, "us-east-1", "no-such-region"])


def _versioned(name: str) -> Iterator[str]:
    """The id without the end of its version, and with one more."""
    stem, version, number = name.rpartition("-v")
    if version:
        major = number.partition(":")[0]
        yield from (stem, f"{stem}-v{major}", f"{stem}-v{major}:0", f"{stem}-v{major}:1")
        yield f"{stem}-v9:0"
    yield from (f"{name}{suffix}" for suffix in SUFFIXES[:5])
