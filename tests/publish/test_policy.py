"""What a browser may do with a page of a site."""

from __future__ import annotations

import pytest

from panel.errors import SetupError
from panel.publish.policy import site_policy

START = "default-src 'none'; style-src 'self'; img-src 'self'"


def test_a_page_without_scripts_runs_none_and_reaches_nothing() -> None:
    assert site_policy(posts_to=(), scripts=False) == f"{START}; form-action 'self'; base-uri 'none'"


def test_a_page_with_scripts_runs_the_site_s_own_and_reaches_one_service() -> None:
    policy = site_policy(
        posts_to=("/subscribe", "", "https://votes.example/vote", "https://votes.example/other"),
        scripts=True,
        connects_to="https://votes.example",
    )
    assert policy == (
        f"{START}; script-src 'self'; connect-src 'self' https://votes.example; "
        "form-action 'self' https://votes.example; base-uri 'none'"
    )


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example/", "https://evil.example; script-src *"])
def test_an_address_that_would_open_the_policy_is_refused(address: str) -> None:
    with pytest.raises(SetupError):
        site_policy(posts_to=(address,), scripts=False)
    with pytest.raises(SetupError):
        site_policy(posts_to=(), scripts=True, connects_to=address)
