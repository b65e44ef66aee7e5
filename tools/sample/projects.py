"""Project records: investments on their way and what they will bring."""

from seeded import between, date, days_before, rounded, text
from taxonomy import rows

# id | zh | en | owner | state | CNY million | signed | start | trial | production | planned type*share of demand, ...
PROJECTS = """
substrate-line|封装基板产线项目|Package substrate line|fpc2|STARTED|1250|2025-09-12|2026-01-08|2026-11-01|2027-03-01|package-substrate*1.3
rv-reducer-line|RV减速器产业化项目|RV reducer line|gear1|TRIAL|320|2024-11-20|2025-03-01|2026-04-15|2026-10-01|rv-reducer*1.2
flexible-bearing-line|柔性轴承扩产项目|Flexible bearing line|brg1|TRIAL|180|2025-01-15|2025-05-06|2026-05-10|2026-09-01|flexible-bearing*1.25
polarizer-line|偏光片项目|Polarizer line|lc1|SIGNED|2100|2026-05-18|2026-10-01|2027-12-01|2028-06-01|polarizer*1.5
driver-ic-centre|显示驱动芯片设计与产业化项目|Display driver IC project|icd4|SIGNED|860|2026-03-26|2026-09-01|2027-10-01|2028-01-01|driver-ic*0.8
sip-line|系统级封装二期|System-in-package line, phase two|pkg3|STARTED|480|2025-06-18|2025-11-01|2026-10-01|2027-01-01|asic-packaging*0.9,mems-packaging*0.3
mems-line-two|MEMS产线二期|MEMS line, phase two|mfab2|STARTED|1600|2025-04-10|2025-10-15|2027-01-10|2027-06-01|mems-fab*0.6,deep-etching*0.6
wafer-fab-two|特色工艺晶圆二期|Specialty wafer fab, phase two|fab2|SIGNED|5200|2026-04-28|2026-12-01|2028-01-01|2028-06-01|wafer-fab*0.6
calibration-centre|传感器标定中心|Sensor calibration centre|cal2|TRIAL|60|2025-03-03|2025-07-01|2026-05-20|2026-08-15|sensor-calibration*0.5
battery-line|物联网电池扩产项目|IoT battery line|bat2|STARTED|240|2025-10-22|2026-02-01|2026-12-01|2027-02-01|battery-pack*0.5
encoder-line|编码器产线项目|Encoder line|srv2|TRIAL|130|2025-02-17|2025-06-01|2026-06-01|2026-11-01|encoder*0.6
lcd-module-line|液晶模组扩产项目|LCD module line|mod2|STARTED|390|2025-08-08|2026-01-05|2027-02-01|2027-05-01|lcd-module*0.4
oled-material-plant|有机发光材料项目|OLED emitter plant|oled1|TRIAL|210|2024-12-09|2025-04-01|2026-05-01|2026-12-01|oled-material*1.2
micro-led-line|Micro LED巨量转移产线|Micro LED mass transfer line|pan1|SIGNED|2800|2026-06-05|2027-01-01|2028-06-01|2028-09-01|micro-led-transfer*1.2
photomask-shop|光掩模二供项目|Second photomask shop|wmat2|SIGNED|300|2026-02-14|2026-09-01|2027-08-01|2027-10-01|photomask*0.8
soi-project|SOI晶圆项目|SOI wafer project|wmat1|CANCELLED|1900|2023-09-01|2024-03-01|||soi-wafer*1
image-sensor-project|图像传感器设计项目|Image sensor project|mdes1|CANCELLED|450|2024-05-15||||image-sensor*1
smart-plant-smt|贴片智能工厂|SMT smart plant|smt1|IN_PRODUCTION|160|2024-03-12|2024-07-01|2025-08-01|2025-11-01|smt-assembly
vehicle-display-two|车载显示二期|Vehicle display, phase two|mod3|IN_PRODUCTION|520|2023-12-20|2024-04-01|2025-06-01|2025-09-01|vehicle-display
meter-plant|智能燃气表新工厂|New gas meter plant|met2|IN_PRODUCTION|280|2024-06-06|2024-10-01|2025-12-01|2026-03-01|gas-meter
module-lines|通信模组产线|Communication module lines|cmm1|IN_PRODUCTION|190|2024-08-19|2024-12-01|2025-10-01|2026-01-01|nb-iot-module
baseband-team|基带芯片研发中心|Baseband chip centre|icd3|SIGNED|380|2026-06-12|2026-11-01|2028-12-01|2029-06-01|baseband-chip*0.3
"""


def project_records(taxonomy, chains, enterprises, capabilities, table=PROJECTS):
    """One Project a row."""
    for name, zh, en, owner, state, million, signed, start, trial, production, planned in rows(table):
        record = {"name": "clusters/%s/projects/%s" % (enterprises.cluster, name), "displayName": text(zh, en), "state": state,
                  "owner": enterprises.name(owner), "amount": {"currencyCode": "CNY", "units": str(int(million) * 1000000)}}
        for field, day in (("signedDate", signed), ("startDate", start), ("trialDate", trial), ("productionDate", production)):
            if day:
                record[field] = date(day)
        record["plannedCapabilities"] = [_planned(taxonomy, chains, enterprises, capabilities, owner, token)
                                         for token in planned.split(",")]
        record["annotations"] = {"fictional": "true"}
        yield {"project": record}


def _planned(taxonomy, chains, enterprises, capabilities, owner, token):
    name, _, share = token.partition("*")
    if not share:  # in production: the capability is already among the owner's
        existing = {k: v for k, v in capabilities.records[(owner, name)].items() if k not in ("name", "annotations")}
        return {"capabilityId": name, "capability": existing}
    of_type = taxonomy.types[name]
    capability = {"capabilityType": "clusters/%s/capabilityTypes/%s" % (enterprises.cluster, name),
                  "site": enterprises.work_site(owner), "level": "VOLUME",
                  "capacity": {"total": {"value": rounded(chains.demand[name] * float(share)), "unit": of_type["unit"],
                                         "period": "YEAR"}, "inClusterShare": 0.5, "outsideShare": 0, "freeShare": 0.5},
                  "leadTimeDays": int(between(20, 60, name, owner, "planned"))}
    capability.update(capabilities.details(name, name, owner, ""))
    capability.pop("certificates", None)
    capability["evidence"] = {"state": "CLAIMED", "date": days_before(between(20, 200, name, owner, "planned")),
                              "source": "project feasibility report"}
    return {"capabilityId": name + "-line", "capability": capability}
