"""Sample pages. The tools are invented, so that no test says anything about a real one."""

from __future__ import annotations

from datetime import UTC, date, datetime

from panel.honesty.flips import tempered
from panel.records import (
    BeatText,
    Call,
    Community,
    Comparison,
    Disclosure,
    Dossier,
    Finding,
    Flips,
    HowMade,
    Independence,
    Interest,
    Page,
    Passage,
    PriceLine,
    Pricing,
    RunProvenance,
    Sampling,
    Seat,
    SeatCell,
    SeatProvenance,
    SeatRow,
    SplitLine,
    Tally,
    Tier,
    ToolCard,
    sha256_of,
)

SHIP, SKIP = Call.SHIP, Call.SKIP
DRAFTED = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
APPROVED = datetime(2026, 3, 3, 16, 40, tzinfo=UTC)
MODEL_SHA256 = "3605803b982cb64aead44f6c1b2ae36e3acdb41d8e46c8a94c6533bc4c67e597"

PERSONAS = {
    "dx": ("Developer experience", "What the first hour with it is like, and what the hundredth will be."),
    "competition": ("The skeptic", "Who else does this, and what makes it stop mattering."),
    "futurist": ("The futurist", "Whether the bet underneath pays off in three years."),
    "business": ("Business", "Who pays, from which budget, and why they would stop."),
}

ARGUMENTS: dict[str, tuple[str, ...]] = {
    "dx": (
        "The primitive is a diff that a model proposes and a person accepts; everything else is packaging.",
        "The bet is that you stay in the terminal and in git, and that bet is right for people who already live there.",
        "The first real use survives: one command in an existing repository, one commit you can revert.",
        "A competent engineer could rebuild the loop in a weekend, but not the repository map that keeps it from "
        "guessing.",
        "That map decides it: it is computed, not prompted, and it is the same every time.",
    ),
    "competition": (
        "It stands among four coding assistants that read the same files and call the same models.",
        "It breaks on a repository too large for its index, where it quietly answers from half of the code.",
        "What kills it within a year is the editor's own assistant becoming good enough at no extra price.",
        "I would be wrong if teams really do move their reviews into it, for then leaving costs them their history.",
    ),
    "futurist": (
        "By 2028 most changes under fifty lines are written without anybody opening the file.",
        "The trend is early rather than late: the tests that make such changes safe are still missing in most "
        "repositories.",
        "The consequence nobody prices in is review: someone has to read what nobody wrote.",
        "What has to go right is cheap, local verification, and it is on its way.",
    ),
    "business": (
        "The buyer is a team lead with a tools budget and no procurement department.",
        "The prompts are not defensible; the habit of working in one place is.",
        "When the model underneath gets ten times cheaper, a flat price per seat turns into margin.",
        "It is an easy yes at this price and a hard one at double.",
    ),
}


def dossier(slug: str, name: str, **changes: object) -> Dossier:
    values: dict[str, object] = {
        "slug": slug,
        "name": name,
        "maker": "An Invented Company",
        "category": "Coding assistant",
        "tagline": "Edits your repository from the terminal, one commit at a time",
        "description": "A command-line assistant that reads a git repository, proposes a change as a diff and commits "
        "what you accept. It works with hosted models and with local ones, and keeps a map of the repository so that "
        "it can answer about files it was not shown.",
        "url": f"https://{slug}.example/",
        "licence": "Apache-2.0",
        "pricing": Pricing(
            entry="Free",
            tiers=(Tier(name="Team", price="$20 a month", note="per seat"),),
            as_of=date(2026, 2, 24),
            source="Price page",
            url=f"https://{slug}.example/pricing",
        ),
    }
    return Dossier.model_validate(values | changes)


LARKSPUR = dossier("larkspur", "Larkspur")
TIDEWATER = dossier(
    "tidewater",
    "Tidewater",
    category="Code editor",
    tagline="An editor that writes the next line before you do",
    description="A desktop editor with an assistant in every pane. It predicts the next edit, answers questions about "
    "the open project and can run a task in the background while you work on something else.",
    pricing=Pricing(entry="$19 a month", as_of=date(2026, 2, 20), source="Order form, read by the desk"),
)
QUARRY = dossier(
    "quarry", "Quarry", category="Review bot", tagline="Comments on pull requests", url=None, description="Short."
)
ORRERY = dossier("orrery", "Orrery", category="Agent platform")

CALLS: dict[str, tuple[Call | None, ...]] = {
    "larkspur": (SHIP, SKIP, SHIP, SHIP),
    "tidewater": (SHIP, SKIP, SKIP, SKIP),
    "quarry": (SKIP, SKIP, None, None),
    "orrery": (SHIP, SHIP, SKIP, SKIP),
}


def tally(tool: str, calls: tuple[Call | None, ...]) -> Tally:
    return Tally(tool=tool, ships=calls.count(SHIP), skips=calls.count(SKIP), missing=calls.count(None))


def cell(tool: str, persona: str, call: Call | None, **changes: object) -> SeatCell:
    beats = tuple(
        BeatText(id=f"beat_{number}", text=text) for number, text in enumerate(ARGUMENTS.get(persona, ()), start=1)
    )
    values: dict[str, object] = {
        "seat": Seat(tool=tool, persona=persona),
        "call": call,
        "beats": beats if call else (),
        "p_ship": 0.62 if call else None,
        "call_changed": (tool, persona) == ("larkspur", "dx"),
        "changed_share": 0.12 if (tool, persona) == ("larkspur", "dx") else 0.0,
        "draft": 1 if call else None,
        "redrafts": 0,
        "first_call": (SKIP if (tool, persona) == ("larkspur", "dx") else call) if call else None,
        "approved_by": "Ada Example" if persona != "business" else "Ben Sample",
        "approved_at": APPROVED,
        "findings": (),
    }
    return SeatCell.model_validate(values | changes)


def finding(message: str = "the number 50 is not in the dossier") -> Finding:
    return Finding(
        check="unsupported-number",
        beat="beat_1",
        message=message,
        instruction="Leave the number out.",
        quote="under fifty lines",
    )


def page(*dossiers: Dossier, status: str = "approved", **changes: object) -> Page:
    """Build a page of these tools; a draft is unapproved throughout and has a finding on its first seat."""
    draft = status == "draft"
    calls = {tool.slug: CALLS.get(tool.slug, (SHIP, SKIP, SHIP, SKIP)) for tool in dossiers}
    tallies = tuple(tally(tool.slug, calls[tool.slug]) for tool in dossiers)
    unapproved: dict[str, object] = {"approved_by": None, "approved_at": None} if draft else {}
    rows = tuple(
        SeatRow(
            persona=persona,
            name=name,
            lens=lens,
            cells=tuple(
                cell(
                    tool.slug,
                    persona,
                    calls[tool.slug][number],
                    **unapproved,
                    **({"findings": (finding(),)} if draft and number == 0 else {}),
                )
                for tool in dossiers
            ),
        )
        for number, (persona, (name, lens)) in enumerate(PERSONAS.items())
    )
    votes = (Community(ships=31, votes=50),) + (None,) * (len(dossiers) - 1)
    shares = [one.ship_share or 0.0 for one in tallies]
    best = max(shares)
    winner = tallies[shares.index(best)].tool if shares.count(best) == 1 and len(dossiers) > 1 else None
    values: dict[str, object] = {
        "status": status,
        "title": " vs ".join(tool.name for tool in dossiers),
        "slug": "-vs-".join(tool.slug for tool in dossiers),
        "site_name": "The Shipping Desk",
        "newsletter_action": "https://lists.example/subscribe",
        "tools": tuple(
            ToolCard(dossier=tool, tally=one, community=vote)
            for tool, one, vote in zip(dossiers, tallies, votes, strict=True)
        ),
        "rows": rows,
        "comparison": Comparison(
            tallies=tallies,
            winner=winner,
            verdict=f"Ship with {dossiers[0].name} if your work already lives in git and the terminal: three of the "
            "four reviewers would. Take the other one when the people who will use it do not want to leave their "
            "editor, and accept that three of four would not.",
            price_read=f"{dossiers[0].name} starts free and charges per seat once a team shares it. The prices are the "
            "makers' own, read on the dates below.",
            prices=tuple(
                PriceLine(
                    tool=tool.slug,
                    name=tool.name,
                    entry=tool.pricing.entry,
                    as_of=tool.pricing.as_of,
                    source=tool.pricing.source,
                )
                for tool in dossiers
            ),
            split=tuple(
                SplitLine(persona=persona, name=name, calls=tuple(calls[tool.slug][number] for tool in dossiers))
                for number, (persona, (name, _)) in enumerate(PERSONAS.items())
            ),
            split_read="The futurist and the business seat part ways with themselves: each ships one and skips the "
            "other. Developer experience ships both, the skeptic neither.",
            community=votes,
            community_read=f"Fifty readers voted on {dossiers[0].name}. Nobody has voted on the rest yet.",
        ),
        "how_made": HowMade(
            model_name="Qwen3-4B-Instruct-2507",
            model_sha256=MODEL_SHA256,
            quantization="Q4_K_M",
            engine="llama.cpp 0.3.36",
            personas=len(PERSONAS),
            drafted_at=DRAFTED,
            editors=() if draft else ("Ada Example", "Ben Sample"),
            approvers=() if draft else ("Ada Example", "Ben Sample"),
            approved_at=None if draft else APPROVED,
            run_id="2026-03-02-larkspur-vs-tidewater",
        ),
        "published_at": None if draft else APPROVED,
    }
    return Page.model_validate(values | changes)


def two_tools(status: str = "approved", **changes: object) -> Page:
    return page(LARKSPUR, TIDEWATER, status=status, **changes)


INDEPENDENCE = Independence(
    reviewers=4,
    votes=3.249,
    low=2.2,
    high=4.0,
    tools=48,
    source="corpus",
    text="4 reviewers, 3.2 effective votes (2.2 to 4.0; from 48 tools of the corpus with this model)",
)
UNKNOWN = Independence(reviewers=4, text="4 reviewers; how many effective votes they are is unknown for this model")
OWN_MAKER = Interest(
    tool="larkspur",
    for_run="conflict of interest: Larkspur and its reviewer are both An Invented Company's, by its maker",
    for_page="Larkspur was reviewed by a model of its own maker, An Invented Company (Inventa).",
)
PROVENANCE = RunProvenance(
    chat_template_sha256=sha256_of("template"),
    base_sha256=sha256_of("base"),
    adapter_sha256=sha256_of("adapter"),
    seed=20260302,
    sampling=Sampling(),
    prompts={"prompts/persona.md.j2": sha256_of("persona.md"), "prompts/house.md.j2": sha256_of("house.md")},
    panel_version="0.9.0",
    versions={"llguidance": "1.3.0", "llama-cpp-python": "0.3.36"},
)


def disclosed(*interests: Interest, **changes: object) -> Disclosure:
    values: dict[str, object] = {"independence": INDEPENDENCE, "interests": interests, "knows_maker": True}
    return Disclosure.model_validate(values | changes)


def measured(page: Page, disclosure: Disclosure | None = None, **changes: object) -> Page:
    """Give a page what the house model's run would give it: disclosure, flips, provenance."""
    made: dict[str, object] = {"disclosure": disclosure or disclosed(), "provenance": PROVENANCE}
    rows = tuple(
        row.model_copy(update={"cells": tuple(_measured_cell(cell, number) for cell in row.cells)})
        for number, row in enumerate(page.rows)
    )
    how = page.how_made.model_copy(update=made | changes)
    return page.model_copy(update={"rows": rows, "how_made": how})


def _measured_cell(cell: SeatCell, number: int) -> SeatCell:
    if cell.call is None:
        return cell
    drafted = cell.call if not cell.call_changed else SKIP if cell.call is SHIP else SHIP
    odds = {SHIP: (0.91, 0.62), SKIP: (0.004, 0.44)}[drafted][number % 2]
    heated = tempered(odds, 0.3)
    rate = heated if drafted is SKIP else 1 - heated
    flipped = round(8 * rate)
    seat = str(cell.seat)
    return cell.model_copy(
        update={
            "p_ship": odds,
            "flips": Flips(call=drafted, flipped=flipped, of=8, rate=rate, temperature=0.3),
            "provenance": SeatProvenance(
                made="drafted by the model Qwen3-4B-Instruct-2507, not a word changed, approved by "
                f"{cell.approved_by} on 3 March 2026",
                draft_sha256=sha256_of(["draft", seat]),
                seeds=(71, 72, 73) if number == 1 else (71,),
                chosen=2 if number == 1 else 1,
                dossier_sha256=sha256_of(["dossier", cell.seat.tool]),
                persona_sha256=sha256_of(["persona", cell.seat.persona]),
                prompt_sha256=sha256_of(["prompt", seat]),
            ),
        }
    )


def with_cell(page: Page, tool: str, persona: str, **changes: object) -> Page:
    """Change one seat of a page."""

    def change(cell: SeatCell) -> SeatCell:
        return cell.model_copy(update=changes) if (cell.seat.tool, cell.seat.persona) == (tool, persona) else cell

    rows = tuple(row.model_copy(update={"cells": tuple(map(change, row.cells))}) for row in page.rows)
    return page.model_copy(update={"rows": rows})


def scripted(page: Page) -> Page:
    """Say of a page that a script wrote it."""
    told = {"engine": "scripted 0.1.0", "model_name": "scripted", "model_sha256": None, "quantization": None}
    return page.model_copy(update={"how_made": page.how_made.model_copy(update=told)})


LONG_WORD = "W" * 10_000
SCRIPT = "<script>alert(1)</script>"
BIDI = "\u202egnp.exe\u2066"
BREAKOUT = "\"']]>--></style></title><img src=x onerror=alert(1)>"


def hostile() -> Page:
    """Every text that a stranger or a model could have written, trying to be more than text."""
    first = dossier(
        "larkspur",
        f"<b>{BIDI}</b> {{{{ 7*7 }}}}",
        category=f"{BREAKOUT}"[:60],
        tagline=f"javascript:alert(1) {BIDI} {SCRIPT}",
        description=f"{SCRIPT} {BREAKOUT} {'D' * 1000}",
        url="https://larkspur.example/?q=%22%3E%3Cscript%3E&x=1",
        pricing=Pricing(
            entry=f"{SCRIPT}$1",
            tiers=(Tier(name=BREAKOUT, price="W" * 60, note=SCRIPT),),
            as_of=date(2026, 2, 24),
            source="S" * 200,
            url="https://larkspur.example/" + "p" * 1500,
        ),
    )
    second = dossier("tidewater", "M" * 60, tagline="T" * 200)
    plain = page(first, second, status="draft", site_name=f"Desk {BREAKOUT}", title=f"{BIDI}{SCRIPT} vs {LONG_WORD}")
    beats = (
        BeatText(id="beat_1", text=LONG_WORD),
        BeatText(id="beat_2", text=f"{SCRIPT} {BREAKOUT} {BIDI} {{% raw %}}\x00"),
    )
    rows = tuple(
        row.model_copy(
            update={
                "name": "N" * 60,
                "lens": f"{BREAKOUT}{BIDI}",
                "cells": tuple(
                    one.model_copy(update={"beats": beats, "findings": (finding(SCRIPT + LONG_WORD),)})
                    for one in row.cells
                ),
            }
        )
        for row in plain.rows
    )
    comparison = plain.comparison.model_copy(
        update={
            "verdict": f"{BREAKOUT} {LONG_WORD}",
            "price_read": SCRIPT,
            "split_read": BIDI,
            "community_read": SCRIPT,
        }
    )
    how = plain.how_made.model_copy(update={"model_name": f"{SCRIPT}{LONG_WORD}", "editors": (BREAKOUT, BIDI)})
    made = measured(plain.model_copy(update={"rows": rows, "comparison": comparison, "how_made": how}))
    return _hostile_making(made)


def _hostile_making(page: Page) -> Page:
    """Put more than text wherever the making of a page is told."""
    bad = f"{SCRIPT} {BREAKOUT} {BIDI} {{{{ 7*7 }}}} {LONG_WORD}"

    def change(cell: SeatCell) -> SeatCell:
        if cell.provenance is None:
            return cell
        found = finding(SCRIPT + LONG_WORD).model_copy(update={"passage": Passage(place=bad, text=bad), "instead": bad})
        return cell.model_copy(
            update={"provenance": cell.provenance.model_copy(update={"made": bad}), "findings": (found,)}
        )

    rows = tuple(row.model_copy(update={"cells": tuple(map(change, row.cells))}) for row in page.rows)
    told = PROVENANCE.model_copy(
        update={"panel_version": bad, "versions": {bad: bad}, "prompts": {bad: sha256_of("bad")}, "seed": 10**18}
    )
    interests = (OWN_MAKER.model_copy(update={"for_page": bad}),)
    how = page.how_made.model_copy(update={"disclosure": disclosed(*interests, knows_maker=False), "provenance": told})
    return page.model_copy(update={"rows": rows, "how_made": how})
