"""Which values of a detection may link: strong ones alone, suppliers' accounts where declared, two that corroborate each other."""

from tests.builders import ANNECY, BOURGOIN, VIENNE, detection, region, site

SUPPLIER = "user:pacs-maint"
TOOL = "imphash:" + "ab" * 16


def test_a_suppliers_account_joins_its_customers_wherever_it_comes_from() -> None:
    """Two customers of one supplier, two addresses that have nothing in common, one account that both declared."""
    told = region(site(VIENNE, suppliers=["PACS-maint"]), site(BOURGOIN, suppliers=["pacs-maint"]))
    told.story(detection(VIENNE, "02:00", SUPPLIER, "198.51.100.7"), detection(BOURGOIN, "03:00", SUPPLIER, "203.0.113.9"))

    assert told.only["why"]["links"][0]["entity"] == {"kind": "supplier", "value": "pacs-maint"}
    told.assert_explained()


def test_an_account_that_a_site_did_not_declare_joins_nothing() -> None:
    """The same name is a supplier's at one site and somebody else's at the other."""
    told = region(site(VIENNE, suppliers=["pacs-maint"]), site(BOURGOIN)).story(
        detection(VIENNE, "02:00", SUPPLIER), detection(BOURGOIN, "03:00", SUPPLIER)
    )
    assert told.living == []


def test_a_suppliers_account_is_forgotten_after_a_day() -> None:
    """It is used every week at every customer: only what happens within a day is one matter."""
    told = region(site(VIENNE, suppliers=["pacs-maint"]), site(BOURGOIN, suppliers=["pacs-maint"])).story(
        detection(VIENNE, "02:00", SUPPLIER), detection(BOURGOIN, "+1 02:01", SUPPLIER)
    )
    assert told.living == []


def test_a_tool_and_an_account_corroborate_each_other() -> None:
    """Neither the fingerprint nor the account joins two sites; seen together at both they do, and the link names both."""
    told = region().story(detection(VIENNE, "02:00", TOOL, "user:svc-scan"), detection(BOURGOIN, "02:30", TOOL, "user:jmartin"))
    assert told.living == []

    told.story(detection(ANNECY, "03:00", TOOL, "user:svc-scan"))

    assert told.only["sites"] == sorted([VIENNE, ANNECY])
    (link,) = told.only["why"]["links"]
    assert (link["reason"], link["entity"]["kind"], [item["value"] for item in link["also"]]) == (
        "corroborated",
        "imphash",
        ["svc-scan"],
    )
    told.assert_explained()


def test_an_account_that_everybody_has_corroborates_nothing() -> None:
    """``Administrateur`` ran the same tool at two sites: so does every administrator."""
    told = region().story(
        detection(VIENNE, "02:00", TOOL, "user:Administrateur"), detection(BOURGOIN, "02:30", TOOL, "user:Administrateur")
    )
    assert told.living == []
