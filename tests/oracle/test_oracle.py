"""The oracle's own tests: every expectation here was computed by hand from docs/catalog.md."""

from __future__ import annotations

import copy
import io
import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import compare
import generate
from catalog_source import CatalogError, compile_pattern, compile_provider, parse_instant
from oracle import Result, UsageError, decimal_text, load_catalog, price, round_money

FIXTURES = Path(__file__).parent / "fixtures"
CATALOG = load_catalog(FIXTURES)
AT = "2026-03-01T12:00:00Z"
MILLION = 1_000_000


def acme(model: str, usage: dict[str, Any], at: str = AT, **conditions: Any) -> Result:
    return price(CATALOG, "acme", model, usage, at, **conditions)


def total(result: Result) -> str | None:
    return None if result.total is None else decimal_text(result.total)


# --- Prices: state, total ------------------------------------------------------------------------

PLAIN = {"input_tokens": 1500, "output_tokens": 500}
ONE_IN = {"input_tokens": MILLION}
ONE_OUT = {"output_tokens": MILLION}

# model, usage, keywords -> match, state, total
PriceCase = tuple[str, dict[str, Any], dict[str, Any], str | None, str, str | None]
PRICE_CASES: list[PriceCase] = [
    # 1500 x 2.5 / 1e6 + 500 x 10 / 1e6
    ("basic", PLAIN, {}, "exact", "priced", "0.00875"),
    ("basic", {"input_tokens": 0}, {}, "exact", "priced", "0"),
    # Cached input at its own rate: 1000 x 2.5 + 500 x 1.25, per million.
    ("basic", {"input_tokens": 1500, "cache_read_tokens": 500}, {}, "exact", "priced", "0.003125"),
    # Cache writes have no rate and cost the input rate; reasoning costs the output rate.
    ("basic", {"input_tokens": MILLION, "cache_write_tokens": 9}, {}, "exact", "priced", "2.5"),
    (
        "basic",
        {"output_tokens": 10, "output_reasoning_tokens": 10},
        {},
        "exact",
        "priced",
        "0.0001",
    ),
    ("basic", {"web_searches": 3}, {}, "exact", "priced", "0.03"),
    # An atom that no rate covers.
    ("basic", {"input_tokens": MILLION, "requests": 1}, {}, "exact", "partial", "2.5"),
    ("basic", {"requests": 1}, {}, "exact", "partial", "0"),
    ("basic", {"input_tokens": MILLION, "requests": 0}, {}, "exact", "priced", "2.5"),
    # Rows by instant, on both sides of the edge.
    ("basic", PLAIN, {"at": "2025-12-31T23:59:59.999999999Z"}, "exact", "priced", "0.015"),
    ("basic", PLAIN, {"at": "2026-01-01T00:00:00Z"}, "exact", "priced", "0.00875"),
    ("basic", PLAIN, {"at": "2026-01-01T01:00:00+01:00"}, "exact", "priced", "0.00875"),
    ("basic", PLAIN, {"at": "2026-01-01T00:59:59+01:00"}, "exact", "priced", "0.015"),
    # Tiers: the provider's words, tokentra's own, unknown ones.
    ("basic", PLAIN, {"service_tier": "default"}, "exact", "priced", "0.00875"),
    ("basic", PLAIN, {"service_tier": "on_demand"}, "exact", "priced", "0.00875"),
    ("basic", ONE_IN, {"service_tier": "rush"}, "exact", "priced", "4.25"),
    ("basic", ONE_OUT, {"service_tier": "priority"}, "exact", "priced", "17"),
    ("basic", PLAIN, {"service_tier": "flex"}, "exact", "unpriced", None),
    ("basic", PLAIN, {"service_tier": "gold"}, "exact", "unpriced", None),
    # The variant removed the cache rate: cached input costs its input rate.
    (
        "basic",
        {"input_tokens": MILLION, "cache_read_tokens": MILLION},
        {"service_tier": "priority"},
        "exact",
        "priced",
        "4.25",
    ),
    # The variant starts in 2026.
    (
        "basic",
        ONE_IN,
        {"service_tier": "rush", "at": "2025-06-01T00:00:00Z"},
        "exact",
        "unpriced",
        None,
    ),
    # Batch, said in three ways; web searches are not multiplied.
    ("basic", ONE_IN, {"batch": True}, "exact", "priced", "1.25"),
    ("basic", ONE_IN, {"service_tier": "batch"}, "exact", "priced", "1.25"),
    ("basic", ONE_IN, {"service_tier": "bulk"}, "exact", "priced", "1.25"),
    ("basic", {"web_searches": 1000}, {"batch": True}, "exact", "priced", "10"),
    ("basic", ONE_IN, {"batch": True, "at": "2025-06-01T00:00:00Z"}, "exact", "priced", "2.5"),
    ("basic", ONE_IN, {"batch": True, "service_tier": "priority"}, "exact", "unpriced", None),
    ("painter", {"requests": 1}, {"batch": True}, "exact", "unpriced", None),
    # A region that no row names changes nothing; one outside the tree is unknown.
    ("basic", ONE_IN, {"region": "eu"}, "exact", "priced", "2.5"),
    ("basic", ONE_IN, {"region": "mars"}, "exact", "unpriced", None),
    # Named conditions that no row of the model names do not matter.
    ("basic", ONE_IN, {"conditions": {"quality": "odd"}}, "exact", "priced", "2.5"),
    # Bands: at_least is >=, above is >, on the inclusive quantity, for the whole part.
    ("banded", {"input_tokens": 999}, {}, "exact", "priced", "0.000999"),
    ("banded", {"input_tokens": 1000}, {}, "exact", "priced", "0.002"),
    ("banded", {"input_tokens": 272000}, {}, "exact", "priced", "0.544"),
    ("banded", {"input_tokens": 272001}, {}, "exact", "priced", "1.088004"),
    (
        "banded",
        {"input_tokens": 272001, "cache_read_tokens": 272001, "output_tokens": MILLION},
        {},
        "exact",
        "priced",
        "6.0272001",
    ),
    ("banded", {"input_tokens": 1000}, {"batch": True}, "exact", "priced", "0.001"),
    # A rate of the variant's own holds in all bands; other meters keep the row's bands.
    ("banded", {"input_tokens": MILLION}, {"service_tier": "flex"}, "exact", "priced", "0.7"),
    (
        "banded",
        {"input_tokens": 272001, "output_tokens": MILLION},
        {"service_tier": "flex"},
        "exact",
        "priced",
        "6.1904007",
    ),
    # Unless the variant has bands of its own for that meter.
    ("banded", {"input_tokens": 500000}, {"service_tier": "priority"}, "exact", "priced", "4.5"),
    (
        "banded",
        {"input_tokens": 500001},
        {"service_tier": "priority"},
        "exact",
        "priced",
        "5.500011",
    ),
    # Regions: default, any but, node, deeper node, and its descendants.
    ("vendor.regional", ONE_IN, {}, "exact", "priced", "10"),
    ("vendor.regional", ONE_IN, {"region": "global"}, "exact", "priced", "10"),
    ("vendor.regional", ONE_IN, {"region": "eu"}, "exact", "priced", "11"),
    ("vendor.regional", ONE_IN, {"region": "us"}, "exact", "priced", "12"),
    ("vendor.regional", ONE_IN, {"region": "us-gov"}, "exact", "priced", "12"),
    ("vendor.regional", ONE_IN, {"region": "us-east-1"}, "exact", "priced", "13"),
    ("vendor.regional", ONE_IN, {"region": "us-east-1a"}, "exact", "priced", "13"),
    ("vendor.regional", ONE_OUT, {"region": "us-east-1a"}, "exact", "priced", "20"),
    # Rows that carry conditions themselves, and a variant over both.
    ("regional-only", ONE_IN, {}, "exact", "unpriced", None),
    ("regional-only", ONE_IN, {"region": "eu"}, "exact", "priced", "1"),
    ("regional-only", ONE_IN, {"region": "us-gov", "batch": True}, "exact", "priced", "1"),
    # Named conditions: default, named, unknown.
    ("painter", {"requests": 1}, {}, "exact", "priced", "0.04"),
    ("painter", {"requests": 1}, {"conditions": {"quality": "medium"}}, "exact", "priced", "0.04"),
    ("painter", {"requests": 1}, {"conditions": {"quality": "high"}}, "exact", "priced", "0.08"),
    ("painter", {"requests": 1}, {"conditions": {"quality": "hd"}}, "exact", "unpriced", None),
    # Joins: cached audio at the cache rate; one-hour audio writes at the audio rate.
    (
        "listener",
        {
            "input_tokens": 3 * MILLION,
            "input_audio_tokens": 2 * MILLION,
            "cache_read_tokens": MILLION,
            "cache_audio_read_tokens": MILLION,
        },
        {},
        "exact",
        "priced",
        "43.75",
    ),
    ("listener", {"cache_audio_write_tokens": MILLION}, {}, "exact", "priced", "3"),
    ("listener", {"cache_audio_write_1h_tokens": MILLION}, {}, "exact", "priced", "40"),
    ("listener", {"cache_write_1h_tokens": MILLION}, {}, "exact", "priced", "6"),
    # Billed: minimum, step, zero; 10000 x 0.111 / 3600000 does not end and rounds once.
    ("scribe", {"input_audio_milliseconds": 1}, {}, "exact", "priced", "0.000308333333333333"),
    ("scribe", {"input_audio_milliseconds": 10001}, {}, "exact", "priced", "0.000339166666666667"),
    ("scribe", {"input_audio_milliseconds": 0}, {}, "exact", "priced", "0"),
    # Free is stated, and ends.
    ("gift", PLAIN, {}, "exact", "free", "0"),
    ("gift", PLAIN, {"at": "2027-01-01T00:00:00Z"}, "exact", "unpriced", None),
    # Matching: aliases, with interval and pin.
    ("basic-1", PLAIN, {}, "alias", "priced", "0.00875"),
    ("basic-latest", PLAIN, {"at": "2026-06-30T23:59:59Z"}, "alias", "priced", "0.00875"),
    ("basic-latest", PLAIN, {"at": "2026-07-01T00:00:00Z"}, "alias", "priced", "0.0025"),
    ("basic-latest", PLAIN, {"at": "2025-12-31T23:59:59Z"}, None, "unpriced", None),
    ("global.vendor.basic", ONE_IN, {}, "alias", "priced", "2.5"),
    ("global.vendor.basic", ONE_IN, {"region": "global"}, "alias", "priced", "2.5"),
    ("global.vendor.basic", ONE_IN, {"region": "eu"}, "alias", "priced", "2.5"),
    # Patterns are anchored at both ends.
    ("basic-2026-02-03", PLAIN, {}, "pattern", "priced", "0.00875"),
    ("basic-d20260203", PLAIN, {}, "pattern", "priced", "0.00875"),
    ("basic-n7", PLAIN, {}, "pattern", "priced", "0.00875"),
    ("basic-n7b", PLAIN, {}, None, "unpriced", None),
    ("basic-x", PLAIN, {}, "pattern", "priced", "0.00875"),
    ("basic-x-v2:0", PLAIN, {}, "pattern", "priced", "0.00875"),
    ("ft:basic:me::1", PLAIN, {}, "pattern", "priced", "0.00875"),
    ("ft:basic:", PLAIN, {}, None, "unpriced", None),
    # The normaliser, one step after another.
    ("BASIC", PLAIN, {}, "normalized", "priced", "0.00875"),
    ("Acme/Basic", PLAIN, {}, "normalized", "priced", "0.00875"),
    ("banded-2026-02-03", {"input_tokens": 999}, {}, "normalized", "priced", "0.000999"),
    ("acme/banded-20260203", {"input_tokens": 999}, {}, "normalized", "priced", "0.000999"),
    ("banded-v1:0", {"input_tokens": 999}, {}, "normalized", "priced", "0.000999"),
    ("banded@20260203", {"input_tokens": 999}, {}, "normalized", "priced", "0.000999"),
    ("banded@latest", {"input_tokens": 999}, {}, "normalized", "priced", "0.000999"),
    ("us.vendor.regional", ONE_IN, {}, "normalized", "priced", "12"),
    ("us.vendor.regional-v1:0", ONE_IN, {}, "normalized", "priced", "12"),
    # A pinned region agrees with what lies within it; a pinned global with every region.
    ("us.vendor.regional", ONE_IN, {"region": "eu"}, "normalized", "unpriced", None),
    ("us.vendor.regional", ONE_IN, {"region": "us-east-1a"}, "normalized", "priced", "13"),
    ("us-gov.vendor.regional", ONE_IN, {"region": "us"}, "normalized", "unpriced", None),
    ("global.vendor.regional", ONE_IN, {"region": "us"}, "normalized", "priced", "10"),
    ("apac.vendor.regional", ONE_IN, {}, "normalized", "unpriced", None),
    (
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.vendor.regional",
        ONE_IN,
        {},
        "normalized",
        "priced",
        "13",
    ),
    ("us.banded", ONE_IN, {}, None, "unpriced", None),
    # A family without dated snapshots refuses one; unlisted suffixes are other models.
    ("basic-latest-2-2026-02-03", PLAIN, {}, None, "unpriced", None),
    ("banded-turbo", PLAIN, {}, None, "unpriced", None),
]


@pytest.mark.parametrize("case", PRICE_CASES)
def test_price(case: PriceCase) -> None:
    model, usage, given, *expected = case
    result = acme(model, usage, **given)
    assert [result.match, result.state, total(result)] == expected


def test_lines_are_disjoint_and_add_up() -> None:
    result = acme("basic", {"input_tokens": 1500, "cache_read_tokens": 500, "output_tokens": 500})
    assert [tuple(line) for line in result.lines] == [
        ("cache_read_tokens", 500, "1.25", MILLION, Fraction("0.000625")),
        ("input_tokens", 1000, "2.5", MILLION, Fraction("0.0025")),
        ("output_tokens", 500, "10", MILLION, Fraction("0.005")),
    ]
    assert result.model_id == "basic"
    assert result.total == sum(line.amount for line in result.lines)


def test_uncovered_atoms_are_named() -> None:
    assert acme("basic", {"requests": 1, "input_pixels": 2}).uncovered == (
        "input_pixels",
        "requests",
    )


def test_unknown_provider_is_unpriced() -> None:
    result = price(CATALOG, "nobody", "basic", PLAIN, AT)
    assert (result.match, result.state, result.total) == (None, "unpriced", None)


@pytest.mark.parametrize("at", [None, "yesterday", "2026-01-01", "2026-01-01T00:00:00"])
def test_an_instant_is_needed(at: str | None) -> None:
    with pytest.raises(UsageError):
        price(CATALOG, "acme", "basic", PLAIN, at)


def test_rounding_is_half_even() -> None:
    unit = Fraction(1, 10**18)
    assert round_money(unit * Fraction(1, 2)) == 0
    assert round_money(unit * Fraction(3, 2)) == 2 * unit
    assert round_money(unit * Fraction(5, 2)) == 2 * unit


def test_decimal_text() -> None:
    texts = {
        Fraction(0): "0",
        Fraction(11, 4): "2.75",
        Fraction(10): "10",
        Fraction(1, 100): "0.01",
    }
    assert {decimal_text(value) for value in texts} == set(texts.values())


def test_instants() -> None:
    assert parse_instant("1970-01-01T00:00:01.5Z") == 1_500_000_000
    assert parse_instant("1970-01-01T01:00:00+01:00") == 0


# --- What does not compile -----------------------------------------------------------------------


def provider_with(*price_rows: dict[str, Any], **model: Any) -> dict[str, Any]:
    """A provider with one model of these rows; a row without rates gets one."""
    rows = [{"rates": {"input_tokens": ["1", MILLION]}, **row} for row in price_rows]
    return {
        "format": 1,
        "provider": "p",
        "regions": {"asia": None, "eu": None, "us": None, "us-east": "us"},
        "models": [{"id": "m", "price_rows": rows, **model}],
    }


EU = {"conditions": {"region": "eu"}}
HIGH = {"conditions": {"quality": "high"}}
NOT_EU = {"conditions": {"region": {"not": "eu"}}}
NOT_US = {"conditions": {"region": {"not": "us"}}}

BROKEN_CASES: list[tuple[dict[str, Any], str]] = [
    (provider_with({}, {}), "overlap"),
    (provider_with({}, {"from": "2026-01-01T00:00:00Z"}), "overlap"),
    (provider_with(EU, EU), "overlap"),
    (provider_with(EU, HIGH), "overlap"),
    (provider_with(NOT_EU, NOT_US), "overlap"),
    (provider_with({}, variants=[{**EU}, {**HIGH}]), "overlap"),
    (provider_with(EU, variants=[{**NOT_EU}]), "restates"),
    (provider_with({}, variants=[{"rates": {}}]), "needs conditions"),
    (provider_with({"conditions": {"region": "mars"}}), "mars"),
    (provider_with({"from": "2026-01-01T00:01:00Z"}), "quarter hour"),
    (provider_with({"free": True}), "free"),
    (provider_with({"rates": {}}), "free"),
    (provider_with({"rates": {"tokens": ["1", 1]}}), "tokens"),
    (provider_with({"rates": {"input_tokens": [1, 1]}}), "decimal string"),
    (
        provider_with({"rates": {"input_audio_tokens": ["1", 1], "cache_read_tokens": ["1", 1]}}),
        "cache_audio_read",
    ),
    (
        provider_with(
            {
                "bands": [
                    {"above": {"input_tokens": 9}, "rates": {"output_audio_tokens": ["1", 1]}},
                    {"above": {"input_tokens": 99}, "rates": {"output_reasoning_tokens": ["1", 1]}},
                ]
            }
        ),
        "output_audio_reasoning",
    ),
    (provider_with({}, patterns=["a{suffix}b"]), "end only"),
    (provider_with({}, patterns=["a{anything}"]), "no placeholder"),
    (provider_with({}, aliases=["x", {"id": "x", "from": "2026-01-01T00:00:00Z"}]), "x means"),
]


@pytest.mark.parametrize(("source", "message"), BROKEN_CASES)
def test_does_not_compile(source: dict[str, Any], message: str) -> None:
    with pytest.raises(CatalogError, match=message):
        compile_provider(source)


COMPILING_CASES = [
    provider_with({}, EU),
    provider_with({}, NOT_EU, EU),
    provider_with(EU, {"conditions": {"region": "us"}}, {"conditions": {"region": "us-east"}}),
    provider_with({"until": "2026-01-01T00:00:00Z"}, {"from": "2026-01-01T00:00:00Z"}),
    provider_with({}, HIGH, {"conditions": {"quality": "low"}}),
    provider_with({}, {"conditions": {"batch": True}}, {"conditions": {"service_tier": "flex"}}),
    provider_with({}, HIGH, {"conditions": {"quality": "high", "region": "eu"}}),
]


@pytest.mark.parametrize("source", COMPILING_CASES)
def test_compiles(source: dict[str, Any]) -> None:
    compile_provider(source)


def test_two_models_with_one_id_do_not_compile() -> None:
    source = provider_with({})
    source["models"].append(copy.deepcopy(source["models"][0]))
    with pytest.raises(CatalogError, match="stand twice"):
        compile_provider(source)


def test_patterns_take_everything_else_literally() -> None:
    assert compile_pattern("a.b-{digits}").fullmatch("a.b-1")
    assert not compile_pattern("a.b-{digits}").fullmatch("aXb-1")


# --- Generator and comparison --------------------------------------------------------------------


def test_cases_are_reproducible_and_reach_every_model() -> None:
    cases = list(generate.cases(FIXTURES, 3000, seed=7))
    assert cases == list(generate.cases(FIXTURES, 3000, seed=7))
    assert cases != list(generate.cases(FIXTURES, 3000, seed=8))
    outcomes = [compare.expect(CATALOG, case) for case in cases]
    reached = {outcome["model"] for outcome in outcomes if "error" not in outcome}
    assert reached >= {model.id for model in CATALOG.providers["acme"].models}
    states = {outcome["state"] for outcome in outcomes if "error" not in outcome}
    assert states == {"priced", "free", "partial", "unpriced"}
    matches = {outcome["match"] for outcome in outcomes if "error" not in outcome}
    assert matches == {"exact", "alias", "pattern", "normalized", None}
    assert 0 < sum("error" in outcome for outcome in outcomes) < 300


def test_first_cases_are_one_of_each_model() -> None:
    models = CATALOG.providers["acme"].models
    cases = list(generate.cases(FIXTURES, len(models), seed=1))
    assert [case["model"] for case in cases] == [model.id for model in models]


def write_program(path: Path, body: str) -> Path:
    path.write_text(f"#!{sys.executable}\nimport json, sys\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


HONEST = f"""
sys.path.insert(0, {str(Path(__file__).parent)!r})
import compare
catalog = compare.load_catalog({str(FIXTURES)!r})
assert sys.argv[1:] == ["price", "--json", "-"]
for n, line in enumerate(sys.stdin, 1):
    print(json.dumps(compare.as_json(n, compare.expect(catalog, json.loads(line)))))
"""


def test_comparison_agrees_with_an_honest_program(tmp_path: Path) -> None:
    program = write_program(tmp_path / "honest", HONEST)
    output = io.StringIO()
    assert compare.run(program, FIXTURES, count=500, seed=3, processes=1, output=output) == 0
    assert "500 cases, 500 equal, 0 differing" in output.getvalue()


def test_comparison_finds_one_wrong_digit(tmp_path: Path) -> None:
    wrong = HONEST.replace("print(json.dumps(", "print(json.dumps(spoil(").replace(
        ")))))", "))))))"
    )
    spoil = """
def spoil(answer):
    if answer.get("total") and answer["line"] == 5:
        answer["total"] += "1" if "." in answer["total"] else ".1"
    return answer
"""
    program = write_program(tmp_path / "wrong", spoil + wrong)
    output = io.StringIO()
    assert compare.run(program, FIXTURES, count=50, seed=3, processes=1, output=output) == 1
    assert "50 cases, 49 equal, 1 differing" in output.getvalue()


def test_comparison_survives_a_program_that_stops(tmp_path: Path) -> None:
    program = write_program(tmp_path / "stops", "print('not json'); sys.exit(3)")
    output = io.StringIO()
    assert compare.run(program, FIXTURES, count=20, seed=3, processes=1, output=output) == 1
    assert "0 equal, 20 differing" in output.getvalue()


def test_generated_cases_are_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--count", "10", "--seed", "1", "--providers", str(FIXTURES)]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["id"] for record in records] == [f"c1-{n}" for n in range(1, 11)]
