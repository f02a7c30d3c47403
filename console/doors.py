"""What guards every answer, errors too: who may address the console, and what a browser may do with its pages.

Outermost of all, so that no page can be without it. There is no script, no inline style and nothing from elsewhere: markup that an
attacker got past the escaping would find nothing that runs it.
"""

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
"""Content Security Policy Level 3 (W3C)."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex",
}
KEPT = "private, max-age=31536000, immutable"
"""Of static files: their addresses change with their content."""


class Doors:
    """The application behind its doors.

    Args:
        app: What answers.
        hosts: Names that the console goes by. A request for another one comes from a page that made its own name point here
            (DNS rebinding), and learns nothing.
        static: Beginning of the paths whose answers a browser may keep; it must forget all others.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str], static: str) -> None:
        self._app = TrustedHostMiddleware(app, allowed_hosts=list(hosts), www_redirect=False)
        self._static = static

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = message["status"] < 400 and scope["path"].startswith(self._static)  # noqa: PLR2004 - errors begin there
                MutableHeaders(scope=message).update({**HEADERS, "Cache-Control": KEPT if kept else "no-store"})
            await send(message)

        await self._app(scope, receive, guarded)
