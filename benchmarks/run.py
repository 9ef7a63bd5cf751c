"""Runs every benchmark and prints one table; called by scripts/bench.

C++: each program in the given folder is a Google Benchmark program. Python: each
benchmarks/*_benchmark.py prints the JSON lines itself. A C++ benchmark named `NAME@PEER` measures
the peer PEER of the benchmark NAME, in the same run; `calibration` is a fixed loop that tells how
fast the machine was.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

Result = dict[str, object]
FIELDS = ("name", "value", "unit", "peer", "peer_value", "ratio")
NOT_COUNTERS = {"iterations", "real_time", "cpu_time", "repetitions", "threads"}


def result(name: str, value: float, unit: str) -> Result:
    return {**dict.fromkeys(FIELDS), "name": name, "value": value, "unit": unit}


def run_cpp(program: Path) -> Iterator[Result]:
    command = [str(program), "--benchmark_format=json"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    own: dict[str, Result] = {}
    peers: list[tuple[str, str, float]] = []
    for row in report["benchmarks"]:
        if row.get("run_type") == "aggregate":
            continue
        name, _, peer = row["name"].removeprefix("BM_").partition("@")
        if peer:
            peers.append((name, peer.split("/")[0], row["real_time"]))
            continue
        own[name] = result(name, row["real_time"], row["time_unit"])
        for counter, value in row.items():
            if isinstance(value, float) and counter not in NOT_COUNTERS:
                own[f"{name}.{counter}"] = result(f"{name}.{counter}", value, counter)
    for name, peer, value in peers:
        if name in own:
            ratio = value / float(str(own[name]["value"]))
            own[name].update(peer=peer, peer_value=value, ratio=ratio)
    yield from own.values()


def run_python(script: Path) -> Iterator[Result]:
    output = subprocess.run(
        [sys.executable, str(script)], check=True, capture_output=True, text=True
    ).stdout
    for line in output.splitlines():
        row = json.loads(line)
        yield {field: row.get(field) for field in FIELDS}


def number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, (int, float)) else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, required=True, help="folder of C++ benchmarks")
    parser.add_argument("--json", type=Path, help="also write the JSON lines here")
    options = parser.parse_args()

    results: list[Result] = []
    programs = sorted(options.programs.glob("*_benchmark")) if options.programs.is_dir() else []
    scripts = sorted(Path(__file__).parent.glob("*_benchmark.py"))
    layout = "{:<52} {:>10} {:<12} {:>10} {:>8}  {}"
    print(layout.format("benchmark", "value", "unit", "peer", "ratio", "").rstrip())
    for path in [*programs, *scripts]:
        for row in run_cpp(path) if path in programs else run_python(path):
            results.append(row)
            cells = (number(row[field]) for field in ("value", "peer_value", "ratio"))
            value, peer_value, ratio = cells
            peer = row["peer"] or ""
            line = layout.format(row["name"], value, row["unit"], peer_value, ratio, peer)
            print(line.rstrip(), flush=True)
    if options.json:
        lines = "".join(json.dumps(row) + "\n" for row in results)
        options.json.write_text(lines, encoding="utf-8")
    if not results:
        sys.exit("no benchmark ran")


if __name__ == "__main__":
    main()
