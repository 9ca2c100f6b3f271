"""`panel serve`: the readers' service on a port, until somebody stops it."""

from __future__ import annotations

import errno
import importlib
import json
import os
import signal
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Annotated

import typer

from panel.cli.session import JsonOption, current_newsroom, new_command, say
from panel.errors import SetupError
from panel.mail import Sends, check_sender, open_outgoing
from panel.readers import ReaderStore
from panel.settings import MailSettings

PASSWORD_VARIABLE = "PANEL_SMTP_PASSWORD"
"""The password of the mail server's user; never written anywhere."""

app = new_command()


@app.command()
def serve(
    host: Annotated[str, typer.Option("--host", help="Which of this machine's addresses to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="0 takes any that is free.")] = 8000,
    no_site: Annotated[bool, typer.Option("--no-site", help="Leave the site's pages to another server.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take readers' votes and sign-ups, and serve the site.

    For the public, put a reverse proxy that speaks TLS before it. `[readers]` in panel.toml says under which address
    readers find it.
    """
    newsroom = current_newsroom()
    settings = newsroom.settings
    open_mail = _mail_opener(settings.mail)
    # Imported by name: the web framework and the server are loaded only to serve.
    service, uvicorn = importlib.import_module("panel.readers.service"), importlib.import_module("uvicorn")
    site = newsroom.public if newsroom.public.is_dir() or not no_site else None
    with _listen(host, port) as listener, ReaderStore.open(newsroom.reader_store) as store:
        made = service.make_app(store, settings, site=site, serve_site=not no_site, open_mail=open_mail)
        server = uvicorn.Server(uvicorn.Config(made, **service.server_settings()))

        def stop(*_: object) -> None:
            server.should_exit = True

        # A stop that comes before uvicorn listens for it must not be lost. uvicorn stops in good order and then raises
        # the signal again; a plain stop is no failure.
        before = signal.signal(signal.SIGTERM, stop)
        try:
            _tell(listener, with_mail=open_mail is not None, as_json=as_json)
            server.run(sockets=[listener])
        finally:
            signal.signal(signal.SIGTERM, before)


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else is done.

    Raises:
        SetupError: it cannot be had.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise SetupError(f"there is no address {host!r} to listen on", hint="Give --host 127.0.0.1.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(512)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise SetupError(
                f"port {port} is in use already", hint="Stop what uses it, or give another --port; 0 takes a free one."
            ) from error
        raise SetupError(
            f"cannot listen on {host}, port {port}: {error.strerror}", hint="Give another --host or --port."
        ) from error
    return listener


def _mail_opener(settings: MailSettings) -> Callable[[], AbstractContextManager[Sends]] | None:
    """Return what connects to the mail server; None where nobody is named to send as."""
    if not settings.sender.strip():
        return None
    check_sender(settings)
    password = os.environ.get(PASSWORD_VARIABLE, "")
    return lambda: open_outgoing(settings, password)


def _tell(listener: socket.socket, *, with_mail: bool, as_json: bool) -> None:
    host, port = listener.getsockname()[:2]
    url = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    # Whoever started this may have stopped listening; it serves all the same.
    with suppress(BrokenPipeError):
        if as_json:
            typer.echo(json.dumps({"url": url, "mail": with_mail, "pid": os.getpid()}))
        else:
            typer.echo(f"Serving on {url} until you press Ctrl-C.")
    if not with_mail:
        say("No sender is set under [mail]: sign-ups are noted, and confirmed once there is one.")
