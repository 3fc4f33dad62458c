"""What ties a login to one browser: a secret in a cookie, and a form token made from it.

A login page that another site opens, or a form that it posts, lacks one of the two.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from identity.store import new_secret

COOKIE_SECONDS = 600
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def cookie_name(issuer: str) -> str:
    """The cookie's name; over HTTPS with the prefix that keeps other hosts from setting it (RFC 6265bis)."""
    return "__Host-ebox-login" if issuer.startswith("https://") else "ebox-login"


def browser_secret(cookie: str | None) -> str:
    """The secret the browser already has, so that two tabs share it; a new one otherwise."""
    return cookie if cookie is not None and _SECRET.fullmatch(cookie) else new_secret()


def form_token(browser: str, login_id: str) -> str:
    """What the login form must carry beside the cookie."""
    return hmac.digest(browser.encode(), login_id.encode(), hashlib.sha256).hex()


def is_form_token(token: str, browser: str, login_id: str) -> bool:
    """Whether the form came from the page that we showed this browser for this login."""
    return hmac.compare_digest(token.encode(), form_token(browser, login_id).encode())
