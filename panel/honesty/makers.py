"""Who makes which models: the makers of models that may review, with the names of what they make.

Names change faster than code; a model that is not here is of an unknown maker, which is said and never taken for
independence. Patterns are matched against plain words: lower case, everything but letters and digits a space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Maker:
    """One maker of models.

    Attributes:
        name: as readers know it.
        aliases: further names, in plain words.
        families: the models it makes by the family's name, each a regular expression over plain words. A whole field
            that says only the family's name is that family too.
    """

    name: str
    aliases: tuple[str, ...]
    families: dict[str, str]


MAKERS = (
    Maker("01.AI", ("01 ai", "lingyiwanwu"), {"Yi": r"\byi ?(?:\d|coder|vl|large|lightning)"}),
    Maker("AI21 Labs", ("ai21",), {"Jamba": r"\bjamba"}),
    Maker("Ai2", ("allen institute for ai", "allenai", "allen ai"), {"OLMo": r"\b(?:olmo\w*|molmo|tulu ?\d)"}),
    Maker(
        "Alibaba",
        ("alibaba cloud", "qwen", "qwen team", "tongyi"),
        {"Qwen": r"\b(?:qwen\w*|qwq|qvq|tongyi)\b"},
    ),
    Maker("Anthropic", (), {"Claude": r"\bclaude\b"}),
    Maker("Apple", (), {"OpenELM": r"\bopenelm"}),
    Maker("Baidu", (), {"ERNIE": r"\bernie ?(?:\d|bot)"}),
    Maker("ByteDance", ("bytedance seed",), {"Seed": r"\bseed (?:oss|coder)|\bdoubao"}),
    Maker(
        "Cohere",
        ("cohereforai", "cohere for ai"),
        {"Command": r"\bcommand (?:r|a|light)\b|\bc4ai\b|\baya (?:\d|expanse|vision)"},
    ),
    Maker("DeepSeek", ("deepseek ai",), {"DeepSeek": r"\bdeepseek"}),
    Maker(
        "Google",
        ("google deepmind", "deepmind", "alphabet"),
        {"Gemma": r"\b(?:\w*gemma)(?:\d\w*)?\b", "Gemini": r"\bgemini (?:\d|pro|flash|nano|ultra)"},
    ),
    Maker(
        "Hugging Face",
        ("huggingface", "hugging face h4", "huggingfacetb"),
        {"SmolLM": r"\bsmol(?:lm|vlm|vla|docling)\w*", "Zephyr": r"\bzephyr (?:\d|orpo)"},
    ),
    Maker("IBM", ("ibm research",), {"Granite": r"\bgranite ?(?:\d|code|guardian|vision|speech|docling)"}),
    Maker("LG AI Research", ("lg", "lgai exaone"), {"EXAONE": r"\bexaone"}),
    Maker("Liquid AI", ("liquid", "liquidai"), {"LFM": r"\blfm ?\d"}),
    Maker(
        "Meta",
        ("meta ai", "meta platforms", "facebook", "meta llama"),
        {"Llama": r"\b(?:code)?llama ?(?:\d|guard|scout|maverick)|\bmeta llama\b"},
    ),
    Maker("Microsoft", ("microsoft research",), {"Phi": r"\bphi ?(?:\d|mini|small|medium|silica)|\bbitnet b1"}),
    Maker("MiniMax", ("minimaxai",), {"MiniMax": r"\bminimax"}),
    Maker(
        "Mistral AI",
        ("mistral", "mistralai"),
        {"Mistral": r"\b(?:mistral|ministral|mixtral|codestral|devstral|magistral|pixtral|voxtral|mathstral)\b"},
    ),
    Maker("Moonshot AI", ("moonshot", "moonshotai"), {"Kimi": r"\bkimi (?:k\d|vl|dev|linear)|\bmoonlight \d"}),
    Maker("NVIDIA", (), {"Nemotron": r"\b(?:nemotron|minitron)"}),
    Maker(
        "OpenAI",
        (),
        {
            "GPT": r"\bgpt ?(?:oss|\d)|\bchatgpt\b|\bdavinci\b",
            "Whisper": r"\bwhisper (?:\d|large|small|medium|turbo|tiny|base)",
        },
    ),
    Maker("Shanghai AI Laboratory", ("internlm", "opengvlab"), {"InternLM": r"\bintern(?:lm|vl)"}),
    Maker("Stability AI", ("stabilityai",), {"StableLM": r"\bstablelm|\bstable (?:lm|code|diffusion)"}),
    Maker("Technology Innovation Institute", ("tii", "tiiuae"), {"Falcon": r"\bfalcon ?(?:\d|h1|e \d|mamba|edge)"}),
    Maker("Tencent", (), {"Hunyuan": r"\bhunyuan"}),
    Maker("xAI", ("x ai",), {"Grok": r"\bgrok ?\d"}),
    Maker("Zhipu AI", ("zhipu", "z ai", "zai", "zai org", "thudm"), {"GLM": r"\b(?:chat|code)?glm ?(?:\d|edge|z1)"}),
)

_FORM = re.compile(r" (?:ag|co|company|corp|corporation|gmbh|inc|incorporated|ltd|limited|llc|plc|sa|sas|labs?)$")


@dataclass(frozen=True, slots=True, order=True)
class Family:
    """One family of models and its maker."""

    name: str
    maker: str


def plain_words(text: str) -> str:
    """Write a text as plain words: lower case, everything but letters and digits a space."""
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


def find_families(text: str, *, whole: bool = True) -> tuple[Family, ...]:
    """Find the families that a name names, sorted; () for none that is known.

    Args:
        text: a model's name, or a tool's. A model that was taught from two families ("DeepSeek-R1-Distill-Qwen-7B") is
            of both.
        whole: whether a name that is nothing but a family's ("Falcon") is that family; a tool may be called so too.
    """
    words = plain_words(text)
    found = {
        Family(family, maker.name)
        for maker in MAKERS
        for family, pattern in maker.families.items()
        if (whole and words == plain_words(family)) or re.search(pattern, words)
    }
    return tuple(sorted(found))


def find_makers(text: str) -> tuple[str, ...]:
    """Find the makers that a dossier's maker line names, in the line's order; () for none that is known.

    The whole name must be a maker's, its legal form apart: "Meta Platforms, Inc." is Meta, "Metabase" is not. Several
    makers may be joined by commas, "and", "&", "/" or "with".
    """
    found: dict[str, None] = {}
    # The whole line first: a legal form stands behind a comma too.
    for part in (text, *re.split(r"[,/&+]|\band\b|\bwith\b", text)):
        words = plain_words(part)
        while (shorter := _FORM.sub("", words)) != words:
            words = shorter
        for maker in MAKERS:
            if words in (plain_words(maker.name), *maker.aliases):
                found[maker.name] = None
    return tuple(found)
