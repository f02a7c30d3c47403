"""Fills the templates. Everything is escaped; a text that nobody has made safe is shown as a hostile one (``display.finalized``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import QueryParams

from console import display, timeline
from console.voice import PRIORITY, Voice
from console.words import LANGUAGES

_ENVIRONMENT = Environment(
    loader=PackageLoader("console"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=display.finalized,
    auto_reload=False,
)
_ENVIRONMENT.globals.update(
    v=display.isolated,
    record_of=display.record,
    fields_of=timeline.fields_of,
    priority=PRIORITY,
    languages=LANGUAGES,
    style=sha256((resources.files("console") / "static" / "tocsin.css").read_bytes()).hexdigest()[:12],
)


@dataclass(frozen=True)
class Here:
    """Where a page is: its path and what its address asks for."""

    path: str
    query: Mapping[str, str]

    def with_(self, **changes: str | None) -> str:
        """The same page with other parameters; None takes one out."""
        query = {name: value for name, value in {**self.query, **changes}.items() if value}
        return f"{self.path}?{QueryParams(query)}" if query else self.path


def page(template: str, voice: Voice, here: Here, region: str, **facts: object) -> str:
    """One page as HTML."""
    common = {"say": voice, "t": voice.t, "n": voice.n, "known": voice.known, "here": here, "region": region}
    return _ENVIRONMENT.get_template(template).render({**common, **facts})
