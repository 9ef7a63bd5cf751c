"""The lists as they are carried in `lists/`: what the importer reads of them, one model a line.

They let anybody, and the tests, build the files again without asking for the lists.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]
_KEPT = {
    "litellm_provider", "mode", "off_peak_pricing", "tiered_pricing", "provider_specific_entry",
    "source", "deprecation_date",
}  # fmt: skip


def carry_genai(path: Path) -> str:
    data: Json = json.loads(path.read_text("utf-8"))
    for provider in data["providers"]:
        provider.pop("extractors", None)
    lines = ['{"version": ' + json.dumps(data["version"]) + ",", '"units": {']
    lines.append(",\n".join(f"{json.dumps(k)}: {_line(v)}" for k, v in data["units"].items()))
    lines.append('},\n"providers": [')
    providers = []
    for provider in data["providers"]:
        models = provider.pop("models")
        head = _line(provider)[:-1]
        body = ",\n".join(_line(model) for model in models)
        providers.append(f'{head}, "models": [\n{body}\n]}}')
    lines.append(",\n".join(providers))
    return "\n".join([*lines, "]}", ""])


def carry_litellm(path: Path) -> str:
    data: Json = json.loads(path.read_text("utf-8"), parse_float=_Text, parse_int=_Text)
    kept = {
        key: {k: v for k, v in fields.items() if k in _KEPT or "cost" in k or "multiplier" in k}
        for key, fields in data.items()
    }
    kept["sample_spec"] = {}
    kept["fallback_generalizations"] = {}
    return "{\n" + ",\n".join(f"{json.dumps(k)}: {_line(v)}" for k, v in kept.items()) + "\n}\n"


class _Text(str):
    """A number as the list spells it."""


def _line(value: Any) -> str:
    if isinstance(value, _Text):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)}: {_line(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_line(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)
