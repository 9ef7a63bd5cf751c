"""A ledger in a folder: real processes, killed and forked, read by one another.

Method: workers print how many of their records had returned; whatever happens to them afterwards,
the report must hold at least those, each once, and whole events only (events and tokens agree).
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import stat
import subprocess
import sys
from decimal import Decimal

import pytest
import tokentra

CALL = {"provider": "openai", "model": "gpt-4o", "at": "2026-01-05T12:00:00Z"}
ONE = Decimal("0.00875")  # 1500 input and 500 output tokens

WORKER = """
import sys, tokentra
ledger = tokentra.Ledger(path=sys.argv[1])
client = tokentra.Client(ledger=ledger, metadata={"team_id": sys.argv[2]})
count = int(sys.argv[3])
n = 0
while count == 0 or n < count:
    r = client.track(provider="openai", model="gpt-4o", at="2026-01-05T12:00:00Z",
                     input_tokens=1500, output_tokens=500, metadata={"feature": f"f{n % 7}"})
    assert r.outcome == "recorded", r
    n += 1
    if n % 100 == 0 or n == count:
        print(n, flush=True)
if len(sys.argv) > 4:
    sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "ledger"


def open_client(folder, **metadata):
    return tokentra.Client(ledger=tokentra.Ledger(path=folder), metadata=metadata or None)


def track(client, count=1, **extra):
    for _ in range(count):
        result = client.track(**CALL, input_tokens=1500, output_tokens=500, **extra)
        assert result.outcome == "recorded", result
    return result


def worker(folder, team, count, *more, **popen):
    command = [sys.executable, "-c", WORKER, str(folder), team, str(count), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **popen)


def check_whole(snapshot):
    """Every row holds whole events; the rows sum to the snapshot."""
    rows = snapshot.by("team_id", "feature", "model")
    for row in rows:
        if row.events:
            assert row.usage == {
                "input_tokens": 1500 * row.events,
                "output_tokens": 500 * row.events,
            }
        assert row.cost == ONE * row.events
    assert sum(row.events for row in rows) == snapshot.events
    assert snapshot.total == ONE * snapshot.events
    assert snapshot.bad_files == ()


def events_by_team(snapshot):
    return {row["team_id"]: row.events for row in snapshot.by("team_id")}


def test_processes_share_one_report(folder):
    workers = [worker(folder, f"t{i}", 500) for i in range(3)]
    assert [w.wait() for w in workers] == [0, 0, 0]
    client = open_client(folder, team_id="here")
    track(client, 5)
    snapshot = client.snapshot()
    check_whole(snapshot)
    assert events_by_team(snapshot) == {"t0": 500, "t1": 500, "t2": 500, "here": 5}


def test_a_live_process_is_read_by_another(folder):
    process = worker(folder, "live", 300, "stay", stdin=subprocess.PIPE)
    while process.stdout.readline().strip() != "300":
        pass
    client = open_client(folder)
    assert events_by_team(client.snapshot()) == {"live": 300}
    process.communicate("")
    assert events_by_team(client.snapshot()) == {"live": 300}


def test_a_killed_workers_events_are_in_the_report(folder):
    for round_ in range(5):
        process = worker(folder, f"t{round_}", 0)
        last = 0
        while last < 300 + 100 * round_:
            last = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split()
        last = int(rest[-1]) if rest else last
        process.wait()
        snapshot = open_client(folder).snapshot()
        check_whole(snapshot)
        # Between two prints there may be 100 records that had returned or not.
        assert last <= events_by_team(snapshot)[f"t{round_}"] <= last + 100
    # Read again by others: nothing is lost or doubled by compaction.
    again = open_client(folder).snapshot()
    assert events_by_team(again) == events_by_team(snapshot)
    assert len(os.listdir(folder)) <= 2 * 1 + 8


def test_a_stopped_worker_blocks_nobody(folder):
    process = worker(folder, "stopped", 0)
    while int(process.stdout.readline()) < 200:
        pass
    process.send_signal(signal.SIGSTOP)
    try:
        client = open_client(folder, team_id="here")
        track(client, 10)
        first = client.snapshot()
        check_whole(first)
        assert events_by_team(first)["here"] == 10
        assert events_by_team(client.snapshot()) == events_by_team(first)
    finally:
        process.kill()
        process.wait()
    check_whole(client.snapshot())


def in_child(function):
    """Runs a function in a forked child; its exit status."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            function()
            status = 0
        finally:
            os._exit(status)
    return pid


def wait_for(pid):
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_os_fork(folder):
    client = open_client(folder)
    recorder = client.recorder(provider="openai", model="gpt-4o")
    track(client, 3)

    def child():
        assert client.snapshot().events >= 3
        track(client, 5)
        recorder.record(input_tokens=1500, output_tokens=500, at=CALL["at"])
        assert client.snapshot().events >= 9

    pids = [in_child(child) for _ in range(4)]
    track(client, 2)
    for pid in pids:
        wait_for(pid)
    check_whole(client.snapshot())
    assert client.snapshot().events == 3 + 2 + 4 * 6


def test_nested_forks_and_a_parent_that_ends_first(folder):
    client = open_client(folder)

    def grandchild():
        track(client, 3)

    def child():
        track(client, 2)
        wait_for(in_child(grandchild))
        in_child(grandchild)  # nobody waits for it

    track(client)
    wait_for(in_child(child))
    deadline = 500
    while client.snapshot().events < 9 and deadline:
        deadline -= 1
        os.sched_yield()
        signal.sigtimedwait([], 0.01)
    check_whole(client.snapshot())
    assert client.snapshot().events == 1 + 2 + 3 + 3


def test_a_child_that_is_killed(folder):
    client = open_client(folder)
    track(client, 2)
    pid = os.fork()
    if pid == 0:
        track(client, 7)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    assert client.snapshot().events == 9
    track(client)
    assert client.snapshot().events == 10


def multiprocessing_worker(path, count):
    track(open_client(path), count)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(folder, method):
    client = open_client(folder)
    track(client)
    context = multiprocessing.get_context(method)
    with context.Pool(2) as pool:
        pool.starmap(multiprocessing_worker, [(str(folder), 10)] * 4)
    check_whole(client.snapshot())
    assert client.snapshot().events == 41


def test_in_memory_a_forked_child_begins_with_nothing():
    client = tokentra.Client()
    track(client, 3)

    def child():
        assert client.snapshot().events == 0
        track(client, 2)
        assert client.snapshot().events == 2

    wait_for(in_child(child))
    assert client.snapshot().events == 3


ID_WORKER = """
import sys, tokentra
client = tokentra.Client(ledger=tokentra.Ledger(path=sys.argv[1]))
outcomes = {}
for n in range(int(sys.argv[2])):
    r = client.track(provider="openai", model="gpt-4o", at="2026-01-05T12:00:00Z", id=f"call-{n}",
                     input_tokens=1500, output_tokens=500)
    outcomes[r.outcome] = outcomes.get(r.outcome, 0) + 1
print(outcomes.get("recorded", 0), outcomes.get("duplicate", 0))
"""


def test_ids_count_once_across_processes(folder):
    ids = 2000
    command = [sys.executable, "-c", ID_WORKER, str(folder), str(ids)]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    recorded, duplicates = 0, 0
    for process in workers:
        out, _ = process.communicate()
        recorded += int(out.split()[0])
        duplicates += int(out.split()[1])
    assert (recorded, duplicates) == (ids, 3 * ids)
    client = open_client(folder)
    again = client.track(**CALL, id="call-7", input_tokens=1500, output_tokens=500)
    assert again.outcome == "duplicate"
    other = client.track(**CALL, id="call-7", input_tokens=1501, output_tokens=500)
    assert other.outcome == "conflict"
    snapshot = client.snapshot()
    check_whole(snapshot)
    assert snapshot.events == ids
    assert snapshot.duplicates == 3 * ids + 1
    assert snapshot.conflicts == 1


def test_ids_and_kill(folder):
    """A worker that is killed while it records ids, replayed by another: each id once."""
    command = [sys.executable, "-c", ID_WORKER, str(folder), "3000"]
    for delay in (0.25, 0.3, 0.35, 0.4):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        signal.sigtimedwait([], delay)
        process.kill()
        process.wait()
    assert subprocess.run(command, check=True, capture_output=True).returncode == 0
    snapshot = open_client(folder).snapshot()
    check_whole(snapshot)
    assert snapshot.events == 3000


def test_other_dimensions_are_refused_naming_both(folder):
    tokentra.Ledger(path=folder, dimensions=["team_id", "feature"])
    with pytest.raises(tokentra.FailedPreconditionError, match=r"team_id,feature.*team_id,user_id"):
        tokentra.Ledger(path=folder, dimensions=["team_id", "user_id"])
    with pytest.raises(tokentra.FailedPreconditionError, match=r"900 seconds.*3600 seconds"):
        tokentra.Ledger(path=folder, dimensions=["team_id", "feature"], bucket_seconds=3600)
    again = tokentra.Ledger(path=folder, dimensions=["team_id", "feature"])
    assert again.dimensions == ("team_id", "feature")
    assert tokentra.Ledger(path=folder, read_only=True).dimensions == ("team_id", "feature")


def test_the_folder_is_private(folder):
    client = open_client(folder)
    track(client, id="x")
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    for name in os.listdir(folder):
        assert stat.S_IMODE(os.stat(folder / name).st_mode) == 0o600
    assert client.track(**CALL, id="x", input_tokens=1500, output_tokens=500).outcome == "duplicate"


def test_paths_that_are_no_ledger(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(tokentra.InvalidArgumentError, match="cannot open the folder"):
        tokentra.Ledger(path=tmp_path / "file")
    with pytest.raises(tokentra.FailedPreconditionError, match="holds"):
        tokentra.Ledger(path=tmp_path)
    with pytest.raises(tokentra.NotFoundError):
        tokentra.Ledger(path=tmp_path / "none", read_only=True)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(tokentra.Error):
        tokentra.Ledger(path=tmp_path / "link")


def test_bad_files_are_skipped_and_reported(folder):
    client = open_client(folder)
    track(client, 2)
    (folder / "seg-cut").write_bytes(b"tokseg")
    (folder / "seg-empty").write_bytes(b"")
    (folder / "seg-zero").write_bytes(bytes(1 << 20))
    (folder / "base").write_bytes(b"rubbish")
    snapshot = client.snapshot()
    assert snapshot.events == 2
    assert {name.split(":")[0] for name in snapshot.bad_files} >= {"seg-cut", "seg-empty"}


def test_a_snapshot_as_bytes(folder):
    client = open_client(folder)
    track(client, 3)
    early = client.snapshot()
    track(client, 2)
    late = client.snapshot()
    loaded = tokentra.Snapshot.from_bytes(late.to_bytes())
    assert (loaded.total, loaded.events) == (late.total, late.events)
    assert loaded.to_bytes() == late.to_bytes()
    assert early.merge(late).to_bytes() == late.merge(early).to_bytes() == late.to_bytes()
    with pytest.raises(tokentra.DataLossError):
        tokentra.Snapshot.from_bytes(late.to_bytes()[:-1])
    damaged = bytearray(late.to_bytes())
    damaged[len(damaged) // 2] ^= 1
    with pytest.raises(tokentra.DataLossError):
        tokentra.Snapshot.from_bytes(bytes(damaged))


def test_snapshots_of_two_machines_merge(tmp_path):
    one, two = open_client(tmp_path / "one"), open_client(tmp_path / "two")
    track(one, 3)
    track(two, 4)
    merged = one.snapshot().merge(two.snapshot())
    assert merged.events == 7
    assert merged.merge(merged).to_bytes() == merged.to_bytes()
    track(one, 1)
    assert merged.merge(one.snapshot()).events == 8
    other = tokentra.Client(dimensions=["team_id"])
    with pytest.raises(tokentra.InvalidArgumentError, match="team_id"):
        merged.merge(other.snapshot())


def test_many_lives_leave_few_files(folder):
    client = open_client(folder)
    for _ in range(60):
        wait_for(in_child(lambda: track(client, 2)))
    assert client.snapshot().events == 120
    assert len(os.listdir(folder)) <= 2 * 1 + 8
