"""A folder, served on this machine to one test."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit


class _Handler(SimpleHTTPRequestHandler):
    """Serves files as static hosts do: under the site's path only, with 404.html for what is not there."""

    timeout = 10
    protocol_version = "HTTP/1.1"
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".json": "application/json",
        ".atom": "application/atom+xml",
        ".woff2": "font/woff2",
        ".svg": "image/svg+xml",
    }

    def __init__(self, *args: object, path: str, **named: object) -> None:
        self.site_path = path
        super().__init__(*args, **named)  # type: ignore[arg-type]

    def translate_path(self, path: str) -> str:
        plain = urlsplit(path).path
        if not plain.startswith(self.site_path):
            return str(Path(self.directory) / ".not-under-the-sites-path")
        return super().translate_path("/" + plain[len(self.site_path) :])

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        if code != 404 or not page.is_file():
            return super().send_error(code, message, explain)
        body = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up is no error."""


@dataclass(frozen=True, slots=True)
class Served:
    """A running server.

    Attributes:
        url: the site's address, "/" at its end.
        origin: the same without its path.
        stop: ends it; returns when its thread has ended.
    """

    url: str
    origin: str
    stop: Callable[[], None]


def serve_folder(folder: Path, path: str = "/") -> Served:
    """Serve a folder's files at a free port of this machine, under a path of the host."""
    handler = partial(_Handler, path=path, directory=str(folder))
    server = _Server(("127.0.0.1", 0), handler)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
        assert not thread.is_alive(), "the test's server did not end"

    origin = f"http://127.0.0.1:{server.server_address[1]}"
    return Served(origin + path, origin, stop)
