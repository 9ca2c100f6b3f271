"""What each element of a digest looks like: inline styles in a mail, class names on the site's page.

Mail programs drop style sheets, so a letter's styles stand on its elements. They set no colours but those of rules and
frames, which show on white and on black alike.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

_SANS = "font-family:'Helvetica Neue',Helvetica,Arial,sans-serif"
_RULE = "#8a8f99"
_NONE = Markup()


@dataclass(frozen=True, slots=True)
class Look:
    """The attributes of each kind of element, each as it stands after the element's name."""

    h1: Markup = _NONE
    h2: Markup = _NONE
    h3: Markup = _NONE
    p: Markup = _NONE
    lead: Markup = _NONE
    small: Markup = _NONE
    warning: Markup = _NONE
    entry: Markup = _NONE
    tool: Markup = _NONE
    name: Markup = _NONE
    share: Markup = _NONE
    fact: Markup = _NONE
    figure: Markup = _NONE
    of: Markup = _NONE
    ul: Markup = _NONE
    li: Markup = _NONE
    quote: Markup = _NONE
    said: Markup = _NONE
    a: Markup = _NONE
    plain_a: Markup = _NONE
    masthead: Markup = _NONE
    dateline: Markup = _NONE
    footer: Markup = _NONE
    foot: Markup = _NONE


def _style(rules: str) -> Markup:
    return Markup(f' style="{escape(rules)}"')


def _class(name: str) -> Markup:
    return Markup(f' class="{escape(name)}"')


LETTER = Look(
    h1=_style("margin:0;font-size:34px;line-height:1.1;font-weight:600;letter-spacing:-0.5px"),
    h2=_style(f"margin:40px 0 0;padding-top:12px;border-top:3px solid {_RULE};font-size:15px;line-height:1.3;{_SANS}"),
    h3=_style("margin:16px 0 0;font-size:25px;line-height:1.2;font-weight:600"),
    p=_style("margin:16px 0 0"),
    lead=_style("margin:20px 0 0;font-size:19px;line-height:1.45"),
    small=_style(f"margin:6px 0 0;font-size:14px;line-height:1.45;{_SANS}"),
    warning=_style(f"margin:16px 0 0;padding:10px 14px;border:2px solid #b88a00;font-size:15px;{_SANS}"),
    entry=_style("margin:0 0 40px"),
    tool=_style(f"margin:14px 0 0;padding-top:10px;border-top:1px solid {_RULE}"),
    name=_style(f"margin:0;font-size:15px;line-height:1.35;font-weight:700;{_SANS}"),
    share=_style("margin:0;line-height:1.3"),
    fact=_style(f"margin:2px 0 0;font-size:14px;line-height:1.45;{_SANS}"),
    figure=_style("font-size:30px;line-height:1.2;font-weight:600"),
    of=_style(f"font-size:14px;line-height:1.45;{_SANS}"),
    ul=_style(f"margin:10px 0 0;padding-left:20px;font-size:15px;line-height:1.5;{_SANS}"),
    li=_style("margin:0 0 6px"),
    quote=_style("margin:18px 0 0;padding:0 0 0 20px"),
    said=_style("margin:0;font-style:italic"),
    a=_style("color:inherit;text-decoration:underline;text-decoration-thickness:1px;text-underline-offset:3px"),
    plain_a=_style("color:inherit;text-decoration:none"),
    masthead=_style(
        f"margin:0 0 28px;padding-bottom:10px;border-bottom:1px solid {_RULE};font-size:15px;font-weight:700;{_SANS}"
    ),
    dateline=_style(f"margin:8px 0 0;font-size:15px;{_SANS}"),
    footer=_style(
        f"margin:48px 0 0;padding-top:4px;border-top:1px solid {_RULE};font-size:13px;line-height:1.5;{_SANS}"
    ),
    foot=_style("margin:12px 0 0"),
)
"""A letter's."""

PAGE = Look(
    lead=_class("digest-summary"),
    small=_class("digest-note"),
    warning=_class("digest-warning"),
    entry=_class("digest-entry"),
    tool=_class("digest-tool"),
    name=_class("digest-name"),
    share=_class("digest-share"),
    fact=_class("digest-note"),
    figure=_class("digest-figure"),
    of=_class("digest-of"),
    ul=_class("digest-list"),
    quote=_class("digest-voice"),
)
"""The site's page's; its style sheet decides."""
