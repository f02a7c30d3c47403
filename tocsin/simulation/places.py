"""The region that is simulated: eight establishments that nobody has, and the machines and people on call that they have in common.

FINESS numbers start with 99, which is no département; mail goes to example.org (RFC 2606); the telephone number is one that Arcep keeps
for fiction.
"""

from dataclasses import dataclass
from typing import NamedTuple

from schemas.site import Contact, Site
from tocsin.simulation import addresses

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


_UNITS = ((20, "ACCUEIL"), (21, "URG"), (22, "CHIR"), (23, "PHARMA"), (24, "LABO"))
WORKSTATIONS = tuple(
    Machine(f"PC-{unit}-{number:02}", f"10.1.{floor}.{10 + number}") for floor, unit in _UNITS for number in range(1, 7)
)
"""Numbered by place in the building. Establishments use the same names and private addresses, as they often do."""

DIRECTORY = Machine("SRV-AD01", "10.1.0.10")
FILES = Machine("SRV-FICHIERS", "10.1.0.21")
RECORDS = Machine("SRV-DPI", "10.1.0.30")
"""The server of the patient records (dossier patient informatisé)."""
BACKUP = Machine("SRV-SAUVEGARDE", "10.1.0.40")
SERVERS = (DIRECTORY, FILES, RECORDS, BACKUP)
GATEWAY = Machine("bastion", "10.1.9.5")
"""Where administrators and suppliers come in over SSH."""
PACS = Machine("srv-pacs", "10.1.0.60")
"""The images of radiology; its supplier logs in directly."""
PORTAL = Machine("srv-portail", "10.1.8.10")
"""The patient portal."""
FIREWALL = Machine("fw", "10.1.0.1")

ADMINISTRATOR = "adm-systeme"
SUPPLIER = "telemaint"
"""The account that one supplier uses at every establishment."""
PACS_SUPPLIER = "pacs-maint"


@dataclass(frozen=True, slots=True)
class Place:
    """An establishment and what its logs speak of."""

    site: Site
    rank: int
    domain: str
    """Of its directory; establishments of one GHT share it."""
    shipper: str
    """The tool that writes its Windows events."""
    sources: tuple[str, ...]
    """The types of its logs."""
    size: float
    """How much happens there; 1 is a middling hospital."""

    @property
    def finess(self) -> str:
        """The FINESS number of the site."""
        return self.site.finess

    @property
    def netbios(self) -> str:
        """The Windows name of the domain."""
        return self.domain.partition(".")[0].upper()

    @property
    def short(self) -> str:
        """The name in its mail addresses, such as ``ch-breves``."""
        return self.site.contacts[0].email.partition("@")[2].partition(".")[0]

    @property
    def web_name(self) -> str:
        """What its web server is called outside: the portal's, or that of the VPN where there is none."""
        return f"{'portail' if 'web_access' in self.sources else 'vpn'}.{self.short}.example.org"

    @property
    def public(self) -> str:
        """The address of its services: VPN, portal, SSH."""
        return self.site.exits[1]


class Row(NamedTuple):
    """One line of the table of places."""

    finess: str
    name: str
    category: str
    short: str
    domain: str
    shipper: str
    sources: str
    """Besides ``windows_event`` and ``ecs`` (the patient records), which all have."""
    size: float
    criticality: str = ""
    ght: str = ""


_TABLE = (
    Row("990000001", "CHU de Valmont", "CHU", "chu-valmont", "valmont.local", "winlogbeat",
        "linux_auth fortigate web_access suricata_eve", 1.8, "urgences reanimation"),
    Row("990000019", "CH de Brèves", "CH", "ch-breves", "ght-val.local", "nxlog",
        "linux_auth stormshield web_access", 1.0, "urgences", "GHT du Val"),
    Row("990000027", "EHPAD Les Tilleuls", "EHPAD", "ehpad-tilleuls", "tilleuls.local", "evtx",
        "linux_auth stormshield", 0.4),
    Row("990000035", "CH de Sainte-Aure", "CH", "ch-sainte-aure", "ght-val.local", "nxlog",
        "linux_auth fortigate web_access", 0.8, "urgences", "GHT du Val"),
    Row("990000043", "CH de Montclar", "CH", "ch-montclar", "montclar.local", "winlogbeat",
        "linux_auth fortigate web_access suricata_eve", 1.1, "urgences reanimation"),
    Row("990000050", "Clinique du Parc aux Saules", "Clinique", "clinique-saules", "saules.local", "evtx",
        "fortigate web_access zeek_json", 0.7),
    Row("990000068", "EPSM Les Charmilles", "EPSM", "epsm-charmilles", "charmilles.local", "nxlog",
        "linux_auth stormshield suricata_eve", 0.6),
    Row("990000076", "CH de Port-Aubin", "CH", "ch-port-aubin", "port-aubin.local", "winlogbeat",
        "linux_auth fortigate zeek_json", 0.9, "urgences"),
)  # fmt: skip


def place(row: Row, rank: int) -> Place:
    """A line of the table as an establishment; ``rank`` decides its public addresses."""
    contacts = (
        Contact(role="astreinte", name="Astreinte informatique", email=f"astreinte@{row.short}.example.org"),
        Contact(role="rssi", name="RSSI", email=f"rssi@{row.short}.example.org"),
    )
    site = Site(
        finess=row.finess,
        name=row.name,
        category=row.category,
        criticality=tuple(row.criticality.split()),
        contacts=contacts,
        ght=row.ght or None,
        trust_domain=row.ght.lower().replace(" ", "-"),
        exits=addresses.exits(rank),
        suppliers=(SUPPLIER, PACS_SUPPLIER),
    )
    return Place(site, rank, row.domain, row.shipper, ("windows_event", "ecs", *row.sources.split()), row.size)


PLACES = tuple(place(row, rank) for rank, row in enumerate(_TABLE))
