"""Who offers what.

A row: type | cover | offers | outside share of the supply links, or empty for a small one
  cover   local capacity over demand, or `=value` per year (a stock as it is) where there is no demand
  offer   `key*weight:flags`; a flag letter changes the plain offer (volume level, verified this year, all shares stated):
          c claimed, s stale, u capacity unknown, h shares partly unknown, p pilot line, r research, l level unknown,
          a attributes not stated, x an attribute missed, k certificate not stated, e expired, o mostly sold outside
"""

SUPPLY = """
soi-wafer|=60000|wmat1:r y05*3 x08|
gas-sensing-material|1.3|gasm1*2 gasm2|
mems-design|1.5|mdes1*1.4 inst1 icd2|
deep-etching|1.2|etch1|
mass-flow-controller|1.6|sen7 ins3:r x12|
mems-fab|0.6|mfab1*1.2 mfab2 lab1:p y06|
mems-pressure-die|1.4|mfab1*1.5 mfab2 sen2 y06:a|
mems-inertial-die|1.3|mfab1*1.2 sen4:c y06|
mems-flow-die|1.5|mfab1 sen7 y06|
mems-gas-die|1.4|mfab2 sen6|
mems-packaging|1.3|pkg1*5 pkg2 y12|
sensor-calibration|0.7|cal1*1.3 cal2 ins1|
pressure-sensor|1.4|sen1@mems-pressure-sensor sen2@mems-pressure-sensor*1.4 sen3@ceramic-pressure-sensor ins1:x sen8:c@ceramic-pressure-sensor|
high-temp-pressure-sensor|=60000|sen2:p y06|
inertial-sensor|1.3|sen4*1.3 sen2|
gas-sensor|1.3|sen5*1.3 sen6 sen1 met1:x|
flow-sensor|1.4|sen7*1.5 sen2 ins2|
temperature-sensor|1.5|sen8*1.5 sen1 sen2:o|
magnetic-sensor|1.3|sen9*1.3 icd2 sen2 y04|
ultrasonic-sensor|1.2|sen10*1.3 met3|
sensor-module|1.4|sen1 node1*1.3 smt1|
wireless-sensor-node|1.3|node1*1.5 gw1 sen2|
reliability-lab|=4000|lab2*1.5 inst1 cal2|
mems-pilot-line|=3000|lab1:p inst1:p|
mems-engineer|=120|uni1 uni2 inst1|
silicon-wafer|1.4|wmat1*1.4 wmat2 x08 y05:o|0.35
epi-wafer|1.3|wmat1 wmat2:c y05|
sic-substrate|3.6|wmat2:l x08 y01|1
test-wafer|2|wmat1 wmat2|
reclaimed-wafer|1.3|recl1 x08|
photoresist-iline|1.3|chem1*1.3 chem2 y07|
photoresist-krf|=4000|chem1:r y07*3 x08:p|1
electronic-gas|1.2|gas1*1.4 chem1 x12|0.7
wet-chemical|=900000|chem1 chem2 x08|
cmp-slurry|=120000|chem2 x08|
sputtering-target|=3000|tgt1 y11|
photomask|1.15|mask1 y01|
eda-service|=20000|icd1 inst1 y01|
analog-ic-design|1.4|icd1 icd2*1.3 icd4|
wafer-fab|0.75|fab1*1.4 fab2 x01 y01|
power-wafer-fab|1.3|pfab1*1.4 pfab2 x03|
wafer-probe|=40000|test1 test2|
wafer-dicing|=35000|pkg3 pkg1|
lead-frame|1.3|lead1*4 con1 y12|
bonding-wire|1.5|wire1*1.3 lead1|
molding-compound|=60000|wire1 x05|
package-substrate|=30000000|fpc2:r y11*3 y12|1
ceramic-package|=9000000|pkg1 y12|
ic-packaging|1.3|pkg1*1.3 pkg3 test1:o|
asic-packaging|1.15|pkg2 pkg3:p y12|
final-test|1.5|test1*1.3 test2 pkg3|
sensor-asic|1.3|icd2*1.3 icd1 sen2:c y06|
mcu|1.2|icd3@low-voltage-mcu*1.4 icd1 y17*2 x03|0.65
pmic|1.3|icd4*1.4 icd2 icd1:c y17|
igbt-die|1.2|pfab1*1.3 pfab2 x03|
failure-analysis-lab|=3000|test1 lab2 test2|
ic-engineer|=260|uni1 uni2|
glass-substrate|1.2|pan2 tch1*1.2 x02*3 y14*3|0.8
ito-target|1.3|tgt1 y03|
indium-recovery|1.5|tgt1 recl1|
liquid-crystal|1.3|lc1*1.4 chem2 y03|
polarizer|=900000|lc1:r y10*3 x05|1
color-resist|2.2|chem1:s chem2:c y07|
optical-film|=300000|bl2 bl1 x05|
oled-material|2.8|oled1:c y03|
led-chip|1.4|bl2*1.3 bl1|
light-guide|=3000000|bl1 inj2|
backlight-module|1.4|bl1*1.4 bl2 mod2|
driver-ic|=6000000|icd4:r y08*3 y01|1
timing-controller|2.6|icd3:a y08|0.4
array-process|1.2|pan1*1.2 pan2|
color-filter|1.3|pan1 pan2|
cell-process|1.3|pan1*1.2 pan2|
fpc|1.3|fpc1*1.3 fpc2 y09|
cog-bonding|0.8|mod1:h mod2:h mod3:h|
cover-glass|=1600000|tch1 x02|
touch-module|1.3|tch1*1.5 mod1 mod3 y09|
lcd-module|0.85|mod1*1.3 mod2 pan2 y09|
oled-module|1.2|oled1*1.2 pan2 y09|
micro-led-transfer|=2000|inst2:p oled1:r y13|
vehicle-display|1.2|mod3*1.5 mod1 mod2:k|
industrial-display|1.4|mod1*1.3 mod2 pan1|
display-lab|=2500|inst2 lab2|
optical-engineer|=90|uni1 inst2|
mold-tool|=260|inj2 cast1 cnc1|
injection-molding|1.5|inj1*1.3 inj2 met1|
die-casting|1.3|cast1*1.3 cast2 x04|
precision-casting|=1200000|val1 cast2 x04|
precision-forging|=300000|gear2 stl1 x04|
heat-treatment|=2400000|gear1 stl1 cnc1|
cnc-machining|1.4|cnc1*1.3 cnc2 har1:o|
pcb|1.2|pcb1 fpc2:u x11|
smt-assembly|1.4|smt1*1.4 smt2 cmm1|
connector|=20000000|con1 smt1 y09|
battery-pack|0.7|bat1*1.4 bat2 y09|0.4
electronic-enclosure|=4000000|inj1 cast2|
image-sensor|=900000|y15*3 y09|1
optical-lens|=120000|cam1 x05|
firmware-development|1.5|fw1*1.4 iot2 icd3|
flow-calibration|1.3|cal1*1.3 met2 ins1|
device-assembly|1.5|smt2 met1*1.2 wea1 inj2:o|
gas-meter|1.2|met1*1.2 met2 ins2:k|
water-meter|1.3|met3*1.2 met2|
flow-meter|1.3|ins1@electromagnetic-flow-meter*1.4 ins2@vortex-flow-meter sen7:c|
pressure-transmitter|1.3|ins1*1.4 ins2 ins3:x sen3:p|
control-valve|1.3|val2*1.3 val1 ins3|
plc|1.2|plc1*1.3 ins3|
industrial-camera|1.1|cam1 y15|
wearable-device|1.3|wea1*1.3 smt2 y09|
medical-monitor|1.2|med1 wea1:k|
emc-lab|=5000|lab3*1.2 ins1|
automation-engineer|=150|uni1 uni2|
special-steel|1.3|stl1*4 cast2 x04|
silicon-steel|=6000|stl1 x04|
rare-earth-magnet|1.3|mag1*1.4 srv1 x10*2 y18*2|0.7
precision-grease|=2400|chem2*1.2 chem1 y19|
gear-grinding|1.3|gear1*1.3 gear2 har1 cnc2:x|
ceramic-substrate|1.3|pfab1 wire1*1.2 y11|
precision-bearing|1.2|brg1*1.4 brg2 x06*2|0.6
flexible-bearing|=110000|brg1:p x06*2|1
harmonic-reducer|1.3|har1*1.5 har2 x09|
rv-reducer|=32000|gear1:r x09*2|1
encoder|0.65|sen9*1.2 srv2 y04|
servo-motor|1.3|srv2*1.3 srv1 jnt1|
igbt-module|1.3|pfab1*1.3 pfab2 x03|
servo-drive|1.2|drv1*1.3 srv2 plc1|
motion-controller|1.4|plc1 drv1*1.3|
ball-screw|1.2|scr1*1.3 brg2|
linear-guide|1.3|scr1 brg1:s y18|
joint-module|1.2|jnt1*1.4 har2|
ecu|1.3|ecu1*1.4 ecu2 drv1:k|
electric-drive-unit|1.2|edu1*1.3 usecar|
reducer-test-lab|=2200|lab4 har1|
precision-machinist|=300|uni2 cnc1|
optical-chip|=4000000|inst2:r y02*3 y13|1
optical-fiber|=900000|opt1 y13|
rf-frontend|1.3|sec1 icd1:c y16*2 x07|0.75
baseband-chip|=6000000|x07*3 y17|1
secure-element|1.3|sec1*1.3 icd3|
antenna|=4000000|cmm2 gw1|
optical-module|1.2|opt1 y20 y13|
comm-module|1.3|cmm1@nb-iot-module*1.4 cmm2@nb-iot-module gw1@redcap-module x07|
iot-gateway|1.3|gw1*1.4 cmm1 sw1|
industrial-switch|1.2|sw1*1.3 plc1|
edge-server|1.2|edge1*1.3 smt2|
iot-platform|1.4|iot1*5 iot2|
identifier-service|1.5|iot1*1.3 dat1|
data-annotation|1.4|dat1*1.3 iot2 uni2:e|
cyber-assessment|1.3|net1*1.3 sec1|
network-integration|1.3|net1*1.4 iot1 edge1|
communication-lab|=2000|lab3 cmm1|
data-center|=6000|iot2*1.2 usepark|
algorithm-engineer|=140|uni1*1.2 dat1|
piezo-ceramic|=30000|sen10 wire1|
metal-housing|=8000000|cnc1 inj1 cast1|
catalytic-bead|=400000|sen5|
thermistor-element|=3000000|sen8 y20|
"""

# Pairs that one owner holds, by enterprise key: owner key or external id, share, control.
OWNERS = {
    "gasm1": [("hold1", 0.8, True)], "gasm2": [("hold1", 0.62, False)],
    "har1": [("external:yilan-capital", 0.55, False)], "har2": [("external:yilan-capital", 0.51, True)],
    "iot1": [("gov", 0.6, True)], "iot2": [("gov", 1.0, True)], "usepark": [("gov", 1.0, True)],
    "pan1": [("hold2", 0.34, False), ("external:pan1-staff", 0.3, False)], "mod2": [("hold2", 0.7, False)],
    "met2": [("ins1", 0.45, False)], "val2": [("ins2", 0.3, False)], "hold2": [("gov", 0.67, True)],
    "fab1": [("gov", 0.4, False), ("hold2", 0.3, False)], "fab2": [("external:fab2-founders", 0.75, True)],
    "lab1": [("uni1", 0.5, True)], "mdes1": [("inst1", 0.35, False)], "srv1": [("hold1", 0.2, False)],
    "smt2": [("external:xilu-electronics", 0.9, True)], "y12": [("external:xilu-electronics", 0.3, False)],
    "recl1": [("tgt1", 0.3, False)], "gw1": [("cmm1", 0.25, False)], "ecu2": [("external:ecu2-founders", 1.0, True)],
}
# Without any owner record.
OWNER_UNKNOWN = {"met3", "inj1", "cnc2", "con1", "bl2", "brg2", "gear2", "cmm2", "dat1", "wire1", "stl1", "y20", "y19"}
