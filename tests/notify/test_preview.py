"""``tocsin notify preview``: what an operator looks at before a night that needs it."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from notify.preview import specimens
from schemas.notice import Cause
from tocsin.cli import main


def test_it_writes_every_mail_in_every_form(tmp_path: Path) -> None:
    """Per language and kind one ``.eml``, ``.txt`` and ``.html``; the first holds the other two."""
    assert main(["notify", "preview", "--out", str(tmp_path / "new")]) == 0
    files = {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()}
    names = [name for language in ("fr", "en") for name, _ in specimens(language)]
    assert set(files) == {f"{name}.{suffix}" for name in names for suffix in ("eml", "txt", "html")}
    for name in names:
        mail = message_from_bytes(files[f"{name}.eml"], policy=policy.default)
        text, html = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
        assert f"{mail['Subject']}\n\n{text}".encode() == files[f"{name}.txt"]
        assert html.encode() == files[f"{name}.html"]


def test_one_language_and_one_form_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--lang`` and ``--format`` choose; each mail is named on a line with its subject."""
    assert main(["notify", "preview", "--out", str(tmp_path), "--lang", "en", "--format", "html"]) == 0
    assert {"".join(path.suffixes) for path in tmp_path.iterdir()} == {".en.html"}
    assert len(capsys.readouterr().out.splitlines()) == len(list(tmp_path.iterdir()))


def test_every_kind_of_mail_is_among_them() -> None:
    """Each reason to tell somebody, for the region and for a hospital."""
    kinds = {(notice.cause, notice.reader_site is None) for _, notice in specimens("fr")}
    assert kinds == {(cause, region) for cause in Cause for region in (True, False)}
