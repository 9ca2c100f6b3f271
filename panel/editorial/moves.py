"""What every move of the desk needs: its journal fields, its reason, and a place for words that came too late."""

from __future__ import annotations

import shlex
from typing import Any

from panel.editorial.fold import SeatState, Standing
from panel.editorial.sheet import write_sheet
from panel.editorial.words import mark_changes
from panel.errors import IllegalMove, StaleEdit
from panel.records import Action, BeatText, Call, Seat, Verdict
from panel.store import Run


def change(action: Action, state: SeatState, after: Verdict, reason: str, **more: Any) -> dict[str, Any]:
    """Return the journal's fields of a move that turns a seat's state into this verdict."""
    return {
        "action": action,
        "seat": state.seat,
        "reason": reason,
        "before": state.sha256,
        "after": after.content_sha256(),
        **more,
    }


def need_reason(reason: str, what: str) -> None:
    """Refuse a move without a reason.

    Raises:
        IllegalMove: the reason is empty or blank.
    """
    if not reason.strip():
        raise IllegalMove(f"{what} needs a reason", hint="Say why with --reason.")


def draft_hint(state: SeatState) -> str:
    """Say how a seat without a verdict gets one."""
    if state.standing is Standing.MISSING:
        return "Ask its engine again with `panel resume`, or with `panel redraft` and a note."
    return "Finish drafting with `panel resume`."


def keep_text(
    run: Run, seat: Seat, beats: tuple[BeatText, ...], call: Call, stale: StaleEdit, now: Verdict | None
) -> StaleEdit:
    """Keep the words of a stale edit in a file of the run, as a sheet that can be read back.

    Returns:
        The error to raise: it names the file and shows the kept words against those that stand there now.
    """
    path = run.keep_text(seat, write_sheet(beats, call))
    theirs = {beat.id: beat.text for beat in now.beats} if now else {}
    diff = "\n".join(f"[{beat.id}] {mark_changes(theirs.get(beat.id, ''), beat.text)}" for beat in beats)
    if now and now.call is not call:
        diff = f"call: [-{now.call}-]{{+{call}+}}\n{diff}"
    return StaleEdit(
        stale.message,
        hint=f"Your text is kept in {path}. To put it over what stands now: "
        f"panel edit {run.run_id} {seat.tool} {seat.persona} --text-file {shlex.quote(str(path))}",
        kept_at=str(path),
        diff=diff,
    )
