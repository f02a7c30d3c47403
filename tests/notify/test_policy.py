"""The policy as data: what is valid, and whom a step reaches."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from notify.policy import Policy, PolicyStep, default_policy, recipients, unheld_roles, unreached
from notify.region import Desk, Region
from schemas.site import Contact
from tests.notify.stories import BREVANES, POLICY, REGION, VALMOR, site

ON_CALL = PolicyStep(after=0, to=("site:astreinte",))


def addresses(step: PolicyStep, region: Region, *sites: str) -> list[tuple[str, str | None]]:
    """Whom the step reaches, as address and reader."""
    return [(contact.email, reader) for contact, reader in recipients(step, sites, region)]


@pytest.mark.parametrize(
    ("policy", "complaint"),
    [
        ({"name": "p", "steps": []}, "at least 1 item"),
        ({"name": "p", "steps": [{"after": 0, "to": []}]}, "at least 1 item"),
        ({"name": "p", "steps": [{"after": 0, "to": ["grades"]}]}, "'grades' is no role: write site:<role> or region:<role>"),
        ({"name": "p", "steps": [{"after": 0, "to": ["ght:rssi"]}]}, "'ght:rssi' is no role"),
        (
            {"name": "p", "steps": [{"after": 5, "to": ["site:a"]}, {"after": 5, "to": ["site:b"]}]},
            "5 min follows one after 5 min",
        ),
        (
            {"name": "p", "steps": [{"after": 90, "to": ["site:a"]}], "loops": 1},
            "a loop of 60 min ends before its last step, 90 min",
        ),
        ({"name": "p", "steps": [{"after": 0, "to": ["site:a"], "channel": "fax"}]}, "'smtp'"),
        ({"name": "p", "steps": [{"after": 0, "to": ["site:a"], "wait": 3}]}, "Extra inputs"),
        ({"name": "p", "steps": [{"after": 0, "to": ["site:a"], "min_severity": "huge"}]}, "'critical'"),
    ],
)
def test_a_wrong_policy_says_what_is_wrong(policy: dict[str, object], complaint: str) -> None:
    """Each mistake is found at load, by a sentence that names it."""
    with pytest.raises(ValidationError, match="(?s)" + complaint.replace("(", r"\(")):
        Policy.model_validate(policy)


def test_rungs_of_a_looping_policy() -> None:
    """Each loop repeats the steps that are not once, an hour later, under numbers of their own."""
    rungs = [(rung.number, rung.after // timedelta(minutes=1)) for rung in default_policy().rungs()]
    assert rungs[:6] == [(0, 0), (1, 15), (2, 30), (3, 60), (4, 75), (6, 120)]
    assert len(rungs) == 3 + 5 * 2


def test_each_hospital_reads_its_own_projection() -> None:
    """Contacts of a hospital read as that hospital, contacts of the region as the region."""
    assert addresses(POLICY.steps[0], REGION, VALMOR, BREVANES) == [
        (f"astreinte@{VALMOR}.fr", VALMOR),
        (f"astreinte@{BREVANES}.fr", BREVANES),
        ("grades@region.fr", None),
    ]


def test_a_step_that_reaches_nobody_reaches_the_region() -> None:
    """No holder of the role, at an unknown or an empty hospital or in the region: all contacts of the region are told."""
    everyone = [("grades@region.fr", None), ("cert@sante.fr", None)]
    assert addresses(ON_CALL, REGION, "999999999") == everyone
    assert addresses(PolicyStep(after=0, to=("region:nobody",)), REGION, VALMOR) == everyone


def test_one_hospital_without_on_call_staff() -> None:
    """The region is told in the place of the one hospital that has nobody, even though another was reached."""
    region = REGION.model_copy(update={"sites": {**REGION.sites, BREVANES: site(BREVANES, "rssi")}})
    assert addresses(ON_CALL, region, VALMOR, BREVANES)[1:] == [("grades@region.fr", None), ("cert@sante.fr", None)]
    assert unreached(ON_CALL, (VALMOR, BREVANES), region) == (BREVANES,)
    assert unreached(ON_CALL, (VALMOR, BREVANES), REGION) == ()


def test_one_address_with_two_roles() -> None:
    """Somebody who holds two roles of a step, written in another case, is told once."""
    twice = (Contact(role="grades", name="G", email="g@region.fr"), Contact(role="analyst", name="G", email="G@region.fr"))
    region = REGION.model_copy(update={"contacts": twice})
    assert len(recipients(PolicyStep(after=0, to=("region:grades", "region:analyst")), (VALMOR,), region)) == 1


def test_roles_that_nobody_holds_are_listed_beforehand() -> None:
    """An operator reads which role is missing where, before a night that needs it."""
    region = REGION.model_copy(update={"contacts": REGION.contacts[:1], "sites": {VALMOR: site(VALMOR, "rssi")}})
    assert unheld_roles(POLICY, region) == ("region:cert-sante", f"site:astreinte at CH de Valmor ({VALMOR})")


def test_a_region_without_contacts_is_refused() -> None:
    """Nobody to fall back on is a mistake of the configuration, found at load."""
    with pytest.raises(ValidationError, match="at least 1 item"):
        Region(sites={}, contacts=(), desk=Desk(name="d", phone="15"))
