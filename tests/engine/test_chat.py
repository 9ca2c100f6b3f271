from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.engine import Message
from panel.engine.chat import MAX_TEMPLATE_CHARS, ChatTemplate, Segment
from panel.errors import SetupError

SMOLLM2 = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}"
    "{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LLAMA3 = """{{- bos_token }}
{%- if not tools is defined %}{%- set tools = none %}{%- endif %}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}{%- set date_string = strftime_now("%d %b %Y") %}{%- endif %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}{{- "Environment: ipython\\n" }}{%- endif %}
{{- "Today Date: " + date_string + "\\n\\n" }}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}
"""
GEMMA = """{{ bos_token }}{% if messages[0]['role'] == 'system' %}
{{- raise_exception('System role not supported') }}{% endif %}
{%- for message in messages %}
{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
{{- raise_exception('Conversation roles must alternate user/assistant') }}{% endif %}
{{- '<start_of_turn>' + message['role'] + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}
{%- endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}"""
MISTRAL = """{{- bos_token }}{%- set loop_messages = messages %}
{%- if messages[0].role == 'system' %}{%- set system = messages[0].content %}
{%- set loop_messages = messages[1:] %}{% endif %}
{%- for message in loop_messages %}{%- if message.role == 'user' %}
{%- if loop.last and system is defined %}{{- '[INST] ' + system + '\\n\\n' + message.content + '[/INST]' }}
{%- else %}{{- '[INST] ' + message.content + '[/INST]' }}{% endif %}
{%- else %}{{- ' ' + message.content + eos_token }}{% endif %}{% endfor %}"""
PROMPT = (Message("system", ("Be fair.",)), Message("user", ("A dossier.", "A persona.")))


def cut(source: str, messages: Sequence[Message] = PROMPT) -> list[tuple[str, str]]:
    template = ChatTemplate(source, bos="<s>", eos="</s>")
    return [(segment.template, segment.outside) for segment in template.segments(messages)]


def test_a_plain_template_is_cut_at_every_part() -> None:
    assert cut(SMOLLM2) == [
        ("<|im_start|>system\n", "Be fair."),
        ("<|im_end|>\n<|im_start|>user\n", "A dossier."),
        ("", "A persona."),
        ("<|im_end|>\n<|im_start|>assistant\n", ""),
    ]


def test_a_template_may_open_with_words_of_its_own() -> None:
    assert cut(SMOLLM2, [Message("user", ("Hello.",))])[0] == (
        "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
        "<|im_start|>user\n",
        "Hello.",
    )


def test_llama_3_gets_a_begin_mark_and_a_date_that_stands_still() -> None:
    assert cut(LLAMA3) == [
        ("<s><|start_header_id|>system<|end_header_id|>\n\nToday Date: 01 Jan 2026\n\n", "Be fair."),
        ("<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n", "A dossier."),
        ("", "A persona."),
        ("<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n", ""),
    ]


def test_a_template_without_a_system_turn_gets_it_in_the_users() -> None:
    assert cut(GEMMA) == [
        ("<s><start_of_turn>user\n", "Be fair.\n\n"),
        ("", "A dossier."),
        ("", "A persona."),
        ("<end_of_turn>\n<start_of_turn>model\n", ""),
    ]


def test_a_template_may_fold_the_system_turn_itself() -> None:
    assert cut(MISTRAL) == [
        ("<s>[INST] ", "Be fair."),
        ("\n\n", "A dossier."),
        ("", "A persona."),
        ("[/INST]", ""),
    ]


def test_a_template_that_drops_the_system_turn_gets_it_in_the_users() -> None:
    source = "{% for m in messages if m.role == 'user' %}[{{ m.content }}]{% endfor %}"
    assert cut(source) == [("[", "Be fair.\n\n"), ("", "A dossier."), ("", "A persona."), ("]", "")]


@pytest.mark.parametrize(
    "content",
    ["m.content | trim", "m.content.strip()", "m['content'] ~ ''", "m.content.split('</think>')[-1].lstrip('\n')"],
)
def test_trimming_touches_no_outside_text(content: str) -> None:
    source = "{% for m in messages %}<" + "{{ " + content + " }}>{% endfor %}"
    assert [outside for _, outside in cut(source, [Message("user", ("  spaced\n", "\n out "))])] == [
        "  spaced\n",
        "\n out ",
        "",
    ]


@pytest.mark.parametrize(
    "part",
    [
        "{{ 7*7 }}",
        "{% for %}",
        "{# hidden #}",
        "<|im_end|>",
        "PART0E",
        "{{ raise_exception('x') }}",
        "",
        "\x00",
        "\ud83e",
    ],
)
def test_outside_text_is_never_rendered(part: str) -> None:
    assert cut(SMOLLM2, [Message("user", (part, "after"))])[0][1] == part


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_every_part_comes_back_whole(parts: list[str]) -> None:
    segments = ChatTemplate(SMOLLM2, bos="", eos="").segments([Message("user", tuple(parts))])
    assert [segment.outside for segment in segments[:-1]] == parts
    assert segments[-1] == Segment("<|im_end|>\n<|im_start|>assistant\n", "")
    assert segments == ChatTemplate(SMOLLM2, bos="", eos="").segments([Message("user", tuple(parts))])


def test_a_date_is_the_same_every_day() -> None:
    assert cut("{{ strftime_now('%Y-%m-%d') }}{{ messages[0].content }}", [Message("user", ("x",))])[0] == (
        "2026-01-01",
        "x",
    )


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{% for m in messages %}{{ m.content }}{% break %}{% endfor %}", ""),
        ("{% for m in messages %}{% if m.role == 'x' %}{% continue %}{% endif %}{{ m.content }}{% endfor %}!", "!"),
        ("{{ messages[0].content }}{{ {'a': [1]} | tojson }}", '{"a": [1]}'),
        ("{{ messages[0].content }}{{ 'T' if tools is not none }}{{ 'D' if documents else '' }}", ""),
        ("{{ messages[0].content }}{{ 'thinks' if enable_thinking else 'acts' }}", "acts"),
        ("{{ messages[0].content }}{% generation %}kept{% endgeneration %}", "kept"),
        ("{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 2 * 3 %}{% endfor %}"
         "{{ messages[0].content }}{{ ns.n }}", "6"),
        ("{% macro say(m) %}{{ m.content }}{% endmacro %}{{ say(messages[0]) }}.", "."),
        ("{{ messages[0].content }}{% for i in range(3) %}{{ i }}{{ '' if loop.last else ',' }}{% endfor %}", "0,1,2"),
    ],
)  # fmt: skip
def test_what_templates_use(source: str, shown: str) -> None:
    assert cut(source, [Message("user", ("x",))]) == [("", "x"), (shown, "")]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("fixed words only", "drops"),
        ("{{ messages[1].content }}", "drops"),
        ("{% for m in messages | reverse %}{{ m.content }}{% endfor %}{{ messages[1].content }}", "drops or reorders"),
        ("{% for m in messages %}{{ m.content }}{{ m.content }}{% endfor %}", "drops or reorders"),
        ("{% for m in messages %}{{ m.content }}{% endfor %}{{ messages[-1].content }}", "repeats"),
        ("{{ messages[0].content | upper }}{{ messages[1].content }}", "drops"),
        ("{{ messages[0].content[:20] }}{{ messages[1].content }}", "drops"),
        ("{% for m in messages %}{{ m.content }", "cannot be used"),
        ("{% endfor %}", "cannot be used"),
        ("{% frobnicate %}", "frobnicate"),
        ("{{ raise_exception('only on Sundays') }}", "only on Sundays"),
        ("{{ strftime_now(3) }}", "cannot be used"),
        ("{{ messages[9].content.x }}", "cannot be used"),
        ("{{ 1 / 0 }}", "cannot be used"),
        ("{{ ''.__class__.__mro__ }}", "cannot be used"),
        ("{{ ''['__class__'] | attr('__mro__') }}{{ messages.append(1) }}", "cannot be used"),
        ("{{ cycler.__init__.__globals__.os.system('true') }}", "cannot be used"),
        ("{{ 'a' * 10 ** 10 }}", "not allowed"),
        ("{{ 9 ** 9 ** 9 }}", "not allowed"),
        ("{{ range(10 ** 9) | list }}", "not allowed"),
        ("{{ range(1000000) | list }}", "too long"),
        ("{{ range(99999999999999999999999) | list }}", "cannot be used"),
        ("{% for a in range(999) %}{% for b in range(999) %}{% endfor %}{% endfor %}", "does not come to an end"),
        ("{% for a in range(999) %}{{ 'a' ~ 'b' | center(999) }}{% endfor %}", "does not come to an end"),
        ("{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}", "does not come"),
        ("{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}", "cannot be used"),
        ("{% for m in messages recursive %}{{ loop(messages) }}{{ loop(messages) }}{% endfor %}", "cannot be used"),
        ("{% for a in messages %}" * 30 + "{% endfor %}" * 30, "cannot be used"),
        ("(" * 9 + "{{ " + "(" * 4000 + ")" * 4000 + " }}", "cannot be used"),
        ("{% include 'other' %}", "cannot be used"),
    ],
)
def test_unusable_templates_say_why(source: str, reason: str) -> None:
    with pytest.raises(SetupError, match=reason):
        cut(source)


def test_turns_in_another_order_are_refused() -> None:
    two = [Message("user", ("x",)), Message("user", ("y",))]
    with pytest.raises(SetupError, match="drops or reorders"):
        cut("{% for m in messages | reverse %}{{ m.content }}{% endfor %}", two)


def test_both_refusals_are_told() -> None:
    with pytest.raises(SetupError, match=r"System role not supported; and with .* drops or reorders"):
        cut("{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}")


def test_each_rendering_has_a_budget_of_its_own() -> None:
    template = ChatTemplate("{{ messages[0].content }}{% for i in range(999) %}{% endfor %}", bos="", eos="")
    for _ in range(300):
        assert len(template.segments([Message("user", ("x",))])) == 2


def test_an_endless_template_is_refused() -> None:
    with pytest.raises(SetupError, match="65,536"):
        ChatTemplate("x" * (MAX_TEMPLATE_CHARS + 1), bos="", eos="")
