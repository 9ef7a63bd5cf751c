"""Tests of the oracle's lattice: every expectation here was computed by hand from docs/usage.md."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from lattice import (
    ATOMS,
    METERS,
    AmbiguousJoin,
    ContradictoryUsage,
    OpenWhole,
    UnknownMeter,
    UsageError,
    to_atoms,
)


def test_meters_and_atoms_are_those_of_meter_h() -> None:
    assert len(METERS) == len(ATOMS) == 84
    assert len(METERS["input_tokens"]) == 30
    assert len(METERS["output_tokens"]) == 15
    assert METERS["cache_audio_write_tokens"] == {
        "cache_audio_write",
        "cache_audio_write_5m",
        "cache_audio_write_1h",
    }


ATOM_CASES: list[tuple[dict[str, Any], dict[str, int]]] = [
    ({"input_tokens": 10, "output_tokens": 5}, {"input": 10, "output": 5}),
    ({"input_tokens": 0}, {}),
    # Sub-counts are taken off their whole.
    ({"input_tokens": 10, "cache_read_tokens": 4}, {"input": 6, "cache_read": 4}),
    ({"output_tokens": 9, "output_reasoning_tokens": 9}, {"output_reasoning": 9}),
    # Lifetimes lie inside cache writes.
    (
        {"input_tokens": 10, "cache_write_tokens": 6, "cache_write_1h_tokens": 2},
        {"input": 4, "cache_write": 4, "cache_write_1h": 2},
    ),
    # Rule 1: an absent parent is the sum of its children.
    ({"cache_read_tokens": 4}, {"cache_read": 4}),
    (
        {"cache_write_5m_tokens": 3, "cache_write_1h_tokens": 2, "input_tokens": 9},
        {"input": 4, "cache_write_5m": 3, "cache_write_1h": 2},
    ),
    ({"cache_audio_read_tokens": 4}, {"cache_audio_read": 4}),
    ({"input_audio_tokens": 4, "input_text_tokens": 5}, {"input_audio": 4, "input_text": 5}),
    # A stated join.
    (
        {
            "input_tokens": 100,
            "input_audio_tokens": 60,
            "cache_read_tokens": 50,
            "cache_audio_read_tokens": 20,
        },
        {"input": 10, "input_audio": 40, "cache_read": 30, "cache_audio_read": 20},
    ),
    # Rule 2: joins that their bounds determine.
    (
        {"input_tokens": 100, "input_audio_tokens": 100, "cache_read_tokens": 30},
        {"input_audio": 70, "cache_audio_read": 30},
    ),
    (
        {"input_tokens": 100, "input_audio_tokens": 60, "cache_read_tokens": 100},
        {"cache_read": 40, "cache_audio_read": 60},
    ),
    (
        {"input_tokens": 9, "input_audio_tokens": 0, "cache_read_tokens": 3},
        {"input": 6, "cache_read": 3},
    ),
    (
        {
            "input_tokens": 90,
            "cache_read_tokens": 50,
            "cache_audio_read_tokens": 50,
            "input_image_tokens": 40,
        },
        {"cache_audio_read": 50, "input_image": 40},
    ),
    (
        {"output_tokens": 10, "output_audio_tokens": 10, "output_reasoning_tokens": 4},
        {"output_audio": 6, "output_audio_reasoning": 4},
    ),
    # One table fits, though no two quantities alone say so: 6 audio and 6 image, 4 read and 8 tool,
    # no image read, so the reads are audio and the tool input is the rest of both.
    (
        {
            "input_tokens": 12,
            "input_audio_tokens": 6,
            "input_image_tokens": 6,
            "input_tool_tokens": 8,
            "cache_read_tokens": 4,
            "cache_image_read_tokens": 0,
        },
        {"cache_audio_read": 4, "input_audio_tool": 2, "input_image_tool": 6},
    ),
    # Audio and image are not cached, and nothing but video is left for the cache.
    (
        {
            "input_tokens": 12,
            "input_audio_tokens": 4,
            "input_image_tokens": 1,
            "input_video_tokens": 7,
            "cache_read_tokens": 7,
            "cache_audio_read_tokens": 0,
            "cache_image_read_tokens": 0,
        },
        {"input_audio": 4, "input_image": 1, "cache_video_read": 7},
    ),
    # An absent whole beside both kinds, with nothing left to overlap.
    ({"input_text_tokens": 10, "cache_read_tokens": 0}, {"input_text": 10}),
    (
        {"input_text_tokens": 10, "cache_read_tokens": 4, "cache_text_read_tokens": 0},
        {"input_text": 10, "cache_read": 4},
    ),
    (
        {
            "input_audio_tokens": 4,
            "cache_read_tokens": 6,
            "cache_audio_read_tokens": 4,
            "input_tool_tokens": 2,
        },
        {"cache_audio_read": 4, "cache_read": 2, "input_tool": 2},
    ),
    # Rule 3: what a use has left goes to text first, then to unspecified.
    (
        {"input_tokens": 20, "input_text_tokens": 5, "cache_read_tokens": 8},
        {"input": 12, "cache_text_read": 5, "cache_read": 3},
    ),
    (
        {
            "input_tokens": 20,
            "input_text_tokens": 5,
            "cache_read_tokens": 8,
            "cache_text_read_tokens": 1,
        },
        {"input": 8, "input_text": 4, "cache_text_read": 1, "cache_read": 7},
    ),
    (
        {"input_tokens": 10, "input_text_tokens": 10, "cache_read_tokens": 4},
        {"input_text": 6, "cache_text_read": 4},
    ),
    # Families outside tokens.
    (
        {"audio_milliseconds": 900, "input_audio_milliseconds": 400},
        {"audio_milliseconds": 500, "input_audio_milliseconds": 400},
    ),
    ({"input_audio_seconds": 12}, {"input_audio_milliseconds": 12000}),
    (
        {"input_document_pages": 7, "input_annotated_document_pages": 3},
        {"input_document_pages": 4, "input_annotated_document_pages": 3},
    ),
    ({"web_searches": 2, "requests": 1}, {"web_searches": 2, "requests": 1}),
]


@pytest.mark.parametrize(("usage", "atoms"), ATOM_CASES)
def test_atoms(usage: dict[str, Any], atoms: dict[str, int]) -> None:
    assert to_atoms(usage) == atoms


REFUSED_CASES: list[tuple[dict[str, Any], type[UsageError], str]] = [
    ({"input_token": 1}, UnknownMeter, "input_token"),
    ({"input_tokens": -1}, UsageError, "outside"),
    ({"input_tokens": 2**64}, UsageError, "outside"),
    ({"input_tokens": 3, "cache_read_tokens": 4}, ContradictoryUsage, "cache_read_tokens is 4"),
    ({"input_tokens": 3, "cache_audio_read_tokens": 4}, ContradictoryUsage, "above input_tokens"),
    (
        {"input_tokens": 9, "cache_read_tokens": 5, "cache_write_tokens": 5},
        ContradictoryUsage,
        "leave -1",
    ),
    (
        {"input_tokens": 9, "input_audio_tokens": 5, "input_image_tokens": 5},
        ContradictoryUsage,
        "leave -1",
    ),
    (
        {"input_tokens": 100, "input_audio_tokens": 60, "cache_read_tokens": 50},
        AmbiguousJoin,
        "audio",
    ),
    (
        {"input_text_tokens": 10, "cache_read_tokens": 4},
        OpenWhole,
        "input_tokens is needed: input_text_tokens 10 and cache_read_tokens 4 may overlap",
    ),
    ({"input_audio_tokens": 6, "cache_read_tokens": 5}, OpenWhole, "input_tokens is needed"),
    ({"output_text_tokens": 6, "output_citation_tokens": 5}, OpenWhole, "output_tokens is needed"),
    (
        {"input_tokens": 9, "cache_write_1h_tokens": 5, "cache_text_write_tokens": 4},
        OpenWhole,
        "cache_write_tokens is needed",
    ),
    (
        {
            "input_tokens": 10,
            "input_audio_tokens": 8,
            "cache_read_tokens": 8,
            "cache_audio_read_tokens": 5,
        },
        ContradictoryUsage,
        "no table|leave -1",
    ),
    ({"input_tokens": 2**48 + 1}, UsageError, "outside"),
    ({"cache_read_tokens": 2**48, "cache_write_tokens": 1}, UsageError, "outside"),
    (
        {
            "input_tokens": 50,
            "cache_write_tokens": 20,
            "cache_write_1h_tokens": 10,
            "cache_audio_write_tokens": 5,
        },
        AmbiguousJoin,
        "audio tokens are write",
    ),
    ({"audio_milliseconds": 1, "input_audio_milliseconds": 2}, ContradictoryUsage, "above"),
]


@pytest.mark.parametrize(("usage", "error", "message"), REFUSED_CASES)
def test_refused_usage(usage: dict[str, Any], error: type[UsageError], message: str) -> None:
    with pytest.raises(error, match=message):
        to_atoms(usage)
