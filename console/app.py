"""Answers requests. Reads only; every noun on a page comes through the reader's ``Lens``."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from console import incident, queue, sites
from console.doors import Doors
from console.lens import Lens
from console.pages import Here, page
from console.ports import Archive, Filter, Standing
from console.voice import Voice
from console.words import LANGUAGES, chosen, words_in
from schemas.detection import Level
from schemas.errors import BadMessage, TocsinError
from schemas.incident import beginning_of
from schemas.projection import Reader
from schemas.site import Finess, Site

logger = logging.getLogger(__name__)

HOSTS = ("127.0.0.1", "localhost", "[::1]")
READING = ["GET", "HEAD"]
COOKIE = "language"
A_YEAR = 365 * 24 * 3600
LEADS = 50
SHORTEST_CODE = 6

Parameters = Mapping[str, str]


def console(
    archive: Archive,
    sites: Mapping[Finess, Site],
    *,
    region: str,
    zone: ZoneInfo,
    clock: Callable[[], datetime],
    language: str = "fr",
) -> ASGIApp:
    """The console of a region.

    Args:
        archive: What the pipeline has stored.
        sites: The region's establishments.
        region: Its name.
        zone: In which times are shown.
        clock: Gives now.
        language: Of a reader whose browser asks for none that there is.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    desk = _Desk(archive, sites, region, zone, clock, language)
    pages: Mapping[str, Callable[..., Any]] = {
        "/": desk.queue,
        "/incidents": desk.look_up,
        "/incidents/{name}": desk.incident,
        "/sites": desk.sites,
        "/leads": desk.leads,
    }
    for path, answer in pages.items():
        app.api_route(path, methods=READING, response_class=HTMLResponse)(answer)
    app.api_route("/healthz", methods=READING)(desk.health)
    app.mount("/static", StaticFiles(packages=[("console", "static")]))
    app.add_exception_handler(HTTPException, desk.refused)
    app.add_exception_handler(TocsinError, desk.failed)
    app.add_exception_handler(Exception, desk.failed)
    return Doors(app, HOSTS, "/static/")


def reader_of(_request: Request) -> Reader:
    """Who is asking: the region, until there is access control. The only place that says so."""
    return Reader()


Asking = Annotated[Reader, Depends(reader_of)]


class _Desk:
    """The pages, each a function of the request and the archive."""

    def __init__(
        self,
        archive: Archive,
        sites: Mapping[Finess, Site],
        region: str,
        zone: ZoneInfo,
        clock: Callable[[], datetime],
        language: str,
    ) -> None:
        self._archive, self._sites, self._region = archive, sites, region
        self._zone, self._clock, self._language = zone, clock, language

    async def queue(self, request: Request, reader: Asking) -> Response:
        """The regional queue."""
        asked = request.query_params
        found = await queue.read(self._archive, self._lens(reader), _filter(asked), asked.get("after") or None)
        filtered = any(asked.get(name) for name in ("site", "severity", "state"))
        choices = {"sites": sorted(self._sites.values(), key=lambda site: site.name), "levels": _worst_first()}
        return self._page(request, "queue.html", queue=found, filtered=filtered, **choices)

    async def look_up(self, request: Request) -> Response:
        """The incident of a code such as ``INC-9d7911e8``, as mails and people name it."""
        beginning = beginning_of(request.query_params.get("code", ""))
        found = await self._archive.named(beginning, 2) if len(beginning) >= SHORTEST_CODE else []
        if len(found) != 1:
            raise HTTPException(404)
        return RedirectResponse(f"/incidents/{found[0]}", status_code=303)

    async def incident(self, request: Request, name: str, reader: Asking) -> Response:
        """One incident; an alias leads to the one it lives on in."""
        found = await incident.living(self._archive, name)
        if found is None:
            raise HTTPException(404)
        if found.id != name:
            return RedirectResponse(f"/incidents/{found.id}", status_code=302)
        after = request.query_params.get("after") or None
        return self._page(request, "incident.html", record=await incident.read(self._archive, self._lens(reader), found, after))

    async def sites(self, request: Request, reader: Asking) -> Response:
        """What is heard of each establishment."""
        return self._page(request, "sites.html", places=await sites.read(self._archive, self._lens(reader), self._clock()))

    async def leads(self, request: Request, reader: Asking) -> Response:
        """What is below an incident."""
        found = await self._archive.leads(request.query_params.get("after") or None, LEADS)
        return self._page(request, "leads.html", leads=self._lens(reader).leads(found.items), after=found.after)

    async def health(self) -> Response:
        """Whether the archive answers."""
        try:
            await self._archive.named("", 1)
        except TocsinError:
            return JSONResponse({"status": "the store does not answer"}, status_code=503)
        return JSONResponse({"status": "ok"})

    async def refused(self, request: Request, error: Exception) -> Response:
        """A page that is not there, or not for that method."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        return self._error(request, status)

    async def failed(self, request: Request, error: Exception) -> Response:
        """The sender's mistake, a store that is away, or a fault of ours; its text is for the log, never for the page."""
        if isinstance(error, BadMessage):
            return self._error(request, 400)
        if isinstance(error, TocsinError):
            logger.warning("%s: %s", request.url.path, error)
            return self._error(request, 503)
        return self._error(request, 500)

    def _error(self, request: Request, status: int) -> Response:
        known = status if f"error.{status}" in words_in(self._language) else 404 if status < 500 else 500  # noqa: PLR2004 - HTTP
        answer = self._page(request, "error.html", status=known)
        answer.status_code = status
        return answer

    def _lens(self, reader: Reader) -> Lens:
        return Lens(reader, self._sites)

    def _page(self, request: Request, template: str, **facts: Any) -> Response:
        asked = request.query_params.get("lang")
        language = chosen(asked, request.cookies.get(COOKIE), request.headers.get("accept-language"), self._language)
        voice = Voice(words_in(language), self._zone, self._clock(), self._sites)
        here = Here(request.url.path, {name: value for name, value in request.query_params.items() if name != "lang"})
        answer = HTMLResponse(page(template, voice, here, self._region, **facts), headers={"Content-Language": language})
        if asked in LANGUAGES:
            answer.set_cookie(COOKIE, asked, max_age=A_YEAR, httponly=True, samesite="strict")
        answer.headers["Vary"] = "Accept-Language, Cookie"
        return answer


def _filter(asked: Parameters) -> Filter:
    """What the form of the queue asks for.

    Raises:
        BadMessage: it asks for a severity or a state that does not exist.
    """
    severity, state = asked.get("severity"), asked.get("state")
    try:
        return Filter(asked.get("site") or None, Level(severity) if severity else None, Standing(state) if state else None)
    except ValueError as error:
        raise BadMessage(str(error)) from error


def _worst_first() -> list[Level]:
    return sorted(Level, key=lambda level: -level.rank)
