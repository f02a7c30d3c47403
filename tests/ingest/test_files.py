"""Files as sources: whole, growing, rotated, cut short, compressed, unreadable."""

import gzip
import os
from pathlib import Path

import pytest

from ingest.adapters.files import CHUNK, Followed, Place, read_whole
from schemas.errors import ConfigurationError

FRESH = Place()


def drain(followed: Followed) -> bytes:
    """Everything there is now."""
    return b"".join(iter(followed.read, b""))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log with one line."""
    path = tmp_path / "auth.log"
    path.write_bytes(b"one\n")
    return path


def append(path: Path, data: bytes) -> None:
    """As a program that logs does."""
    with path.open("ab") as stream:
        stream.write(data)


@pytest.mark.parametrize("packed", [False, True])
def test_a_whole_file_is_read_whole(tmp_path: Path, packed: bool) -> None:  # noqa: FBT001 - a parameter
    """Plain or gzip, whatever it is called, the content comes in order and complete."""
    data = os.urandom(3 * CHUNK + 17)
    path = tmp_path / "log"
    path.write_bytes(gzip.compress(data) if packed else data)
    assert b"".join(read_whole(path)) == data


def test_two_gzip_members_are_one_file(tmp_path: Path) -> None:
    """Concatenated gzip files, as rotation scripts make them, are read through."""
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(b"one\n") + gzip.compress(b"two\n"))
    assert b"".join(read_whole(path)) == b"one\ntwo\n"
    assert drain(Followed(path, FRESH)) == b"one\ntwo\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file"),
        (gzip.compress(b"x" * 1000)[:-12], "ended before"),
        (gzip.compress(bytes(range(256)), mtime=0)[:14] + b"\x55" * 400, "Error"),
    ],
    ids=["missing", "cut", "damaged"],
)
def test_a_file_that_cannot_be_read_whole_is_named(tmp_path: Path, content: bytes | None, reason: str) -> None:
    """Missing, cut or damaged: the error names the file and the reason."""
    path = tmp_path / "odd.gz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=f"odd.gz: cannot read it: .*{reason}"):
        list(read_whole(path))


def test_a_growing_file_gives_what_is_new(log: Path) -> None:
    """Each read gives the bytes since the last one; the place says how far."""
    followed = Followed(log, FRESH)
    assert drain(followed) == b"one\n"
    assert drain(followed) == b""
    append(log, b"two\nthr")
    assert drain(followed) == b"two\nthr"
    assert followed.place == Place(log.stat().st_ino, 11, 0)


def test_another_process_goes_on_at_the_place(log: Path) -> None:
    """A place is all that a restart needs."""
    first = Followed(log, FRESH)
    drain(first)
    append(log, b"two\n")
    assert drain(Followed(log, first.place)) == b"two\n"


def test_chunks_are_bounded_and_complete(log: Path) -> None:
    """A large file comes in chunks of at most ``CHUNK`` bytes."""
    append(log, bytes(3 * CHUNK))
    followed = Followed(log, FRESH)
    chunks = list(iter(followed.read, b""))
    assert max(map(len, chunks)) <= CHUNK
    assert sum(map(len, chunks)) == 3 * CHUNK + 4


@pytest.mark.parametrize("restarted", [False, True])
def test_rotation_loses_no_line(log: Path, restarted: bool) -> None:  # noqa: FBT001 - a parameter
    """What was written to the old file after the last read comes before the new file, also when the shipper was down meanwhile."""
    followed = Followed(log, FRESH)
    assert drain(followed) == b"one\n"
    append(log, b"two\n")
    log.rename(log.with_name("auth.log.1"))
    log.write_bytes(b"three\n")
    if restarted:
        followed = Followed(log, followed.place)
    assert drain(followed) == b"two\nthree\n"
    assert followed.place == Place(log.stat().st_ino, 6, 8)
    assert followed.place.position == 14


def test_a_moment_without_a_file_is_no_loss(log: Path) -> None:
    """Between renaming the old file and making the new one, nothing is lost either."""
    followed = Followed(log, FRESH)
    drain(followed)
    append(log, b"two\n")
    log.rename(log.with_name("auth.log.1"))
    assert drain(followed) == b"two\n"
    assert drain(followed) == b""
    append(log.with_name("auth.log.1"), b"late\n")
    log.write_bytes(b"three\n")
    assert drain(followed) == b"late\nthree\n"


def test_positions_grow_when_the_old_file_is_gone(log: Path) -> None:
    """A new file under the name starts where the old one was left."""
    followed = Followed(log, FRESH)
    drain(followed)
    other = log.with_name("new")
    other.write_bytes(b"fresh and longer\n")
    other.replace(log)
    assert drain(Followed(log, followed.place)) == b"fresh and longer\n"
    assert drain(followed) == b"fresh and longer\n"
    assert followed.place.position == 4 + 17


def test_a_file_cut_short_is_read_from_its_start(log: Path) -> None:
    """After copytruncate the positions go on growing."""
    followed = Followed(log, FRESH)
    drain(followed)
    log.write_bytes(b"")
    assert drain(followed) == b""
    append(log, b"2\n")
    assert drain(followed) == b"2\n"
    assert followed.place == Place(log.stat().st_ino, 2, 4)


def test_a_gzip_file_is_read_once(tmp_path: Path) -> None:
    """Its place counts the bytes it holds, beyond its own size, and a restart goes on in the middle."""
    path = tmp_path / "old.gz"
    data = bytes(2 * CHUNK)
    path.write_bytes(gzip.compress(data))
    first = Followed(path, FRESH)
    begun = first.read()
    assert 0 < len(begun) <= CHUNK
    rest = drain(Followed(path, first.place))
    assert begun + rest == data
    assert drain(Followed(path, Place(path.stat().st_ino, len(data), 0))) == b""


def test_trouble_is_said_once_and_ends(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A file that is not there is named once, however often it is asked for, and read when it comes."""
    path = tmp_path / "late.log"
    followed = Followed(path, FRESH)
    assert [followed.read() for _ in range(5)] == [b""] * 5
    path.write_bytes(b"here\n")
    assert drain(followed) == b"here\n"
    assert [record.getMessage() for record in caplog.records] == [f"{path}: cannot read it: No such file or directory"]


def test_a_gzip_file_that_is_cut_gives_what_it_has(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The readable beginning is kept and the cut is said; when the file is complete the rest follows."""
    path = tmp_path / "copying.gz"
    data = os.urandom(2 * CHUNK)
    whole = gzip.compress(data)
    path.write_bytes(whole[: len(whole) // 2])
    followed = Followed(path, FRESH)
    begun = drain(followed)
    assert begun
    assert "ended before" in caplog.text
    append(path, whole[len(whole) // 2 :])
    assert begun + drain(followed) == data


def test_an_empty_file_may_become_gzip(tmp_path: Path) -> None:
    """What a file is, is known once it has a first byte."""
    path = tmp_path / "copied.gz"
    path.touch()
    followed = Followed(path, FRESH)
    assert followed.read() == b""
    append(path, gzip.compress(b"one\n"))
    assert drain(followed) == b"one\n"


def test_a_folder_is_trouble_not_an_end(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A path that is a folder is said like any other trouble."""
    assert Followed(tmp_path, FRESH).read() == b""
    assert "directory" in caplog.text
