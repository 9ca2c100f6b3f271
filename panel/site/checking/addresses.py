"""Addresses: where a link of a page leads, seen from the site that the page is part of."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

_BAD = re.compile(r"[\x00-\x20\x7f\\<>\"`{}|^]")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PORTS: Final = {"http": 80, "https": 443}
_ELSEWHERE: Final = ("mailto", "tel")


@dataclass(frozen=True, slots=True)
class Target:
    """Where an address leads.

    Attributes:
        kind: "inside" the site, a "service" of the publication, "past" the site's path on its own host, "outside",
            "scheme" for one that leads to no place, "wrong" for what is no address.
        path: for "inside", the file, relative to the site's folder; else "".
        fragment: the place in the page, percent signs read; "" without one.
        origin: scheme, host and port, for all that have one.
        message: for "wrong", what is wrong; for "scheme", the scheme.
        url: the whole address, its fragment left out.
    """

    kind: Literal["inside", "service", "past", "outside", "scheme", "wrong"]
    path: str = ""
    fragment: str = ""
    origin: str = ""
    message: str = ""
    url: str = ""


@dataclass(frozen=True)
class Base:
    """The site's address.

    Attributes:
        url: as it was given, with "/" at its end.
        services: paths ("/vote", under the host or under the site) and addresses that another program answers.
    """

    url: str
    services: tuple[str, ...] = ()
    _known: dict[str, Target] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, base_url: str, services: Collection[str]) -> Base:
        """Make a base of an address with or without its last "/"."""
        return cls(base_url.rstrip("/") + "/", tuple(service.rstrip("/") for service in services))

    @cached_property
    def origin(self) -> str:
        """The site's scheme, host and port."""
        return origin_of(urlsplit(self.url))

    @cached_property
    def path(self) -> str:
        """The path of the site on its host, "/" at both ends."""
        return urlsplit(self.url).path or "/"

    @property
    def problem(self) -> str:
        """What is wrong with it as a site's address, "" for nothing."""
        try:
            parts = urlsplit(self.url)
            parts.port  # noqa: B018  raises for a port that is none
        except ValueError as error:
            return f"{self.url!r} is no address: {error}"
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
            return f"{self.url!r} must start with https://, or with http://localhost"
        if parts.query or parts.fragment or "@" in parts.netloc or _BAD.search(self.url):
            return f"{self.url!r} must be a plain address, without a query or a name"
        return ""

    def url_of(self, path: str) -> str:
        """Return the address of a file of the site; of a folder's page, the folder's."""
        return self.url + (path[: -len("index.html")] if path == "index.html" or path.endswith("/index.html") else path)

    def resolve(self, page: str, address: str) -> Target:
        """Say where an address in a file leads.

        Args:
            page: the file that holds the address, relative to the site's folder.
            address: as it stands there.
        """
        rooted = address.startswith(("/", self.origin))
        if rooted and (known := self._known.get(address)):
            return known
        target = self._resolve(page, address)
        if rooted:
            if len(self._known) > 100_000:
                self._known.clear()
            self._known[address] = target
        return target

    def _resolve(self, page: str, address: str) -> Target:
        if found := _BAD.search(address):
            return Target("wrong", message=f"a blank or {found[0]!r} in it")
        if _BAD_PERCENT.search(address):
            return Target("wrong", message="a % that starts no escape")
        try:
            scheme = urlsplit(address).scheme
            if scheme and scheme not in _PORTS:
                return Target("outside" if scheme in _ELSEWHERE else "scheme", message=scheme, url=address)
            if scheme and not re.match(r"https?://[^/]", address, re.IGNORECASE):
                return Target("wrong", message="no host in it")
            parts = urlsplit(urljoin(self.url_of(page), address))
            origin = origin_of(parts)
        except ValueError as error:
            return Target("wrong", message=str(error))
        if "@" in parts.netloc:
            return Target("wrong", message="a user's name in it")
        url = parts._replace(fragment="").geturl()
        fragment = unquote(parts.fragment)
        if self._is_service(origin, parts.path):
            return Target("service", fragment=fragment, origin=origin, url=url)
        if origin != self.origin:
            return Target("outside", fragment=fragment, origin=origin, url=url)
        path = parts.path or "/"
        if not path.startswith(self.path) and path + "/" != self.path:
            return Target("past", fragment=fragment, origin=origin, url=url)
        inside = unquote(path[len(self.path) :], errors="backslashreplace")
        if not inside or inside.endswith("/"):
            inside += "index.html"
        return Target("inside", inside, fragment, origin, url=url)

    def _is_service(self, origin: str, path: str) -> bool:
        for service in self.services:
            if service.startswith("/"):
                places: tuple[str, ...] = (service, self.path + service[1:]) if origin == self.origin else ()
            else:
                parts = urlsplit(service)
                places = (parts.path,) if origin_of(parts) == origin else ()
            if any(path == place or path.startswith(place + "/") for place in places):
                return True
        return False


def origin_of(parts: SplitResult) -> str:
    """Return scheme, host and port in lower case, the scheme's own port left out.

    Raises:
        ValueError: the port is none.
    """
    port = parts.port
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    return f"{parts.scheme}://{host}" + ("" if port is None or port == _PORTS.get(parts.scheme) else f":{port}")
