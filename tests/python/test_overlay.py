"""Catalog.overlay: from a dict or a file, stacked, refused with the path and the value."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
import tokentra

AT = "2026-10-15T12:00:00Z"


def document(*changes, name="contract"):
    return {"format": 1, "overlay": name, "as_of": "2026-11-01", "changes": list(changes)}


DISCOUNT = {"discount": {"provider": "openai", "models": ["gpt-4o"], "percent": "20"}}


def price(catalog, **call):
    return catalog.price(
        {"input_tokens": 1500, "output_tokens": 500},
        provider="openai",
        model="gpt-4o",
        at=AT,
        **call,
    )


def test_from_a_dict():
    base = tokentra.Catalog.builtin()
    catalog = base.overlay(document(DISCOUNT))
    assert price(base).total == Decimal("0.00875")
    cost = price(catalog)
    assert cost.total == Decimal("0.007")
    assert cost.lines[0].overlay == "contract"
    assert cost.lines[0].overlay_note == "20 % off 2.5"
    assert price(base).lines[0].overlay is None
    assert "rate by overlay contract: 20 % off 2.5" in cost.explain()
    assert catalog.overlays == ["contract"]
    assert base.overlays == []
    assert catalog.digest != base.digest


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_from_a_file(tmp_path, kind):
    path = tmp_path / "contract.json"
    path.write_text(json.dumps(document(DISCOUNT)), encoding="utf-8")
    catalog = tokentra.Catalog.builtin().overlay(kind(path))
    same = tokentra.Catalog.builtin().overlay(document(DISCOUNT))
    assert catalog.digest == same.digest
    assert price(catalog).total == Decimal("0.007")


def test_stacked():
    off = {"discount": {"provider": "openai", "amount": ["0.5", 1_000_000]}}
    catalog = (
        tokentra.Catalog.builtin().overlay(document(DISCOUNT)).overlay(document(off, name="less"))
    )
    assert price(catalog).total == Decimal("0.006")
    assert catalog.overlays == ["contract", "less"]


def test_an_own_model_is_tracked():
    model = {"id": "m", "price_rows": [{"rates": {"input_tokens": ["2", 1_000_000]}}]}
    catalog = tokentra.Catalog.builtin().overlay(
        document({"add": {"provider": "house", "models": [model]}})
    )
    with tokentra.Client(catalog=catalog) as client:
        client.track(provider="house", model="m", input_tokens=1_000_000, at=AT)
        assert client.snapshot().total == Decimal(2)
        assert client.catalog.digest == catalog.digest


def test_refused_whole(tmp_path):
    base = tokentra.Catalog.builtin()
    wrong = {"discount": {"provider": "opanai", "percent": "20"}}
    with pytest.raises(tokentra.InvalidArgumentError) as raised:
        base.overlay(document(DISCOUNT, wrong))
    assert raised.value.message == (
        'overlay: changes[1].discount names the unknown provider "opanai", nearest is "openai"'
    )
    with pytest.raises(tokentra.InvalidArgumentError, match="percent must be a text"):
        base.overlay(document({"discount": {"percent": 12.5}}))
    with pytest.raises(FileNotFoundError):
        base.overlay(tmp_path / "none.json")
    with pytest.raises(TypeError):
        base.overlay(3)


def test_a_file_s_name_is_in_its_errors(tmp_path):
    path = tmp_path / "o.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(tokentra.InvalidArgumentError, match=r"o\.json is not JSON"):
        tokentra.Catalog.builtin().overlay(path)


def test_a_snapshot_is_priced_again():
    base = tokentra.Catalog.builtin()
    with tokentra.Client() as client:
        for model in ("gpt-4o", "gpt-4o", "gpt-4o-mini"):
            client.track(
                provider="openai", model=model, input_tokens=1500, output_tokens=500, at=AT
            )
        snapshot = client.snapshot()
    again = snapshot.reprice(base.overlay(document(DISCOUNT)))
    assert again.exact
    assert again.reasons == ()
    assert again.before == snapshot.total == Decimal("0.018025")
    assert again.after == again.lower == again.upper == Decimal("0.014525")
    assert again.difference == Decimal("-0.0035")
    assert again.events == 3
    first, second = again.classes
    assert (first.provider, first.model, first.events) == ("openai", "gpt-4o", 2)
    assert first.difference == Decimal("-0.0035")
    assert second.difference == 0
    assert "Repricing(before=Decimal('0.018025')" in repr(again)
    assert snapshot.reprice(base).difference == 0
    with pytest.raises(TypeError):
        snapshot.reprice(3)


def test_what_is_not_separable_has_bounds():
    band = {"above": {"input_tokens": 1000}, "rates": {"input_tokens": ["5", 1_000_000]}}
    row = {"rates": {"input_tokens": ["2", 1_000_000]}, "bands": [band]}
    other = {"replace": {"provider": "openai", "models": [{"id": "gpt-4o", "price_rows": [row]}]}}
    with tokentra.Client() as client:
        for tokens in (500, 1500):
            client.track(provider="openai", model="gpt-4o", input_tokens=tokens, at=AT)
        again = client.snapshot().reprice(tokentra.Catalog.builtin().overlay(document(other)))
    assert not again.exact
    assert again.reasons == ("context",)
    assert again.after is None
    assert again.difference is None
    assert again.lower == Decimal("0.004")
    assert again.upper == Decimal("0.01")
    assert again.inexact_events == 2
