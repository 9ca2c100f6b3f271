"""The readers' database: its tables, its version, and how a connection to it is made.

SQLite with a write-ahead log. `synchronous=FULL`: a commit that returned is on the disk. The one seam where SQLite's
complaints become `StoreError`s, for the readers' side.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from panel.errors import Conflict, Corrupt, NewerSchema, StoreError
from panel.readers.private import make_private_folder
from panel.store.files import locked, sync_folder, translated

VERSION = 1
APPLICATION_ID = 0x50414E4C
"""Marks the file as Panel's: "PANL"."""

BUSY_S = 20.0
"""How long a write waits for another process's."""

_FIRST = """
CREATE TABLE votes (
  tool TEXT NOT NULL, reader BLOB NOT NULL, ship INTEGER NOT NULL CHECK (ship IN (0, 1)), at INTEGER NOT NULL,
  PRIMARY KEY (tool, reader)
) WITHOUT ROWID;
CREATE TABLE counts (tool TEXT PRIMARY KEY, ships INTEGER NOT NULL, votes INTEGER NOT NULL) WITHOUT ROWID;
CREATE TRIGGER vote_added AFTER INSERT ON votes BEGIN
  INSERT INTO counts VALUES (new.tool, new.ship, 1)
    ON CONFLICT (tool) DO UPDATE SET ships = ships + new.ship, votes = votes + 1;
END;
CREATE TRIGGER vote_changed AFTER UPDATE OF ship ON votes BEGIN
  UPDATE counts SET ships = ships + new.ship - old.ship WHERE tool = new.tool;
END;
CREATE TRIGGER vote_removed AFTER DELETE ON votes BEGIN
  UPDATE counts SET ships = ships - old.ship, votes = votes - 1 WHERE tool = old.tool;
END;
CREATE TABLE imports (source TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE imported (
  source TEXT NOT NULL REFERENCES imports ON DELETE CASCADE, tool TEXT NOT NULL,
  ships INTEGER NOT NULL CHECK (ships BETWEEN 0 AND votes), votes INTEGER NOT NULL,
  PRIMARY KEY (source, tool)
) WITHOUT ROWID;
CREATE INDEX imported_by_tool ON imported (tool);
CREATE TABLE subscribers (
  address TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('pending', 'confirmed', 'unsubscribed')),
  asked_at INTEGER NOT NULL, confirmed_at INTEGER, ended_at INTEGER,
  confirm_sha256 BLOB, unsubscribe_sha256 BLOB NOT NULL,
  mail_due INTEGER NOT NULL CHECK (mail_due IN (0, 1)), mails INTEGER NOT NULL, mailed_at INTEGER
) WITHOUT ROWID;
CREATE UNIQUE INDEX subscriber_confirms ON subscribers (confirm_sha256);
CREATE UNIQUE INDEX subscriber_leaves ON subscribers (unsubscribe_sha256);
CREATE INDEX mails_due ON subscribers (asked_at) WHERE mail_due = 1;
CREATE TABLE salts (day INTEGER PRIMARY KEY, salt BLOB NOT NULL);
CREATE TABLE rates (
  hour INTEGER NOT NULL, kind TEXT NOT NULL, who BLOB NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (hour, kind, who)
) WITHOUT ROWID;
CREATE TABLE crowds (
  hour INTEGER NOT NULL, tool TEXT NOT NULL, who BLOB NOT NULL, reader BLOB NOT NULL,
  PRIMARY KEY (hour, tool, who, reader)
) WITHOUT ROWID;
CREATE TABLE marks (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
"""

_MIGRATIONS = (_FIRST,)
"""What makes each version of the version before; `user_version` counts them."""


@contextmanager
def translated_sqlite(doing: str, path: Path) -> Iterator[None]:
    """Turn SQLite's errors inside into a `StoreError` that says what was being done, where, and what to do now."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise Conflict(
                f"{doing} failed: {path} is being written to by another process", hint="Do it again."
            ) from error
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise Corrupt(f"{doing} failed: {path}: {error}", hint="Restore it from a backup.") from error
        full = code == sqlite3.SQLITE_FULL
        hint = "Free some disk space and do it again." if full else "See to the disk and do it again."
        raise StoreError(f"{doing} failed: {path}: {error}", hint=hint) from error


def prepare(path: Path) -> None:
    """Make the database, or bring it to this version.

    Raises:
        NewerSchema: a newer Panel wrote it.
        Corrupt: it is not Panel's, or damaged.
        StoreError: the disk said no.
    """
    make_private_folder(path.parent)
    with locked(path.with_suffix(".lock")), translated_sqlite("opening the readers' store", path):
        with translated("making", path), suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_S)) as db:
            version = check_version(db, path)
            if version == VERSION:
                return
            db.execute("PRAGMA journal_mode = WAL")
            for number, script in enumerate(_MIGRATIONS[version:], start=version + 1):
                db.executescript(
                    f"BEGIN IMMEDIATE; {script} PRAGMA application_id = {APPLICATION_ID};"
                    f" PRAGMA user_version = {number}; COMMIT;"
                )
        with translated("making", path):
            sync_folder(path.parent)


def check_version(db: sqlite3.Connection, path: Path) -> int:
    """Return the database's version, 0 for a new one.

    Raises:
        NewerSchema: a newer Panel wrote it.
        Corrupt: it is a database of something else.
    """
    (version,) = db.execute("PRAGMA user_version").fetchone()
    (mark,) = db.execute("PRAGMA application_id").fetchone()
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and mark != APPLICATION_ID:
        raise Corrupt(f"{path} is not a readers' store", hint="Move it away, or restore the right one from a backup.")
    if version > VERSION:
        raise NewerSchema(
            f"{path} has version {version}; this Panel knows {VERSION}", hint="Install the newer Panel again."
        )
    return int(version)


def connect(path: Path, *, write: bool = False) -> sqlite3.Connection:
    """Open a connection to a database that is there; transactions are begun and ended by hand."""
    # Opened for writing even to read: after a crash, whoever comes first has to replay the log.
    address = f"{path.absolute().as_uri()}?mode=rw"
    db = sqlite3.connect(address, uri=True, isolation_level=None, timeout=BUSY_S, check_same_thread=False)
    # What is deleted is overwritten: salts and addresses that are gone are gone.
    settings = ["synchronous = FULL", "foreign_keys = ON", "secure_delete = ON", "trusted_schema = OFF"]
    try:
        for setting in settings if write else [*settings, "query_only = ON"]:
            db.execute(f"PRAGMA {setting}")
    except sqlite3.Error:
        db.close()
        raise
    return db
