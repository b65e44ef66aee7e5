"""The six chains as tables.

A row: segment | stage | priority | final demand |inputs| requirement
  segment      id; the type required has the same id
  final demand value/period (D, W, M, Y), or value/S for a stock; empty: none
  inputs       `segment:coefficient`, `chain/segment:coefficient`; `?` for a coefficient nobody knows; `group@split` after `~`
  requirement  `key>lo..hi unit` the offer covers, `key<lo..hi unit` the offer lies within, `key~lo..hi unit` they overlap,
               `key~{A,B}` words overlap, `key=true` a flag, `#SCHEME` a certificate, `@PILOT` the least level, `!k=3` policy
"""

# chain id | zh | en
CHAINS = """
smart-sensor|智能传感器产业链|Smart sensors
chip|芯：集成电路产业链|Chips
display|屏：新型显示产业链|Displays
smart-device|器：智能终端与仪器仪表产业链|Smart devices and instruments
core-component|核：核心零部件产业链|Core components
network|网：工业互联网与物联网产业链|Networks and industrial internet
"""

STAGES = {
    "m": ("材料", "Materials"), "d": ("设计", "Design"), "f": ("制造", "Fabrication"), "p": ("封装测试", "Packaging and test"),
    "c": ("器件", "Components"), "o": ("模组", "Modules"), "s": ("系统", "Systems"), "a": ("应用", "Applications"),
    "e": ("平台与人才", "Facilities and skills"),
}

SMART_SENSOR = """
soi-wafer|m|1|||diameter>200..200 MMT
gas-sensing-material|m|2|||
mems-design|d|3||mems-engineer:0|
deep-etching|f|2|||etch_depth>100..400 4H
mass-flow-controller|c|3|2000/Y|mems-flow-die:1.05 smart-device/smt-assembly:1|
mems-fab|f|1|2000/M|soi-wafer:0.55 chip/silicon-wafer:0.5 chip/photoresist-iline:0.006 chip/photomask:0.002 chip/electronic-gas:0.35 deep-etching:0.8 mass-flow-controller:0.0006 mems-design:0.6 mems-engineer:0 mems-pilot-line:0|line_width>1..5 4H;wafer_diameter>150..200 MMT
mems-pressure-die|c|2||mems-fab:0.00015|pressure_range>0..10 MPA
mems-inertial-die|c|3||mems-fab:0.0004|
mems-flow-die|c|3||mems-fab:0.0003|
mems-gas-die|c|3||mems-fab:0.0003 gas-sensing-material:0.002|
mems-packaging|p|1||chip/bonding-wire:0.01|
sensor-calibration|p|2|||accuracy<0..0.5 P1
pressure-sensor|o|1|5e6/Y|mems-pressure-die:1.08 chip/sensor-asic:1.02 mems-packaging:1.04 sensor-calibration:1 reliability-lab:0|pressure_range>0..10 MPA;accuracy<0..0.5 P1
inertial-sensor|o|2|2.4e6/Y|mems-inertial-die:1.05 chip/sensor-asic:1.02 mems-packaging:1.03 sensor-calibration:1|
gas-sensor|o|2|8e5/Y|mems-gas-die:1.05 chip/sensor-asic:0.8 sensor-calibration:1 reliability-lab:0|target_gas~{CH4,CO}
flow-sensor|o|2|3e5/Y|mems-flow-die:1.05~principle@0.6 ultrasonic-sensor:2~principle@0.4 sensor-calibration:1|
temperature-sensor|o|4|2.5e5/M|sensor-calibration:0.2|
magnetic-sensor|o|3|6e6/Y|chip/wafer-fab:0.0001 chip/ic-packaging:1.01|
ultrasonic-sensor|o|3|1.2e6/Y||frequency~0.5..2 MHZ
sensor-module|o|2|5e5/Y|pressure-sensor:0.4 temperature-sensor:0.5 chip/mcu:1 smart-device/smt-assembly:1|
wireless-sensor-node|s|2|3e5/Y|sensor-module:1 network/comm-module:1 smart-device/battery-pack:1|
reliability-lab|e|3|||
mems-pilot-line|e|2|||@PILOT
mems-engineer|e|3|||
"""

CHIP = """
silicon-wafer|m|2|||diameter>200..200 MMT
epi-wafer|m|2|||
sic-substrate|m|3|||
test-wafer|m|5|||
reclaimed-wafer|m|5|||
photoresist-iline|m|3|||
photoresist-krf|m|1|||
electronic-gas|m|2|||purity>99.999..99.999 P1
photomask|m|2|||
analog-ic-design|d|2||ic-engineer:0|
wafer-fab|f|1|1e4/M|silicon-wafer:0.7 epi-wafer:0.35 photoresist-iline:0.008 photoresist-krf:0.003 electronic-gas:0.3 photomask:0.0015 test-wafer:0.12~monitor@0.4 reclaimed-wafer:0.12~monitor@0.6 ic-engineer:0|line_width>0.18..0.5 4H
power-wafer-fab|f|2|600/W|epi-wafer:0.8 sic-substrate:0.25 electronic-gas:0.3 photoresist-iline:0.006|
lead-frame|m|3|||
bonding-wire|m|4|||
package-substrate|m|1|||
ic-packaging|p|2||lead-frame:1.01 bonding-wire:0.02|
asic-packaging|p|1||package-substrate:1.02 bonding-wire:0.03|
final-test|p|3||failure-analysis-lab:0|
sensor-asic|c|2|2e6/Y|wafer-fab:0.0002 asic-packaging:1.01 final-test:1.02 analog-ic-design:0.001|
mcu|c|2|1.2e7/Y|wafer-fab:0.0003 ic-packaging:1.01 final-test:1.01|
pmic|c|3|2e7/Y|wafer-fab:0.00025 ic-packaging:1.01 final-test:1.01 analog-ic-design:0.0004|
igbt-die|c|2|1e6/Y|power-wafer-fab:0.002|
failure-analysis-lab|e|4|||
ic-engineer|e|2|||
"""

DISPLAY = """
glass-substrate|m|1|||
ito-target|m|3||indium-recovery:0.55|
indium-recovery|m|5||ito-target:0.8|
liquid-crystal|m|3|||
polarizer|m|1|||
color-resist|m|3|||
oled-material|m|2|||
led-chip|c|4|||
backlight-module|o|3||led-chip:48|
driver-ic|c|1||chip/wafer-fab:0.0004|
timing-controller|c|3|||panel_interface~{LVDS,eDP}
array-process|f|2||glass-substrate:1.02 ito-target:0.02 chip/photoresist-iline:0.03 chip/electronic-gas:0.2|
color-filter|f|3||glass-substrate:1.02 color-resist:0.04|
cell-process|f|2||array-process:1.03 color-filter:1.03 liquid-crystal:3.5|
fpc|c|3|||
cog-bonding|p|3||fpc:0.003 driver-ic:1.5 optical-engineer:0|
touch-module|o|3|4e5/Y|fpc:0.002|
lcd-module|o|1||cell-process:0.05 polarizer:0.11 backlight-module:1.01 cog-bonding:1.01 timing-controller:1|panel_size>7..15 INH
oled-module|o|3|1.5e5/Y|oled-material:0.02 driver-ic:1 fpc:0.002|
micro-led-transfer|f|2|5000/Y|led-chip:8000 optical-engineer:0|
vehicle-display|a|1|9e5/Y|lcd-module:1.01 touch-module:1.01 chip/mcu:1 chip/pmic:2 display-lab:0|panel_size>8..15 INH;#IATF_16949
industrial-display|a|3|6e5/Y|lcd-module:1.01 touch-module:0.6 chip/pmic:1|panel_size>7..15 INH
display-lab|e|4|||
optical-engineer|e|4|||
"""

SMART_DEVICE = """
injection-molding|f|5|||
die-casting|f|4|||
cnc-machining|f|4||core-component/precision-machinist:0|
pcb|c|3|||
smt-assembly|f|2||pcb:0.004|
battery-pack|c|2|||
image-sensor|c|2|||
firmware-development|d|3||automation-engineer:0|
flow-calibration|p|3|||accuracy<0..0.2 P1
device-assembly|f|4|||
gas-meter|a|1|1.6e6/Y|smart-sensor/flow-sensor:0.35 smart-sensor/gas-sensor:0.2 smart-sensor/temperature-sensor:0.5 network/comm-module:0.8 battery-pack:1 chip/mcu:1 network/secure-element:0.8 device-assembly:1 flow-calibration:1|#ISO_9001
water-meter|a|2|1.1e6/Y|smart-sensor/ultrasonic-sensor:0.6 network/comm-module:0.7 battery-pack:1 injection-molding:0.25 device-assembly:1 flow-calibration:1|
flow-meter|a|1|6e4/Y|smart-sensor/flow-sensor:1.02 die-casting:1.8 cnc-machining:0.8 smt-assembly:2 flow-calibration:1 emc-lab:0|diameter>25..300 MMT
pressure-transmitter|a|1|2e4/M|smart-sensor/pressure-sensor:1.02 die-casting:0.9 cnc-machining:0.4 smt-assembly:1 emc-lab:0|accuracy<0..0.1 P1;explosion_proof=true
control-valve|a|2|4e4/Y|cnc-machining:3 smart-sensor/magnetic-sensor:1|
plc|a|2|9e4/Y|chip/mcu:2 chip/pmic:3 smt-assembly:2 firmware-development:0.05|
industrial-camera|a|3|7e4/Y|image-sensor:1.02 smt-assembly:1|
wearable-device|a|4|8e5/Y|smart-sensor/inertial-sensor:1 display/oled-module:0.8 battery-pack:1 chip/pmic:1 injection-molding:0.03 device-assembly:1|
medical-monitor|a|3|2.5e4/Y|display/industrial-display:1 smart-sensor/pressure-sensor:2 smart-sensor/temperature-sensor:1 smt-assembly:3 battery-pack:1|#ISO_13485
emc-lab|e|3|||
automation-engineer|e|4|||
"""

CORE_COMPONENT = """
special-steel|m|3|||
rare-earth-magnet|m|2|||
precision-grease|m|4|||
gear-grinding|f|3||precision-machinist:0|gear_grade<1..5 C62
ceramic-substrate|m|3|||
precision-bearing|c|2||special-steel:0.0006|
flexible-bearing|c|1||special-steel:0.0004|
harmonic-reducer|c|1||flexible-bearing:1.02 gear-grinding:2 precision-grease:? reducer-test-lab:0|
rv-reducer|c|1|1.5e4/Y|precision-bearing:3 gear-grinding:5 special-steel:0.012 reducer-test-lab:0|
encoder|c|2||smart-sensor/magnetic-sensor:2 chip/mcu:1|resolution>17..17 C62
servo-motor|o|2|1.5e5/Y|rare-earth-magnet:0.35 precision-bearing:2 encoder:1.01 smart-device/die-casting:1.1|power~0.4..2 KWT
igbt-module|o|2||chip/igbt-die:6 ceramic-substrate:1|
servo-drive|o|2|1.2e5/Y|igbt-module:1 chip/mcu:2 chip/pmic:4 smart-device/smt-assembly:3|
motion-controller|o|3|2.5e4/Y|chip/mcu:2 smart-device/smt-assembly:2|
ball-screw|c|3|8e4/Y|special-steel:0.008|
linear-guide|c|3|2e5/Y|special-steel:0.006|
joint-module|s|1|6e4/Y|harmonic-reducer:1 servo-motor:1 servo-drive:1 encoder:1|
ecu|s|2|6e5/Y|chip/mcu:2 chip/pmic:3 smart-sensor/pressure-sensor:0.5 smart-device/smt-assembly:1 smart-device/die-casting:0.4|#IATF_16949
electric-drive-unit|s|1|1.2e5/Y|igbt-module:1 ecu:1 gear-grinding:4 rare-earth-magnet:1.2 precision-bearing:4 smart-device/die-casting:9|#IATF_16949
reducer-test-lab|e|4|||
precision-machinist|e|3|||
"""

NETWORK = """
optical-chip|c|2|||
rf-frontend|c|2|||frequency>0.7..2.6 A86
baseband-chip|c|1|||
secure-element|c|3|||
optical-module|o|3|5e5/Y|optical-chip:2 display/fpc:0.0004 smart-device/pcb:0.0015|data_rate>10..10 B80
comm-module|o|1||baseband-chip:1.01 rf-frontend:1.01 chip/pmic:1 secure-element:0.3 smart-device/smt-assembly:1 communication-lab:0|
iot-gateway|s|2|1.8e5/Y|comm-module:1 smart-device/smt-assembly:2 smart-device/firmware-development:0.02|
industrial-switch|s|2|6e4/Y|optical-module:4 chip/pmic:3 smart-device/smt-assembly:3|
edge-server|s|3|8000/Y|optical-module:2|
iot-platform|s|2|4e6/Y|cyber-assessment:0.0002 data-center:0 algorithm-engineer:0|
identifier-service|s|3|6e7/Y|data-center:0|
data-annotation|a|5|4e5/Y|algorithm-engineer:0|
cyber-assessment|a|4|||
network-integration|a|3|3e5/Y|iot-gateway:0.01 industrial-switch:0.005 smart-sensor/wireless-sensor-node:0.05 edge-server:0.001|
communication-lab|e|4|||
data-center|e|3|||
algorithm-engineer|e|3|||
"""

SEGMENTS = {"smart-sensor": SMART_SENSOR, "chip": CHIP, "display": DISPLAY, "smart-device": SMART_DEVICE,
            "core-component": CORE_COMPONENT, "network": NETWORK}
