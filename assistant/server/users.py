"""Who may come in: names, roles, argon2 hashes of passwords, digests of tokens; kept in one JSON file."""

import hashlib
import hmac
import json
import os
import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from corpus.errors import InputError

__all__ = ["LOCAL", "SHORTEST_PASSWORD", "Role", "Token", "User", "Users"]

SHORTEST_PASSWORD = 8
"""Characters; what is shorter is guessed in an afternoon."""

_LONGEST_PASSWORD = 256
_NAME = re.compile(r"[\w.-]{1,64}")
_REMEMBERED = 256


class Role(StrEnum):
    """What a person is to the program; the first two may ask, compute and check, the last may also administer."""

    STAFF = "staff"
    EVALUATOR = "evaluator"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token as the file keeps it: its digest only. Tokens are random, so a plain digest is enough."""

    id: str
    sha256: str
    created: str


@dataclass(frozen=True, slots=True)
class User:
    """One account. ``password`` is an argon2 hash; ``id`` is there for those whom an identity provider vouches for."""

    name: str
    role: Role
    password: str = ""
    tokens: tuple[Token, ...] = field(default=())
    id: str = ""

    @property
    def administers(self) -> bool:
        return self.role is Role.ADMINISTRATOR


LOCAL = User("local", Role.ADMINISTRATOR)
"""Who asks where sign-in is off: the person at this very machine."""


class Users:
    """The accounts in a file, read again whenever it changes. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        from argon2 import PasswordHasher

        self._path = path
        self._lock = threading.RLock()
        self._hasher = PasswordHasher()
        # Argon2 is slow on purpose; a client that sends its password with every request pays once.
        self._verified: dict[tuple[str, bytes], None] = {}
        self._key = secrets.token_bytes(32)
        self._stamp: tuple[int, int] | None = None
        self._held: Mapping[str, User] = {}
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def all(self) -> tuple[User, ...]:
        """Every account by name. Raises ``InputError`` for a file that cannot be read."""
        return tuple(sorted(self._read().values(), key=lambda u: u.name))

    def get(self, name: str) -> User | None:
        return self._read().get(name)

    def sign_in(self, name: str, password: str) -> User | None:
        """The user of that name and password, or ``None``; as slow for a name nobody has."""
        from argon2.exceptions import Argon2Error, InvalidHashError

        user = self.get(name)
        if len(password) > _LONGEST_PASSWORD:
            return None
        stored = user.password if user else self._nobody
        proof = (stored, hmac.digest(self._key, password.encode("utf-8", "replace"), "sha256"))
        with self._lock:
            known = proof in self._verified
        if not known:
            try:
                self._hasher.verify(stored, password.encode("utf-8", "replace"))
            except (Argon2Error, InvalidHashError):
                return None
            with self._lock:
                while len(self._verified) >= _REMEMBERED:
                    self._verified.pop(next(iter(self._verified)))
                self._verified[proof] = None
        return user

    def bearer(self, token: str) -> User | None:
        """The user a token belongs to, or ``None``."""
        digest = _digest(token)
        for user in self._read().values():
            if any(hmac.compare_digest(held.sha256, digest) for held in user.tokens):
                return user
        return None

    def add(self, name: str, role: Role, password: str) -> User:
        """Add an account. Raises ``InputError`` for a name that is taken or unusable, or a password too short."""
        if not _NAME.fullmatch(name):
            raise InputError(f"用户名“{name[:64]}”不能用：请用字母、汉字、数字、点、下划线或连字符，最多 64 个。")
        with self._lock:
            if self.get(name):
                raise InputError(f"已有用户 {name}；换一个名字，或先用 nearzero users remove {name} 删除。")
            user = User(name, role, self._hash(password))
            self._write({**self._read(), name: user})
        return user

    def remove(self, name: str) -> None:
        """Delete an account with its tokens. Raises ``InputError`` for an unknown name or the last administrator."""
        with self._lock:
            user = self._known(name)
            left = {n: u for n, u in self._read().items() if n != name}
            if user.administers and left and not any(u.administers for u in left.values()):
                raise InputError(f"{name} 是最后一个管理员，不能删除；请先添加另一个管理员。")
            self._write(left)

    def change_password(self, name: str, password: str) -> None:
        """Set a new password."""
        with self._lock:
            self._write({**self._read(), name: replace(self._known(name), password=self._hash(password))})

    def issue(self, name: str) -> str:
        """A new bearer token of that user, shown this once and never again."""
        token = f"nz_{secrets.token_urlsafe(32)}"
        with self._lock:
            user = self._known(name)
            made = Token(secrets.token_hex(4), _digest(token), datetime.now(UTC).isoformat(timespec="seconds"))
            self._write({**self._read(), name: replace(user, tokens=(*user.tokens, made))})
        return token

    def revoke(self, name: str) -> int:
        """Withdraw every token of that user; how many there were."""
        with self._lock:
            user = self._known(name)
            self._write({**self._read(), name: replace(user, tokens=())})
        return len(user.tokens)

    def _known(self, name: str) -> User:
        user = self.get(name)
        if user is None:
            raise InputError(f"没有用户 {name[:64]}；用 nearzero users list 查看。")
        return user

    def _hash(self, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
            raise InputError(f"密码要有 {SHORTEST_PASSWORD} 到 {_LONGEST_PASSWORD} 个字符。")
        return self._hasher.hash(password.encode("utf-8", "replace"))

    def _read(self) -> Mapping[str, User]:
        with self._lock:
            try:
                found = self._path.stat()
            except FileNotFoundError:
                self._held, self._stamp = {}, None
                return self._held
            stamp = (found.st_mtime_ns, found.st_ino)
            if stamp != self._stamp:
                self._held, self._stamp = _load(self._path), stamp
            return self._held

    def _write(self, users: Mapping[str, User]) -> None:
        """Replace the file at once, readable by its owner only."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}")
        text = json.dumps({"users": [asdict(u) for u in users.values()]}, ensure_ascii=False, indent=1)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(self._path)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _load(path: Path) -> Mapping[str, User]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        users = [
            User(u["name"], Role(u["role"]), u["password"], tuple(Token(**t) for t in u.get("tokens", ())))
            for u in raw["users"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"用户文件 {path} 读不了：请从备份恢复，或删掉后用 nearzero users add 重建。") from error
    return {user.name: user for user in users}
