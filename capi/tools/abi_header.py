"""Reads tokentra.h into plain data.

The header keeps to a small grammar, and this reader refuses whatever lies outside of it, so that
nothing can enter the interface without being seen:

    header    = guard, includes, boilerplate, { comment | constant | type | function }
                (boilerplate: what C++ and the Arrow C interfaces need, word for word)
    constant  = "#define" NAME ( integer [ "u" ] | "INT64_MIN" )
    type      = "typedef" integer NAME ";"                     an alias
              | "typedef struct" NAME NAME ";"                 an opaque type
              | "typedef struct" NAME "{" { member } "}" NAME ";"
    member    = [ "const" ] type [ "*" ] name ";"
    function  = comment, { constant }, "TOKENTRA_API" type name "(" parameters ")" ";"

A function's comment ends in four statements, in this order:

    Thread: ... . Owns: ... . Errors: ... . Since: major.minor
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

INTEGERS = ("int32_t", "uint32_t", "int64_t", "uint64_t", "size_t")

# Exact texts that carry no interface. Each occurs once.
BOILERPLATE = (
    "#ifndef TOKENTRA_TOKENTRA_H_\n#define TOKENTRA_TOKENTRA_H_\n",
    "#include <stddef.h>\n",
    "#include <stdint.h>\n",
    """#if defined(TOKENTRA_STATIC)
#define TOKENTRA_API
#elif defined(__GNUC__)
#define TOKENTRA_API __attribute__((visibility("default")))
#else
#define TOKENTRA_API
#endif
""",
    '#ifdef __cplusplus\nextern "C" {\n#endif\n',
    "#ifdef __cplusplus\n}\n#endif\n",
    "#endif /* TOKENTRA_TOKENTRA_H_ */\n",
)
# A block of definitions that are the Arrow standard's, word for word, as the core has them too.
ARROW_BLOCK = re.compile(
    r"#ifndef (ARROW_C_\w+_INTERFACE)\n#define \1\n.*?#endif /\* \1 \*/\n", re.S
)
FOREIGN = ("struct ArrowArrayStream",)  # structures that the interface takes by pointer

_COMMENT = re.compile(r"/\*(.*?)\*/", re.S)
_DIRECTIVE = re.compile(r"#[^\n]*")
_DEFINE = re.compile(r"#define (TOKENTRA_[A-Z0-9_]+) (-?[0-9]+u?|INT64_MIN)\s*$")
_ALIAS = re.compile(r"typedef (\w+) (tokentra_\w+)$")
_OPAQUE = re.compile(r"typedef struct (tokentra_\w+) (tokentra_\w+)$")
_STRUCT = re.compile(r"typedef struct (tokentra_\w+) \{(.*)\} (tokentra_\w+)$")
_VARIABLE = re.compile(r"(const )?((?:struct )?\w+)(\*{0,2}) (\w+)$")
_FUNCTION = re.compile(r"TOKENTRA_API ([\w ]+?\*{0,1}) ?(tokentra_\w+)\((.*)\)$")
_STATEMENTS = re.compile(
    r"Thread: (?P<thread>.+?)\. Owns: (?P<owns>.+?)\. Errors: (?P<errors>.+?)\. "
    r"Since: (?P<since>[0-9]+\.[0-9]+)$"
)


class HeaderError(Exception):
    """The header says something that this reader does not understand or that breaks a rule."""


@dataclass(frozen=True)
class Variable:
    """A structure's member or a function's parameter."""

    name: str
    base: str
    stars: int = 0
    const: bool = False

    @property
    def type(self) -> str:
        return ("const " if self.const else "") + self.base + "*" * self.stars


@dataclass(frozen=True)
class Structure:
    name: str
    members: tuple[Variable, ...]


@dataclass(frozen=True)
class Function:
    name: str
    returns: str
    parameters: tuple[Variable, ...]
    thread: str
    owns: str
    errors: str
    since: str

    @property
    def signature(self) -> str:
        parameters = ", ".join(f"{p.type} {p.name}" for p in self.parameters)
        return f"{self.returns} {self.name}({parameters or 'void'})"


@dataclass
class Header:
    constants: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    opaque: list[str] = field(default_factory=list)
    structures: dict[str, Structure] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)

    def value_types(self) -> set[str]:
        return {*INTEGERS, *self.aliases, *self.structures}


def _blank(text: str) -> str:
    """As many line ends and nothing else: later positions keep their line numbers."""
    return "\n" * text.count("\n")


def _flatten(text: str) -> str:
    """One line, single spaces, pointer stars at the type."""
    text = re.sub(r"\s+", " ", _COMMENT.sub(" ", text)).strip()
    return re.sub(r"\s*(\*+)\s*", r"\1 ", text).replace("( ", "(").replace(" )", ")")


def _comment_text(comment: str) -> str:
    lines = [re.sub(r"^\s*\*?\s?", "", line) for line in comment.split("\n")]
    return re.sub(r"\s+", " ", " ".join(lines)).strip()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.header = Header()

    def fail(self, position: int, message: str) -> HeaderError:
        line = self.text.count("\n", 0, position) + 1
        return HeaderError(f"line {line}: {message}")

    def read(self) -> Header:
        for exact in BOILERPLATE:
            if self.text.count(exact) != 1:
                raise HeaderError(f"expected exactly once: {exact.strip()!r}")
            self.text = self.text.replace(exact, _blank(exact))
        self.text = ARROW_BLOCK.sub(lambda block: _blank(block.group()), self.text)
        self.header.comments = [_comment_text(comment) for comment in _COMMENT.findall(self.text)]
        position, doc = 0, None
        while position < len(self.text):
            space = re.compile(r"\s*").match(self.text, position)
            if space.group().count("\n") > 1:
                doc = None  # a blank line parts a comment from what follows
            position = space.end()
            if position == len(self.text):
                break
            if comment := _COMMENT.match(self.text, position):
                doc, position = _comment_text(comment.group(1)), comment.end()
            elif directive := _DIRECTIVE.match(self.text, position):
                position = self._directive(directive)
            else:
                position = self._declaration(position, doc)
                doc = None
        return self.header

    def _directive(self, directive: re.Match[str]) -> int:
        define = _DEFINE.match(_COMMENT.sub("", directive.group()).rstrip())
        if not define:
            raise self.fail(directive.start(), f"directive not understood: {directive.group()!r}")
        name, value = define.groups()
        if name in self.header.constants:
            raise self.fail(directive.start(), f"constant {name} is defined twice")
        self.header.constants[name] = value
        return directive.end()

    def _declaration(self, start: int, doc: str | None) -> int:
        end, depth = start, 0
        while end < len(self.text) and (self.text[end] != ";" or depth):
            if comment := _COMMENT.match(self.text, end):
                end = comment.end()
                continue
            depth += {"{": 1, "}": -1}.get(self.text[end], 0)
            end += 1
        if end == len(self.text):
            raise self.fail(start, "declaration without its semicolon")
        flat = _flatten(self.text[start:end])
        if match := _FUNCTION.match(flat):
            self._function(start, match, doc)
        elif match := _STRUCT.match(flat):
            self._structure(start, match)
        elif match := _OPAQUE.match(flat):
            self._same_name(start, *match.groups())
            self.header.opaque.append(match.group(1))
        elif (match := _ALIAS.match(flat)) and match.group(1) in INTEGERS:
            self.header.aliases[match.group(2)] = match.group(1)
        else:
            raise self.fail(start, f"declaration not understood: {flat[:80]!r}")
        return end + 1

    def _same_name(self, position: int, tag: str, name: str) -> None:
        if tag != name:
            raise self.fail(position, f"struct {tag} and its typedef {name} differ in name")
        if name in self.header.structures or name in self.header.opaque:
            raise self.fail(position, f"{name} is declared twice")

    def _variable(self, position: int, text: str) -> Variable:
        match = _VARIABLE.match(text.strip())
        if not match:
            raise self.fail(position, f"not a member or parameter: {text.strip()!r}")
        const, base, stars, name = match.groups()
        known = base in self.header.value_types()
        pointed = base == "char" or base in self.header.opaque or base in FOREIGN
        if not known and not (stars and pointed):
            raise self.fail(position, f"type of {name!r} is not one of the interface's: {base!r}")
        if const and not stars:
            raise self.fail(position, f"{name!r} is const by value, which says nothing to a caller")
        return Variable(name, base, len(stars), bool(const))

    def _structure(self, position: int, match: re.Match[str]) -> None:
        tag, body, name = match.groups()
        self._same_name(position, tag, name)
        members = tuple(self._variable(position, m) for m in body.split(";") if m.strip())
        self.header.structures[name] = Structure(name, members)

    def _function(self, position: int, match: re.Match[str], doc: str | None) -> None:
        returns, name, parameters = match.groups()
        if name in self.header.functions:
            raise self.fail(position, f"{name} is declared twice")
        if doc is None:
            raise self.fail(position, f"{name} has no comment")
        statements = _STATEMENTS.search(doc)
        if not statements:
            raise self.fail(
                position, f"{name}: its comment does not end in Thread, Owns, Errors and Since"
            )
        if returns != "void":
            self._variable(position, f"{returns} result")
        variables = (
            ()
            if parameters == "void"
            else tuple(self._variable(position, p) for p in parameters.split(","))
        )
        self.header.functions[name] = Function(name, returns, variables, **statements.groupdict())


def read_header(path: Path) -> Header:
    return read_text(path.read_text(encoding="utf-8"))


def read_text(text: str) -> Header:
    return _Reader(text).read()
