"""`panel.toml`: every field's bad values, with line and field, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from panel.errors import InputProblems, NotFound
from panel.settings import Settings, find_newsroom, load_settings

BAD = {
    "site.name": ['""', "1", '"' + "x" * 81 + '"'],
    "site.newsletter_action": ['"ftp://x"', '"javascript:alert(1)"', '"subscribe"', '"https://a b"', '"/\\"x"', "1"],
    "publication.base_url": ['""', '"example.org/"', '"https://example.org"', '"ftp://x/"', '"https://x/?a=/"', "1"],
    "publication.description": ["1", '"' + "x" * 301 + '"'],
    "publication.pairs": ['"some"', "true"],
    "publication.votes_shown_from": ["0", "1000001", "1.5"],
    "publication.home_items": ["0", "101", "1.5"],
    "readers.url": ['"ftp://x"', '"https://x/"', '"votes.example"', "1"],
    "readers.vote_form": ["2", '"yes"'],
    "desk.price_days": ["-1", "3651", "1.5", '"old"'],
    "readers.votes_per_hour": ["0", "100001", "1.5"],
    "readers.signups_per_hour": ["0", "100001", "1.5"],
    "readers.behind_proxy": ["2", '"no"'],
    "mail.sender": ["1", '"a\\nBcc: b"', '"' + "x" * 201 + '"'],
    "mail.postal_address": ["1", '"a\\nb"'],
    "mail.smtp_host": ['"a b"', "1"],
    "mail.smtp_port": ["0", "65536", "1.5"],
    "mail.smtp_security": ['"ssl"', "1"],
    "mail.smtp_user": ["1", '"' + "x" * 201 + '"'],
    "mail.per_minute": ["0", "100001", "1.5"],
    "model.path": ['""', "1", "[]"],
    "model.context_tokens": ["511", "1048577", '"many"', "4096.5", "nan"],
    "model.threads": ["-1", "1025", "1.5"],
    "model.prepared": ["2", '"yes"'],
    "model.seats_at_once": ["0", "65", "1.5"],
    "model.memory_limit_mb": ["-1", "16777217", "0.5"],
    "model.steady": ["2", '"no"'],
    "model.url": ['"ftp://x"', '"127.0.0.1:8080"', '"http://a b"', "1"],
    "model.url_model": ["1", '"' + "x" * 201 + '"'],
    "run.seed": ["-1", "4294967296", '"x"', "1.5"],
    "run.personas": ['"dx"', "1"],
    "run.max_revisions": ["-1", "6", "1.5"],
    "run.max_retries": ["-1", "11", "{}"],
    "run.seat_timeout_s": ["0", "-1.0", "86401", "nan", "inf"],
    "sampling.temperature": ["-0.1", "5.1", "nan", "-inf", '"hot"'],
    "sampling.top_k": ["-1", "0.5"],
    "sampling.top_p": ["0", "1.1", "nan"],
    "sampling.min_p": ["-0.1", "1", "nan"],
    "sampling.repetition_penalty": ["0.9", "3.1", "nan"],
    "sampling.presence_penalty": ["-0.1", "5.1", "nan"],
    "sampling.penalty_window": ["-1", "1.5"],
    "sampling.dry_multiplier": ["-0.1", "10.1", "nan"],
    "sampling.dry_base": ["0.9", "4.1", "nan"],
    "sampling.dry_allowed_length": ["0", "65", "1.5"],
}


def problems_of(tmp_path: Path, text: str | bytes) -> list[str]:
    path = tmp_path / "panel.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputProblems) as caught:
        load_settings(path)
    return [str(problem) for problem in caught.value.problems]


def test_every_setting_is_tried() -> None:
    names = {f"{table}.{name}" for table, part in Settings() for name in type(part).model_fields}
    assert set(BAD) == names


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in BAD.items() for value in values])
def test_a_bad_value_is_told_with_line_and_field(tmp_path: Path, field: str, value: str) -> None:
    table, name = field.split(".")
    (problem,) = problems_of(tmp_path, f"# mine\n[{table}]\n\n{name} = {value}\n")
    assert problem.startswith(f"panel.toml:4: {field}: ")
    (problem,) = problems_of(tmp_path, f"# mine\n{table}.{name} = {value}\n")
    assert problem.startswith(f"panel.toml:2: {field}: ")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[run]\nseed = \n", "panel.toml:2: not valid TOML"),
        ("a = 1\na = 2\n", "panel.toml:2: not valid TOML"),
        ("[run\n", "panel.toml:1: not valid TOML"),
        ("[run]\nseed = 1\n[run]\n", "panel.toml:3: not valid TOML"),
        ("x = " + "[" * 50_000, "panel.toml: not valid TOML: nested too deeply"),
        ("x = " + "9" * 5000, "panel.toml: not valid TOML"),
        ("[typo]\nx = 1\n", "panel.toml:1: typo: is not a known field"),
        ("[run]\nsead = 1\n", "panel.toml:2: run.sead: is not a known field"),
        ("run = 3\n", "panel.toml:1: run: "),
        ('[run]\npersonas = ["dx", "D X"]\n', "panel.toml:2: run.personas.1: "),
        (b"[site]\nname = '\xff'\n", "panel.toml:2: not UTF-8"),
        (b"x" * 300_000, "panel.toml: too large"),
    ],
)
def test_what_is_no_settings_file(tmp_path: Path, text: str | bytes, told: str) -> None:
    assert problems_of(tmp_path, text)[0].startswith(told)


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    assert len(problems_of(tmp_path, "[run]\nseed = -1\nx = 1\n[model]\nthreads = -1\n[y]\n")) == 4


def test_the_packaged_settings_say_the_defaults(tmp_path: Path) -> None:
    packaged = (Path(__file__).parent.parent / "panel.toml").read_text(encoding="utf-8")
    lines = [
        line[2:] if line.startswith("# ") and " = " in line and line[2].islower() and ":" not in line.split(" = ")[0]
        else line
        for line in packaged.splitlines()
    ]  # fmt: skip
    path = tmp_path / "panel.toml"
    path.write_text("\n".join(line for line in lines if not line.startswith("Any instruction")), encoding="utf-8")
    spoken, silent = load_settings(path), Settings()
    assert (spoken.model, spoken.sampling) == (silent.model, silent.sampling)
    assert spoken.run.model_copy(update={"personas": ()}) == silent.run
    assert spoken.run.personas == ("dx", "competition", "futurist", "business")


def test_a_newsroom_is_the_nearest_folder_upward(tmp_path: Path) -> None:
    (tmp_path / "panel.toml").write_text('[site]\nname = "Outer"\n')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find_newsroom(inner).root == tmp_path
    (tmp_path / "a" / "panel.toml").write_text('[site]\nname = "Inner"\n')
    room = find_newsroom(inner)
    assert (room.root, room.settings.site.name) == (tmp_path / "a", "Inner")
    for part in ("dossiers", "personas", "prompts", "runs", "site"):
        assert getattr(room, part) == tmp_path / "a" / part


def test_no_newsroom(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        find_newsroom(tmp_path)
    assert "panel init DIR" in caught.value.hint and caught.value.exit_code == 2
