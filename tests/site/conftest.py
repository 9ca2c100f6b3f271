"""A newsroom with drafted, approved and published runs, as the command line's tests have it."""

from __future__ import annotations

from tests.cli.conftest import approved, drafted, drafted_once, published

__all__ = ["approved", "drafted", "drafted_once", "published"]
