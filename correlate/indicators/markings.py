"""TLP and PAP as feeds write them: STIX marking definitions, and the tags of MISP."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from schemas.marking import PAP, TLP, strictest

_LABEL = re.compile(r"\s*(tlp|pap)\s*[:=]\s*\"?([a-z+ ]+?)\"?\s*", re.IGNORECASE)
_OF_OLD = {"TLP:WHITE": "TLP:CLEAR", "PAP:WHITE": "PAP:CLEAR"}
"""TLP 1.0 and the first PAP."""

_TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
"""TLP 2.0 in STIX 2.1 (OASIS, cti-stix-common-objects)."""

PREDEFINED: Mapping[str, str] = {
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "TLP:CLEAR",
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "TLP:GREEN",
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "TLP:AMBER",
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "TLP:AMBER+STRICT",
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "TLP:RED",
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "TLP:CLEAR",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "TLP:GREEN",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "TLP:AMBER",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "TLP:RED",
}
"""Definitions that no bundle needs to carry: TLP 2.0 as above, then TLP 1.0 (STIX 2.1 §7.2.1.4)."""


class Marking(NamedTuple):
    """One of each scale; empty where nothing is said."""

    tlp: str = ""
    pap: str = ""

    def over(self, defaults: "Marking") -> "Marking":
        """This marking, with the defaults where nothing is said."""
        return Marking(self.tlp or defaults.tlp, self.pap or defaults.pap)


def label(text: str) -> str:
    """``TLP:AMBER`` of any spelling of it; empty when the text is no label of TLP or PAP.

    A label of either that does not exist is given back as it is: ``strictest`` reads it as the last of its scale.
    """
    found = _LABEL.fullmatch(text)
    if found is None:
        return ""
    written = f"{found[1]}:{found[2].replace(' ', '')}".upper()
    return _OF_OLD.get(written, written)


def marking(labels: Iterable[str]) -> Marking:
    """The strictest of each scale."""
    known = [label(text) for text in labels]
    return Marking(
        strictest(TLP, (text for text in known if text.startswith("TLP:"))),
        strictest(PAP, (text for text in known if text.startswith("PAP:"))),
    )


def definitions(objects: Iterable[Any]) -> dict[str, Marking]:
    """The marking definitions of a bundle by id, with those that need not be in it; one that is no TLP and no PAP marks nothing."""
    found = {name: marking([text]) for name, text in PREDEFINED.items()}
    for item in objects:
        if isinstance(item, dict) and item.get("type") == "marking-definition" and isinstance(item.get("id"), str):
            found.setdefault(item["id"], marking(_labels_of(item)))
    return found


def _labels_of(item: Mapping[str, Any]) -> list[str]:
    definition = item.get("definition")
    inside = definition if isinstance(definition, dict) else {}
    extensions = item.get("extensions")
    extension = extensions.get(_TLP_EXTENSION) if isinstance(extensions, dict) else None
    labels = [item.get("name"), item.get("x_opencti_definition"), inside.get("statement")]
    if isinstance(inside.get("tlp"), str):
        labels.append(f"tlp:{inside['tlp']}")
    if isinstance(inside.get("pap"), str):
        labels.append(f"pap:{inside['pap']}")
    if isinstance(extension, dict) and isinstance(extension.get("tlp_2_0"), str):
        labels.append(f"tlp:{extension['tlp_2_0']}")
    return [text for text in labels if isinstance(text, str)]


def of_stix(item: Mapping[str, Any], known: Mapping[str, Marking]) -> Marking:
    """The marking of a STIX object, with those of its parts; a reference to a definition that is nowhere is read as ``TLP:RED``."""
    references = list(_texts(item.get("object_marking_refs")))
    granular = item.get("granular_markings")
    if isinstance(granular, list):
        references += [
            one["marking_ref"] for one in granular if isinstance(one, dict) and isinstance(one.get("marking_ref"), str)
        ]
    found = [known.get(reference, Marking(TLP[-1])) for reference in references]
    return Marking(strictest(TLP, (one.tlp for one in found)), strictest(PAP, (one.pap for one in found)))


def _texts(value: Any) -> Iterable[str]:
    return (text for text in value if isinstance(text, str)) if isinstance(value, list) else ()
