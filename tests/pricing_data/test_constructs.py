"""The billing constructs of docs/catalog.md, "What providers bill", row by row.

Method: calls to real entries of the built-in catalog through the program, each with its arithmetic
written out. A construct that is refused is shown to be unpriced or partial, never guessed. The rows
and the tests must be the same ones.
"""

from __future__ import annotations

import json
import re
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "catalog.md"
AT = "2026-11-12T12:00:00Z"  # a Thursday, outside everybody's peak hours
M = 1_000_000

Json = dict[str, Any]


@pytest.fixture(scope="module")
def price(program: Path) -> Any:
    def one(provider: str, model: str, usage: Json, at: str = AT, **call: Any) -> Json:
        record = {"provider": provider, "model": model, "at": at, "usage": usage, **call}
        done = subprocess.run(
            [program, "price", "--json", "-"],
            input=json.dumps(record), capture_output=True, text=True, check=False,
        )  # fmt: skip
        answer: Json = json.loads(done.stdout)
        return answer

    return one


def costs(answer: Json, *products: tuple[int, str, int]) -> bool:
    """Priced, and the sum of quantity x amount / per."""
    total = sum((q * Decimal(amount) / per for q, amount, per in products), Decimal(0))
    return answer["state"] == "priced" and Decimal(answer["total"]) == total


def lines(answer: Json) -> dict[str, str]:
    return {line["meter"]: line["amount"] for line in answer["lines"]}


def test_1_an_alias_that_moves(price: Any) -> None:
    usage = {"input_tokens": M}
    before = price("mistral", "mistral-medium", usage, "2026-06-15T23:59:59Z")
    after = price("mistral", "mistral-medium", usage, "2026-06-16T00:00:00Z")
    assert (before["model"], after["model"]) == ("mistral-medium-3-1", "mistral-medium-3-5")
    assert costs(before, (M, "0.4", M))
    assert costs(after, (M, "1.5", M))


def test_2_any_region_but_global(price: Any) -> None:
    usage = {"input_tokens": M}
    for provider, model in [("google-vertex", "claude-opus-5"), ("aws", "anthropic.claude-opus-5")]:
        assert costs(price(provider, model, usage, region="global"), (M, "5", M))
        inside = "europe-west1" if provider == "google-vertex" else "eu-west-1"
        assert costs(price(provider, model, usage, region=inside), (M, "5.5", M))
        assert price(provider, model, usage, region="mars-1")["state"] == "unpriced"


def test_3_no_factor_for_all_regions(price: Any) -> None:
    tokens = 100_000  # below every threshold
    usage = {"input_tokens": tokens}
    for region, amount in [(None, "10"), ("us", "11"), ("eu", "12"), ("swedencentral", "12")]:
        call = {"region": region} if region else {}
        assert costs(price("azure", "gpt-6-astra", usage, **call), (tokens, amount, M)), region
    gov = price("azure", "gpt-5.1", usage, region="usgovvirginia")
    assert costs(gov, (tokens, "1.71875", M))


def test_4_a_factor_of_some_meters(price: Any) -> None:
    usage = {"input_tokens": M, "web_searches": 1000}
    answer = price("anthropic", "claude-opus-5", usage, region="us")
    assert costs(answer, (M, "5.5", M), (1000, "10", 1000))  # 5 x 1.1; the searches are not
    cached = price("groq", "openai/gpt-oss-20b", {"input_tokens": M, "cache_read_tokens": M},
                   batch=True)  # fmt: skip
    assert costs(cached, (M, "0.0375", M))  # the published figure: not half of the half


def test_5_a_condition_of_one_meter(price: Any) -> None:
    usage = {"requests": 1, "input_tokens": M}
    for size, fee in [("low", "5"), ("medium", "8"), ("high", "12")]:
        answer = price("perplexity", "sonar", usage, conditions={"context_size": size})
        assert costs(answer, (1, fee, 1000), (M, "1", M))
    odd = price("perplexity", "sonar", usage, conditions={"context_size": "giant"})
    assert odd["state"] == "unpriced"


def test_6_the_api_called(price: Any) -> None:
    usage = {"input_tokens": 1000, "cache_read_tokens": 400, "output_tokens": 500}
    answer = price("openai-decisions", "gpt-6-luna", usage)
    assert costs(answer, (1000, "0.1", M))  # output free, cached input at the input rate
    assert Decimal(lines(answer).get("output_tokens", "0")) == 0


def test_7_holidays(price: Any) -> None:
    usage = {"input_tokens": M}
    peak = price("deepseek", "deepseek-v4-pro", usage, "2026-10-08T02:00:00Z")
    holiday = price("deepseek", "deepseek-v4-pro", usage, "2026-10-01T02:00:00Z")
    weekend = price("deepseek", "deepseek-v4-pro", usage, "2026-10-10T02:00:00Z")
    assert costs(peak, (M, "1.32", M))
    assert costs(holiday, (M, "0.66", M))
    assert costs(weekend, (M, "0.66", M))


def test_8_bands_of_another_quantity(price: Any) -> None:
    for results, fee in [(24, "5"), (25, "5"), (26, "25")]:
        usage = {"search_queries": 1000, "search_results": results}
        assert Decimal(lines(price("exa-ai", "search", usage))["search_queries"]) == Decimal(fee)
    # Two bands at once (length of input and output): refused, unknown from 32k on.
    short = price("zhipuai", "GLM-4.7", {"input_tokens": 31_999})
    assert costs(short, (31_999, "0.276", M))
    long = price("zhipuai", "GLM-4.7", {"input_tokens": 32_000})
    assert long["state"] == "partial"


def test_9_a_quantity_included(price: Any) -> None:
    for images, billed in [(4, 0), (5, 0), (6, 1), (8, 3)]:
        usage = {"input_images": images, "output_video_milliseconds": 1000}
        assert costs(price("minimax", "MiniMax-H3", usage), (billed, "0.04", 1), (1, "0.08", 1))


def test_10_the_same_work_in_two_units(price: Any) -> None:
    # Seconds beside tokens: the tokens bill, and the seconds are named.
    both = price("google-vertex", "gemini-3.5-transcribe",
                 {"input_audio_tokens": M, "input_audio_milliseconds": 60_000})  # fmt: skip
    assert both["state"] == "partial"
    assert lines(both) == {"input_audio_tokens": "2"}
    # An image of a stated quality and size bills by the image, else by its tokens.
    square = {"quality": "high", "size": "1024x1024"}
    image = {"output_images": 1, "output_tokens": 4160}
    assert costs(price("openai", "gpt-image-1", {"output_images": 1}, conditions=square),
                 (1, "0.167", 1))  # fmt: skip
    assert costs(price("openai", "gpt-image-1", {"output_tokens": 4160}), (4160, "40", M))
    stated = price("openai", "gpt-image-1", image, conditions=square)
    assert (stated["state"], stated["total"]) == ("partial", "0.167")
    counted = price("openai", "gpt-image-1", image)
    assert (counted["state"], counted["total"]) == ("partial", "0.1664")


def test_11_annotated_pages(price: Any) -> None:
    usage = {"input_document_pages": 9, "input_annotated_document_pages": 4}
    answer = price("mistral", "mistral-ocr-4-1", usage)
    assert costs(answer, (5, "4", 1000), (4, "5", 1000))  # of nine pages, four are annotated


def test_12_a_router_on_top_of_a_model(price: Any) -> None:
    usage = {"input_tokens": M, "output_tokens": M}
    assert costs(price("azure", "model-router", usage), (M, "0.14", M), (M, "0", M))


def test_13_extras_of_the_same_quantity(price: Any) -> None:
    usage = {"input_audio_milliseconds": 3_600_000}
    plain = price("deepgram", "streaming/nova-3", usage)
    extra = price("deepgram", "streaming/redact", usage)
    assert costs(plain, (1, "0.288", 1))
    assert costs(extra, (1, "0.119988", 1))


def test_14_other_cache_lifetimes(price: Any) -> None:
    unknown = price("openai", "gpt-6.1-terra", {"cache_write_12h_tokens": 5})
    assert "cache_write_12h_tokens" in unknown["error"]["message"]
    # Bedrock's half hour is the only lifetime there, so the plain meter has its rate.
    usage = {"input_tokens": M, "cache_write_tokens": M}
    assert costs(price("aws", "moonshotai.kimi-k3", usage, region="global"), (M, "3.75", M))


def test_15_storage_by_time(price: Any) -> None:
    answer = price("google", "gemini-3.6-flash", {"cache_storage_token_hours": M})
    assert answer["state"] == "partial"
    assert "cache_storage_token_hours" in json.dumps(answer)


def test_16_hours_and_bands(price: Any) -> None:
    # No row of the catalog has both; hours meet no band, and each is exact by itself.
    usage = {"input_tokens": M}
    assert costs(price("tencent", "deepseek-v4-pro-0813", usage, "2026-11-12T02:00:00Z"),
                 (M, "1.32", M))  # fmt: skip
    assert costs(price("tencent", "deepseek-v4-pro-0813", usage), (M, "0.66", M))


def test_17_other_currencies(price: Any) -> None:
    # 8 CNY at 7.25, as the list converts it to three decimals.
    assert costs(price("zhipuai", "GLM-5.3", {"input_tokens": M}), (M, "1.103", M))
    # DBU at 0.07 dollars, exactly: 2.143 x 0.07.
    answer = price("databricks", "databricks-gpt-oss-120b", {"input_tokens": M})
    assert costs(answer, (M, str(Decimal("2.143") * Decimal("0.07")), M))


def test_18_a_price_that_is_no_offer(program: Path) -> None:
    done = subprocess.run(
        [program, "explain", "--provider", "openrouter", "--model", "moonshotai/kimi-k3",
         "--usage", "input_tokens=1000", "--at", AT],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "indicative" in done.stdout


def test_19_video_with_and_without_sound(price: Any) -> None:
    usage = {"output_video_milliseconds": 8_000}
    assert costs(price("runwayml", "veo3.1", usage), (8, "0.4", 1))
    silent = price("runwayml", "veo3.1", usage, conditions={"audio_output": "false"})
    assert costs(silent, (8, "0.4", 1))  # no row names it: the price with sound


def test_20_thinking(price: Any) -> None:
    usage = {"output_tokens": M, "output_reasoning_tokens": 600_000}
    answer = price("dashscope", "qwen-plus-2025-04-28", usage)
    assert costs(answer, (400_000, "1.2", M), (600_000, "4", M))


def test_21_words_for_tiers(price: Any) -> None:
    tokens = 100_000
    usage = {"input_tokens": tokens}
    fast = price("openai", "gpt-5.5", usage, service_tier="fast")
    assert costs(fast, (tokens, "12.5", M))
    assert fast["total"] == price("openai", "gpt-5.5", usage, service_tier="priority")["total"]
    vertex = price("google-vertex", "gemini-2.5-pro", usage, service_tier="ON_DEMAND_FLEX")
    assert costs(vertex, (tokens, "0.625", M))
    balanced = price("sail", "moonshotai/Kimi-K2.6", usage, service_tier="balanced")
    assert costs(balanced, (tokens, "0.45", M))
    assert price("openai", "gpt-5.5", usage, service_tier="scale")["state"] == "unpriced"


def test_each_row_of_the_page_has_its_test() -> None:
    table = PAGE.read_text("utf-8").partition("## What providers bill")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\d+) \|", table, re.MULTILINE)
    tests = re.findall(r"^def test_(\d+)_", Path(__file__).read_text("utf-8"), re.MULTILINE)
    assert rows == tests == [str(n) for n in range(1, 22)]
