"""A ledger where services run it: a pre-forking server, a small file system, under strace.

Method: gunicorn with preload recycles its workers while requests come; tokentra's own answers are
counted. A tmpfs of a few hundred KB is filled before and after a ledger is opened in it. strace
counts the system calls of a process that records what it has seen before.
"""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
import tokentra

ONE = Decimal("0.00875")  # 1500 input and 500 output tokens
CALL = {
    "provider": "openai",
    "model": "gpt-4o",
    "at": "2026-01-05T12:00:00Z",
    "input_tokens": 1500,
    "output_tokens": 500,
}
LIVES = int(os.environ.get("TOKENTRA_WORKER_LIVES", "20"))
REQUESTS_OF_A_LIFE = 10

APPLICATION = """
import os, tokentra
client = tokentra.Client(ledger=tokentra.Ledger(path=os.environ["LEDGER"]))
recorder = client.recorder(provider="openai", model="gpt-4o", metadata={"feature": "bound"})

def application(environ, start_response):
    if environ["PATH_INFO"] == "/bound":
        result = recorder.record(at="2026-01-05T12:00:00Z", input_tokens=1500, output_tokens=500)
    else:
        result = client.track(provider="openai", model="gpt-4o", at="2026-01-05T12:00:00Z",
                              input_tokens=1500, output_tokens=500,
                              metadata={"feature": environ["PATH_INFO"]})
    start_response("200 OK", [("Content-Length", "0"), ("X-Outcome", result.outcome),
                              ("X-Pid", str(os.getpid()))])
    return []
"""


def check_whole(snapshot, events):
    assert snapshot.events == events
    assert snapshot.total == ONE * events
    (row,) = snapshot.by()
    assert row.usage == {"input_tokens": 1500 * events, "output_tokens": 500 * events}
    assert snapshot.bad_files == ()


@pytest.fixture
def server(tmp_path):
    """gunicorn over a ledger: three workers, forked from a master that opened it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "application.py").write_text(APPLICATION)
    environment = {**os.environ, "LEDGER": str(tmp_path / "ledger")}
    options = ["--preload", "--workers", "3", "--max-requests", str(REQUESTS_OF_A_LIFE)]
    options += ["--max-requests-jitter", "3", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    known = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--help"], capture_output=True, text=True, check=True
    ).stdout
    options = [each for each in options if each != "--no-control-socket" or each in known]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *options, "application:application"],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield port, tmp_path / "ledger", process
    finally:
        process.terminate()
        process.wait(30)


def ask(port, path):
    """The outcome and the worker, or None for a worker that went away under the request."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.headers["X-Outcome"], response.headers["X-Pid"]
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def test_gunicorn_with_preload_and_recycled_workers(server):
    port, folder, process = server
    answered, unanswered, workers = 0, 0, set()
    while len(workers) < LIVES:
        answer = ask(port, "/bound" if answered % 2 else "/tracked")
        if answer is None:
            unanswered += 1
            assert unanswered < 100
            continue
        assert answer[0] == "recorded"
        answered += 1
        workers.add(answer[1])
    reader = tokentra.Ledger(path=folder, read_only=True)
    events = reader.snapshot().events
    # A request that got no answer may have been recorded or not.
    assert answered <= events <= answered + unanswered
    check_whole(reader.snapshot(), events)
    rows = {row["feature"]: row.events for row in reader.snapshot().by("feature")}
    assert set(rows) == {"bound", "/tracked"}
    # The master, three workers and perhaps one that ends, and this process.
    assert len(os.listdir(folder)) <= 2 * 6 + 8
    process.terminate()
    process.wait(30)
    check_whole(tokentra.Ledger(path=folder).snapshot(), events)
    assert len(os.listdir(folder)) <= 2 * 1 + 8


@pytest.fixture
def small(tmp_path):
    """A tmpfs of 512 KB."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)]
    if (
        shutil.which("mount") is None
        or subprocess.run(mount, check=False, capture_output=True).returncode != 0
    ):
        pytest.skip("mounting a tmpfs needs root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


RECORD_MUCH = """
import sys, tokentra
client = tokentra.Client(ledger=tokentra.Ledger(path=sys.argv[1], limits={"ids_max": 100}))
for n in range(int(sys.argv[2])):
    result = client.track(provider="openai", model="gpt-4o", at="2026-01-05T12:00:00Z", id=f"i{n}",
                          input_tokens=1500, output_tokens=500, metadata={"feature": f"f{n}"})
    assert result.outcome == "recorded", result
snapshot = client.snapshot()
print(snapshot.events, snapshot.folded, snapshot.total)
"""


def record_much(folder, count):
    command = [sys.executable, "-c", RECORD_MUCH, str(folder), str(count)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    # Never a signal.
    assert done.returncode in (0, 1), (done.returncode, done.stderr)
    return done


def test_a_full_file_system_is_an_error_when_opened(small):
    (small / "filler").write_bytes(bytes(480 << 10))
    done = record_much(small / "ledger", 1)
    assert done.returncode == 1
    assert "ResourceExhaustedError" in done.stderr
    assert "No space left" in done.stderr
    (small / "filler").unlink()
    assert record_much(small / "ledger", 1).returncode == 0


def test_a_small_file_system_folds_and_loses_nothing(small):
    done = record_much(small / "ledger", 5000)
    assert done.returncode == 0, done.stderr
    events, folded, total = done.stdout.split()
    assert int(events) == 5000
    assert int(folded) > 0
    assert Decimal(total) == 5000 * ONE
    # Its dead segment cannot be compacted while the rest is full, and is read all the same.
    rest = os.statvfs(small)
    (small / "filler").write_bytes(bytes(rest.f_bavail * rest.f_bsize))
    check_whole(tokentra.Ledger(path=small / "ledger", read_only=True).snapshot(), 5000)


def test_a_file_system_that_fills_up_later_never_kills(small):
    program = RECORD_MUCH.replace("snapshot = client", "sys.stdin.read(); snapshot = client")
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(small / "ledger"), "10"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    while not (small / "ledger" / "ledger").exists() or len(os.listdir(small / "ledger")) < 2:
        assert process.poll() is None
        time.sleep(0.01)
    rest = os.statvfs(small)
    (small / "filler").write_bytes(bytes(rest.f_bavail * rest.f_bsize))
    out, _ = process.communicate("")
    assert process.returncode == 0
    assert out.split()[0] == "10"


STEADY = """
import os, signal, sys, tokentra
ledger = None if sys.argv[1] == "memory" else tokentra.Ledger(path=sys.argv[1])
client = tokentra.Client(ledger=ledger)
recorder = client.recorder(provider="openai", model="gpt-4o")
at = 1_767_614_400

def record(count):
    for _ in range(count):
        recorder.record(input_tokens=1500, output_tokens=500, at="2026-01-05T12:00:00Z")

record(1000)
os.getppid()
record(int(sys.argv[2]))
os.getppid()
"""


@pytest.mark.parametrize("mode", ["memory", "folder"])
def test_steady_recording_makes_no_system_call(tmp_path, mode):
    if shutil.which("strace") is None:
        pytest.skip("no strace")
    trace = tmp_path / "trace"
    where = "memory" if mode == "memory" else str(tmp_path / "ledger")
    command = ["strace", "-o", str(trace), sys.executable, "-c", STEADY, where, "20000"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0 and "ptrace" in done.stderr:
        pytest.skip("this system does not let strace trace")
    assert done.returncode == 0, done.stderr
    calls = trace.read_text().splitlines()
    marks = [i for i, line in enumerate(calls) if line.startswith("getppid(")]
    assert len(marks) == 2
    between = calls[marks[0] + 1 : marks[1]]
    # The interpreter may ask for memory; the ledger asks for nothing.
    assert [line for line in between if not line.startswith(("brk(", "mmap(", "munmap("))] == []
    assert len(between) <= 4


def test_a_symlinked_segment_and_foreign_files_are_left_out(tmp_path):
    folder = tmp_path / "ledger"
    client = tokentra.Client(ledger=tokentra.Ledger(path=folder))
    assert client.track(**CALL).outcome == "recorded"
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(1 << 20))
    (folder / ("seg-" + "1" * 32)).symlink_to(secret)
    os.mkfifo(folder / ("seg-" + "2" * 32))
    snapshot = client.snapshot()
    assert snapshot.events == 1
    assert len(snapshot.bad_files) == 2
    if os.geteuid() == 0:
        foreign = folder / ("seg-" + "3" * 32)
        foreign.write_bytes(bytes(1 << 20))
        os.chown(foreign, 12345, 12345)
        snapshot = client.snapshot()
        assert snapshot.events == 1
        assert len(snapshot.bad_files) == 3
    assert secret.read_bytes() == bytes(1 << 20)
    assert Path(folder / ("seg-" + "1" * 32)).is_symlink()


def test_stopped_at_random_instants_blocks_no_reader(tmp_path):
    folder = tmp_path / "ledger"
    program = RECORD_MUCH.replace("range(int(sys.argv[2]))", "iter(int, 1)")
    process = subprocess.Popen([sys.executable, "-c", program, str(folder), "0"])
    try:
        while not (folder / "ledger").exists():
            time.sleep(0.01)
        reader = tokentra.Ledger(path=folder, read_only=True)
        last = 0
        for round_ in range(int(os.environ.get("TOKENTRA_STOPS", "40"))):
            time.sleep(0.001 * (round_ % 7))
            process.send_signal(signal.SIGSTOP)
            began = time.monotonic()
            snapshot = reader.snapshot()
            assert time.monotonic() - began < 10
            assert snapshot.total == ONE * snapshot.events
            assert snapshot.events >= last
            last = snapshot.events
            process.send_signal(signal.SIGCONT)
        assert last > 0
    finally:
        process.kill()
        process.wait()
