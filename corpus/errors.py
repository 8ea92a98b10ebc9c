"""Every error the product raises on purpose.

    NearzeroError
    ├── InputError (ValueError)          the person can mend it: exit status 2, one line in Chinese
    │   ├── UnknownClause (LookupError)      no clause or document of that name is held
    │   ├── UnknownCalculator (LookupError)  no calculator of that name
    │   ├── UnknownFactor (LookupError)      no usable emission factor of that name
    │   ├── UnknownConversation (LookupError) no kept conversation of that name
    │   ├── MissingInput                     a calculation lacks an input it cannot do without
    │   ├── UnitMismatch                     a quantity of another dimension than the field takes
    │   └── OutOfRange                       a quantity outside the range the method holds for
    ├── LibraryError                     a shipped or added document does not validate
    ├── IndexUnavailable                 the retrieval index is missing or does not fit the corpus
    ├── StoreUnavailable                 the store of conversations cannot be opened, read or written
    └── ModelUnavailable                 the configured model did not give a usable answer

Each message says what is wrong and what to do next, in Chinese, on one line.
"""

__all__ = [
    "IndexUnavailable",
    "InputError",
    "LibraryError",
    "MissingInput",
    "ModelUnavailable",
    "NearzeroError",
    "OutOfRange",
    "StoreUnavailable",
    "UnitMismatch",
    "UnknownCalculator",
    "UnknownClause",
    "UnknownConversation",
    "UnknownFactor",
    "unreadable",
]


class NearzeroError(Exception):
    """Root of the tree; the command line and the pages catch this one."""


class InputError(NearzeroError, ValueError):
    """What was typed, uploaded or configured cannot be used; the message says how to mend it."""


class UnknownClause(InputError, LookupError):
    """No clause or document of that name is held."""


class UnknownCalculator(InputError, LookupError):
    """No calculator of that name."""


class UnknownFactor(InputError, LookupError):
    """No usable emission factor of that name, region or year."""


class UnknownConversation(InputError, LookupError):
    """No conversation of that name is kept for this person."""


class MissingInput(InputError):
    """A calculation lacks an input it cannot do without; ``field`` is the input's name."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class UnitMismatch(InputError):
    """The quantity has another dimension than the field takes; ``given`` and ``expected`` keep both."""

    def __init__(self, message: str, *, given: str = "", expected: str = "") -> None:
        super().__init__(message)
        self.given = given
        self.expected = expected


class OutOfRange(InputError):
    """The quantity lies outside the range the method holds for."""


class LibraryError(NearzeroError):
    """A document of the library does not validate; the message names file and field."""


class IndexUnavailable(NearzeroError):
    """The retrieval index is missing, broken or built for another corpus or embedding."""


class StoreUnavailable(NearzeroError):
    """The store of conversations (SQLite file or Postgres server) cannot be opened, read or written."""


class ModelUnavailable(NearzeroError):
    """The configured chat model timed out, refused or returned nothing usable."""


def unreadable(error: OSError) -> str:
    """Why a file cannot be read, in Chinese.

    >>> unreadable(FileNotFoundError()), unreadable(PermissionError())
    ('没有这个文件', '没有读取的权限')
    """
    match error:
        case FileNotFoundError():
            return "没有这个文件"
        case PermissionError():
            return "没有读取的权限"
        case IsADirectoryError():
            return "这是一个目录"
        case _:
            return error.strerror or type(error).__name__
