"""The region that is simulated: three establishments that nobody has, their machines, accounts and people on call.

FINESS numbers start with 99, which is no département; mail goes to example.org (RFC 2606); public addresses are those of RFC 5737;
the telephone number is one that Arcep keeps for fiction.
"""

from dataclasses import dataclass
from typing import NamedTuple

from schemas.site import Contact, Site

REGION_NAME = "Région simulée"
DESK = {"name": "le pupitre régional", "phone": "04 65 71 00 15"}
REGION_CONTACTS = (
    Contact(role="grades", name="Astreinte GRADeS", email="astreinte@grades.example.org"),
    Contact(role="analyst", name="Analyste régional", email="soc@grades.example.org"),
    Contact(role="cert-sante", name="CERT Santé", email="cert-sante@example.org"),
)


class Machine(NamedTuple):
    """A computer: its short name and its address inside."""

    name: str
    ip: str


@dataclass(frozen=True, slots=True)
class Place:
    """An establishment and what its logs speak of. ``shipper`` is the tool that writes its Windows events."""

    site: Site
    domain: str
    shipper: str
    sessions: int
    """How often somebody sits down at a workstation in a day."""
    ssh_visits: int
    """How often an administrator or a supplier logs in to the gateway in a day."""

    @property
    def netbios(self) -> str:
        """The Windows name of the domain."""
        return self.domain.partition(".")[0].upper()

    @property
    def workstations(self) -> tuple[Machine, ...]:
        """Numbered by place in the building; establishments use the same private addresses."""
        return tuple(
            Machine(f"PC-{unit}-{number:02}", f"10.1.{floor}.{10 + number}") for floor, unit in _UNITS for number in range(1, 7)
        )


_UNITS = ((20, "ACCUEIL"), (21, "URG"), (22, "CHIR"), (23, "PHARMA"), (24, "LABO"))

DIRECTORY = Machine("SRV-AD01", "10.1.0.10")
FILES = Machine("SRV-FICHIERS", "10.1.0.21")
RECORDS = Machine("SRV-DPI", "10.1.0.30")
"""The server of the patient records (dossier patient informatisé)."""
BACKUP = Machine("SRV-SAUVEGARDE", "10.1.0.40")
GATEWAY = Machine("bastion", "10.1.9.5")
"""Where administrators and suppliers come in over SSH; every establishment has the same names, as they often do."""

USERS = ("adupont", "bmoreau", "clefevre", "dgirard", "efaure", "froussel", "gmercier", "jmartin", "lperrin", "nchevalier")
ADMINISTRATOR = "adm-systeme"
SUPPLIER = "telemaint"
"""The account that one supplier uses at every establishment."""
SUPPLIER_EXIT = "192.0.2.201"


def _site(finess: str, name: str, category: str, mail: str, *criticality: str) -> Site:
    contacts = (
        Contact(role="astreinte", name="Astreinte informatique", email=f"astreinte@{mail}.example.org"),
        Contact(role="rssi", name="RSSI", email=f"rssi@{mail}.example.org"),
    )
    return Site(finess=finess, name=name, category=category, criticality=criticality, contacts=contacts)


PLACES = (
    Place(
        site=_site("990000001", "CHU de Valmont", "CHU", "chu-valmont", "urgences", "reanimation"),
        domain="valmont.local",
        shipper="winlogbeat",
        sessions=100,
        ssh_visits=60,
    ),
    Place(
        site=_site("990000019", "CH de Brèves", "CH", "ch-breves", "urgences"),
        domain="breves.local",
        shipper="nxlog",
        sessions=80,
        ssh_visits=45,
    ),
    Place(
        site=_site("990000027", "EHPAD Les Tilleuls", "EHPAD", "ehpad-tilleuls"),
        domain="tilleuls.local",
        shipper="evtx",
        sessions=60,
        ssh_visits=30,
    ),
)
