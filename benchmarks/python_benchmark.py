"""Python: price, track and import, beside genai-prices in the same run.

Prints one JSON line a measurement: {"name","value","unit","peer","peer_value","ratio"}; `ratio` is
the peer's time over ours. Times are the best of several rounds, as the machine is shared.
`calibration` is a fixed loop that tells how fast the machine was.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import timeit
from collections.abc import Callable
from datetime import datetime, timezone

import genai_prices
import tokentra

ROUNDS = 7
AT = datetime(2026, 10, 15, 12, tzinfo=timezone.utc)
OPENAI = {"provider": "openai", "model": "gpt-4o"}
REALTIME = {"provider": "openai", "model": "gpt-4o-realtime-preview"}
USAGES = {
    "simple": (OPENAI, {"input_tokens": 1500, "output_tokens": 500}),
    "cached": (OPENAI, {"input_tokens": 1500, "cache_read_tokens": 1000, "output_tokens": 500}),
    "overlapping_audio": (
        REALTIME,
        {
            "input_tokens": 1500,
            "cache_read_tokens": 1000,
            "input_audio_tokens": 800,
            "cache_audio_read_tokens": 400,
            "output_tokens": 500,
            "output_audio_tokens": 300,
        },
    ),
}


def nanoseconds(call: Callable[[], object], target_s: float = 0.1) -> float:
    timer = timeit.Timer(call)
    count, spent = timer.autorange()
    count = max(1, int(count * target_s / max(spent, 1e-9)))
    return min(timer.repeat(ROUNDS, count)) / count * 1e9


def emit(name: str, value: float, unit: str, peer: str = "", peer_value: float = 0) -> None:
    row: dict[str, object] = {"name": name, "value": value, "unit": unit}
    row |= {"peer": None, "peer_value": None, "ratio": None}
    if peer:
        row |= {"peer": peer, "peer_value": peer_value, "ratio": peer_value / value}
    print(json.dumps(row), flush=True)


def calibration() -> int:
    total = 0
    for n in range(1000):
        total += n * n
    return total


def bench_price() -> None:
    catalog = tokentra.Catalog.builtin()
    for name, (call, usage) in USAGES.items():
        peer_usage = genai_prices.Usage(**usage)
        cost = catalog.price(usage, **call, at=AT)
        assert cost.total is not None, name

        def price(call=call, usage=usage):
            provider, model = call["provider"], call["model"]
            return catalog.price(usage, provider=provider, model=model, at=AT)

        def total(price=price):
            return price().total

        def peer(call=call, peer_usage=peer_usage):
            return genai_prices.calc_price(
                peer_usage, call["model"], provider_id=call["provider"], genai_request_timestamp=AT
            )

        assert peer().total_price == cost.total, (name, peer().total_price, cost.total)
        peer_ns = nanoseconds(peer)
        emit(f"python.price.{name}", nanoseconds(price), "ns", "genai-prices", peer_ns)
        emit(f"python.price.{name}.with_total", nanoseconds(total), "ns", "genai-prices", peer_ns)


def bench_track() -> None:
    client = tokentra.Client()
    metadata = {"project_id": "growth-web-chat", "team_id": "growth", "feature": "chat"}

    def track():
        return client.track(
            provider="openai",
            model="gpt-4o",
            input_tokens=1500,
            output_tokens=500,
            metadata=metadata,
        )

    def track_fresh():
        return client.track(
            provider="openai",
            model="gpt-4o",
            input_tokens=1500,
            output_tokens=500,
            metadata={"project_id": "growth-web-chat", "team_id": "growth", "feature": "chat"},
        )

    recorder = client.recorder(provider="openai", model="gpt-4o", metadata=metadata)

    def record():
        return recorder.record(input_tokens=1500, output_tokens=500)

    def ambient():
        with tokentra.metadata(user_id="u-7"):
            pass

    emit("python.track.three_metadata_keys", nanoseconds(track), "ns")
    emit("python.track.three_metadata_keys_new_dict", nanoseconds(track_fresh), "ns")
    emit("python.recorder.record", nanoseconds(record), "ns")
    emit("python.metadata.enter_and_exit", nanoseconds(ambient), "ns")
    with tokentra.metadata(user_id="u-7"):
        emit("python.track.three_keys_and_ambient", nanoseconds(track), "ns")
    response = {
        "model": "gpt-4o",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "x" * 2000}}],
        "usage": {"prompt_tokens": 1500, "completion_tokens": 500, "total_tokens": 2000},
    }

    def track_response():
        return client.track(provider="openai", response=response, metadata=metadata)

    def peer():
        return genai_prices.extract_usage(
            response, provider_id="openai", api_flavor="chat"
        ).calc_price()

    peer_ns = nanoseconds(peer)
    emit("python.track.response", nanoseconds(track_response), "ns", "genai-prices", peer_ns)


def import_milliseconds(module: str) -> float:
    """Best of several fresh processes, less the same process importing nothing."""

    def seconds(code: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-S", "-c", code], check=True, env=ENVIRONMENT)
        return time.perf_counter() - start

    seconds(f"import {module}")
    empty = min(seconds("pass") for _ in range(2 * ROUNDS))
    return (min(seconds(f"import {module}") for _ in range(2 * ROUNDS)) - empty) * 1e3


ENVIRONMENT = {"PYTHONPATH": ":".join(path for path in sys.path if path)}


def main() -> None:
    emit("python.calibration", nanoseconds(calibration), "ns")
    bench_price()
    bench_track()
    peer_ms = import_milliseconds("genai_prices")
    emit("python.import", import_milliseconds("tokentra"), "ms", "genai-prices", peer_ms)


if __name__ == "__main__":
    main()
