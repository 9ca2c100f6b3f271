"""Who may talk to the service: under which names it answers, and whose pages may send forms to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from panel.settings import Settings

_LOCAL = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True)
class Origins:
    """The service's and the site's addresses.

    Attributes:
        base: where readers find the service, without a last slash.
        prefix: the path in it; "" for none.
        own: the service's origin.
        site: the site's origin.
    """

    base: str
    prefix: str
    own: str
    site: str

    @classmethod
    def of(cls, settings: Settings) -> Origins:
        """Read them from the settings."""
        base = settings.readers.url or settings.publication.base_url.rstrip("/")
        return cls(base, urlsplit(base).path.rstrip("/"), _origin(base), _origin(settings.publication.base_url))

    @property
    def is_secure(self) -> bool:
        """Whether readers reach the service over TLS."""
        return self.own.startswith("https:")

    def answers_to(self, host: str) -> bool:
        """Tell whether a `Host` header names the service, the site or this machine itself."""
        host = host.lower()
        if _LOCAL.fullmatch(host):
            return True
        return any(_origin(f"{urlsplit(origin).scheme}://{host}") == origin for origin in (self.own, self.site))

    def trusts(self, headers: Headers) -> bool:
        """Tell whether a form comes from the site's pages or the service's own.

        A browser says where a form comes from, in `Origin` or, an old one, in `Referer`. A request with neither is not
        trusted.
        """
        given = headers.get("origin")
        if given is None:
            referrer = headers.get("referer", "")
            given = _origin(referrer) if referrer else ""
        return given != "" and (given in (self.own, self.site) or self._is_here(given, headers))

    def is_own(self, headers: Headers) -> bool:
        """Tell whether a trusted form comes from the service's own pages."""
        given = headers.get("origin") or _origin(headers.get("referer", ""))
        return given == self.own or self._is_here(given, headers)

    def shares_with(self, headers: Headers) -> str | None:
        """Return the origin whose scripts may read an answer, where it is not the service's own."""
        given = headers.get("origin")
        return given if given == self.site and self.site != self.own else None

    def _is_here(self, origin: str, headers: Headers) -> bool:
        # A desk that looks at its site on this machine, whatever the site's address will be.
        host = headers.get("host", "").lower()
        return bool(_LOCAL.fullmatch(host)) and origin == f"http://{host}"


def _origin(address: str) -> str:
    """Return an address's origin as browsers write it; "" for what has none."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in _DEFAULT_PORTS or not host or "@" in parts.netloc:
        return ""
    host = f"[{host}]" if ":" in host else host
    shown = f":{port}" if port is not None else ""
    return f"{parts.scheme}://{host}{'' if shown == _DEFAULT_PORTS[parts.scheme] else shown}"
