"""Establishments beyond the eight of the table, for a region of any size: mostly small ones, as in reality."""

from random import Random

from tocsin.simulation.places import PLACES, Place, Row, place

KINDS = (
    ("EHPAD", "ehpad", 0.2),
    ("EHPAD", "ehpad", 0.25),
    ("CH", "ch", 0.6),
    ("Clinique", "clinique", 0.4),
    ("EPSM", "epsm", 0.4),
)
NAMES = (
    "Aubrive", "Belcastel", "Carmaux-le-Haut", "Doulens", "Ermeville", "Fontcouverte", "Grandval", "Hautecombe", "Issoire-la-Plaine",
    "Jonzières", "Kersaint", "Lavergne", "Montbreuil", "Neuvic-sur-Loise", "Orgeval", "Plessac", "Quincieux", "Rochebrune", "Sauvelade",
    "Terremonde", "Urville", "Vaucresson-le-Bas", "Wassenberg", "Yvrac", "Arcueil-les-Bois", "Brémond", "Cassagnes", "Durtal", "Estaing",
    "Florac-Neuf", "Gimont", "Herblay-Sud", "Illiers", "Jarnages", "Lanmeur", "Mirebel", "Nogaro", "Olonzac", "Pontgibaud", "Ribeauval",
    "Salers-le-Vieux", "Thouarcé", "Uzerche", "Valençay-Est", "Yssandon", "Ambérac", "Bourdeix", "Clairvivre", "Domme-le-Haut", "Espalion",
    "Felletin", "Gramond",
)  # fmt: skip
SHIPPERS = ("winlogbeat", "nxlog", "evtx")
EQUIPMENT = ("stormshield", "fortigate", "linux_auth fortigate", "linux_auth stormshield", "fortigate web_access")


def places(count: int) -> tuple[Place, ...]:
    """The first ``count`` establishments: those of the table, then invented ones. The same count gives the same establishments."""
    return (*PLACES[:count], *(_invented(rank) for rank in range(len(PLACES), count)))


def _invented(rank: int) -> Place:
    rng = Random(f"place/{rank}")  # noqa: S311 - nothing here is secret
    category, short, size = rng.choice(KINDS)
    name = NAMES[(rank - len(PLACES)) % len(NAMES)]
    plain = "".join(
        letter for letter in name.lower().translate(str.maketrans("éèêç", "eeec")) if letter.isalpha() or letter == "-"
    )
    row = Row(
        f"99{1000 + rank:06}{rank % 10}",
        f"{category} de {name}",
        category,
        f"{short}-{plain}",
        f"{plain}.local",
        rng.choice(SHIPPERS),
        rng.choice(EQUIPMENT),
        size,
    )
    return place(row, rank)
