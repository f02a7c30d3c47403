"""The patient records: consultations all day, and a few that break the glass (accès d'urgence), with a reason."""

from collections.abc import Iterator

from tocsin.simulation import people
from tocsin.simulation.days.day import Day
from tocsin.simulation.formats.patient_records import EMERGENCY
from tocsin.simulation.happenings import Happening, RecordAccess
from tocsin.simulation.places import WORKSTATIONS

CONSULTATIONS, EMERGENCIES = 700, 4
REASONS = ("patient inconscient", "urgence vitale", "transfert interservices", "médecin d'astreinte")


def ordinary(day: Day) -> Iterator[Happening]:
    """Who opens which kind of record; whose record it is stays at the establishment."""
    finess = day.place.finess
    for moment in day.at_work(CONSULTATIONS):
        machine = day.rng.choice(WORKSTATIONS)
        yield RecordAccess(moment, day.rng.choice(people.staff(finess)), machine.name, machine.ip, "consultation")
    for moment in day.at_any_time(EMERGENCIES):
        machine = day.rng.choice(WORKSTATIONS)
        who = day.rng.choice((*people.doctors(finess), *people.nurses(finess)))
        yield RecordAccess(moment, who, machine.name, machine.ip, EMERGENCY, day.rng.choice(REASONS))
