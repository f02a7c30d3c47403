"""Bodies of documents as the nouns that the console reads, and cursors. For both archives."""

import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from console.ports import Mail
from schemas.errors import BadMessage
from schemas.notice import Notice, Status
from schemas.noun import Noun, parse_iso

logger = logging.getLogger(__name__)

N = TypeVar("N", bound=Noun)
Body = Mapping[str, Any]

MAX_CURSOR = 500
"""Characters; a cursor comes from an address that anybody may type."""


def nouns(model: type[N], bodies: Iterable[Body]) -> list[N]:
    """Those that can be read; the others are logged."""
    return [noun for body in bodies if (noun := _noun(model, body))]


def _noun(model: type[N], body: Body) -> N | None:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        logger.warning("a stored %s cannot be read: %s", model.__name__, error.errors(include_input=False, include_url=False)[0])
        return None


def mails(bodies: Iterable[Body]) -> list[Mail]:
    """Rows of the outbox, in the order their notices were due."""
    found = [mail for body in bodies if (mail := _mail(body))]
    return sorted(found, key=lambda mail: (mail.notice.due, mail.notice.id))


def _mail(body: Body) -> Mail | None:
    notice = _noun(Notice, body["notice"])
    if notice is None:
        return None
    return Mail(notice, Status(body["status"]), body["attempt"], body["uncertain"], body["detail"], parse_iso(body["updated"]))


def cursor(values: Sequence[Any]) -> str:
    """The sort values of the last item as an opaque text."""
    return urlsafe_b64encode(orjson.dumps(list(values))).decode()


def place(cursor: str | None, kinds: tuple[type, ...]) -> list[Any] | None:
    """The inverse; None stays None.

    Raises:
        BadMessage: it is none of ours, or holds other than values of these kinds.
    """
    if cursor is None:
        return None
    try:
        values = orjson.loads(urlsafe_b64decode(cursor[:MAX_CURSOR]))
    except ValueError as error:
        raise BadMessage("no such page: the cursor is none of ours") from error
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        raise BadMessage("no such page: the cursor is none of ours")
    return values
