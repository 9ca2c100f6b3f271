from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from panel.dossiers import dossier_json_schema
from panel.records import Dossier

EXCERPT = {"id": "e1", "source": "README", "retrieved": "2025-11-02"}


def whole(**excerpt: str) -> dict[str, Any]:
    return {
        "slug": "vite", "name": "Vite", "maker": "VoidZero", "category": "Build tools", "tagline": "Fast.",
        "description": "A build tool.", "licence": "MIT",
        "pricing": {"entry": "Free", "as_of": "2025-11-01", "source": "Licence"},
        "evidence": [{**EXCERPT, **excerpt}],
    }  # fmt: skip


@pytest.fixture
def validator() -> jsonschema.Draft202012Validator:
    schema = dossier_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_it_names_its_draft_and_is_plain_json() -> None:
    schema = dossier_json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "$id" not in schema
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize("excerpt", [{"text": "A fact."}, {"file": "notes.txt"}, {"file": "below/notes 7.0.txt"}])
def test_an_excerpt_has_text_or_file(validator: jsonschema.Draft202012Validator, excerpt: dict[str, str]) -> None:
    assert list(validator.iter_errors(whole(**excerpt))) == []


@pytest.mark.parametrize(
    "excerpt",
    [{}, {"text": "A fact.", "file": "notes.txt"}, {"text": ""}, {"file": "../x"}, {"file": "/x"}, {"fil": "x"}],
)
def test_an_excerpt_has_not_both_or_neither(
    validator: jsonschema.Draft202012Validator, excerpt: dict[str, str]
) -> None:
    assert list(validator.iter_errors(whole(**excerpt)))


def test_required_and_unknown_fields(validator: jsonschema.Draft202012Validator) -> None:
    value = whole(text="A fact.")
    del value["licence"]
    assert list(validator.iter_errors(value))
    assert list(validator.iter_errors({**whole(text="A fact."), "licencee": "MIT"}))


def test_every_field_is_described() -> None:
    schema = dossier_json_schema()
    for name, definition in {"Dossier": schema, **schema["$defs"]}.items():
        for field, value in definition["properties"].items():
            assert value.get("description"), f"{name}.{field}"


def test_asking_twice_gives_the_same_and_leaves_the_record_alone() -> None:
    assert dossier_json_schema() == dossier_json_schema()
    assert "text" in Dossier.model_json_schema()["$defs"]["Evidence"]["required"]
