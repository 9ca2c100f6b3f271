"""Accessibility by axe-core: what it finds on a page, as text that says what to mend.

axe runs through the debugger (`page.evaluate`), which a page's content security policy does not govern, so it looks at
the page under the policy that readers get. The package's axe-core (4.4) knows no rule of WCAG 2.2 yet; the one of
them that a script can decide, the size of targets (2.5.8), is measured by `small_targets`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_RUN = """async tags => {
  const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']});
  return found.violations.map(one => ({
    rule: one.id, impact: one.impact || '', help: one.help,
    places: one.nodes.map(node => node.target.join(' ') + '  ' + node.html.slice(0, 160) + '  ' +
      [...node.any, ...node.all, ...node.none].map(check => check.message).join('; ')),
  }));
}"""
_TARGETS = """() => {
  const targets = [];
  for (const one of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    if (!box.width || !box.height || style.visibility === 'hidden' || box.right <= 0 || box.bottom <= 0) continue;
    const inline = style.display === 'inline' && one.parentElement.textContent.trim() !== one.textContent.trim();
    const labelled = [...(one.labels || [])].some(label => {
      const area = label.getBoundingClientRect();
      return area.width >= 24 && area.height >= 24;
    });
    targets.push({one, box, inline, small: !labelled && (box.width < 24 || box.height < 24),
                  x: box.x + box.width / 2, y: box.y + box.height / 2});
  }
  const crowds = (target, other) => {
    if (target === other) return false;
    if (other.small && Math.hypot(target.x - other.x, target.y - other.y) < 24) return true;
    const x = Math.max(other.box.left - target.x, 0, target.x - other.box.right);
    const y = Math.max(other.box.top - target.y, 0, target.y - other.box.bottom);
    return Math.hypot(x, y) < 12;
  };
  return targets.filter(target => target.small && !target.inline && targets.some(other => crowds(target, other)))
    .map(({one, box}) => `${Math.round(box.width)}x${Math.round(box.height)}  ${one.outerHTML.slice(0, 160)}`);
}"""


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule of axe's that a page breaks, with every place that breaks it."""

    rule: str
    impact: str
    help: str
    places: tuple[str, ...]

    def __str__(self) -> str:
        return "\n    ".join([f"{self.rule} ({self.impact}): {self.help}", *self.places])


@cache
def _source() -> str:
    return (resources.files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")


def axe(page: Page, *, tags: tuple[str, ...] = TAGS) -> list[Violation]:
    """Return what axe finds on a page as it stands. The page must run scripts."""
    page.evaluate(f"() => {{ const module = undefined, define = undefined; {_source()} }}")
    found = page.evaluate(_RUN, list(tags))
    return [Violation(one["rule"], one["impact"], one["help"], tuple(one["places"])) for one in found]


def small_targets(page: Page) -> list[str]:
    """Return the controls that are smaller than 24 by 24 CSS pixels and stand too close to others (WCAG 2.5.8).

    Links in running text are left out, and controls whose label is large enough.
    """
    return [str(one) for one in page.evaluate(_TARGETS)]


def must_be_accessible(page: Page) -> None:
    """Fail with everything that axe finds on the page."""
    found = axe(page)
    assert not found, f"{page.url} is not accessible:\n  " + "\n  ".join(str(one) for one in found)
