"""Concurrency: the result of many threads equals the sequential one, to the last digit."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import tokentra

AT = "2026-10-15T12:00:00Z"
THREADS = 8
EVENTS = 500
BODY = {
    "model": "gpt-4o",
    "usage": {"prompt_tokens": 1500, "completion_tokens": 500, "total_tokens": 2000},
    "padding": "x" * 50_000,  # long enough for the core to run without the GIL
}


def work(client, recorder, barrier, thread):
    barrier.wait()
    for n in range(EVENTS):
        team = f"t{(thread + n) % 5}"
        with tokentra.metadata(team_id=team):
            client.track(
                provider="openai", model="gpt-4o", input_tokens=n, output_tokens=thread, at=AT
            )
        recorder.record(input_tokens=n, at=AT)
        if n % 50 == 0:
            result = client.track(provider="openai", response={**BODY, "id": f"{n}"}, at=AT)
            assert result.cost.total == Decimal("0.00875")
            client.snapshot().by("team_id", "model")


def record(threads):
    client = tokentra.Client()
    recorder = client.recorder(provider="openai", model="gpt-4o-mini", metadata={"team_id": "r"})
    barrier = threading.Barrier(threads)
    with ThreadPoolExecutor(threads) as pool:
        jobs = [
            pool.submit(work, client, recorder, barrier, thread % threads if threads > 1 else 0)
            for thread in range(threads)
        ]
        for job in jobs:
            job.result()
    return client.snapshot()


def test_many_threads_sum_as_one():
    client = tokentra.Client()
    recorder = client.recorder(provider="openai", model="gpt-4o-mini", metadata={"team_id": "r"})
    once = threading.Barrier(1)
    for thread in range(THREADS):
        work(client, recorder, once, thread)
    sequential, concurrent = client.snapshot(), record(THREADS)
    assert concurrent.events == sequential.events
    assert concurrent.duplicates == sequential.duplicates
    assert concurrent.total == sequential.total
    keys = ("team_id", "model")

    def figures(snapshot):
        return {tuple(dict(row).values()): (row.events, row.cost, row.usage)
                for row in snapshot.by(*keys)}  # fmt: skip

    assert figures(concurrent) == figures(sequential)


def test_short_lived_threads():
    client = tokentra.Client()

    def once():
        client.track(provider="openai", model="gpt-4o", input_tokens=1500, at=AT)

    for _ in range(200):
        thread = threading.Thread(target=once)
        thread.start()
        thread.join()
    assert client.snapshot().total == 200 * Decimal("0.00375")


def test_get_client_from_many_threads():
    with ThreadPoolExecutor(8) as pool:
        clients = set(pool.map(lambda _: id(tokentra.get_client()), range(64)))
    assert len(clients) == 1
