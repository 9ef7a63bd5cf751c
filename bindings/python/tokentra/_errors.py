"""Exceptions: `Error` and one subclass for each status code of the C interface."""

from __future__ import annotations


class Error(Exception):
    """A tokentra call failed.

    Attributes:
        code: name of the status, "INVALID_ARGUMENT".
        status: its number, 3.
        message: one line: fact, offending value, limit or nearest valid.
        details: what the message is made of, str by str; may be empty.
    """

    code = "UNKNOWN"
    status = 2

    def __init__(self, message: str = "", details: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, str] = {} if details is None else details


class CancelledError(Error):
    """The operation was cancelled."""

    code, status = "CANCELLED", 1


class UnknownError(Error):
    """A failure that says no more."""

    code, status = "UNKNOWN", 2


class InvalidArgumentError(Error, ValueError):
    """The caller's input is wrong; the message names it."""

    code, status = "INVALID_ARGUMENT", 3


class DeadlineExceededError(Error):
    """The time allowed ran out."""

    code, status = "DEADLINE_EXCEEDED", 4


class NotFoundError(Error, LookupError):
    """There is nothing of that name."""

    code, status = "NOT_FOUND", 5


class AlreadyExistsError(Error):
    """Something of that name is there already."""

    code, status = "ALREADY_EXISTS", 6


class PermissionDeniedError(Error):
    """The caller may not do this."""

    code, status = "PERMISSION_DENIED", 7


class ResourceExhaustedError(Error):
    """Memory or a stated limit is used up."""

    code, status = "RESOURCE_EXHAUSTED", 8


class FailedPreconditionError(Error):
    """The object is not in a state for this: a closed client."""

    code, status = "FAILED_PRECONDITION", 9


class AbortedError(Error):
    """The operation gave way to another one."""

    code, status = "ABORTED", 10


class OutOfRangeError(Error):
    """An amount or an index beyond its range."""

    code, status = "OUT_OF_RANGE", 11


class UnimplementedError(Error, NotImplementedError):
    """Not in this release."""

    code, status = "UNIMPLEMENTED", 12


class InternalError(Error):
    """A defect of tokentra."""

    code, status = "INTERNAL", 13


class UnavailableError(Error):
    """Not possible now; trying again may help."""

    code, status = "UNAVAILABLE", 14


class DataLossError(Error):
    """Stored data is damaged."""

    code, status = "DATA_LOSS", 15


class UnauthenticatedError(Error):
    """It is not known who asks."""

    code, status = "UNAUTHENTICATED", 16


# By status, from 1.
CLASSES: tuple[type[Error], ...] = (
    CancelledError,
    UnknownError,
    InvalidArgumentError,
    DeadlineExceededError,
    NotFoundError,
    AlreadyExistsError,
    PermissionDeniedError,
    ResourceExhaustedError,
    FailedPreconditionError,
    AbortedError,
    OutOfRangeError,
    UnimplementedError,
    InternalError,
    UnavailableError,
    DataLossError,
    UnauthenticatedError,
)
