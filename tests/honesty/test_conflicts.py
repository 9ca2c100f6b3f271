from __future__ import annotations

import pytest
from editorial import desks

from panel.cli.newsroom import packaged_defaults
from panel.dossiers import load_dossiers
from panel.honesty import conflicts, header_names, read_conflicts, reviewing_families
from panel.honesty.makers import MAKERS, find_families, find_makers
from panel.models import find_model
from panel.records import Dossier, EngineIdentity

from .rooms import HOUSE, OTHER


def engine(name: str, **changes: object) -> EngineIdentity:
    return OTHER.model_copy(update={"model_name": name, **changes})


def tool(**changes: object) -> Dossier:
    return desks.dossier("larkspur").model_copy(update=changes)


def test_the_house_model_reviews_its_maker_s_own_tool() -> None:
    dossiers = [item.dossier for item in load_dossiers(packaged_defaults() / "dossiers", ["smolvlm2-turbo", "hushcap"])]
    (found,) = conflicts(HOUSE, dossiers[0])
    assert (found.family, found.maker, found.grounds) == ("SmolLM", "Hugging Face", ("maker", "model", "name"))
    assert found.for_page == "SmolVLM2 Turbo was reviewed by a model of its own maker, Hugging Face (SmolLM)."
    assert found.for_run.endswith("are both Hugging Face's, by its maker, its model and its name")
    assert conflicts(HOUSE, dossiers[1]) == ()
    assert read_conflicts(HOUSE, dossiers) == (found.for_run,)


def test_mistral_s_model_reviews_mistral_s_tool() -> None:
    (dossier,) = [item.dossier for item in load_dossiers(packaged_defaults() / "dossiers", ["mistral-3b-edge"])]
    (found,) = conflicts(engine("Ministral-3-3B-Instruct-2512-Q4_K_M"), dossier)
    assert found.maker == "Mistral AI" and "maker" in found.grounds
    assert conflicts(HOUSE, dossier) == ()


def test_a_tool_that_wraps_the_reviewing_model_is_told_apart_from_one_of_its_maker() -> None:
    (found,) = conflicts(engine("Qwen3-4B-Instruct-2507"), tool(model_family="Qwen"))
    assert found.grounds == ("model",) and "is built on a model of Alibaba" in found.for_page
    (named,) = conflicts(engine("Qwen3-4B"), tool(name="Qwen3 Notebook"))
    assert named.grounds == ("name",) and "is named after" in named.for_page


@pytest.mark.parametrize(
    ("name", "maker"),
    [
        ("SmolLM2-135M-Instruct.Q4_1", "Hugging Face"),
        ("Qwen3.5-9B-Q4_K_M", "Alibaba"),
        ("qwen2.5:7b", "Alibaba"),
        ("Ministral-3-3B-Instruct-2512", "Mistral AI"),
        ("gemma-4-E2B-it", "Google"),
        ("google/gemma3:4b", "Google"),
        ("Llama-3.2-3B-Instruct", "Meta"),
        ("meta-llama/Llama-4-Scout-17B", "Meta"),
        ("Phi-4-mini-instruct", "Microsoft"),
        ("DeepSeek-V3.1", "DeepSeek"),
        ("gpt-oss-20b", "OpenAI"),
        ("granite-3.3-2b-instruct", "IBM"),
        ("OLMo-2-0425-1B-Instruct", "Ai2"),
        ("c4ai-command-r7b-12-2024", "Cohere"),
        ("Falcon3-1B-Instruct", "Technology Innovation Institute"),
        ("Yi-1.5-6B-Chat", "01.AI"),
        ("glm-4-9b-chat", "Zhipu AI"),
        ("Kimi-K2-Instruct", "Moonshot AI"),
        ("MiniMax-M2", "MiniMax"),
    ],
)
def test_a_model_is_known_by_its_name(name: str, maker: str) -> None:
    assert [family.maker for family in reviewing_families(engine(name))] == [maker]


def test_a_model_taught_from_another_is_of_both() -> None:
    found = reviewing_families(engine("DeepSeek-R1-Distill-Qwen-7B"))
    assert [family.name for family in found] == ["DeepSeek", "Qwen"]


@pytest.mark.parametrize(
    "name",
    [
        "LlamaIndex",
        "Ollama",
        "llama.cpp",
        "Phind",
        "Commander",
        "Yield",
        "Falconry",
        "Metabase",
        "Whispering",
        "my-model",
    ],
)
def test_what_only_sounds_alike_is_nobody_s(name: str) -> None:
    assert find_families(name) == () and find_makers(name) == ()


def test_a_tool_may_be_called_like_a_family_without_being_it() -> None:
    assert find_families("Falcon") and not find_families("Falcon", whole=False)
    assert conflicts(engine("Falcon3-1B"), tool(name="Falcon")) == ()


@pytest.mark.parametrize(
    ("line", "makers"),
    [
        ("Meta Platforms, Inc.", ("Meta",)),
        ("Mistral", ("Mistral AI",)),
        ("Google DeepMind", ("Google",)),
        ("IBM and Hugging Face", ("IBM", "Hugging Face")),
        ("Fenwick Audio", ()),
        ("", ()),
    ],
)
def test_makers_are_known_by_their_whole_names(line: str, makers: tuple[str, ...]) -> None:
    assert find_makers(line) == makers


def test_an_unknown_maker_is_said_and_is_not_independence() -> None:
    (line,) = read_conflicts(engine("my-model"), [tool()])
    assert "not known to Panel" in line
    assert read_conflicts(engine("Qwen3-4B"), [tool()]) == ()


def test_a_script_has_no_maker() -> None:
    script = engine("SmolLM2", engine="scripted")
    assert reviewing_families(script) == () and read_conflicts(script, [tool(maker="Hugging Face")]) == ()


def test_a_renamed_file_is_known_by_its_header() -> None:
    file = find_model("embedded-base", base=packaged_defaults())
    renamed = engine("model", model_path=str(file.path))
    names = header_names(renamed)
    assert any("smol" in name.lower() for name in names)
    unnamed = engine("model", model_path="/nowhere/model.gguf")
    assert reviewing_families(unnamed) == () and header_names(unnamed) == ()
    assert [family.maker for family in reviewing_families(unnamed, names)] == ["Hugging Face"]


def test_every_family_s_own_name_is_found() -> None:
    for maker in MAKERS:
        assert maker.name in find_makers(maker.name), maker.name
        for family in maker.families:
            assert maker.name in {found.maker for found in find_families(family)}, family
