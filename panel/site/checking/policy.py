"""The content security policy of a page, held against what the page refers to.

A policy in a `meta` element governs only what comes after it, so its place is a rule too. Read as the browsers do
(Content Security Policy Level 3), for the sources that Panel's pages use.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from panel.site.checking.addresses import Base, origin_of
from panel.site.checking.markup import Document, Element
from panel.site.checking.problems import Fault, shown
from panel.site.checking.references import RESOURCES, Reference, Use

Policy = Mapping[str, Sequence[str]]
"""The sources of each directive."""

_KNOWN: Final = frozenset(
    {"default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem", "style-src-attr"}
    | {"img-src", "font-src", "media-src", "connect-src", "manifest-src", "object-src", "frame-src", "child-src"}
    | {"worker-src", "base-uri", "form-action", "upgrade-insecure-requests", "require-trusted-types-for"}
    | {"trusted-types"}
)
_IGNORED: Final = ("frame-ancestors", "report-uri", "sandbox")
_USES: Final[dict[Use, tuple[str, ...]]] = {
    "style": ("style-src-elem", "style-src", "default-src"),
    "script": ("script-src-elem", "script-src", "default-src"),
    "image": ("img-src", "default-src"),
    "font": ("font-src", "default-src"),
    "media": ("media-src", "default-src"),
    "manifest": ("manifest-src", "default-src"),
    "fetch": ("connect-src", "default-src"),
    "connect": ("connect-src", "default-src"),
    "form": ("form-action",),
    "link": (),
}
_WIDE = re.compile(
    r"'unsafe-.*|'wasm-unsafe-eval'|'strict-dynamic'|'nonce-.*|https?:|wss?:|blob:|filesystem:|.*\*.*", re.IGNORECASE
)
_DATA_FINE: Final = ("img-src", "font-src", "media-src")


def check_policy(document: Document, base: Base, page: str, addresses: Sequence[Reference]) -> Iterator[Fault]:
    """Yield what is wrong with the page's policy, and what the page needs and the policy refuses.

    Args:
        document: the page.
        base: the site's address.
        page: the page's file.
        addresses: what the page refers to.
    """
    metas = [meta for meta in document.named("meta") if meta.get("http-equiv").lower() == "content-security-policy"]
    if len(metas) != 1 or metas[0].parent is None or metas[0].parent.name != "head":
        line = metas[-1].line if metas else 0
        yield Fault(line, "policy", f"one policy in the head is needed, not {len(metas)}")
        if not metas:
            return
    meta = metas[0]
    for before in document.elements:
        if before is meta:
            break
        if before.name not in ("html", "head") and not (before.name == "meta" and "charset" in before.attributes):
            yield Fault(meta.line, "policy", f"<{before.name}> of line {before.line} comes before it")
            break
    policy, faults = read_policy(meta)
    yield from faults
    for message in _weaknesses(policy):
        yield Fault(meta.line, "policy-weak", message)
    yield from _check_needs(document, policy, base, page, addresses)


def read_policy(meta: Element) -> tuple[Policy, list[Fault]]:
    """Return a policy's directives; one that comes twice counts, as in browsers, the first time."""
    policy: dict[str, Sequence[str]] = {}
    faults: list[Fault] = []
    for directive in meta.get("content").split(";"):
        name, *sources = directive.split() or [""]
        name = name.lower()
        if not name:
            continue
        if name in policy:
            faults.append(Fault(meta.line, "policy", f"{name} is given twice"))
        elif name in _IGNORED:
            faults.append(Fault(meta.line, "policy", f"{name} does nothing in a meta element"))
        elif name not in _KNOWN:
            faults.append(Fault(meta.line, "policy", f"{shown(name, 30)} is no directive"))
        if len(sources) > 1 and "'none'" in sources:
            faults.append(Fault(meta.line, "policy", f"{name}: 'none' stands alone"))
        policy.setdefault(name, sources)
    return policy, faults


def _weaknesses(policy: Policy) -> Iterator[str]:
    if policy.get("default-src") != ["'none'"]:
        yield "default-src must be 'none'"
    for name in ("base-uri", "form-action"):
        if name not in policy:
            yield f"{name} must be given; it does not follow default-src"
    for name, sources in policy.items():
        for source in sources:
            if _WIDE.fullmatch(source) or (source == "data:" and name not in _DATA_FINE):
                yield f"{name} {shown(source, 40)} opens too much"


def _check_needs(
    document: Document, policy: Policy, base: Base, page: str, addresses: Sequence[Reference]
) -> Iterator[Fault]:
    for reference in addresses:
        if reference.use != "link":
            yield from _check_need(reference, policy, base, page)
    for form in document.named("form"):
        if "action" not in form.attributes and form.get("method").lower() != "dialog":
            yield from _check_need(Reference(form.line, "form", ""), policy, base, page)
    for style in document.named("style"):
        sources = _sources(policy, _USES["style"])
        if not any(_hash_of(style, source) == source for source in sources or ()):
            yield Fault(style.line, "policy-refuses", "the style sheet in the page matches no hash of the policy")


def _check_need(reference: Reference, policy: Policy, base: Base, page: str) -> Iterator[Fault]:
    line, use, address = reference
    directives = _USES[use]
    target = base.resolve(page, address)
    if target.kind == "wrong":
        return
    if target.kind == "scheme":
        allowed = _allows_scheme(_sources(policy, directives), target.message)
    else:
        if use in RESOURCES | {"connect"} and target.origin != base.origin and target.kind != "service":
            yield Fault(line, "third-party", f"{use} from {target.origin}")
        allowed = _allows(_sources(policy, directives), target.url, base)
    if not allowed:
        yield Fault(line, "policy-refuses", f"{directives[0]} does not allow {use} {shown(address, 60)}")


def _sources(policy: Policy, directives: Sequence[str]) -> Sequence[str] | None:
    return next((policy[name] for name in directives if name in policy), None)


def _allows_scheme(sources: Sequence[str] | None, scheme: str) -> bool:
    return sources is None or f"{scheme}:" in sources


def _allows(sources: Sequence[str] | None, url: str, base: Base) -> bool:
    """Say whether a directive's sources allow an address; no directive at all allows everything."""
    if sources is None:
        return True
    parts = urlsplit(url)
    origin = origin_of(parts)
    for source in sources:
        if source.lower() == "'self'" and origin == base.origin:
            return True
        if source.startswith("'") or source.endswith(":"):
            continue
        try:
            allowed = urlsplit(source if "://" in source else f"{urlsplit(base.url).scheme}://{source}")
            same = origin_of(allowed) == origin
        except ValueError:
            continue
        path = allowed.path
        if same and (path in ("", parts.path) or (path.endswith("/") and parts.path.startswith(path))):
            return True
    return False


def _hash_of(style: Element, source: str) -> str:
    """Return the style sheet's source expression by the algorithm of another, "" for one that is no hash."""
    if not (found := re.fullmatch(r"'(sha256|sha384|sha512)-[A-Za-z0-9+/=_-]+'", source)):
        return ""
    text = "".join(child for child in style.children if isinstance(child, str)).replace("\r\n", "\n")
    digest = hashlib.new(found[1], text.encode("utf-8")).digest()
    return f"'{found[1]}-{base64.b64encode(digest).decode('ascii')}'"
