"""What every page has besides its content: the publication's name, its addresses, its assets, its policy.

Made once a site. `Frame` is the part that templates see; `Chrome` holds what they must not, the sandbox itself.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from jinja2.sandbox import ImmutableSandboxedEnvironment

from panel.errors import InputProblems, Problem
from panel.publish.context import is_script
from panel.publish.policy import site_policy
from panel.site.model import Site, ToolPage
from panel.site.pages.assets import Assets, asset_files, make_assets
from panel.site.pages.theme import Fields, make_theme_environment, read_theme, render_template
from panel.site.plain import plain_text, publication_name


@dataclass(frozen=True, slots=True)
class Link:
    """A link on the site.

    Attributes:
        href: its address, from the host's root.
        text: its words.
    """

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What every template may know of the publication.

    Attributes:
        name: the publication's.
        description: what it is, in a sentence.
        base: the site's path on its host, "/" at both ends.
        stylesheet: the style sheet's address.
        sections: the main navigation.
        newsletter: where the sign-up form posts; "" leaves the form out.
        voting: where a vote is posted; "" on a site that asks for none.
        votes_shown_from: from how many readers on a share is shown.
        scripted: whether no model wrote any of the verdicts that stand; False without any.
    """

    name: str
    description: str
    base: str
    stylesheet: str
    sections: tuple[Link, ...]
    newsletter: str
    voting: str
    votes_shown_from: int
    scripted: bool


@dataclass(frozen=True, slots=True)
class Chrome:
    """What every page of a site needs besides its content.

    Attributes:
        frame: what templates see of it.
        base_url: where readers find the site, with its last slash.
        templates: the newsroom's own templates.
        scripts: the addresses of the scripts by what they are for.
        policies: the content security policies by the script that a page has, "" for none.
        titles: what the titles of tools and comparisons that are called the same get to be told apart, by path.
        places: the addresses of tools' pages by their names, folded; of tools called the same, none.
        assets: the style sheet, the scripts and the icons.
        environment: the sandbox that renders the templates. No template sees it.
    """

    frame: Frame
    base_url: str
    templates: Path | None
    scripts: Mapping[str, str]
    policies: Mapping[str, str]
    titles: Mapping[str, str]
    places: Mapping[str, str]
    assets: Assets = field(repr=False)
    environment: ImmutableSandboxedEnvironment = field(repr=False, compare=False)

    def href(self, path: str) -> str:
        """Return the address of a place on the site, from the host's root."""
        return self.frame.base + path

    def render(self, name: str, context: Fields) -> str:
        """Render a page with its context.

        Raises:
            InputProblems: a template of the newsroom is wrong.
        """
        return render_template(self.environment, name, context)


def make_chrome(site: Site, *, templates: Path | None = None) -> Chrome:
    """Make what every page of a site needs besides its content.

    Args:
        site: the site.
        templates: the newsroom's own templates; need not be there.

    Raises:
        InputProblems: a template cannot be read. (`check_templates` tells all that is wrong with them.)
        SetupError: the address of a form is not one it can post to.
    """
    problems: list[Problem] = []
    theme = read_theme(templates, problems)
    if problems:
        raise InputProblems(problems)
    base_url = site.publication.base_url
    base = urlsplit(base_url).path or "/"
    assets = make_assets(
        theme.style(), {name: theme.source(name) or "" for name in sorted({*theme.packaged, *theme.own})}
    )
    voting = f"{site.readers.url}/vote" if site.readers.vote_form else ""
    newsletter = site.site.newsletter_action
    return Chrome(
        frame=Frame(
            name=publication_name(site),
            description=plain_text(site.publication.description)
            or "Ship or skip: AI tools, argued from several sides.",
            base=base,
            stylesheet=base + assets.stylesheet,
            sections=(
                Link(base, "Home"),
                Link(f"{base}categories/", "Categories"),
                Link(f"{base}search/", "Search"),
                Link(f"{base}methodology/", "Methodology"),
                Link(f"{base}corrections/", "Corrections"),
            ),
            newsletter=newsletter,
            voting=voting,
            votes_shown_from=site.publication.votes_shown_from,
            scripted=bool(site.tools) and all(map(_is_scripted, site.tools.values())),
        ),
        base_url=base_url,
        templates=templates,
        scripts={"search": base + assets.search, "vote": base + assets.vote},
        policies={
            "": site_policy(posts_to=(newsletter,), scripts=False),
            "search": site_policy(posts_to=(newsletter,), scripts=True),
            "vote": site_policy(posts_to=(newsletter, voting), scripts=True, connects_to=site.readers.url),
        },
        titles=_told_apart(site),
        places=_places(site, base),
        assets=assets,
        environment=make_theme_environment(theme),
    )


def render_assets(chrome: Chrome) -> dict[str, bytes]:
    """Return the style sheet, the scripts and the icons by their places under the site."""
    return asset_files(chrome.assets)


def template_fingerprint(chrome: Chrome) -> str:
    """Hash what every page is made of besides its own content: templates, style sheet, scripts, the publication.

    Whether a page would come out the same also depends on its records, and on what `comparison_outside` and
    `tool_outside` return.
    """
    parts = [chrome.assets.digest, chrome.base_url, repr(chrome.frame), repr(sorted(chrome.policies.items()))]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def shown_name(name: str, slug: str) -> str:
    """Return a tool's name as links show it: its slug, when nothing of the name can be seen."""
    return name if plain_text(name) else slug


def _told_apart(site: Site) -> dict[str, str]:
    """Give the pages of one name a mark of their own, so that no two titles are the same."""
    named = [(f"tools/{slug}/", f"{plain_text(tool.name)}:", slug) for slug, tool in site.tools.items()]
    named += [(f"compare/{slug}/", plain_text(page.page.title), slug) for slug, page in site.comparisons.items()]
    named += [(f"categories/{slug}/", f"{plain_text(one.name)}.", slug) for slug, one in site.categories.items()]
    counts = Counter(name.casefold() for _, name, _ in named)
    return {path: f" [{slug}]" for path, name, slug in named if counts[name.casefold()] > 1}


def _is_scripted(tool: ToolPage) -> bool:
    return is_script(tool.current.how_made.engine)


def _places(site: Site, base: str) -> dict[str, str]:
    """Return where tools are found by their names."""
    counts = Counter(tool.name.casefold() for tool in site.tools.values())
    return {
        name: f"{base}tools/{slug}/" for slug, tool in site.tools.items() if counts[name := tool.name.casefold()] == 1
    }
