"""Who is signed in to the pages: a signed cookie that expires, and that a changed password or a removed account ends."""

import hashlib
import os
import secrets
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

from assistant.server.users import Role, User, Users
from corpus.errors import InputError

__all__ = ["COOKIE", "Sessions"]

COOKIE = "nearzero_session"

_SALT = "nearzero.session"


class Sessions:
    """Makes and reads the cookie's value. Safe to share between threads.

    The key lies in a file readable by its owner only, so that people stay signed in over a restart.
    """

    def __init__(self, users: Users, key: Path, hours: float) -> None:
        self.seconds = int(hours * 3600)
        self.secret = _key(key)
        self._users = users
        self._signer = URLSafeTimedSerializer(self.secret, salt=_SALT)
        self._ended: dict[str, float] = {}
        self._lock = threading.Lock()

    def make(self, user: User) -> str:
        """The cookie of a user who just signed in."""
        held: dict[str, Any] = {"s": secrets.token_urlsafe(12), "n": user.name}
        if user.id:
            held |= {"i": user.id, "r": user.role.value}
        else:
            held |= {"p": _fingerprint(user)}
        return self._signer.dumps(held)

    def read(self, cookie: str) -> User | None:
        """Whose cookie it is; ``None`` for one that was not made here, has expired, or was ended."""
        held = self._held(cookie)
        if held is None or held["s"] in self._ended:
            return None
        if "i" in held:
            return User(held["n"], Role(held["r"]), id=held["i"])
        user = self._users.get(held["n"])
        return user if user and held["p"] == _fingerprint(user) else None

    def end(self, cookie: str) -> None:
        """Sign out: the cookie opens nothing any more, whoever has a copy of it."""
        held = self._held(cookie)
        if held is None:
            return
        now = time.monotonic()
        with self._lock:
            self._ended = {s: until for s, until in self._ended.items() if until > now}
            self._ended[held["s"]] = now + self.seconds

    def _held(self, cookie: str) -> Mapping[str, Any] | None:
        try:
            held: Mapping[str, Any] = self._signer.loads(cookie, max_age=self.seconds)
        except BadSignature:
            return None
        return held


def _fingerprint(user: User) -> str:
    """Changes with the password, and tells nothing of it."""
    return hashlib.sha256(user.password.encode()).hexdigest()[:16]


def _key(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w", encoding="ascii") as file:
            key = secrets.token_urlsafe(48)
            file.write(key)
    except (OSError, ValueError) as error:
        raise InputError(f"登录用的密钥文件 {path} 读写不了：请检查数据目录的权限，或删掉它再启动。") from error
    return key
