"""A dossier with something of every kind."""

from __future__ import annotations

from datetime import date

from panel.claims import Status, find_claims, resolve
from panel.records import Beat, Dossier, Evidence, Persona, Pricing, Tier

DOSSIER = Dossier(
    slug="hedge-2b",
    name="Hedge 2B",
    maker="Hedge Works",
    category="Code Review",
    tagline="Reads a diff before you do",
    description="Hedge reads up to 1,940 changed lines with Llama on a 24 GB card. It keeps at least 90 days of logs.",
    licence="Apache 2.0 library; rule set under CC BY 4.0",
    pricing=Pricing(
        entry="$95 a reviewer a month",
        tiers=(
            Tier(name="Team", price="$95 a month", note="Up to 40 repositories"),
            Tier(name="Site", price="$640 a month", note="Up to 150 repositories"),
            Tier(name="Setup", price="$180 once"),
        ),
        as_of=date(2026, 11, 4),
        source="Hedge price page",
        url="https://hedge.example/price",
    ),
    rivals=("Oakstamp", "promptfoo"),
    evidence=(
        Evidence(
            id="manual",
            source="Manual 2.4",
            url="https://hedge.example/manual",
            retrieved=date(2026, 10, 14),
            text="Run `hedge check diff.patch` or POST /diff. Pages above 8,000 nodes are refused. "
            "It needs 16 GB of memory. Lookups take 1.5 to 6 seconds. Data goes to a server in Bergen.",
        ),
        Evidence(
            id="trial",
            source="Trial by a railway",
            retrieved=date(2026, 9, 26),
            text="We planted 80 faults. Hedge found 66 and raised 12 false alarms; Oakstamp found 41. "
            "Five depots sent 412 diffs drafted by Hedge and 405 written by hand. "
            "Reviewers sent back 57% of the first and 38% of the second. "
            "“It reads like a patient colleague,” said one. In June 38 engineers used it, in September 71 did.",
        ),
    ),
)

PERSONA = Persona(
    slug="futurist",
    name="Futurist",
    lens="Where it is heading",
    voice="Calm.",
    ships_when=("Yes.",),
    skips_when=("No.",),
    beats=(
        Beat(id="thesis", question="Name the year in which readers can check it.", years=(2026, 2036)),
        Beat(id="alternative", question="Could an engineer replace it in two days?"),
        Beat(id="primitive", question="What is it?"),
    ),
)


def dossier_of(*texts: str, rivals: tuple[str, ...] = ("Oakstamp", "sqlite-vec"), licence: str = "MIT") -> Dossier:
    """Return a dossier whose sources say these texts, one each."""
    return Dossier(
        slug="hedge",
        name="Hedge",
        maker="Hedge Works",
        category="Code Review",
        tagline="Reads a diff before you do",
        description="Hedge reads diffs.",
        licence=licence,
        pricing=Pricing(
            entry="$95 a month",
            tiers=(Tier(name="Team", price="$95 a month"), Tier(name="Site", price="$640 a month")),
            as_of=date(2026, 11, 4),
            source="Hedge price page",
        ),
        rivals=rivals,
        evidence=tuple(
            Evidence(id=f"source-{place}", source="Report", retrieved=date(2026, 10, 14), text=text)
            for place, text in enumerate(texts, 1)
        ),
    )


def flags(text: str, dossier: Dossier = DOSSIER, beat: str = "primitive") -> list[str]:
    """Return what the desk stops in a text."""
    stopped = (Status.DIFFERS, Status.ABSENT)
    return [one.claim.text for one in resolve(find_claims(text, beat), dossier, PERSONA) if one.status in stopped]
