"""Strict reading of files people write: every problem at once, each with file, line and field.

Knows nothing of dossiers or personas: it turns bytes into a record or into problems.
"""

from panel.inputs.reading import (
    MAX_BYTES,
    decode_text,
    parse_record,
    read_bytes,
    read_record,
    read_text,
    record_problems,
)
from panel.inputs.yamltree import YamlTree, parse_yaml

__all__ = [
    "MAX_BYTES",
    "YamlTree",
    "decode_text",
    "parse_record",
    "parse_yaml",
    "read_bytes",
    "read_record",
    "read_text",
    "record_problems",
]
