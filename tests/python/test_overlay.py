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
