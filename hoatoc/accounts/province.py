"""The province's single sign-on, by OpenID Connect: the authorization code flow with PKCE (RFC 7636), state and nonce.

The provider says who somebody is; what they may do here stands with their account. HTTP is httpx's, the protocol's
pieces are Authlib's, tokens are read by joserfc."""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hoatoc.errors import HoatocError, SettingsError
from hoatoc.phrase import Phrase
from hoatoc.settings import Settings

#: Signatures by a key pair only: with a shared secret, whoever knows it could sign for the provider.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_SECONDS = 10.0
_LEEWAY_SECONDS = 60
CALLBACK = "/vao/tinh/ve"


class SignOnFailed(HoatocError):
    """The province's single sign-on has not said, in a way that can be believed, who somebody is."""


@dataclass(frozen=True)
class Journey:
    """One person's way to the provider at `url` and back; the browser keeps the rest."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Province:
    """The provider, as it was registered there. `claim` is what of its word is an account's login."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    claim: str = "preferred_username"

    def begin(self) -> Journey:
        """A new way to the provider. Raises SignOnFailed when it cannot be reached or is not what it says."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        url = prepare_grant_uri(
            self._metadata()["authorization_endpoint"], client_id=self.client_id, response_type="code",
            redirect_uri=self.redirect_uri, scope="openid profile email", state=state, nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier), code_challenge_method="S256",
        )  # fmt: skip
        return Journey(url, state, nonce, verifier)

    def finish(self, code: str, *, nonce: str, verifier: str) -> str:
        """The login behind the `code` that the provider sent back. Raises SignOnFailed."""
        metadata = self._metadata()
        answer = _json(
            "POST", metadata["token_endpoint"], auth=(self.client_id, self.client_secret),
            data={
                "grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri,
                "code_verifier": verifier,
            },
        )  # fmt: skip
        claims = self._believe(answer, metadata, nonce)
        login = claims.get(self.claim)
        if not isinstance(login, str) or not login:
            raise SignOnFailed(
                Phrase("đăng nhập của tỉnh không cho biết %(claim)s", claim=self.claim), hint="xem HOATOC_OIDC_CLAIM"
            )
        if self.claim == "email" and claims.get("email_verified") is not True:
            raise SignOnFailed("địa chỉ thư chưa được tỉnh xác minh", hint="xác minh địa chỉ thư ở hệ thống của tỉnh")
        return login.strip().lower()

    def _believe(self, answer: dict[str, Any], metadata: dict[str, Any], nonce: str) -> dict[str, Any]:
        """The claims of the ID token, after everything OpenID Connect Core 3.1.3.7 asks for."""
        try:
            keys = KeySet.import_key_set(_json("GET", metadata["jwks_uri"]))  # type: ignore[arg-type]  # checked by it
            token = jwt.decode(str(answer.get("id_token", "")), keys, algorithms=_ALGORITHMS)
            options = {"iss": {"value": self.issuer}, "aud": {"value": self.client_id}}
            params = {"nonce": nonce, "client_id": self.client_id, "access_token": answer.get("access_token")}
            claims = CodeIDToken(token.claims, token.header, options, params)
            claims.validate(leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise SignOnFailed("lời xác nhận của đăng nhập của tỉnh không tin được", hint=f"{error}") from error
        return dict(claims)

    def _metadata(self) -> dict[str, Any]:
        metadata = _json("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != self.issuer:
            raise SignOnFailed("hệ thống đăng nhập của tỉnh xưng tên khác", hint="xem HOATOC_OIDC_ISSUER")
        missing = {"authorization_endpoint", "token_endpoint", "jwks_uri"} - metadata.keys()
        if missing:
            raise SignOnFailed(
                Phrase("hệ thống đăng nhập của tỉnh không nêu %(missing)s", missing=", ".join(sorted(missing)))
            )
        return metadata


def province_of(settings: Settings, public_url: str) -> Province | None:
    """The single sign-on of the settings, None without one. Raises SettingsError."""
    if not settings.oidc_issuer:
        return None
    if not (settings.oidc_client_id and settings.oidc_client_secret):
        raise SettingsError("HOATOC_OIDC_ISSUER cần HOATOC_OIDC_CLIENT_ID và HOATOC_OIDC_CLIENT_SECRET")
    issuer = urlsplit(settings.oidc_issuer)
    if issuer.scheme != "https" and issuer.hostname not in ("127.0.0.1", "localhost"):
        raise SettingsError("HOATOC_OIDC_ISSUER phải là địa chỉ https", hint="ví dụ https://sso.tinh.example")
    return Province(
        issuer=settings.oidc_issuer, client_id=settings.oidc_client_id, client_secret=settings.oidc_client_secret,
        redirect_uri=f"{public_url.rstrip('/')}{CALLBACK}", claim=settings.oidc_claim,
    )  # fmt: skip


def _json(method: str, url: str, **rest: Any) -> dict[str, Any]:
    try:
        answer = httpx.request(method, url, timeout=_SECONDS, **rest)
        told = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        hint = "thử lại sau, hoặc đăng nhập bằng mật khẩu"
        raise SignOnFailed("không hỏi được hệ thống đăng nhập của tỉnh", hint=hint) from error
    if answer.status_code >= httpx.codes.BAD_REQUEST or not isinstance(told, dict):
        code = told.get("error", "") if isinstance(told, dict) else ""
        raise SignOnFailed(f"hệ thống đăng nhập của tỉnh từ chối: {answer.status_code} {code}".strip())
    return told
