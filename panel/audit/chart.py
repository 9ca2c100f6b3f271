"""The desk's track record as a picture that needs no script: an SVG, or a page with it and its figures as a table.

Every bar has its figure and its denominator beside it in words, so that nothing is told by length or colour alone; the
picture has a title and a description for those who hear it. All words from outside are escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from panel.audit.track_record import PersonaRecord, TrackRecord
from panel.honesty.severity import Rate

_WIDTH, _LEFT, _COLUMN, _ROW, _TOP = 1000, 250, 250, 44, 84
_BAR = 110
_FILLS = {"approved untouched": "#1b5e3a", "words changed": "#8a4b00", "call flipped": "#7a1f3d"}
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;margin:2rem auto;max-width:64rem}"
    "table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:600;margin:1rem 0 .5rem}"
    "th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #767676}svg{max-width:100%;height:auto}"
)
_NOTE = (
    "Of approved verdicts. The line under a bar is the share's 95 % interval (Wilson). "
    "A dash is a figure of nothing, which is not 0."
)


def render_svg(record: TrackRecord) -> str:
    """Draw the record: a row for each persona and model, a bar for each of three shares."""
    height = _TOP + _ROW * max(len(record.personas), 1) + 40
    rows = "".join(_row(place, one) for place, one in enumerate(record.personas))
    heads = "".join(
        f'<text x="{_LEFT + _COLUMN * place}" y="64" font-weight="600">{escape(name)}</text>'
        for place, name in enumerate(_FILLS)
    )
    if not record.personas:
        rows = f'<text x="16" y="{_TOP + 20}">No drafts yet.</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        'aria-labelledby="chart-title chart-text" font-family="system-ui, sans-serif" font-size="15" fill="#1a1a1a">'
        '<title id="chart-title">What became of each persona\'s drafts</title>'
        f'<desc id="chart-text">{escape(_describe(record))}</desc>'
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>'
        '<text x="16" y="32" font-size="20" font-weight="600">What became of each persona\'s drafts</text>'
        f'{heads}{rows}<text x="16" y="{height - 14}" font-size="13">{escape(_NOTE)}</text></svg>\n'
    )


def render_html(record: TrackRecord) -> str:
    """Write a page with the picture and all figures in a table."""
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("persona", "model", *_cells_of(None)))
    body = "".join(
        f'<tr><th scope="row">{escape(one.persona)}</th><td>{escape(one.model)}</td>'
        + "".join(f"<td>{escape(text)}</td>" for text in _cells_of(one).values())
        + "</tr>"
        for one in record.personas
    )
    left = "".join(f"<li>{escape(name)}: {escape(why)}</li>" for name, why in record.left_out.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The desk\'s track record</title>'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<style>{_STYLE}</style></head><body><main><h1>The desk's track record</h1>"
        f"<p>From {record.runs} runs.</p>{render_svg(record)}"
        f"<table><caption>The same in figures, and the others</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
        + (f"<h2>Runs that could not be read</h2><ul>{left}</ul>" if left else "")
        + "</main></body></html>\n"
    )


def show_share(count: int, of: int) -> str:
    """Write a share with its denominator: "75 %, 3 of 4"; a dash of nothing."""
    return f"{100 * count / of:.0f} %, {count} of {of}" if of else "—"


def _shares(one: PersonaRecord) -> Iterator[tuple[str, float | None, Rate | None, str]]:
    """Yield each bar: its name, its length, the share whose interval it has, and its words."""
    changed = "—" if one.changed.value is None else f"{100 * one.changed.value:.0f} % of words"
    yield "approved untouched", one.untouched.value, one.untouched, show_share(one.untouched.count, one.untouched.of)
    yield "words changed", one.changed.value, None, changed
    yield "call flipped", one.flipped.value, one.flipped, show_share(one.flipped.count, one.flipped.of)


def _row(place: int, one: PersonaRecord) -> str:
    middle = _TOP + _ROW * place + 18
    parts = [
        f'<text x="16" y="{middle}" font-weight="600">{escape(one.persona)}</text>'
        f'<text x="16" y="{middle + 16}" font-size="12">{escape(_cut(one.model))}</text>'
    ]
    for column, (name, value, rate, text) in enumerate(_shares(one)):
        left = _LEFT + _COLUMN * column
        parts.append(
            f'<rect x="{left}" y="{middle - 14}" width="{_BAR}" height="18" fill="#ffffff" stroke="#767676"/>'
            f'<rect x="{left}" y="{middle - 14}" width="{_BAR * (value or 0):.1f}" height="18" fill="{_FILLS[name]}"/>'
            f'<text x="{left + _BAR + 8}" y="{middle}" font-size="13">{escape(text)}</text>'
        )
        if rate and rate.low is not None and rate.high is not None:
            ends = f'x1="{left + _BAR * rate.low:.1f}" x2="{left + _BAR * rate.high:.1f}"'
            parts.append(f'<line {ends} y1="{middle + 9}" y2="{middle + 9}" stroke="#1a1a1a" stroke-width="2"/>')
    return "".join(parts)


def _cells_of(one: PersonaRecord | None) -> dict[str, str]:
    """Return the table's cells by their heads; the heads alone of nobody."""
    if one is None:
        names = ("drafts", "ships", "untouched", "changed", "flipped", "findings a draft", "hours to approval")
        return dict.fromkeys((*names, "as readers", "ships kept", "skips kept"), "")
    positive, negative = one.severity.true_positive, one.severity.true_negative
    return {
        "drafts": str(one.drafts),
        "ships": show_share(one.ships.count, one.ships.of),
        "untouched": show_share(one.untouched.count, one.untouched.of),
        "changed": "—" if one.changed.value is None else f"{100 * one.changed.value:.0f} %",
        "flipped": show_share(one.flipped.count, one.flipped.of),
        "findings a draft": "—" if one.findings.value is None else f"{one.findings.value:.1f}",
        "hours to approval": "—" if one.hours_to_approval.value is None else f"{one.hours_to_approval.value:.1f}",
        "as readers": show_share(one.community.count, one.community.of),
        "ships kept": show_share(positive.count, positive.of),
        "skips kept": show_share(negative.count, negative.of),
    }


def _describe(record: TrackRecord) -> str:
    told = [
        f"{one.persona} on {one.model}: " + "; ".join(f"{name} {text}" for name, _, _, text in _shares(one))
        for one in record.personas
    ]
    return ". ".join(told) or "No drafts yet"


def _cut(text: str) -> str:
    return text if len(text) <= 34 else f"{text[:33]}…"
