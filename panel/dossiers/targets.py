"""Where a fetch may go: which URLs, which ports, which addresses.

Not here: any connection. An address is judged after the name was resolved and is the one connected to, so a name
that answers differently the second time gains nothing. The blocks are spelled out, rather than left to
`ipaddress.is_global`, whose answer differs between Python's releases; sources: the IANA special-purpose address
registries (https://www.iana.org/assignments/iana-ipv4-special-registry,
https://www.iana.org/assignments/iana-ipv6-special-registry).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from panel.dossiers.texts import escape_unprintable
from panel.errors import SetupError

URL_MAX_CHARS = 2000
SAVE_IT = "Save the page as a file and give that file instead."
DEFAULT_PORTS = {"http": 80, "https": 443}

_REFUSED_IPV4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")
"""All that is given out as global unicast. Outside it: IPv4-mapped and -compatible, NAT64 (64:ff9b::/96), unique
local, link-local, site-local, multicast."""
_REFUSED_IPV6 = tuple(
    ipaddress.IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
)

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?")
_CONTROL_OR_SPACE = re.compile(r"[\x00-\x20\x7f-\xa0\\]")


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Which ports and addresses may be connected to; as it stands, the public web only.

    Attributes:
        ports: the ports allowed.
        also_allowed: addresses allowed though they are not global: a test's own server, never a setting.
    """

    ports: frozenset[int] = frozenset({80, 443})
    also_allowed: frozenset[str] = frozenset()

    def allows_address(self, address: str) -> bool:
        """Tell whether an address, as text, may be connected to; what is no address may not."""
        if address in self.also_allowed:
            return True
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(parsed, ipaddress.IPv4Address):
            return not any(parsed in block for block in _REFUSED_IPV4)
        if parsed.scope_id is not None or parsed not in _GLOBAL_IPV6:
            return False
        return not any(parsed in block for block in _REFUSED_IPV6)


PUBLIC_WEB = AddressPolicy()


@dataclass(frozen=True, slots=True)
class Target:
    """One URL, taken apart.

    Attributes:
        scheme: `http` or `https`.
        host: lower-case ASCII (IDNA), or an IP address without brackets.
        port: the port, given or implied.
        path: what the request line asks for: path and query, percent-encoded.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The Host header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if DEFAULT_PORTS[self.scheme] == self.port else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL without its fragment."""
        return f"{self.scheme}://{self.authority}{self.path}"


def parse_target(url: str, policy: AddressPolicy = PUBLIC_WEB) -> Target:
    """Take a URL apart and refuse what must not be fetched.

    Raises:
        SetupError: not http or https, a user name or password in it, another port, a malformed host, too long.
    """
    shown = repr(url if len(url) <= 100 else url[:97] + "...")
    if len(url) > URL_MAX_CHARS:
        raise SetupError(f"the URL is longer than {URL_MAX_CHARS:,} characters: {shown}", hint=SAVE_IT)
    if _CONTROL_OR_SPACE.search(url):
        raise SetupError(
            f"the URL holds a space, a backslash or a control character: {shown}", hint="Encode it as %20."
        )
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _ascii_host(parts.hostname or "")
    except ValueError as error:
        raise SetupError(
            f"not a URL: {shown} ({escape_unprintable(str(error))})", hint="Give one such as https://example.org/page."
        ) from None
    if parts.scheme not in DEFAULT_PORTS:
        raise SetupError(f"only http and https are fetched: {shown}", hint="Give one such as https://example.org/page.")
    if "@" in parts.netloc:
        raise SetupError(f"the URL of {host} holds a user name or a password", hint=SAVE_IT)
    port = DEFAULT_PORTS[parts.scheme] if port is None else port
    if port not in policy.ports:
        raise SetupError(f"port {port} is not fetched, only 80 and 443: {shown}", hint=SAVE_IT)
    return Target(parts.scheme, host, port, _encode(parts))


def _ascii_host(host: str) -> str:
    if ":" in host:
        address = ipaddress.IPv6Address(host)
        if address.scope_id is not None:
            raise ValueError("an address of one network only")
        return str(address)
    # IDNA turns look-alikes of digits and dots into themselves before the name is judged and resolved.
    encoded = host.encode("idna").decode("ascii").lower() if host else ""
    if not _HOST.fullmatch(encoded):
        raise ValueError("it has no host that could be looked up")
    return encoded.removesuffix(".")


def _encode(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    return f"{path}?{query}" if query else path
