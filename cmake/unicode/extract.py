"""Extracts from the Unicode Character Database what tokentra needs, into unicode-VERSION.txt.

    python3 cmake/unicode/extract.py UCD_FOLDER > cmake/unicode/unicode-15.0.0.txt

UCD_FOLDER holds UnicodeData.txt and DerivedNormalizationProps.txt of that version (Debian's
package unicode-data has them). Confusables come from ICU's spoof data of the same Unicode version
(ICU 72 is Unicode 15.0), which is built from confusables.txt of UTS 39. Run by hand when the
version moves; the build reads the result only (make_tables.cc).

Lines: `C first last category` (M, N, P and S without their second letter), `K first last class`
(canonical combining class), `D character first [second]` (canonical decomposition, one level),
`X character` (not composed again), `S character ascii` (UTS 39 skeleton, where it is one ASCII
letter or digit).
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ICU = 72
LAST = 0x10FFFF


def ranges(values: dict[int, str], default: str) -> Iterable[tuple[int, int, str]]:
    first, current = 0, values.get(0, default)
    for point in range(1, LAST + 2):
        value = values.get(point, default) if point <= LAST else None
        if value != current:
            if current != default:
                yield first, point - 1, current
            first, current = point, value


def icu_skeleton() -> Callable[[str], str]:
    spoof = ctypes.CDLL(f"libicui18n.so.{ICU}")
    status = ctypes.c_int(0)
    spoof_open = getattr(spoof, f"uspoof_open_{ICU}")
    spoof_open.restype = ctypes.c_void_p
    checker = ctypes.c_void_p(spoof_open(ctypes.byref(status)))
    skeleton_of = getattr(spoof, f"uspoof_getSkeletonUTF8_{ICU}")

    def skeleton(text: str) -> str:
        source = text.encode()
        target = ctypes.create_string_buffer(256)
        error = ctypes.c_int(0)
        size = skeleton_of(
            checker, 0, source, len(source), target, len(target), ctypes.byref(error)
        )
        return target.raw[:size].decode() if error.value <= 0 else text

    return skeleton


def main() -> None:
    folder = Path(sys.argv[1])
    categories: dict[int, str] = {}
    classes: dict[int, str] = {}
    decompositions: dict[int, str] = {}
    opened = 0
    for line in (folder / "UnicodeData.txt").read_text(encoding="ascii").splitlines():
        fields = line.split(";")
        point, name, category = int(fields[0], 16), fields[1], fields[2]
        short = category[0] if category[0] in "MNPS" else category
        if name.endswith(", First>"):
            opened = point
        for each in range(opened if name.endswith(", Last>") else point, point + 1):
            categories[each] = short
        if fields[3] != "0":
            classes[point] = fields[3]
        if fields[5] and not fields[5].startswith("<"):
            decompositions[point] = fields[5]
    excluded = []
    properties = folder / "DerivedNormalizationProps.txt"
    version = properties.read_text(encoding="utf-8").split("-", 1)[1].split(".txt", 1)[0]
    for line in properties.read_text(encoding="utf-8").splitlines():
        fields = [field.strip() for field in line.split("#", 1)[0].split(";")]
        if len(fields) > 1 and fields[1] == "Full_Composition_Exclusion":
            first, _, last = fields[0].partition("..")
            excluded += range(int(first, 16), int(last or first, 16) + 1)
    skeleton = icu_skeleton()
    ascii_of = {skeleton(chr(byte)): chr(byte) for byte in range(0x21, 0x7F)}
    for letter in "Il|":  # all three look alike; the letter is the likeliest
        ascii_of[skeleton(letter)] = "l"
    ascii_of[skeleton("O")] = "o" if skeleton("O") == skeleton("o") else "O"

    print(f"# Unicode {version}")
    for first, last, category in ranges(categories, "Cn"):
        print(f"C {first:04X} {last:04X} {category}")
    for first, last, number in ranges(classes, "0"):
        print(f"K {first:04X} {last:04X} {number}")
    for point, text in sorted(decompositions.items()):
        print(f"D {point:04X} {text}")
    for point in excluded:
        if point in decompositions:
            print(f"X {point:04X}")
    for point in sorted(categories):
        if point < 0x80 or categories[point] in ("Cs", "Co") or point in decompositions:
            continue
        letter = ascii_of.get(skeleton(chr(point)))
        if letter is not None and letter.isalnum():
            print(f"S {point:04X} {letter}")


if __name__ == "__main__":
    main()
