"""The static site: files as they are, with the types that feeds and manifests have."""

from __future__ import annotations

import os
from pathlib import PurePath

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_TYPES = {
    ".atom": "application/atom+xml",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}


class SiteFiles(StaticFiles):
    """The site's folder, which may come and go while the service runs; what begins with a dot is not shown."""

    async def check_config(self) -> None:
        """Start without a site: it is there once something is published."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a file, the site's own page for what is missing, or a refusal."""
        parts = PurePath(path).parts
        if any(part.startswith(".") and part not in (".", ".well-known") for part in parts):
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse):
            # A machine's own table of types differs from the next one's.
            suffix = os.path.splitext(response.path)[1].lower()
            response.headers["content-type"] = _TYPES.get(suffix, "application/octet-stream")
        response.headers.setdefault("Cache-Control", "no-cache")
        return response
