"""A small second cluster, clusters/chengdu, whose enterprises can be recruited by the first."""

from capabilities import Capabilities
from chains import Chains
from enterprises import Enterprises
from links import Links
from seeded import AS_OF, date
from taxonomy import Taxonomy

CLUSTER = "chengdu"
# Types under other ids than in Beibei, declared to be the same. The others share a code, or nothing.
EQUIVALENTS = {"soi-material": "soi-wafer", "laser-chip": "optical-chip", "panel-driver": "driver-ic", "ic-substrate": "package-substrate",
               "cellular-chip": "baseband-chip", "thin-wall-bearing": "flexible-bearing", "display-glass": "glass-substrate",
               "sip-service": "asic-packaging"}

GROUPS = """
microelectronics|微电子|Microelectronics|
photonics|光电子|Photonics|
materials|材料|Materials|
machinery|机械部件|Machinery|
"""

TYPES = """
soi-material|P|SOI硅材料|SOI material|H87|2700|materials|SOI晶圆|
polished-wafer|P|硅抛光片|Polished wafer|H87|410|materials|硅片|381800
duv-resist|P|深紫外光刻胶|DUV photoresist|LTR|5800|materials|KrF光刻胶|370790
polarising-film|P|偏光膜|Polarising film|MTK|125|materials|偏光片|900120
display-glass|P|显示玻璃|Display glass|MTK|150|materials|基板玻璃|
ic-substrate|P|IC载板|IC substrate|H87|0.75|materials|封装基板|
laser-chip|P|激光器芯片|Laser chip|H87|24|photonics|DFB芯片|
optical-transceiver|P|光收发模块|Optical transceiver|H87|170|photonics|光模块|
panel-driver|P|面板驱动芯片|Panel driver IC|H87|5.6|microelectronics|显示驱动|
cellular-chip|P|蜂窝基带芯片|Cellular baseband chip|H87|36|microelectronics|基带|
controller-chip|P|控制器芯片|Controller chip|H87|3.3|microelectronics|MCU|854231
cmos-imager|P|CMOS图像芯片|CMOS imager|H87|42|microelectronics|图像传感器|
sip-service|C|系统级封装|System-in-package service|H87|1.3|microelectronics|SiP|
lcd-panel-module|P|液晶模组|LCD panel module|H87|205|photonics|LCM|852491
cycloid-reducer|P|摆线减速器|Cycloidal reducer|H87|3600|machinery|RV减速器|848340
thin-wall-bearing|P|薄壁轴承|Thin-wall bearing|H87|170|machinery|柔性轴承|
phone-terminal|P|智能终端整机|Smart terminal|H87|900|microelectronics|手机|
"""

CHAINS = "terminal|智能终端产业链|Smart terminals\n"
SEGMENTS = {"terminal": """
display-glass|m|3|||
polarising-film|m|2|||
ic-substrate|m|2|||
polished-wafer|m|3|||
controller-chip|c|2||polished-wafer:0.0002 sip-service:1|
panel-driver|c|1||polished-wafer:0.0003|
cellular-chip|c|1||sip-service:1|
sip-service|p|2||ic-substrate:1.02|
cmos-imager|c|2|||
lcd-panel-module|o|2||display-glass:0.02 polarising-film:0.02 panel-driver:1|
optical-transceiver|o|3|4e5/Y|laser-chip:2|
laser-chip|c|2|||
phone-terminal|a|1|3e6/Y|lcd-panel-module:1.01 cellular-chip:1 controller-chip:2 cmos-imager:2|
"""}

LOCAL = """
a01|硅基新材|Silicon Materials|C398|HIGH_TECH
a02|光刻新材|Resist Materials|C26|SRDI
a03|偏光科技|Polarising Film|C398|
a04|显示玻璃|Display Glassware|C30|
a05|载板科技|Substrate Tech|C398|SRDI
a06|激光芯片|Laser Chips|C397|HIGH_TECH
a07|光模块|Transceivers|C392|
a08|显示芯片|Panel Chips|C397|HIGH_TECH
a09|移动芯片|Cellular Chips|C397|LITTLE_GIANT
a10|控制芯片|Controller Chips|C397|
a11|影像芯片|Imaging Chips|C397|
a12|先进封装|Advanced Packaging|C397|SRDI
a13|液晶科技|Liquid Display|C397|
a14|精密减速|Cycloid Drives|C34|SRDI
a15|智能终端|Smart Terminals|C39|
"""

SUPPLY = """
soi-material|=40000|a01|
polished-wafer|1.5|a01|
duv-resist|=2500|a02|
polarising-film|4|a03*1.3 a13|
display-glass|4|a04|
ic-substrate|2.5|a05*1.2 a12|
laser-chip|3|a06*1.3 a07|
optical-transceiver|1.3|a07*1.2 a06|
panel-driver|2|a08*1.4 a10|
cellular-chip|1.6|a09|
controller-chip|1.3|a10*1.3 a09|
cmos-imager|1.4|a11:c|
sip-service|1.3|a12|
lcd-panel-module|1.2|a13|
cycloid-reducer|=9000|a14|
thin-wall-bearing|=30000|a14:p|
phone-terminal|1.1|a15|
"""


def records():
    """All records of clusters/chengdu."""
    taxonomy = Taxonomy(GROUPS, TYPES)
    chains = Chains(taxonomy, CLUSTER, CHAINS, SEGMENTS)
    enterprises = Enterprises(CLUSTER, seat="510100", local=LOCAL, bodies="", outside="", offset=800, first_brand=140)
    capabilities = Capabilities(taxonomy, chains, enterprises, SUPPLY)
    links = Links(taxonomy, chains, enterprises, capabilities, fallback="a15")
    yield {"cluster": {"name": "clusters/" + CLUSTER, "displayName": {"zh": "成都产业集群（示例）", "en": "Chengdu cluster (sample)"},
                       "regionCodes": ["510100"], "asOf": date(AS_OF), "annotations": {"fictional": "true"}}}
    equivalents = {name: "clusters/beibei/capabilityTypes/" + same for name, same in EQUIVALENTS.items()}
    yield from taxonomy.records(CLUSTER, chains.typical_inputs(), equivalents)
    for key in enterprises.in_order():
        yield enterprises.record(key)
    for _, record in sorted(capabilities.records.items(), key=lambda item: item[1]["name"]):
        yield {"capability": record}
    yield from chains.records()
    yield from links.records
