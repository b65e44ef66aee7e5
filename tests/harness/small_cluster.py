"""A cluster small enough to reason about: two enterprises, a little taxonomy, a chain, a link and a project."""
import sys

from server import SAMPLE

sys.path.insert(0, str(SAMPLE))
from identifiers import lei, organisation_check, uscc, uscc_check  # noqa: E402,F401

NAME = "clusters/small"


def en(text):
    return {"en": text}


def type_name(name):
    return f"{NAME}/capabilityTypes/{name}"


def enterprise_name(name):
    return f"{NAME}/enterprises/{name}"


def load(client):
    """Creates it call by call."""
    client("CreateCluster", cluster_id="small", cluster=dict(display_name=en("Small"), region_codes=["500109"], as_of=dict(year=2026, month=6, day=30)))
    for name, unit, parents in (("sensor", "H87", []), ("pressure-sensor", "H87", ["sensor"]), ("steel", "KGM", []), ("coating", "MTK", [])):
        client("CreateCapabilityType", parent=NAME, capability_type_id=name,
               capability_type=dict(kind="PRODUCT", display_name=en(name), unit=unit, parents=[type_name(p) for p in parents]))
    for number, name, region, industry in ((1, "alpha", "500109", "C3983"), (2, "beta", "510100", "C3140")):
        client("CreateEnterprise", parent=NAME, enterprise_id=name, enterprise=dict(
            kind="COMPANY", display_name=en(name.title()), uscc=uscc("91", "500109", number), industry_codes=[industry],
            sites=[dict(site_id="seat", region_code=region)], qualifications=["SRDI"] if number == 1 else []))
    client("CreateCapability", parent=enterprise_name("alpha"), capability_id="pressure", capability=dict(
        capability_type=type_name("pressure-sensor"), site="seat", level="VOLUME", capacity=dict(total=dict(value=1000, unit="H87", period="YEAR"))))
    client("CreateCapability", parent=enterprise_name("beta"), capability_id="steel", capability=dict(capability_type=type_name("steel"), level="PILOT"))
    client("CreateChain", parent=NAME, chain_id="main", chain=dict(display_name=en("Main"), segments=[
        dict(segment_id="material", display_name=en("Material"), requirement=dict(capability_type=type_name("steel"))),
        dict(segment_id="device", display_name=en("Device"), requirement=dict(capability_type=type_name("sensor")),
             final_demand=dict(value=2000, unit="H87", period="YEAR"), inputs=[dict(segment="material", coefficient=0.1)])]))
    client("CreateSupplyLink", parent=NAME, supply_link_id="one", supply_link=dict(
        supplier=enterprise_name("beta"), buyer=enterprise_name("alpha"), product_type=type_name("steel"), year=2025))
    client("CreateProject", parent=NAME, project_id="line", project=dict(
        display_name=en("Line"), state="SIGNED", owner=enterprise_name("alpha"),
        planned_capabilities=[dict(capability_id="second", capability=dict(capability_type=type_name("steel"), site="seat", level="VOLUME"))]))
