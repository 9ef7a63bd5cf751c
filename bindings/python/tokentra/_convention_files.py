"""What the native Convention needs of Python: files read, JSON made into objects.

Imported when a convention is first made or a finding first asked for.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from ._convention import Check, Finding
from ._core import convention_files

if TYPE_CHECKING:
    from collections.abc import Mapping


def read(
    source: Any,
    files: Mapping[str, str] | None,
    baseline: Any,
) -> tuple[str, dict[str, str], str]:
    """The texts of a convention, its vocabulary files and its baseline.

    Files that a convention names stand beside it; those of a dict beside the working directory.
    """
    folder = ""
    if isinstance(source, dict):
        text = json.dumps(source)
    else:
        path = os.fspath(source)
        folder = os.path.dirname(path)
        text = _read_text(path)
    given = dict(files or {})
    for name in json.loads(convention_files(text)):
        if name not in given:
            given[name] = _read_text(os.path.join(folder, name))
    if baseline is None:
        return text, given, ""
    if isinstance(baseline, dict):
        return text, given, json.dumps(baseline)
    return text, given, _read_text(os.fspath(baseline))


def _read_text(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def findings(text: str) -> list[Finding]:
    return [Finding(fields) for fields in json.loads(text)["findings"]]


def check(text: str) -> Check:
    fields = json.loads(text)
    return Check(fields["mode"], [Finding(each) for each in fields["findings"]], fields["recorded"])
