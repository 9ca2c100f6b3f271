"""The schemas that editors' autocompletion reads are those of the code, and the newsroom's files satisfy them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from panel.cli.schema import SCHEMAS

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_committed_schema_is_the_code_s(name: str) -> None:
    assert json.loads((ROOT / "schemas" / name).read_text(encoding="utf-8")) == SCHEMAS[name](), "run `panel schema`"


@pytest.mark.parametrize("path", sorted((ROOT / "dossiers").glob("*.yaml")), ids=lambda path: path.stem)
def test_dossiers_satisfy_their_schema(path: Path) -> None:
    check(path, "dossier.schema.json")


@pytest.mark.parametrize("path", sorted((ROOT / "personas").glob("*.yaml")), ids=lambda path: path.stem)
def test_personas_satisfy_their_schema(path: Path) -> None:
    check(path, "persona.schema.json")


def check(path: Path, schema: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# yaml-language-server: $schema=../schemas/{schema}\n")
    # Dates and numbers are typed by YAML here as an editor's language server types them.
    data = json.loads(json.dumps(yaml.safe_load(text), default=str))
    jsonschema.validate(data, SCHEMAS[schema]())
