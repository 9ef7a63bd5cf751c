#!/usr/bin/env python3
"""Checks the Promela models with SPIN, then every mutant of them.

model.py [--quick | --mutants] [MODEL...]

A model holds when SPIN's complete search finds no violated assertion. Mutants are made by rule from
the lines that a model marks as protocol: each store dropped, each two neighbouring stores swapped,
each guard negated and each taken for granted. A mutant that still holds is printed; those that are
known to be harmless are listed, with the reason, in equivalent.txt. Fails when a model does not
hold, when fewer than 95 % of the other mutants are killed, or when a listed one is killed.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
KILLED_LEAST = 0.95
SECONDS_MAX = 600
EVENTS = 3
EVENTS_OF_MUTANTS = 2  # enough to kill them, and quick
STORE = re.compile(r"^\s*ALIVE .*(?<![=!<>])=(?!=).* END\s*$")
GUARD = re.compile(r"^(\s*::\s*(?:[^()]*&&\s*)?)(\(.*\))(\s*->.*)$")


@dataclass(frozen=True)
class Mutant:
    name: str
    text: str


@dataclass(frozen=True)
class Outcome:
    holds: bool
    states: int
    what: str  # the violated assertion, or how the search ended


def protocol_lines(lines: list[str]) -> list[tuple[int, str]]:
    """(line, block) of the marked lines."""
    found, block = [], None
    for number, line in enumerate(lines):
        if begin := re.search(r"/\* protocol: (.*) \*/", line):
            block = begin.group(1)
        elif "/* end */" in line:
            block = None
        elif block is not None:
            found.append((number, block))
    return found


def mutants(text: str) -> list[Mutant]:
    lines = text.splitlines()
    marked = protocol_lines(lines)
    made = []

    def make(name: str, changes: dict[int, str]) -> None:
        changed = [changes.get(i, line) for i, line in enumerate(lines)]
        made.append(Mutant(name, "\n".join(changed) + "\n"))

    for at, (number, block) in enumerate(marked):
        line = lines[number]
        if STORE.match(line):
            said = " ".join(line.split()).removeprefix("ALIVE ").removesuffix(" END")
            make(f"{block}: drop {said}", {number: "      skip;"})
            if at + 1 < len(marked) and marked[at + 1] == (number + 1, block):
                after = lines[number + 1]
                if STORE.match(after):
                    make(f"{block}: swap {said} with the next", {number: after, number + 1: line})
        elif guard := GUARD.match(line):
            head, condition, tail = guard.groups()
            said = " ".join(condition.split())
            make(f"{block}: negate {said}", {number: f"{head}(!{condition}){tail}"})
            make(f"{block}: grant {said}", {number: f"{head}(true){tail}"})
    return made


def check(text: str, events: int) -> Outcome:
    """A complete search of so many events."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model.pml").write_text(text)

        def run(*command: str) -> str:
            done = subprocess.run(
                command,
                cwd=folder,
                check=False,
                capture_output=True,
                text=True,
                timeout=SECONDS_MAX,
            )
            if done.returncode != 0 and command[0] != "./pan":
                raise SystemExit(f"{' '.join(command)}:\n{done.stdout}{done.stderr}")
            return done.stdout + done.stderr

        run("spin", f"-DEVENTS={events}", "-a", "model.pml")
        run("cc", "-O2", "-w", "-DSAFETY", "-DNOCLAIM", "-DMEMLIM=2048", "-DVECTORSZ=2048",
            "-o", "pan", "pan.c")  # fmt: skip
        out = run("./pan", "-E", "-m1000000", "-w24")
    states = re.search(r"(\d+) states, stored", out)
    errors = re.search(r"errors: (\d+)", out)
    if errors is None or "max search depth too small" in out or "out of memory" in out.lower():
        raise SystemExit(f"the search was not complete:\n{out}")
    violated = re.search(r"assertion violated (.*) \(at", out)
    what = violated.group(1).strip() if violated else "no error"
    return Outcome(errors.group(1) == "0", int(states.group(1)) if states else 0, what)


def known_equivalents(model: str) -> dict[str, str]:
    known = {}
    for line in (FOLDER / "equivalent.txt").read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        of_model, name, reason = line.split(" | ")
        if of_model == model:
            known[name] = reason
    return known


def prove(model: Path, with_mutants: bool, events: int) -> bool:
    text = model.read_text()
    outcome = check(text, events)
    print(f"{model.stem}: {outcome.states:,} states, {outcome.what}", flush=True)
    if not outcome.holds or not with_mutants:
        return outcome.holds
    known = known_equivalents(model.stem)
    made = mutants(text)
    names = [mutant.name for mutant in made]
    fine = True
    for name in known.keys() - set(names):
        print(f"  listed in equivalent.txt, but there is no such mutant: {name}")
        fine = False
    killed, lived = 0, []
    for mutant in made:
        found = check(mutant.text, EVENTS_OF_MUTANTS)
        if found.holds:
            lived.append(mutant.name)
        else:
            killed += 1
        if found.holds != (mutant.name in known):
            said = "lives" if found.holds else f"is listed as equivalent, but killed: {found.what}"
            print(f"  {mutant.name}: {said}", flush=True)
            fine = fine and found.holds
    judged = len(made) - len(set(lived) & set(known))
    print(
        f"{model.stem}: {killed} of {judged} mutants killed; "
        f"{len(made) - judged} more change nothing that matters (equivalent.txt)"
    )
    return fine and killed >= KILLED_LEAST * judged


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer events, seconds")
    parser.add_argument("--mutants", action="store_true", help="the mutants too, minutes")
    parser.add_argument("models", nargs="*", metavar="MODEL")
    arguments = parser.parse_args()
    models = [FOLDER / f"{name}.pml" for name in arguments.models] or sorted(FOLDER.glob("*.pml"))
    events = EVENTS_OF_MUTANTS if arguments.quick else EVENTS
    results = [prove(model, arguments.mutants, events) for model in models]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
