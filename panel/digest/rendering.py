"""The digest as a letter, as plain text and as the body of the site's page: the same content three times.

Pure functions: the same digest, site and settings give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import FunctionLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from panel.digest import wording
from panel.digest.content import Digest, digest_path
from panel.digest.links import Links
from panel.digest.looks import LETTER, PAGE, Look
from panel.digest.plain import render_text
from panel.digest.weeks import Week
from panel.publish.render import environment
from panel.settings import MailSettings
from panel.site.model import Site

DETAILED = 12
"""So many comparisons are told in full; the rest by title and shares. Gmail cuts letters at 102 kB."""


@dataclass(frozen=True, slots=True)
class BodyContext:
    """Every name that the content's template may use.

    Attributes:
        digest: what to tell.
        links: where things are.
        look: the attributes of each kind of element.
        summary: the week in a sentence.
        rehearsal: which texts no model wrote; "" for none.
        origin: what drafted the texts and who answers for them; "" without any.
        detailed: so many comparisons are told in full.
    """

    digest: Digest
    links: Links
    look: Look
    summary: str
    rehearsal: str
    origin: str
    detailed: int = DETAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterContext(BodyContext):
    """Every name that the letter's templates may use.

    Attributes:
        week: the digest's.
        subject: as in the header.
        preheader: what mail programs show beside the subject.
        page_url: the digest's own page.
        why: why the reader gets this, and how not to.
        unsubscribe_url: where one click ends it; "" without one.
        postal_address: the publisher's; "" without one.
    """

    week: Week
    subject: str
    preheader: str
    page_url: str
    why: str
    unsubscribe_url: str
    postal_address: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One rendered letter.

    Attributes:
        subject: one line, at most 120 characters.
        text: the plain text.
        html: the same as HTML.
    """

    subject: str
    text: str
    html: str


def render_letter(digest: Digest, site: Site, settings: MailSettings, *, unsubscribe_url: str | None = None) -> Letter:
    """Render the letter.

    Args:
        digest: what to tell.
        site: where the links lead.
        settings: the publisher's postal address.
        unsubscribe_url: the reader's own; a letter without one says that an answer ends it.
    """
    context = letter_context(digest, site, settings, unsubscribe_url=unsubscribe_url)
    footer = (
        context.why,
        context.unsubscribe_url,
        "Read this on the site:",
        context.page_url,
        context.postal_address,
    )
    text = render_text(digest, context.links, detailed=context.detailed, footer=footer)
    return Letter(context.subject, text, _render("mail.html.j2", context))


def digest_body(digest: Digest, site: Site) -> str:
    """Render what stands between the site's header and footer on the digest's page: headings from `h2` down.

    Links begin at the root of the host, with the site's own path. Class names begin with `digest-`.
    """
    return _render("body.html.j2", body_context(digest, site))


def body_context(digest: Digest, site: Site) -> BodyContext:
    """Compute what the body's template needs."""
    return BodyContext(digest, Links.rooted(site), PAGE, *_sentences(digest))


def letter_context(
    digest: Digest, site: Site, settings: MailSettings, *, unsubscribe_url: str | None = None
) -> LetterContext:
    """Compute what the letter's templates need."""
    week, links = Week.parse(digest.week), Links.absolute(site)
    name = wording.clean(digest.site_name)
    why = f"You get this mail because this address is on the list of {name}."
    ending = " To be taken off the list:" if unsubscribe_url else " To be taken off the list, answer this mail."
    return LetterContext(
        digest,
        links,
        LETTER,
        *_sentences(digest),
        week=week,
        subject=wording.write_subject(digest),
        preheader=wording.write_preheader(digest),
        page_url=links.base + digest_path(week),
        why=why + ending,
        unsubscribe_url=unsubscribe_url or "",
        postal_address=wording.clean(settings.postal_address),
    )


def _sentences(digest: Digest) -> tuple[str, str, str]:
    return wording.write_summary(digest), wording.write_rehearsal(digest), wording.write_origin(digest)


def _render(template: str, context: BodyContext) -> str:
    names = {field.name: getattr(context, field.name) for field in fields(context)}
    return letters().get_template(template).render(names)


@cache
def letters() -> ImmutableSandboxedEnvironment:
    """Build the template environment: the publishing one with the digest's templates and sentences."""
    env = environment().overlay(loader=FunctionLoader(_read_template), finalize=_finish)
    assert isinstance(env, ImmutableSandboxedEnvironment)
    env.filters = env.filters | {"shorten": wording.shorten}
    env.globals = {
        **env.globals,
        "title_chars": wording.TITLE_CHARS,
        "prose_chars": wording.PROSE_CHARS,
        "write_correction": wording.write_correction,
        "write_dates": wording.write_dates,
        "write_division": wording.write_division,
        "write_gap": wording.write_gap,
        "write_withdrawal": wording.write_withdrawal,
    }
    return env


def _read_template(name: str) -> str:
    return (resources.files("panel.digest") / "templates" / name).read_text(encoding="utf-8")


def _finish(value: Any) -> Any:
    """Clean every text that a template prints; markup of its own stays as it is."""
    return wording.clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
