"""A small OpenID Connect provider on loopback: it signs in whoever it is told to, and can be made to lie."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.worlds.listening import listening

CLIENT_ID, CLIENT_SECRET = "hoatoc", "a secret of the two"
_KEY = RSAKey.generate_key(2048, parameters={"kid": "1"})


@dataclass
class Provider:
    """What it says next: `claims` go into the ID token over the right ones, `key` and `header` sign it."""

    issuer: str = ""
    login: str = "lan"
    claims: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: _KEY)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "1"})
    refuses: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def sign_with_the_shared_secret(self) -> None:
        """What an attacker does who knows the client's secret."""
        self.key, self.header = OctKey.import_key(CLIENT_SECRET * 4), {"alg": "HS256"}

    async def metadata(self, _request: Request) -> Response:
        """Discovery."""
        return JSONResponse(
            {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            }
        )  # fmt: skip

    async def keys(self, _request: Request) -> Response:
        """The public half of its key."""
        return JSONResponse({"keys": [_KEY.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        """Sign in at once, and send the browser back with a code."""
        asked = dict(request.query_params)
        self.asked.append(asked)
        back = httpx.URL(asked["redirect_uri"])
        if self.refuses:
            return RedirectResponse(str(back.copy_merge_params({"error": "access_denied", "state": asked["state"]})))
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return RedirectResponse(str(back.copy_merge_params({"code": code, "state": asked["state"]})))

    async def token(self, request: Request) -> Response:
        """A code for tokens, once, to the right client with the right verifier."""
        form = {key: values[0] for key, values in parse_qs((await request.body()).decode()).items()}
        asked = self._codes.pop(form.get("code", ""), None)
        expected = httpx.BasicAuth(CLIENT_ID, CLIENT_SECRET)._auth_header
        right = (
            asked is not None
            and request.headers.get("authorization") == expected
            and form.get("grant_type") == "authorization_code"
            and form.get("redirect_uri") == asked["redirect_uri"]
            and asked["code_challenge_method"] == "S256"
            and create_s256_code_challenge(form.get("code_verifier", "")) == asked["code_challenge"]
        )
        if not right or asked is None:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": "7", "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "preferred_username": self.login, **self.claims,
        }  # fmt: skip
        token = jwt.encode(self.header, claims, self.key, algorithms=[self.header["alg"]])
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def routes(self) -> list[Route]:
        """Where it answers."""
        return [
            Route("/.well-known/openid-configuration", self.metadata), Route("/keys", self.keys),
            Route("/authorize", self.authorize), Route("/token", self.token, methods=["POST"]),
        ]  # fmt: skip


@contextmanager
def running_provider() -> Iterator[Provider]:
    """A provider that answers for as long as the block lasts."""
    provider = Provider()
    with listening(Starlette(routes=provider.routes())) as url:
        provider.issuer = url
        yield provider
