"""A notice in its form on the wire: an Internet message (RFC 5322) that machines do not answer and clients thread."""

import re
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from schemas.errors import Refused
from schemas.notice import Notice
from schemas.noun import Noun

POLICY = SMTP.clone(max_line_length=76)
"""CRLF, and quoted-printable lines of at most 76 characters (RFC 2045 §6.7)."""

_MARKING = re.compile(r"\[(TLP:(?:RED|AMBER(?:\+STRICT)?|GREEN|CLEAR))\]")
"""Traffic Light Protocol 2.0 (FIRST): the label stands in brackets at the head of the subject."""

_URGENT = re.compile(r" P1\b")
"""The highest priority, in the subject."""


class Sender(Noun):
    """Who the mail is from."""

    name: str = "Tocsin"
    email: str


def compose(notice: Notice, sender: Sender, date: datetime, *, uncertain: bool) -> EmailMessage:
    """The message for one recipient: the text, and after it, for who prefers it, the HTML (RFC 2046 §5.1.4).

    Headers that say "no automatic answer": RFC 3834 §5 and, for Exchange, [MS-OXCMAIL] §2.2.3.2.14. No ``Precedence`` and no
    ``List-Id``: they make of it a bulk mail, which gateways delay and clients file away unread. A mail of the highest priority alone
    is marked important (RFC 2156 §5.3.4; ``X-Priority`` for clients that know only that).

    Raises:
        Refused: an address or a header would not be what it says, such as a line break that adds a header.
    """
    message = EmailMessage(policy=POLICY)
    try:
        for name, value in _headers(notice, sender, date, uncertain=uncertain):
            message[name] = value
    except (ValueError, IndexError, HeaderParseError) as error:
        raise Refused(f"notice {notice.id} cannot be a mail: {error}") from error
    message.set_content(notice.text, charset="utf-8", cte="quoted-printable")
    if notice.html:
        message.add_alternative(notice.html, subtype="html", charset="utf-8", cte="quoted-printable")
        message.set_boundary(f"=_{notice.id}")
    message["Content-Language"] = notice.contact.language
    return message


def _headers(notice: Notice, sender: Sender, date: datetime, *, uncertain: bool) -> list[tuple[str, object]]:
    marking = _MARKING.match(notice.subject)
    thread = " ".join(_token(reference) for reference in notice.references)
    urgent = _URGENT.search(notice.subject)
    optional = {
        "References": thread,
        "In-Reply-To": thread.rpartition(" ")[2],
        "Importance": "high" if urgent else "",
        "X-Priority": "1" if urgent else "",
        "X-Tocsin-TLP": marking[1] if marking else "",
        "X-Tocsin-Uncertain": "yes" if uncertain else "",
    }
    return [
        ("Message-ID", _token(notice.message_id)),
        ("Date", date),
        ("From", _address(sender.name, sender.email)),
        ("To", _address(notice.contact.name, notice.contact.email)),
        ("Subject", notice.subject),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Tocsin-Incident", notice.incident_id),
        ("X-Tocsin-Version", str(notice.incident_version)),
        *((name, value) for name, value in optional.items() if value),
    ]


def _token(text: str) -> str:
    """A Message-ID (RFC 5322 §3.6.4): no space, so that the header cannot be folded inside it or end early."""
    if not re.fullmatch(r"<[!-;=?-~]+@[!-;=?-~]+>", text):
        raise ValueError(f"{text!r} is no Message-ID, such as <0a1b@tocsin.invalid>")
    return text


def _address(name: str, email: str) -> Address:
    if not email.isascii() or "," in email or ";" in email:
        raise ValueError(f"{email!r} is not one plain address; write an international domain in its xn-- form")
    return Address(display_name=name, addr_spec=email)
