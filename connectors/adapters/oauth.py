"""OAuth 2.0 as client: addresses to send people to, and calls that turn codes into tokens.

Sources: RFC 6749 (framework), RFC 7636 (PKCE), RFC 8414 names are not needed. Every failure is
worded; `invalid_grant` means that the consent is over and a person must sign in again.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from connectors import http
from connectors.adapters.base import AUTHORIZE_ADDRESS, TOKEN_ADDRESS
from connectors.adapters.kinds import OAuth
from connectors.adapters.line import Line, answer_of, plain_problem, read_json
from connectors.errors import DeliveryError, SignInNeeded

LIFE = timedelta(hours=1)
OVER = frozenset({"invalid_grant"})


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token endpoint gave."""

    access: str
    refresh: str
    expires_at: datetime
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """One way to a person's consent; `state` and `verifier` stay in their session."""

    address: str
    state: str
    verifier: str


def ask(oauth: OAuth, settings: Mapping[str, Any], *, client_id: str, back_to: str) -> Asking:
    """Where to send a person so that they consent (authorization code with PKCE)."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": back_to,
        "scope": " ".join(oauth.scopes),
        "state": state,
        "code_challenge_method": "S256",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"),
    }
    address = str(settings.get(AUTHORIZE_ADDRESS) or oauth.authorize)
    return Asking(f"{address}?{urlencode(query)}", state, verifier)


def tokens_for_code(
    oauth: OAuth,
    line: Line,
    settings: Mapping[str, Any],
    *,
    code: str,
    asking: Asking,
    back_to: str,
    now: datetime,
) -> Tokens:
    """Turn the code a person brought back into tokens."""
    grant = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back_to,
        "code_verifier": asking.verifier,
    }
    return _tokens(oauth, line, settings, grant, refresh="", now=now)


def tokens_for_refresh(
    oauth: OAuth, line: Line, settings: Mapping[str, Any], *, refresh: str, now: datetime
) -> Tokens:
    """Fresh tokens; a party that replaces the refresh token gives the new one with them."""
    grant = {"grant_type": "refresh_token", "refresh_token": refresh}
    return _tokens(oauth, line, settings, grant, refresh=refresh, now=now)


def tokens_for_client(
    oauth: OAuth, line: Line, settings: Mapping[str, Any], *, now: datetime
) -> Tokens:
    """A token of our own, with nobody's consent (client credentials)."""
    grant = {"grant_type": "client_credentials"}
    return _tokens(oauth, line, settings, grant, refresh="", now=now)


def _tokens(
    oauth: OAuth,
    line: Line,
    settings: Mapping[str, Any],
    grant: dict[str, str],
    *,
    refresh: str,
    now: datetime,
) -> Tokens:
    address = str(settings.get(TOKEN_ADDRESS) or oauth.token).format(**settings)
    client_id = line.credentials.get("client_id") or str(settings.get("client_id", ""))
    client_secret = line.credentials.get("client_secret", "")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if oauth.json:
        grant |= {"client_id": client_id, "client_secret": client_secret}
        headers["Content-Type"] = "application/json"
        content = json.dumps(grant).encode()
    elif client_secret:
        pair = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode("ascii")
        headers["Authorization"] = f"Basic {pair}"
        content = urlencode(grant).encode()
    else:
        content = urlencode({**grant, "client_id": client_id}).encode()
    line.problem_of = _problem
    answer = read_json(line.call("POST", address, content=content, headers=headers))
    if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
        raise DeliveryError("The token endpoint gave no token. Check its address.", permanent=True)
    seconds = answer.get("expires_in")
    life = timedelta(seconds=seconds) if isinstance(seconds, int) and seconds > 0 else LIFE
    return Tokens(
        access=answer["access_token"],
        refresh=str(answer.get("refresh_token") or refresh),
        expires_at=now + life,
        scopes=tuple(str(answer.get("scope") or "").split()),
    )


def _problem(response: http.Response) -> DeliveryError:
    try:
        said = json.loads(response.body)
    except (ValueError, RecursionError):
        said = None
    name = str(said.get("error", "")) if isinstance(said, dict) else ""
    if name in OVER:
        return SignInNeeded("The consent is over. Somebody must sign in again.")
    if response.code in {400, 401, 403} and name:
        about = str(said.get("error_description", ""))[:200] if isinstance(said, dict) else ""
        words = f"The sign-in was refused ({name}). {about}".strip()
        return DeliveryError(
            f"{words} Check client id and client secret.",
            permanent=True,
            answer=answer_of(response),
        )
    return plain_problem(response)
