"""Refusal: something in a feed that is not matched, where it stands, and why."""

from enum import StrEnum
from typing import NamedTuple


class Because(StrEnum):
    """The reasons that are counted."""

    UNREADABLE = "unreadable"
    INVALID = "invalid"
    UNSUPPORTED = "unsupported"
    NOT_FOR_DETECTION = "not for detection"
    BENIGN = "benign"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    TOO_BROAD = "too broad"
    NOT_PUBLIC = "not public"
    EVERYWHERE = "known everywhere"
    WARNING_LIST = "on a warning list"
    FULL = "too many"


class Refusal(NamedTuple):
    """``where`` is a path inside the JSON of ``file``, such as ``objects[3].pattern``."""

    file: str
    where: str
    because: Because
    detail: str

    def __str__(self) -> str:
        place = f"{self.file}: {self.where}" if self.where else self.file
        return f"{place}: {self.because}: {self.detail}"


class Unusable(ValueError):
    """A value or a pattern that cannot be matched, with the reason that is counted."""

    def __init__(self, because: Because, detail: str) -> None:
        super().__init__(detail)
        self.because = because
