from __future__ import annotations

import pytest
from editorial import desks
from hypothesis import given
from hypothesis import strategies as st

from panel.honesty import flips, run_flips
from panel.honesty.flips import flip_seed, tempered
from panel.records import Call, Draft, EngineIdentity

from .rooms import HOUSE

SHIP, SKIP = Call.SHIP, Call.SKIP


def draft(p_ship: float | None, call: Call = SHIP, **changes: object) -> Draft:
    return desks.draft(desks.SEAT, call=call, p_ship=p_ship, **changes)


def test_a_call_that_hangs_in_the_balance_flips_and_a_certain_one_does_not() -> None:
    even = flips(draft(0.5), samples=400, seed=1, temperature=0.3)
    assert even and even.rate == 0.5 and 150 < even.flipped < 250
    sure = flips(draft(0.9999), samples=400, seed=1, temperature=0.3)
    assert sure and sure.flipped == 0 and sure.rate < 1e-9


def test_the_figure_says_the_call_and_how_many_of_how_many() -> None:
    found = flips(draft(0.55), seed=1, temperature=1.0)
    assert found and found.of == 8 and found.text == f"ship, flips {found.flipped} of 8"


def test_the_same_draft_flips_alike_for_ever_and_another_seat_or_seed_on_its_own() -> None:
    again = [flips(draft(0.5), samples=64, seed=7, temperature=1.0) for _ in range(2)]
    assert again[0] == again[1]
    seeds = {
        flip_seed(seed, seat, number, draw)
        for seed in (7, 8)
        for seat in desks.SEATS
        for number in (1, 2)
        for draw in (0, 1)
    }
    assert len(seeds) == 2 * len(desks.SEATS) * 2 * 2


def test_the_rate_is_of_the_draft_s_own_call() -> None:
    ship, skip = (flips(draft(0.25, call), seed=1, temperature=1.0) for call in (SHIP, SKIP))
    assert ship and skip and (ship.rate, skip.rate) == pytest.approx((0.75, 0.25))


def test_a_cold_run_is_steadier_than_its_probabilities_and_a_greedy_one_never_flips() -> None:
    assert tempered(0.6, 1.0) == pytest.approx(0.6)
    assert tempered(0.6, 0.3) == pytest.approx(1 / (1 + (0.4 / 0.6) ** (1 / 0.3)))
    assert tempered(0.6, 5.0) == pytest.approx(0.5, abs=0.03)
    assert (tempered(0.5, 0), tempered(0.49, 0), tempered(0.0, 0.3), tempered(1.0, 5.0)) == (1.0, 0.0, 0.0, 1.0)
    greedy = flips(draft(0.51), samples=50, seed=1, temperature=0)
    assert greedy and (greedy.flipped, greedy.rate) == (0, 0.0)


@given(st.floats(0, 1), st.floats(0, 5))
def test_tempering_keeps_probabilities_and_sides(p_ship: float, temperature: float) -> None:
    found = tempered(p_ship, temperature)
    assert 0 <= found <= 1
    assert (found >= 0.5) == (p_ship >= 0.5)


@given(st.floats(0.01, 0.99), st.integers(0, 2**32 - 1))
def test_the_draws_scatter_around_the_exact_rate(p_ship: float, seed: int) -> None:
    found = flips(draft(p_ship), samples=300, seed=seed, temperature=1.0)
    assert found and abs(found.flipped / 300 - found.rate) < 0.2


def test_an_unknown_probability_and_a_script_have_no_figure(tmp_path: object) -> None:
    assert flips(draft(None), seed=1, temperature=0.3) is None
    manifest = desks.make_run(tmp_path).manifest  # type: ignore[arg-type]
    assert manifest.engine.engine == "scripted" and run_flips(manifest, draft(0.5)) is None
    real = manifest.model_copy(update={"engine": HOUSE})
    found = run_flips(real, draft(0.5))
    assert found and found.temperature == manifest.sampling.temperature
    assert isinstance(manifest.engine, EngineIdentity)


def test_no_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        flips(draft(0.5), samples=0, seed=1, temperature=1.0)
