from __future__ import annotations

import llama_cpp
import pytest

from panel.models.quantization import quantization_name


@pytest.mark.parametrize(
    ("file_type", "name"),
    [(0, "F32"), (1, "F16"), (2, "Q4_0"), (3, "Q4_1"), (7, "Q8_0"), (15, "Q4_K_M"), (25, "IQ4_NL"), (999, "type 999")],
)
def test_file_types_have_names(file_type: int, name: str) -> None:
    assert quantization_name(file_type) == name


def test_a_guessed_type_has_its_name_too() -> None:
    assert quantization_name(llama_cpp.LLAMA_FTYPE_GUESSED | 15) == "Q4_K_M"
