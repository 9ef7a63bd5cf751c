"""What a convention says about metadata: `Check` and `Finding`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Finding(str):
    """One finding on an event's metadata: a str, the sentence that says it, with its parts.

    Attributes:
        rule: the rule's id, "TK-N101"; `name` its name, "vocabulary".
        severity: "note", "warning" or "error".
        key, value: where; the value shortened and escaped, "[redacted: KIND]" when sensitive.
        begin, end: the span in the value, in bytes of UTF-8; `part` the template's part there.
        expected: what belongs there, in words.
        suggestion: the nearest valid value or key; None when there is none.
        fix_is_safe: the suggestion only changes how the value is written.
        applied: it was recorded in the value's place.
        baselined: known and accepted.
        message: the sentence without the key in front.
        fingerprint: tells two sensitive values apart, where the convention has a key for it.
    """

    __slots__ = (
        "applied",
        "baselined",
        "begin",
        "end",
        "expected",
        "fingerprint",
        "fix_is_safe",
        "key",
        "message",
        "name",
        "part",
        "rule",
        "severity",
        "suggestion",
        "value",
    )

    def __new__(cls, fields: Mapping[str, Any]) -> Finding:
        hint = f"; nearest is {fields['suggestion']!r}" if fields.get("suggestion") else ""
        self = super().__new__(cls, f"{fields['rule']} {fields['key']}: {fields['message']}{hint}")
        for name in cls.__slots__:
            setattr(self, name, fields.get(name))
        return self

    def __reduce__(self) -> tuple[type[Finding], tuple[dict[str, Any]]]:
        return Finding, ({name: getattr(self, name) for name in self.__slots__},)


class Check(tuple):
    """What a convention says about one set of metadata: (mode, findings, recorded).

    Attributes:
        mode: the mode that applies, "warn".
        findings: a list of Finding.
        recorded: what is recorded in the place of which key's value, a dict of str by str.
    """

    __slots__ = ()

    def __new__(cls, mode: str, findings: list[Finding], recorded: dict[str, str]) -> Check:
        return super().__new__(cls, (mode, findings, recorded))

    @property
    def mode(self) -> str:
        return self[0]

    @property
    def findings(self) -> list[Finding]:
        return self[1]

    @property
    def recorded(self) -> dict[str, str]:
        return self[2]

    def __getnewargs__(self) -> tuple[str, list[Finding], dict[str, str]]:
        return self[0], self[1], self[2]

    def __repr__(self) -> str:
        return f"Check(mode={self[0]!r}, findings={self[1]!r}, recorded={self[2]!r})"
