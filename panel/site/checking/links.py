"""Links between the site's files: whether each leads to a file, and to a place, that is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from panel.site.checking.addresses import Base, Target
from panel.site.checking.files import Folder
from panel.site.checking.problems import Fault, SiteProblem, shown
from panel.site.checking.references import Reference


@dataclass(slots=True)
class Links:
    """What links lead to, gathered over the whole site.

    Attributes:
        base: the site's address.
        folder: the site's files.
        places: every page's ids, joined by blanks: a site of 15,000 pages has to fit.
        wanted: the links to a place in another file: file, place, and the lines that want it.
    """

    base: Base
    folder: Folder
    places: dict[str, str] = field(default_factory=dict)
    wanted: dict[tuple[str, str], list[tuple[str, int]]] = field(default_factory=dict)

    def check(self, path: str, addresses: Iterable[Reference]) -> Iterator[Fault]:
        """Yield what is wrong with the links of one file; those to places wait for `check_places`."""
        for line, use, address in addresses:
            if (
                path == "404.html"
                and use != "connect"
                and not address.startswith(("/", "#", "http", "mailto:", "data:"))
            ):
                yield Fault(line, "link-broken", f"{shown(address)}: this page is shown at any address; start with /")
                continue
            target = self.base.resolve(path, address)
            if target.kind == "scheme" and use in ("image", "font") and target.message == "data":
                continue
            yield from self.check_target(path, line, address, target)

    def check_target(self, path: str, line: int, address: str, target: Target) -> Iterator[Fault]:
        """Yield what is wrong with one link."""
        quoted = shown(address)
        match target.kind:
            case "wrong":
                yield Fault(line, "link-address", f"{quoted}: {target.message}")
            case "scheme":
                yield Fault(line, "link-scheme", f"{quoted}: {target.message}: is not for links")
            case "past":
                yield Fault(line, "link-outside", f"{quoted} is not under {self.base.path}")
            case "inside" if target.path not in self.folder.kinds:
                slash = target.path in self.folder.folders
                yield Fault(
                    line, "link-broken", f"{quoted}: " + ("end it with /" if slash else "there is no such file")
                )
            case "inside" if target.fragment and target.fragment != "top":
                if not target.fragment.startswith(":~:"):
                    self.wanted.setdefault((target.path, target.fragment), []).append((path, line))

    def check_places(self) -> Iterator[SiteProblem]:
        """Yield the links to places that no page has; call it after every page was added to `places`."""
        for (target, place), wanting in self.wanted.items():
            known = self.places.get(target)
            if known is None or place in known.split(" "):
                continue
            for path, line in wanting:
                yield SiteProblem(path, line, "link-fragment", f"{target} has no {shown('#' + place)}")
