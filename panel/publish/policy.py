"""A page's content security policy: what a page that stands alone may do, and what a page of a site may.

Alone: one style sheet by its hash, one form target, nothing else. On a site: the site's own style sheet, pictures and
scripts, forms to the site and to the two services that readers' votes and addresses go to.

A page carries texts that a model wrote from excerpts that strangers wrote. Escaping makes them inert; the policy
makes a mistake in the escaping inert too.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from panel.errors import SetupError

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?")


def content_policy(style: str, newsletter_action: str) -> str:
    """Return the value of `Content-Security-Policy` for a page.

    Args:
        style: the bytes between `<style>` and `</style>`, as text.
        newsletter_action: where the sign-up form posts; "" for a page without a form.

    Raises:
        SetupError: the newsletter address is not one a form can post to.
    """
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src 'sha256-{digest}'",
            "img-src data:",
            f"form-action {form_source(newsletter_action)}",
            "base-uri 'none'",
        ]
    )


def site_policy(*, posts_to: Iterable[str], scripts: bool, connects_to: str = "") -> str:
    """Return the value of `Content-Security-Policy` for a page of a site.

    Args:
        posts_to: where its forms post, beside the site itself; "" is left out.
        scripts: whether the page has scripts of the site.
        connects_to: an address that they may speak to, beside the site itself; "" for none.

    Raises:
        SetupError: an address is not one a form can post to.
    """
    sources = [source for action in posts_to if action for source in form_source(action).split()]
    parts = ["default-src 'none'", "style-src 'self'", "img-src 'self'"]
    if scripts:
        reached = form_source(connects_to).split() if connects_to else []
        parts += ["script-src 'self'", f"connect-src {_listed(reached)}"]
    parts += [f"form-action {_listed(sources)}", "base-uri 'none'"]
    return "; ".join(parts)


def form_source(action: str) -> str:
    """Return the policy's sources for a form's target.

    The publication's own site is always among them: newsletter services answer a sign-up by sending the reader
    back to it, and browsers hold that redirect against the policy too.

    Raises:
        SetupError: the address is neither an http(s) address nor a path on this site.
    """
    if not action:
        return "'none'"
    parts = urlsplit(action) if not re.search(r"[\x00-\x20\x7f\\]", action) else None
    if parts and not parts.scheme and not parts.netloc and action.startswith("/"):
        return "'self'"
    if parts and parts.scheme in ("http", "https") and _HOST.fullmatch(parts.netloc):
        return f"'self' {parts.scheme}://{parts.netloc}"
    raise SetupError(
        f"the newsletter form cannot post to {action!r}",
        hint="Set the newsletter address to one that starts with https:// or to a path such as /subscribe, "
        "or leave it empty to leave the form out.",
    )


def _listed(sources: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(["'self'", *sources]))
