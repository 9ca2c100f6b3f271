from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.dossiers.targets import PUBLIC_WEB, AddressPolicy, parse_target
from panel.errors import SetupError

REFUSED = [
    "127.0.0.1", "127.255.255.255", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.0.9", "192.0.2.1", "192.88.99.1",
    "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255",
    "::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::8.8.8.8", "64:ff9b::808:808", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:db8::1", "2002:808:808::1", "3fff::1",
    "5f00::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "2606:4700::1%1", "fec0::1", "ff02::1", "ff0e::1",
    "", "localhost", "127.1", "0x7f000001", "2130706433", "8.8.8.8 ",
]  # fmt: skip
ALLOWED = ["8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.32.0.1", "198.17.255.255", "198.20.0.1",
           "223.255.255.255", "2606:4700:4700::1111", "2a00:1450::1", "2001:4860:4860::8888"]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_addresses_off_the_public_web_are_refused(address: str) -> None:
    assert not PUBLIC_WEB.allows_address(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_addresses_on_the_public_web_are_allowed(address: str) -> None:
    assert PUBLIC_WEB.allows_address(address)


def test_only_a_test_allows_more() -> None:
    policy = AddressPolicy(also_allowed=frozenset({"127.0.0.1"}))
    assert policy.allows_address("127.0.0.1")
    assert not policy.allows_address("127.0.0.2")
    assert AddressPolicy() == PUBLIC_WEB
    assert PUBLIC_WEB.ports == {80, 443}


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("http://example.org", "example.org", 80, "/", "example.org"),
        ("HTTPS://Example.ORG./a?b=c#d", "example.org", 443, "/a?b=c", "example.org"),
        ("https://example.org:443/", "example.org", 443, "/", "example.org"),
        ("http://example.org:443/", "example.org", 443, "/", "example.org:443"),
        ("https://bücher.example/größe?q=é", "xn--bcher-kva.example", 443, "/gr%C3%B6%C3%9Fe?q=%C3%A9",
         "xn--bcher-kva.example"),
        ("http://１２７.０.０.１/", "127.0.0.1", 80, "/", "127.0.0.1"),
        ("http://[2606:4700::1111]/x", "2606:4700::1111", 80, "/x", "[2606:4700::1111]"),
        ("https://example.org//evil.example/x", "example.org", 443, "//evil.example/x", "example.org"),
        ("https://example.org/a%20b", "example.org", 443, "/a%20b", "example.org"),
    ],
)  # fmt: skip
def test_a_url_is_taken_apart(url: str, host: str, port: int, path: str, authority: str) -> None:
    target = parse_target(url)
    assert (target.host, target.port, target.path, target.authority) == (host, port, path, authority)
    assert parse_target(target.url) == target


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://example.org/", "only http and https"),
        ("file:///etc/passwd", "no host"),
        ("javascript:alert(1)", "no host"),
        ("example.org", "no host"),
        ("", "no host"),
        ("http://", "no host"),
        ("http://user:pw@example.org/", "user name or a password"),
        ("http://@example.org/", "user name or a password"),
        ("http://example.org:8080/", "port 8080"),
        ("http://example.org:22/", "port 22"),
        ("http://example.org:99999/", "not a URL"),
        ("http://example.org:x/", "not a URL"),
        ("http://exa mple.org/", "space"),
        ("http://example.org/a\r\nX: y", "space"),
        ("http://example.org\\@evil.example/", "backslash"),
        ("http://[::1/", "not a URL"),
        ("http://[fe80::1%25eth0]/", "not a URL"),
        ("http://a..b/", "not a URL"),
        ("http://" + "a" * 64 + ".org/", "not a URL"),
        ("http://ex%61mple.org/", "no host"),
        ("http://example.org/" + "a" * 2000, "longer than"),
    ],
)
def test_what_must_not_be_fetched_is_refused(url: str, said: str) -> None:
    with pytest.raises(SetupError, match=said) as caught:
        parse_target(url)
    assert caught.value.hint
    assert "pw" not in str(caught.value)


@given(st.one_of(st.text(), st.text().map("http://".__add__), st.text().map("https://[".__add__)))
def test_any_text_is_a_target_or_a_setup_error(url: str) -> None:
    try:
        target = parse_target(url)
    except SetupError:
        return
    assert target.path.isascii()
    assert target.authority.isascii()
    assert not any(character.isspace() for character in target.url)
