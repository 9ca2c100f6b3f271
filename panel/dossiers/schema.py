"""The JSON Schema of a dossier's YAML file, for editors that complete and check while typing.

It describes the file, not the record: an excerpt there has a `text` or a `file`.
"""

from __future__ import annotations

from typing import Any

from panel.records import Dossier

_DESCRIPTIONS = {
    "Dossier": {
        "slug": "The file's name without `.yaml`: 1 to 80 of a-z, 0-9 and `-`.",
        "name": "The tool's name, as readers see it.",
        "maker": "Who makes it.",
        "category": "What kind of tool it is, as readers see it.",
        "tagline": "One line, as it stands under the name.",
        "description": "A paragraph of up to 1,200 characters: what it is and does.",
        "url": "The tool's own page.",
        "licence": 'Of the code or the weights: "Apache-2.0", "proprietary".',
        "pricing": "What it costs, when that was true and who says so.",
        "model_family": 'The model it is or wraps ("Mistral"); left out where there is none.',
        "rivals": "Direct competitors by name.",
        "evidence": "Dated excerpts: the only facts the reviewers may lean on.",
    },
    "Pricing": {
        "entry": 'The entry price as readers see it: "Free", "$19 a month".',
        "tiers": "The price list, cheapest first.",
        "as_of": "The day the price was read, as YYYY-MM-DD.",
        "source": "Who says so: the price list's name.",
        "url": "Where the price was read.",
    },
    "Tier": {
        "name": "The plan's name.",
        "price": 'As the maker prints it: "$20 a month".',
        "note": "What a buyer must know about it.",
    },
    "Evidence": {
        "id": "Names the excerpt: e1, e2.",
        "source": 'Who wrote it: "Model card", "Release notes 2.1".',
        "url": "Where it was read.",
        "retrieved": "The day it was read, as YYYY-MM-DD.",
        "text": "The excerpt itself, 1 to 2,000 characters.",
    },
}


def dossier_json_schema() -> dict[str, Any]:
    """Describe the YAML file as a JSON Schema, draft 2020-12."""
    schema = Dossier.model_json_schema()
    definitions = {"Dossier": schema, **schema["$defs"]}
    for record, descriptions in _DESCRIPTIONS.items():
        for field, description in descriptions.items():
            definitions[record]["properties"][field].setdefault("description", description)
    evidence = definitions["Evidence"]
    evidence["properties"]["file"] = {
        "type": "string",
        "title": "File",
        "description": "A UTF-8 text file in the dossiers folder that holds the excerpt, in place of `text`.",
        "pattern": r"^[A-Za-z0-9_][A-Za-z0-9_. \-]*(?:/[A-Za-z0-9_][A-Za-z0-9_. \-]*)*$",
        "maxLength": 200,
    }
    evidence["required"].remove("text")
    evidence["oneOf"] = [{"required": ["text"]}, {"required": ["file"]}]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
