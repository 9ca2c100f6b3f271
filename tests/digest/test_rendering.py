from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import html5lib
import pytest
from jinja2 import meta

from panel.digest import Digest, digest_body, render_letter, wording
from panel.digest.rendering import BodyContext, LetterContext, letters
from panel.site.model import Site
from tests.site.sites import hostile_site, publications, sample_site

from .test_content import scripted
from .weeks_of import FIRST, QUIET, SECOND, SETTINGS, digest_of

URL = "https://desk.example/unsubscribe?token=a&x=1"
SAMPLES = [(sample_site(), FIRST), (sample_site(), SECOND), (sample_site(), QUIET), (hostile_site(), FIRST)]
ACTING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2028\u2029\u2066-\u2069]")
ALLOWED = {
    *("html", "head", "meta", "title", "body", "div", "p", "h1", "h2", "h3", "ul", "li", "a", "bdi", "span", "strong"),
    "blockquote",
}


def parse(html: str, *, fragment: bool = False) -> Any:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parseFragment(html) if fragment else parser.parse(html)


def elements(tree: Any) -> Iterator[Any]:
    return (one for one in tree.iter() if isinstance(one.tag, str) and one.tag != "DOCUMENT_FRAGMENT")


def headings(tree: Any) -> list[str]:
    return [one.tag for one in elements(tree) if re.fullmatch("h[1-6]", one.tag)]


@pytest.fixture(params=SAMPLES, ids=["first", "second", "quiet", "hostile"])
def sample(request: pytest.FixtureRequest) -> tuple[Digest, Site]:
    site, week = request.param
    return digest_of(week, site), site


def test_the_letter_is_valid_and_holds_nothing_that_acts_or_is_fetched(sample: tuple[Digest, Site]) -> None:
    letter = render_letter(*sample, SETTINGS, unsubscribe_url=URL)
    assert not ACTING.search(letter.html)
    for one in elements(parse(letter.html)):
        assert one.tag in ALLOWED
        assert set(one.attrib) <= {
            *("style", "href", "lang", "dir", "charset", "name", "content", "role"),
            *("aria-label", "aria-roledescription"),
        }
        assert one.attrib.get("href", "https://").startswith(("https://desk.example/",)) or one.tag != "a"
        assert "url(" not in one.attrib.get("style", "") and "color:#" not in one.attrib.get("style", "")
    assert len(letter.html) < 102_000


def test_a_letter_says_its_language_its_schemes_and_its_preheader() -> None:
    tree = parse(render_letter(digest_of(FIRST), sample_site(), SETTINGS).html)
    assert tree.attrib["lang"] == "en"
    metas = {one.attrib.get("name"): one.attrib.get("content") for one in tree.iter("meta")}
    assert metas["color-scheme"] == "light dark"
    first = next(tree.iter("div"))
    assert "display:none" in first.attrib["style"] and first.text.startswith("One new comparison. Larkspur: 75 % ship")


def test_headings_go_down_one_step_at_a_time(sample: tuple[Digest, Site]) -> None:
    letter = headings(parse(render_letter(*sample, SETTINGS).html))
    body = headings(parse(digest_body(*sample), fragment=True))
    assert letter[0] == "h1" and letter[1:] == body and "h1" not in body
    assert all(int(after[1]) - int(before[1]) <= 1 for before, after in pairwise(letter))


def test_the_body_is_a_valid_fragment_without_styles(sample: tuple[Digest, Site]) -> None:
    html = digest_body(*sample)
    assert not ACTING.search(html) and "style=" not in html
    for one in elements(parse(html, fragment=True)):
        assert one.tag in ALLOWED
        assert one.attrib.get("class", "digest-").startswith("digest-")
        assert one.attrib.get("href", "/reviews/").startswith("/reviews/")


def test_links_lead_only_to_what_is_on_the_site(sample: tuple[Digest, Site]) -> None:
    digest, site = sample
    there = {f"compare/{slug}/" for slug in site.comparisons} | {f"tools/{slug}/" for slug in site.tools}
    links = {one.attrib["href"] for one in parse(digest_body(digest, site), fragment=True).iter("a")}
    assert {link.removeprefix("/reviews/") for link in links} <= there | {"corrections/"}


def test_the_text_is_wrapped_and_its_links_are_whole(sample: tuple[Digest, Site]) -> None:
    url = "https://desk.example/unsubscribe?token=" + "a" * 200
    text = render_letter(*sample, SETTINGS, unsubscribe_url=url).text
    lines = text.splitlines()
    assert all(len(line) <= 72 or (line.startswith("https://desk.example/") and " " not in line) for line in lines)
    assert url in lines and f"https://desk.example/reviews/digest/{sample[0].week}/" in lines
    assert not ACTING.search(text) and text.endswith("Example\n")


def test_letter_text_and_page_say_the_same() -> None:
    site, digest = sample_site(), digest_of(SECOND)
    letter = render_letter(digest, site, SETTINGS)
    for tree in (parse(letter.html), parse(digest_body(digest, site), fragment=True)):
        said = " ".join("".join(tree.itertext()).split())
        for part in (
            "One new comparison, one comparison published anew, one correction and one withdrawal.",
            "50 % ship, 2 of 4 reviewers",
            "61 % ship among readers, 133 of 218 votes",
            "Published anew on 10 March 2026; first on 3 March 2026.",
            "words changed by Ben Sample on 10 March 2026: “A reader named a fifth rival.”",
            "taken back by Ada Example on 13 March 2026: “The maker took the tool down.”",
            "Developer experience and the futurist ship it; the skeptic and Business skip it.",
            "Everything was approved before publication by Ada Example and Ben Sample.",
        ):
            assert part in said
            if "among" not in part:
                assert part in " ".join(letter.text.split())
    assert "Readers: 61 % ship, 133 of 218 votes" in letter.text


def test_every_share_stands_with_its_denominator(sample: tuple[Digest, Site]) -> None:
    letter = render_letter(*sample, SETTINGS)
    for said in (letter.text, "".join(parse(letter.html).itertext())):
        for found in re.finditer(r"\d+\s%", re.sub(r"\s+", " ", said)):
            assert re.match(r"\d+\s% ship[^,]*, \d+ of \d+", re.sub(r"\s+", " ", said)[found.start() :])


def test_a_rehearsal_says_so_everywhere() -> None:
    site = sample_site((scripted(publications()[0]), publications()[2]), pairs=())
    for week, whole in ((FIRST, "Scripted rehearsal: no model wrote these texts."), (SECOND, "")):
        digest = digest_of(week, site)
        letter = render_letter(digest, site, SETTINGS)
        rehearsal = week == FIRST
        assert letter.subject.startswith("Rehearsal: ") is rehearsal
        for said in (letter.text, letter.html, digest_body(digest, site)):
            assert ("No model wrote this." in said) is rehearsal and whole in said
    real = publications()[2].model_copy(update={"published_at": FIRST.begins_at})
    mixed = sample_site((scripted(publications()[0]), real), pairs=())
    text = render_letter(digest_of(FIRST, mixed), mixed, SETTINGS).text
    assert "What is marked as a scripted rehearsal was written by no model." in text and "Qwen3" in text


def test_an_empty_week_says_that_nothing_happened() -> None:
    letter = render_letter(digest_of(QUIET), sample_site(), SETTINGS)
    assert letter.subject == "The Shipping Desk, week 12: nothing new"
    assert "Nothing was published this week" in letter.text and "Nothing was published this week" in letter.html


def test_a_subject_is_one_short_line(sample: tuple[Digest, Site]) -> None:
    subject = render_letter(*sample, SETTINGS).subject
    assert len(subject) <= 120 and subject.isprintable() and "=?" not in subject


def test_many_comparisons_are_told_briefly_after_the_first_dozen() -> None:
    digest = digest_of(FIRST)
    many = digest.model_copy(update={"published": digest.published * 40})
    letter = render_letter(many, sample_site(), SETTINGS)
    assert letter.html.count("Ship with Larkspur") == 12 == letter.text.count("Ship with Larkspur")
    assert letter.html.count("3 of 4 reviewers") >= 40 and len(letter.html) < 102_000
    assert "and 39 more" in letter.subject


def test_the_same_digest_gives_the_same_bytes(sample: tuple[Digest, Site]) -> None:
    assert render_letter(*sample, SETTINGS) == render_letter(*sample, SETTINGS)
    assert digest_body(*sample) == digest_body(*sample)


def test_the_templates_use_exactly_their_contexts() -> None:
    env = letters()

    def names(template: str) -> set[str]:
        source = env.loader.get_source(env, template)[0]  # type: ignore[union-attr]
        return meta.find_undeclared_variables(env.parse(source)) - set(env.globals)

    def given(context: type) -> set[str]:
        return {field.name for field in dataclasses.fields(context)}

    content = names("content.html.j2")
    assert names("body.html.j2") | content == given(BodyContext)
    assert names("mail.html.j2") | content == given(LetterContext)


def test_texts_are_shortened_between_words() -> None:
    assert wording.shorten("one two three", 13) == "one two three"
    assert wording.shorten("one two three", 12) == "one two…"
    assert wording.shorten("W" * 50, 10) == "W" * 9 + "…"
    assert wording.clean("a\u2028b\x00\u202ec\U000e0041\r\n d") == "a bc d"
