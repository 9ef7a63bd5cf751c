"""Bedrock's tree of regions: what a node would pay without a price of its own."""

from __future__ import annotations

import re
from typing import Any

from .model import Model
from .rates import Schedule, same_tokens

Json = dict[str, Any]
NOT_GLOBAL: Json = {"not": "global"}
IN_REGION = "in-region"


def is_stem(literal: str, model: str) -> bool:
    """`amazon.nova-lite` of `amazon.nova-lite-v1:0`: version 2 would be another model."""
    stem = re.sub(r"-v\d+(:\d+)?$", "", model)
    dated = re.search(r"\d{8}|\d{4}$", literal)
    return stem != model and not dated and (stem == literal or stem.endswith("." + literal))


def equal(a: Schedule, b: Schedule) -> bool:
    """The same token rates, as far as both state them; bands that one list lacks are left aside."""
    return same_tokens(a, b)


def promote_gov(stated: dict[str, Schedule]) -> None:
    """GovCloud regions that agree stand for the `us-gov.` profile, which has no key of its own."""
    leaves_stated = [stated[n] for n in ("us-gov-west-1", "us-gov-east-1") if n in stated]
    alike = all(equal(leaves_stated[0], other) for other in leaves_stated)
    if leaves_stated and alike and "us-gov" not in stated:
        stated["us-gov"] = leaves_stated[0]


def keep_out_of_gov(model: Model) -> None:
    """GovCloud regions with different prices: the profile over them gets none from elsewhere."""
    for row in model.price_rows:
        if row.get("conditions", {"region": NOT_GLOBAL}) == {"region": NOT_GLOBAL}:
            row.pop("conditions", None)
            rest = {k: row.pop(k) for k in list(row) if k not in ("from", "until")}
            row.update({"conditions": {"region": IN_REGION}, **rest})


def path(parents: dict[str, str | None], node: str) -> list[str]:
    """The node and those it lies in."""
    above = parents[node]
    return [node] if above is None else [node, *path(parents, above)]


def nearest(
    parents: dict[str, str | None], node: str, stated: dict[str, Schedule], local: Schedule | None
) -> Schedule | None:
    """What a call in `node` would pay without a row of its own."""
    for above in path(parents, node)[1:]:
        if above in stated:
            return stated[above]
    return None if node == "global" else local
