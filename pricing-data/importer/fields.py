"""LiteLLM's price fields: which meter each bills, in which unit, under which condition.

A field is a base name with suffixes: a context band (`_above_200k_tokens`), a condition
(`_batches`, `_flex`, ...), a resolution (`_720p`). What a base multiplies depends on the mode of
its model: seconds are those of the audio, of the video or of the session.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from .rates import Rate, plain

MILLION, THOUSAND, SECOND_MS, HOUR_MS = 1_000_000, 1_000, 1_000, 3_600_000

# base -> meter, per, quanta that one unit of the field has
BASES: dict[str, tuple[str, int, int]] = {
    "input_cost_per_token": ("input_tokens", MILLION, 1),
    "output_cost_per_token": ("output_tokens", MILLION, 1),
    "cache_read_input_token_cost": ("cache_read_tokens", MILLION, 1),
    "cache_creation_input_token_cost": ("cache_write_tokens", MILLION, 1),
    "cache_creation_input_token_cost_above_1hr": ("cache_write_1h_tokens", MILLION, 1),
    "input_cost_per_audio_token": ("input_audio_tokens", MILLION, 1),
    "output_cost_per_audio_token": ("output_audio_tokens", MILLION, 1),
    "input_cost_per_image_token": ("input_image_tokens", MILLION, 1),
    "output_cost_per_image_token": ("output_image_tokens", MILLION, 1),
    "input_cost_per_video_token": ("input_video_tokens", MILLION, 1),
    "output_cost_per_video_token": ("output_video_tokens", MILLION, 1),
    "cache_read_input_audio_token_cost": ("cache_audio_read_tokens", MILLION, 1),
    "cache_read_input_image_token_cost": ("cache_image_read_tokens", MILLION, 1),
    "output_cost_per_reasoning_token": ("output_reasoning_tokens", MILLION, 1),
    "citation_cost_per_token": ("output_citation_tokens", MILLION, 1),
    "input_cost_per_character": ("input_characters", MILLION, 1),
    "output_cost_per_character": ("output_characters", MILLION, 1),
    "ocr_cost_per_page": ("input_document_pages", THOUSAND, 1),
    "annotation_cost_per_page": ("input_annotated_document_pages", THOUSAND, 1),
    "ocr_cost_per_credit": ("document_credits", 1, 1),
    "input_cost_per_audio_per_second": ("input_audio_milliseconds", HOUR_MS, SECOND_MS),
    "input_cost_per_video_per_second": ("input_video_milliseconds", SECOND_MS, SECOND_MS),
    "output_cost_per_video_per_second": ("output_video_milliseconds", SECOND_MS, SECOND_MS),
    "google_maps_grounding_cost_per_query": ("map_searches", THOUSAND, 1),
    "code_interpreter_cost_per_session": ("code_sessions", 1, 1),
    "input_cost_per_text_message": ("input_text_messages", THOUSAND, 1),
}
BY_MODE: dict[str, dict[str, tuple[str, int, int]]] = {
    "input_cost_per_second": {
        "audio_transcription": ("input_audio_milliseconds", HOUR_MS, SECOND_MS),
        "realtime": ("session_milliseconds", HOUR_MS, SECOND_MS),
        "chat": ("session_milliseconds", HOUR_MS, SECOND_MS),
        "video_generation": ("input_video_milliseconds", SECOND_MS, SECOND_MS),
    },
    "output_cost_per_second": {
        "audio_transcription": ("input_audio_milliseconds", HOUR_MS, SECOND_MS),
        "audio_speech": ("output_audio_milliseconds", HOUR_MS, SECOND_MS),
        "video_generation": ("output_video_milliseconds", SECOND_MS, SECOND_MS),
    },
    "output_cost_per_image": {
        "image_generation": ("output_images", 1, 1),
        "image_edit": ("output_images", 1, 1),
        "chat": ("output_images", 1, 1),
        "audio_speech": ("output_audio_clips", 1, 1),
    },
    "input_cost_per_image": {
        "embedding": ("input_images", 1, 1),
        "chat": ("input_images", 1, 1),
        "responses": ("input_images", 1, 1),
        "image_generation": ("input_images", 1, 1),
        "video_generation": ("input_images", 1, 1),
    },
    "input_cost_per_query": {
        "rerank": ("rerank_searches", THOUSAND, 1),
        "search": ("search_queries", THOUSAND, 1),
        "embedding": ("requests", THOUSAND, 1),
        "vector_store": ("storage_searches", THOUSAND, 1),
    },
}
# Fields that price nothing here, each with its reason.
NOT_CARRIED = {
    "cache_creation_input_audio_token_cost": "holds the price of cached audio read, stated apart",
    "input_cost_per_token_cache_hit": "repeats the cache read rate",
    "explicit_cache_read_input_token_cost": "no body tells explicit cache hits apart",
    "cost_per_second": "commitment: capacity, not usage",
    "input_cost_per_request": "of retired models; the list's own code never reads it",
    "input_dbu_cost_per_token": "the same price in Databricks units",
    "output_dbu_cost_per_token": "the same price in Databricks units",
    "input_cost_per_video_per_second_above_8s_interval": "by an option of the call, not a quantity",
    "input_cost_per_video_per_second_above_15s_interval": "by an option of the call",
}
CONDITIONS = {
    "batches": "batch", "flex": "flex", "priority": "priority", "ultrafast": "ultrafast",
    "balanced": "balanced",
}  # fmt: skip
IGNORED_CONDITIONS = {"decisions"}  # another interface: the first list has it as a provider
_RESOLUTION = re.compile(
    r"^(output_cost_per_second|output_cost_per_image)_(\d+p|0\.5K|[124]K|[24]k|512|1024|1536)$"
)
_SUFFIX = re.compile(
    r"^(?P<base>.*?)(?:_above_(?P<k>\d+)k_tokens)?(?:_(?P<condition>batches|flex|priority|"
    r"ultrafast|balanced|decisions))?$"
)
_BATCH_FIRST = re.compile(r"^(?P<base>.*)_(?P<condition>batches)_above_(?P<k>\d+)k_tokens$")


@dataclass(frozen=True)
class Field:
    meter: str
    per: int
    quanta: int
    threshold: int
    condition: str  # "standard", "batch", ...
    resolution: str

    def rate(self, raw: str) -> Rate:
        return (plain(Decimal(raw) * self.per / self.quanta), self.per)


def read_field(name: str, mode: str) -> Field | None:
    """What a price field says; None when it says nothing that is carried."""
    resolution = ""
    if found := _RESOLUTION.match(name):
        name, resolution = found[1], found[2]
    match = _BATCH_FIRST.match(name) or _SUFFIX.match(name)
    assert match is not None
    base = match["base"]
    stated = BASES.get(base) or BY_MODE.get(base, {}).get(mode)
    if stated is None or match["condition"] in IGNORED_CONDITIONS:
        return None
    condition = CONDITIONS.get(match["condition"] or "", "standard")
    return Field(*stated, int(match["k"] or 0) * 1000, condition, resolution)


def image_price(pixel: str, width: int, height: int) -> str:
    """The price of an image behind a price per pixel: three decimals, else six, if that is it."""
    exact = Decimal(pixel) * width * height
    for places in ("0.001", "0.000001"):
        rounded = exact.quantize(Decimal(places))
        if rounded and abs(exact - rounded) <= exact * Decimal("1e-5"):
            return plain(rounded)
    return plain(exact)
