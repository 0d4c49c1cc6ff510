"""What guards every answer: strict headers, and a limit on what is taken in.

Cross-site request forgery: a unit's pages have no cookie and no ambient authority of any kind. The signed token in the
path is the only capability, so a forged request would have to know it already; `Referrer-Policy: no-referrer` keeps it
from leaking to other sites, and `no-store` from staying in caches. The signed-in side has a cookie, and portal.csrf."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Room for a report with two files of the largest size, in base64.
MAX_BODY = 9 * 1024 * 1024

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; script-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
# Once a browser has come by https, it comes by nothing else.
_BY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
# Their addresses carry a fingerprint of their content (see portal.pages), so they may be kept.
_STATIC = {**HEADERS, "Cache-Control": "public, max-age=86400"}


class Guard:
    """ASGI middleware that sets the headers of every answer and refuses bodies over `MAX_BODY`."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        more = _BY_HTTPS if https else {}
        # Made once, as the server sends them: every answer has them.
        self._usual, self._static = Headers(HEADERS | more).raw, Headers(_STATIC | more).raw
        self._ours = {name for name, _ in self._usual}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        static = scope["path"].startswith("/static/")

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = self._static if static and message["status"] < 400 else self._usual
                theirs = [header for header in message["headers"] if header[0] not in self._ours]
                message["headers"] = [*theirs, *ours]
            await send(message)

        await self._app(scope, _limited(scope, receive), guarded)


def _limited(scope: Scope, receive: Receive) -> Receive:
    # The server (h11, httptools) has checked that a length, where there is one, is a number.
    announced = int(Headers(scope=scope).get("content-length", "0"))
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        # A body may come without a length, or longer than announced.
        if max(announced, seen) > MAX_BODY:
            raise HTTPException(413)
        return message

    return limited
