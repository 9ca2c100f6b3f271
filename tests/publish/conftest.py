"""Fixtures for publishing: a rendered page as a tree that can be asked questions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import html

from panel.publish import render_page
from panel.records import Page


@pytest.fixture
def parsed() -> Callable[[Page], html.HtmlElement]:
    def parse(page: Page) -> html.HtmlElement:
        return html.document_fromstring(render_page(page))

    return parse
