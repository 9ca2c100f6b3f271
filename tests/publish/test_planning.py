"""Nothing becomes a file that an editor did not approve."""

from __future__ import annotations

from typing import Any

import pytest

from panel.errors import NotApproved
from panel.publish import plan_files, render_json, render_page, why_not_approved
from panel.records import Page

from . import pages


def with_cell(page: Page, **changes: Any) -> Page:
    row = page.rows[1]
    cells = (row.cells[0].model_copy(update=changes), *row.cells[1:])
    return page.model_copy(update={"rows": (page.rows[0], row.model_copy(update={"cells": cells}), *page.rows[2:])})


def with_how(page: Page, **changes: Any) -> Page:
    return page.model_copy(update={"how_made": page.how_made.model_copy(update=changes)})


def test_an_approved_page_is_two_files() -> None:
    page = pages.two_tools()
    assert plan_files(page) == {
        "compare/larkspur-vs-tidewater/index.html": render_page(page).encode(),
        "compare/larkspur-vs-tidewater/index.json": render_json(page).encode(),
    }


PAGE = pages.two_tools()


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (PAGE.model_copy(update={"status": "draft"}), "the page is a draft"),
        (PAGE.model_copy(update={"published_at": None}), "the page has no publication date"),
        (PAGE.model_copy(update={"rows": ()}), "the page has no seats"),
        (with_how(PAGE, approved_at=None), "the comparison is not approved"),
        (with_cell(PAGE, call=None), "larkspur/competition: the seat is missing"),
        (with_cell(PAGE, approved_by=None), "larkspur/competition: not approved"),
        (with_cell(PAGE, approved_by=""), "larkspur/competition: not approved"),
        (with_cell(PAGE, approved_at=None), "larkspur/competition: not approved"),
    ],
)
def test_each_lack_is_refused_alone(page: Page, reason: str) -> None:
    with pytest.raises(NotApproved) as refused:
        plan_files(page)
    assert refused.value.reasons == (reason,)
    assert refused.value.hint


def test_all_reasons_come_at_once() -> None:
    reasons = why_not_approved(pages.page(pages.LARKSPUR, pages.QUARRY, status="draft"))
    assert reasons[:3] == ["the page is a draft", "the page has no publication date", "the comparison is not approved"]
    assert reasons.count("quarry/futurist: the seat is missing") == 1
    assert len(reasons) == 3 + 8
