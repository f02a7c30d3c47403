"""One incident, with everything that an analyst needs to check it by hand."""

from collections.abc import Sequence
from typing import NamedTuple

from console.attack import tactics_of
from console.lens import Lens, Sheet
from console.matrix import Matrix, Spoken, matrix_of, spoken_of
from console.ports import Acknowledgement, Archive, Mail, Page
from console.standing import State, state_of
from console.timeline import Moment, Span, Told, course, seen, sendings, shown_of, when
from schemas.detection import Detection
from schemas.incident import Incident

MEMBERS = 500
"""The matrix and the values are made of so many, the earliest; one more of each site is always there."""
STEPS = 40
"""Detections on one page of the timeline."""
ENTITIES = 40
MERGES = 50
"""Aliases of aliases; more would be a circle."""


class Record(NamedTuple):
    """What the page of one incident shows."""

    sheet: Sheet
    state: State
    stages: tuple[str, ...]
    matrix: Matrix
    counted: int
    """Detections that the matrix is made of."""
    entities: Sequence[Spoken]
    course: Sequence[Moment]
    begun: bool
    """Whether this is the first page of the timeline."""
    after: str | None
    sendings: Sequence[Told]


async def living(archive: Archive, name: str) -> Incident | None:
    """The incident of this id, or the one that an alias of this id lives on in."""
    found = await archive.incident(name)
    for _ in range(MERGES):
        if found is None or found.merged_into is None:
            return found
        found = await archive.incident(found.merged_into)
    return None


async def read(archive: Archive, lens: Lens, incident: Incident, after: str | None) -> Record:
    """The page that begins after the cursor ``after`` of the timeline."""
    names = [incident.id, *incident.aliases]
    sheet = lens.sheet(incident)
    members = lens.memberships((await archive.memberships(names, None, MEMBERS)).items)
    page = await archive.memberships(names, after, STEPS)
    following = await archive.memberships(names, page.after, 1) if page.after else Page([])
    examples = [example.detection_id for example in sheet.view.examples]
    listed = [item.detection_id for item in lens.memberships(page.items)]
    found = lens.detections(await archive.detections(list({item.detection_id for item in members}.union(listed, examples))))
    counted = {name: found[name] for name in (*(item.detection_id for item in members), *examples) if name in found}
    span = Span(page.items[0].time if page.items and after else None, following.items[0].time if following.items else None)
    shown = {name: found[name] for name in listed if name in found}
    shown |= {name: found[name] for name in examples if name in found and span.holds(found[name].time)}
    acts = lens.acknowledgements(await archive.acknowledgements(names))
    mails = lens.mails(await archive.mails(names))
    return Record(
        sheet=sheet,
        state=state_of(names, acts, mails),
        stages=tactics_of(sheet.view.techniques),
        matrix=matrix_of(sheet.sites, counted.values()),
        counted=len(counted),
        entities=spoken_of(sheet.view.entities, counted, ENTITIES),
        course=await _course(archive, lens, list(shown.values()), [*mails, *acts.values()], span),
        begun=after is None,
        after=page.after,
        sendings=sendings(mails),
    )


async def _course(
    archive: Archive, lens: Lens, shown: Sequence[Detection], others: Sequence[Mail | Acknowledgement], span: Span
) -> list[Moment]:
    """The detections of this page with their events, and what happened between its first and the first of the next."""
    events = lens.events(await archive.events([name for item in shown for name in shown_of(item)]))
    return course([seen(item, events) for item in shown], [one for one in others if span.holds(when(one))])
