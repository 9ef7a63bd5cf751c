"""The ABI tool refuses what it should: every rule is broken once, on purpose.

Method: a small header that is sound is changed in one place, and the tool has to name that change.
The committed manifest is compared with damaged copies of itself in the same way.
"""

from __future__ import annotations

import copy
import json
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "capi" / "tools"))

import abi  # noqa: E402
import abi_compare  # noqa: E402
import abi_layout  # noqa: E402
import abi_outputs  # noqa: E402
import abi_rules  # noqa: E402
from abi_header import HeaderError, read_header, read_text  # noqa: E402

HEADER = ROOT / "capi" / "include" / "tokentra" / "tokentra.h"
FUNCTION = "TOKENTRA_API uint32_t tokentra_meter_count(void);\n"
STATEMENTS = "/* Thread: any. Owns: nothing. Errors: none. Since: 1.0 */\n"


def insert(addition: str) -> str:
    """The real header with something before its end."""
    end = "#ifdef __cplusplus\n}\n#endif\n"
    text = HEADER.read_text(encoding="utf-8")
    assert text.count(end) == 1
    return text.replace(end, addition + "\n" + end)


class HeaderReading(unittest.TestCase):
    def assert_refused(self, addition: str, message: str) -> None:
        with self.assertRaisesRegex(HeaderError, message):
            read_text(insert(addition))

    def test_reads_the_header(self) -> None:
        header = read_header(HEADER)
        self.assertIn("tokentra_price", header.functions)
        call = header.structures["tokentra_call"]
        self.assertEqual(call.members[0].type, "tokentra_text")
        self.assertEqual(header.functions["tokentra_price"].since, "1.0")

    def test_refuses_what_it_does_not_understand(self) -> None:
        self.assert_refused("#define TOKENTRA_F(x) (x)", "directive not understood")
        self.assert_refused("#pragma once", "directive not understood")
        self.assert_refused("#include <stdio.h>", "directive not understood")
        self.assert_refused("typedef enum tokentra_e { A } tokentra_e;", "not understood")
        self.assert_refused("typedef void (*tokentra_fn)(int);", "not understood")
        self.assert_refused("static int tokentra_x;", "not understood")
        self.assert_refused("typedef struct tokentra_a tokentra_b;", "differ in name")
        self.assert_refused("typedef struct tokentra_a { int a; } tokentra_a;", "not one of")
        self.assert_refused("typedef struct tokentra_a { double a; } tokentra_a;", "not one of")
        self.assert_refused("typedef struct tokentra_a { long a[2]; } tokentra_a;", "not a member")
        self.assert_refused("#define TOKENTRA_OK 0", "defined twice")
        self.assert_refused("typedef struct tokentra_text tokentra_text;", "declared twice")

    def test_refuses_an_undocumented_function(self) -> None:
        function = "TOKENTRA_API uint32_t tokentra_x(void);"
        self.assert_refused("\n" + function, "has no comment")
        self.assert_refused("/* Says little. */\n" + function, "does not end in")
        self.assert_refused(STATEMENTS + "\n" + function, "has no comment")
        missing = ("Thread: any. ", "Owns: nothing. ", "Errors: none. ", "Since: 1.0 ")
        for part in missing:
            self.assert_refused(STATEMENTS.replace(part, "") + function, "does not end in")
        self.assertIn("tokentra_x", read_text(insert(STATEMENTS + function)).functions)


class HeaderRules(unittest.TestCase):
    def problems(self, text: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "tokentra", "tokentra.h")
            path.parent.mkdir()
            path.write_text(text, encoding="utf-8")
            header = read_header(path)
            layouts, _ = abi_layout.probe(header, Path(folder), "cc")
            return abi_rules.problems(header, layouts)

    def assert_broken(self, addition: str, message: str) -> None:
        self.assertRegex("\n".join(self.problems(insert(addition))), message)

    def test_the_header_keeps_them(self) -> None:
        self.assertEqual(self.problems(HEADER.read_text(encoding="utf-8")), [])

    def test_layout(self) -> None:
        def structure(members: str) -> str:
            return f"typedef struct tokentra_a {{ {members} }} tokentra_a;"

        self.assert_broken(structure("uint32_t a; uint64_t b; uint32_t c;"), "padding before b")
        self.assert_broken(structure("uint64_t b; uint32_t c;"), "padding at the end")
        self.assert_broken(structure("uint64_t a;"), "not a multiple of 16")
        self.assert_broken(structure("uint64_t a; int64_t reserved;"), "unsigned integer")

    def test_functions(self) -> None:
        def function(statements: str, declaration: str) -> str:
            return f"/* {statements} Since: 1.0 */\nTOKENTRA_API {declaration};"

        fine = "Thread: concurrent. Owns: *error. Errors: INTERNAL."
        self.assert_broken(function(fine, "tokentra_status tokentra_x(int32_t a)"), "exactly when")
        self.assert_broken(
            function(fine, "tokentra_status tokentra_x(tokentra_error** error, int32_t a)"),
            "last parameter",
        )
        good = "tokentra_status tokentra_x(const tokentra_cost* cost, tokentra_error** error)"
        bad = good.replace("const ", "")
        self.assertEqual(self.problems(insert(function(fine, good))), [])
        self.assert_broken(function(fine, bad), "object is not const")
        self.assert_broken(function(fine.replace("concurrent", "exclusive"), good), "is const")
        self.assert_broken(function(fine.replace("concurrent", "maybe"), good), "begins with")
        self.assert_broken(function(fine.replace("*error", "nothing"), good), "who owns")
        self.assert_broken(function(fine.replace("INTERNAL", "EPERM"), good), "is no status")
        self.assert_broken(function(fine.replace("INTERNAL", "none"), good), "names no status")

    def test_comments_name_what_exists(self) -> None:
        self.assert_broken("/* See tokentra_price_all. */", "refers to tokentra_price_all")
        self.assert_broken("/* With TOKENTRA_CALL_ALL. */", "refers to TOKENTRA_CALL_ALL")
        self.assertEqual(self.problems(insert("/* As tokentra_call.flags and `..._free`. */")), [])

    def test_a_structure_travels_with_its_size_everywhere_or_nowhere(self) -> None:
        self.assert_broken(
            "/* Thread: any. Owns: *error. Errors: INTERNAL. Since: 1.0 */\n"
            "TOKENTRA_API tokentra_status tokentra_x(tokentra_call* call, tokentra_error** error);",
            "elsewhere travels without a size",
        )


class Comparison(unittest.TestCase):
    def setUp(self) -> None:
        header = read_header(HEADER)
        layouts, constants = abi_layout.probe(header, HEADER.parents[1], "cc")
        self.old = abi_outputs.manifest(header, layouts, constants)
        self.new = copy.deepcopy(self.old)

    def item(self, table: str, name: str) -> dict:
        return next(item for item in self.new[table] if item["name"] == name)

    def assert_broken(self, message: str) -> None:
        found = "\n".join(abi_compare.compare(self.old, self.new))
        self.assertRegex(found, message)
        self.new = copy.deepcopy(self.old)

    def test_equal_and_appended_are_compatible(self) -> None:
        self.assertEqual(abi_compare.compare(self.old, self.new), [])
        call = self.item("structs", "tokentra_call")
        for name in ("later", "reserved9"):
            member = {"name": name, "type": "uint64_t", "offset": call["size"], "size": 8}
            call["members"].append(member)
            call["size"] += 8
        call["members"] = [
            {**m, "name": "meaning"} if m["name"] == "reserved" else m for m in call["members"]
        ]
        self.new["constants"]["TOKENTRA_LATER"] = 9
        self.new["opaque"].append("tokentra_later")
        later = {**self.item("functions", "tokentra_price"), "name": "tokentra_x", "since": "1.1"}
        self.new["functions"].append(later)
        self.assertEqual(abi_compare.compare(self.old, self.new), [])

    def test_functions(self) -> None:
        self.new["functions"] = self.new["functions"][1:]
        self.assert_broken("function tokentra_abi_manifest was removed")
        self.item("functions", "tokentra_price")["returns"] = "int64_t"
        self.assert_broken("function tokentra_price changed from")
        self.item("functions", "tokentra_price")["parameters"].pop(2)
        self.assert_broken("function tokentra_price changed from")
        self.item("functions", "tokentra_price")["parameters"].reverse()
        self.assert_broken("function tokentra_price changed from")
        self.item("functions", "tokentra_price")["since"] = "1.1"
        self.assert_broken("changed Since from 1.0 to 1.1")
        self.item("functions", "tokentra_price")["thread"] = "exclusive"
        self.assert_broken("thread promise fell from concurrent to exclusive")
        self.item("functions", "tokentra_meter_count")["error_codes"] = ["INTERNAL"]
        self.assert_broken("could not fail and now can: INTERNAL")
        later = {**self.item("functions", "tokentra_price"), "name": "tokentra_x"}
        self.new["functions"].append(later)
        self.assert_broken("tokentra_x is new but says Since 1.0")

    def test_structures(self) -> None:
        def members() -> list[dict]:
            return self.item("structs", "tokentra_call")["members"]

        members()[0]["offset"], members()[1]["offset"] = 16, 0
        self.assert_broken("member tokentra_call.provider moved from 0 to 16")
        members().pop(3)
        self.assert_broken("member tokentra_call.service_tier was removed")
        next(m for m in members() if m["name"] == "reserved")["size"] = 8
        self.assert_broken("member tokentra_call.reserved changed size from 4 to 8")
        next(m for m in members() if m["name"] == "at_ns")["type"] = "uint64_t"
        self.assert_broken("member tokentra_call.at_ns changed type from int64_t to uint64_t")
        self.item("structs", "tokentra_call")["size"] = 64
        self.assert_broken("struct tokentra_call shrank from 192 to 64")
        self.item("structs", "tokentra_call")["align"] = 16
        self.assert_broken("struct tokentra_call: alignment changed from 8 to 16")
        self.item("structs", "tokentra_quantity")["size"] = 32
        self.assert_broken("struct tokentra_quantity: size changed from 16 to 32")
        self.item("structs", "tokentra_call")["growth"] = "frozen"
        self.assert_broken("struct tokentra_call no longer travels with its size")
        self.new["structs"].remove(self.item("structs", "tokentra_call"))
        self.assert_broken("struct tokentra_call was removed")

    def test_names(self) -> None:
        self.new["constants"]["TOKENTRA_STATE_FREE"] = 7
        self.assert_broken("constant TOKENTRA_STATE_FREE changed from 2 to 7")
        del self.new["constants"]["TOKENTRA_STATE_FREE"]
        self.assert_broken("constant TOKENTRA_STATE_FREE was removed")
        self.new["types"]["tokentra_status"] = "int64_t"
        self.assert_broken("type tokentra_status changed from int32_t to int64_t")
        self.new["opaque"].remove("tokentra_cost")
        self.assert_broken("opaque type tokentra_cost was removed")
        self.new["abi"] = 2
        self.assert_broken("ABI version 1 became 2")


class Files(unittest.TestCase):
    def test_a_stale_file_is_shown(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            capi = Path(folder)
            (capi / "exports.txt").write_text("tokentra_gone\n", encoding="utf-8")
            (diff,) = abi.check(capi, {"exports.txt": "tokentra_here\n"})
        self.assertIn("-tokentra_gone", diff)
        self.assertIn("+tokentra_here", diff)

    def test_the_manifest_is_the_included_text(self) -> None:
        committed = json.loads((ROOT / "capi/abi/tokentra-1.json").read_text(encoding="utf-8"))
        lines = (ROOT / "capi/src/generated/abi_manifest.inc").read_text(encoding="utf-8")
        pieces = [line.removesuffix(",")[1:-1] for line in lines.splitlines() if line[:1] == '"']
        text = "".join(pieces).replace('\\"', '"').replace("\\\\", "\\")
        self.assertEqual(json.loads(text), committed)


if __name__ == "__main__":
    unittest.main()
