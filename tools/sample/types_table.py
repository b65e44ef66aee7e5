"""The taxonomy as tables: what can be made or done. Prices are rough sample figures, used only to value supply links."""

# id | zh | en | parents
GROUPS = """
materials|电子与金属材料|Materials|
semiconductor-materials|半导体材料|Semiconductor materials|materials
wafers|晶圆与衬底|Wafers and substrates|semiconductor-materials
display-materials|显示材料|Display materials|materials
process-chemicals|工艺化学品|Process chemicals|materials
photoresists|光刻胶|Photoresists|process-chemicals,semiconductor-materials
packaging-materials|封装材料|Packaging materials|semiconductor-materials
metal-materials|金属材料|Metal materials|materials
components|电子元器件|Electronic components|
integrated-circuits|集成电路|Integrated circuits|components
mems-dies|MEMS芯片|MEMS dies|components
sensors|传感器|Sensors|components
optoelectronics|光电器件|Optoelectronic components|components
power-electronics|功率电子|Power electronics|components
display-components|显示器件|Display components|optoelectronics
mechanical-parts|机械零部件|Mechanical parts|
drive-components|传动与驱动部件|Drive components|mechanical-parts
instruments|仪器仪表|Instruments|
terminals|智能终端|Smart terminals|
communication-equipment|通信设备|Communication equipment|
processes|制造工艺|Manufacturing processes|
semiconductor-processes|半导体工艺|Semiconductor processes|processes
packaging-processes|封装工艺|Packaging processes|semiconductor-processes
display-processes|显示工艺|Display processes|processes
mechanical-processes|机械加工工艺|Mechanical processes|processes
assembly-processes|装配工艺|Assembly processes|processes
services|专业服务|Services|
design-services|设计服务|Design services|services
testing-services|检测与校准服务|Testing and calibration services|services
digital-services|数字化服务|Digital services|services
facilities|平台设施|Facilities|
laboratories|实验室|Laboratories|facilities
pilot-lines|中试线|Pilot lines|facilities
skills|人才技能|Skills|
"""

# id | kind | zh | en | unit | CNY per unit | parents | aliases (;) | hs2022
PRODUCTS = """
soi-wafer|P|SOI晶圆|SOI wafer|H87|2800|wafers|绝缘体上硅;silicon on insulator|
glass-wafer|P|键合玻璃片|Bonding glass wafer|H87|450|wafers|硼硅玻璃片|
silicon-wafer|P|8英寸硅抛光片|200 mm polished silicon wafer|H87|420|wafers|硅片;polished wafer|381800
epi-wafer|P|硅外延片|Silicon epitaxial wafer|H87|700|wafers|外延片|
sic-substrate|P|碳化硅衬底|Silicon carbide substrate|H87|5200|wafers,power-electronics|SiC衬底|
test-wafer|P|测试晶圆|Test wafer|H87|180|wafers|控片;dummy wafer|
gas-sensing-material|P|气敏材料|Gas sensing material|GRM|60|materials|金属氧化物气敏粉体|
piezo-ceramic|P|压电陶瓷|Piezoelectric ceramic|KGM|900|materials|PZT|
catalytic-bead|P|催化燃烧珠|Catalytic bead|H87|6|components|黑白元件|
thermistor-element|P|热敏电阻元件|Thermistor element|H87|1.5|components|NTC元件|
mems-pressure-die|P|MEMS压力芯片|MEMS pressure die|H87|1.6|mems-dies|压力敏感芯片|854151
mems-inertial-die|P|MEMS惯性芯片|MEMS inertial die|H87|2.5|mems-dies|加速度计芯片;陀螺芯片|
mems-flow-die|P|MEMS流量芯片|MEMS flow die|H87|4|mems-dies|热式流量芯片|
mems-gas-die|P|MEMS气体芯片|MEMS gas die|H87|3|mems-dies|微热板芯片|
ceramic-package|P|陶瓷管壳|Ceramic package|H87|3.5|packaging-materials|HTCC管壳|
metal-housing|P|传感器金属壳体|Sensor metal housing|H87|12|mechanical-parts|不锈钢壳体|
pressure-sensor|P|压力传感器|Pressure sensor|H87|28|sensors|压力变送芯体|
inertial-sensor|P|惯性传感器|Inertial sensor|H87|35|sensors|IMU|
gas-sensor|P|气体传感器|Gas sensor|H87|45|sensors|可燃气体传感器|902710
flow-sensor|P|流量传感器|Flow sensor|H87|60|sensors|风速流量传感器|
temperature-sensor|P|温度传感器|Temperature sensor|H87|8|sensors|测温探头|902519
magnetic-sensor|P|磁传感器|Magnetic sensor|H87|3|sensors,integrated-circuits|霍尔传感器;TMR|
ultrasonic-sensor|P|超声波传感器|Ultrasonic sensor|H87|15|sensors|超声换能器|
sensor-module|P|传感器信号模组|Sensor signal module|H87|90|sensors,assembly-processes|信号调理模组|
wireless-sensor-node|P|无线传感节点|Wireless sensor node|H87|260|sensors,terminals|LoRa节点|
mass-flow-controller|P|气体质量流量控制器|Mass flow controller|H87|9000|instruments|MFC|
photoresist-iline|P|i线光刻胶|i-line photoresist|LTR|1500|photoresists|365nm光刻胶|
photoresist-krf|P|KrF光刻胶|KrF photoresist|LTR|6000|photoresists|248nm光刻胶|370790
electronic-gas|P|电子特种气体|Electronic specialty gas|KGM|180|process-chemicals|电子特气|
wet-chemical|P|湿电子化学品|Wet electronic chemical|KGM|12|process-chemicals|高纯试剂|
sputtering-target|P|金属溅射靶材|Metal sputtering target|KGM|2200|semiconductor-materials|铝靶;钛靶|
photomask|P|光掩模版|Photomask|H87|18000|semiconductor-materials|光罩;reticle|
cmp-slurry|P|抛光液|CMP slurry|LTR|90|process-chemicals|化学机械抛光液|
lead-frame|P|引线框架|Lead frame|H87|0.05|packaging-materials|leadframe|
bonding-wire|P|键合丝|Bonding wire|MTR|0.4|packaging-materials|金丝;铜丝|
molding-compound|P|环氧塑封料|Epoxy molding compound|KGM|60|packaging-materials|EMC塑封料|
package-substrate|P|封装基板|Package substrate|H87|0.8|packaging-materials|IC载板|
ceramic-substrate|P|覆铜陶瓷基板|Copper-clad ceramic substrate|H87|70|packaging-materials,power-electronics|AMB基板;DBC|
sensor-asic|P|传感器调理芯片|Sensor conditioning ASIC|H87|2.2|integrated-circuits|信号调理ASIC|854239
mcu|P|微控制器|Microcontroller|H87|3.5|integrated-circuits|单片机;MCU|854231
pmic|P|电源管理芯片|Power management IC|H87|1.8|integrated-circuits,power-electronics|PMIC|
driver-ic|P|显示驱动芯片|Display driver IC|H87|6|integrated-circuits,display-components|DDIC|
igbt-die|P|IGBT芯片|IGBT die|H87|9|power-electronics|绝缘栅双极晶体管芯片|854129
timing-controller|P|时序控制芯片|Timing controller IC|H87|12|integrated-circuits,display-components|TCON|
glass-substrate|P|显示玻璃基板|Display glass substrate|MTK|160|display-materials|基板玻璃|
ito-target|P|ITO靶材|ITO target|KGM|3000|display-materials|氧化铟锡靶材|
liquid-crystal|P|液晶材料|Liquid crystal|GRM|9|display-materials|混合液晶|
polarizer|P|偏光片|Polarizer|MTK|130|display-materials|偏振片|900120
color-resist|P|彩色光刻胶|Color filter resist|LTR|800|display-materials,photoresists|彩膜光刻胶|
optical-film|P|光学膜|Optical film|MTK|40|display-materials|增亮膜;扩散膜|
oled-material|P|OLED发光材料|OLED emitter material|GRM|120|display-materials|有机发光材料|
led-chip|P|Mini LED芯片|Mini LED chip|H87|0.02|optoelectronics|发光二极管芯片|854141
light-guide|P|导光板|Light guide plate|H87|6|display-components|LGP|
backlight-module|P|背光模组|Backlight module|H87|45|display-components|BLU|
fpc|P|柔性电路板|Flexible printed circuit|MTK|900|components|FPC软板|
cover-glass|P|玻璃盖板|Cover glass|H87|25|display-components|盖板玻璃|700719
touch-module|P|触控模组|Touch module|H87|70|display-components|触摸屏|
lcd-module|P|液晶显示模组|LCD module|H87|210|display-components|LCM;液晶模组|852491
oled-module|P|OLED显示模组|OLED module|H87|260|display-components|有机发光显示模组|852492
vehicle-display|P|车载显示屏|Vehicle display|H87|620|display-components,terminals|车载屏;中控屏|
industrial-display|P|工业显示屏|Industrial display|H87|380|display-components|工控屏|
mold-tool|P|精密模具|Precision mould|H87|85000|mechanical-parts|注塑模;压铸模|848071
pcb|P|印制电路板|Printed circuit board|MTK|850|components|线路板|853400
battery-pack|P|电池组|Battery pack|H87|60|components|锂亚电池组;锂电池包|850760
connector|P|连接器|Connector|H87|1.2|components|接插件|853669
electronic-enclosure|P|电子外壳|Electronic enclosure|H87|18|mechanical-parts|机壳|
image-sensor|P|图像传感器|Image sensor|H87|45|sensors,integrated-circuits|CMOS图像传感器;CIS|
optical-lens|P|工业镜头|Industrial lens|H87|220|optoelectronics|光学镜头|900211
gas-meter|P|智能燃气表|Smart gas meter|H87|260|instruments,terminals|物联网燃气表|902810
water-meter|P|智能水表|Smart water meter|H87|180|instruments,terminals|超声水表|902820
flow-meter|P|工业流量计|Industrial flow meter|H87|3200|instruments|电磁流量计;涡街流量计|902610
pressure-transmitter|P|压力变送器|Pressure transmitter|H87|1800|instruments|差压变送器|902620
control-valve|P|调节阀|Control valve|H87|9500|instruments,mechanical-parts|控制阀|848180
plc|P|可编程控制器|Programmable controller|H87|2600|instruments|PLC|853710
industrial-camera|P|工业相机|Industrial camera|H87|2200|terminals,optoelectronics|机器视觉相机|852589
wearable-device|P|智能穿戴设备|Wearable device|H87|320|terminals|智能手表|
medical-monitor|P|监护终端|Patient monitor|H87|4200|terminals,instruments|监护仪|901819
special-steel|P|特殊钢棒材|Special steel bar|TNE|9000|metal-materials|轴承钢;齿轮钢|722830
silicon-steel|P|电工硅钢片|Electrical silicon steel|TNE|9500|metal-materials|硅钢|722519
rare-earth-magnet|P|稀土永磁体|Rare earth magnet|KGM|420|metal-materials|钕铁硼|850511
precision-bearing|P|精密轴承|Precision bearing|H87|60|drive-components|滚动轴承|848210
flexible-bearing|P|柔性轴承|Flexible thin-wall bearing|H87|180|drive-components|薄壁轴承|
harmonic-reducer|P|谐波减速器|Harmonic reducer|H87|1500|drive-components|谐波传动|
rv-reducer|P|RV减速器|RV reducer|H87|3800|drive-components|摆线针轮减速器|848340
servo-motor|P|伺服电机|Servo motor|H87|900|drive-components|伺服马达|
encoder|P|编码器|Encoder|H87|280|sensors,drive-components|磁编码器|
servo-drive|P|伺服驱动器|Servo drive|H87|1300|drive-components,power-electronics|伺服放大器|850440
motion-controller|P|运动控制器|Motion controller|H87|2400|drive-components,instruments|多轴控制器|
ball-screw|P|滚珠丝杠|Ball screw|H87|650|drive-components|丝杠副|
linear-guide|P|直线导轨|Linear guide|MTR|480|drive-components|滑轨|
joint-module|P|机器人关节模组|Robot joint module|H87|4200|drive-components|关节执行器|
igbt-module|P|IGBT模块|IGBT module|H87|320|power-electronics|功率模块|
ecu|P|汽车电控单元|Automotive control unit|H87|480|components|ECU;整车控制器|
electric-drive-unit|P|电驱动总成|Electric drive unit|H87|5200|drive-components,power-electronics|三合一电驱|
precision-grease|P|精密润滑脂|Precision grease|KGM|300|process-chemicals|减速器专用脂|340319
optical-fiber|P|光缆|Optical fibre cable|MTR|3|communication-equipment|光纤光缆|854470
optical-chip|P|光芯片|Optical chip|H87|25|optoelectronics|激光器芯片;DFB|
optical-module|P|光模块|Optical module|H87|180|optoelectronics,communication-equipment|光收发模块|
rf-frontend|P|射频前端|RF front end|H87|8|integrated-circuits|射频芯片|
baseband-chip|P|基带芯片|Baseband chip|H87|38|integrated-circuits|蜂窝通信芯片|
antenna|P|天线|Antenna|H87|4|communication-equipment|物联网天线|851771
comm-module|P|通信模组|Communication module|H87|75|communication-equipment|NB-IoT模组;RedCap模组|
iot-gateway|P|物联网网关|IoT gateway|H87|900|communication-equipment,terminals|边缘网关|
industrial-switch|P|工业交换机|Industrial switch|H87|2300|communication-equipment|TSN交换机|851762
edge-server|P|边缘服务器|Edge server|H87|18000|communication-equipment,terminals|边缘计算一体机|847150
secure-element|P|安全芯片|Secure element|H87|5|integrated-circuits|SE芯片|
mems-pressure-sensor|P|硅压阻压力传感器|Piezoresistive pressure sensor|H87|26|pressure-sensor|扩散硅传感器|
ceramic-pressure-sensor|P|陶瓷压力传感器|Ceramic pressure sensor|H87|22|pressure-sensor|陶瓷电容传感器|
high-temp-pressure-sensor|P|高温压力传感器|High temperature pressure sensor|H87|160|pressure-sensor|SOI高温压力传感器|
electromagnetic-flow-meter|P|电磁流量计|Electromagnetic flow meter|H87|3600|flow-meter|电磁流量变送器|
vortex-flow-meter|P|涡街流量计|Vortex flow meter|H87|2900|flow-meter|旋涡流量计|
nb-iot-module|P|NB-IoT模组|NB-IoT module|H87|28|comm-module|窄带物联网模组|
redcap-module|P|5G RedCap模组|5G RedCap module|H87|150|comm-module|轻量化5G模组|
low-voltage-mcu|P|低功耗微控制器|Low-power microcontroller|H87|3|mcu|低功耗单片机|
"""

OFFERS = """
mems-design|S|MEMS设计服务|MEMS design service|HUR|400|design-services|微系统设计|
mems-fab|C|MEMS晶圆制造|MEMS wafer fabrication|H87|6500|semiconductor-processes|MEMS代工|
deep-etching|C|深硅刻蚀|Deep silicon etching|H87|800|semiconductor-processes|DRIE|
wafer-bonding|C|晶圆键合|Wafer bonding|H87|600|semiconductor-processes,packaging-processes|阳极键合|
mems-packaging|C|MEMS封装|MEMS packaging|H87|1.2|packaging-processes|传感器封装|
sensor-calibration|S|传感器标定|Sensor calibration|H87|2|testing-services|温压标定|
reclaimed-wafer|S|晶圆再生|Wafer reclaim|H87|80|services,semiconductor-processes|再生晶圆|
eda-service|S|EDA与流片服务|EDA and tape-out service|HUR|500|design-services|MPW服务|
analog-ic-design|S|模拟芯片设计|Analogue IC design|HUR|450|design-services|混合信号设计|
wafer-fab|C|特色工艺晶圆制造|Specialty wafer fabrication|H87|4200|semiconductor-processes|BCD工艺;模拟代工|
power-wafer-fab|C|功率器件晶圆制造|Power device wafer fabrication|H87|3800|semiconductor-processes|功率代工|
wafer-probe|C|晶圆测试|Wafer probing|H87|300|semiconductor-processes,testing-services|CP测试|
wafer-dicing|C|晶圆划片|Wafer dicing|H87|120|packaging-processes|划片;切割|
ic-packaging|C|集成电路封装|IC packaging|H87|0.35|packaging-processes|QFN封装;SOP封装|
asic-packaging|C|系统级封装|System-in-package assembly|H87|1.4|packaging-processes|SiP;ASIC封装|
final-test|C|成品测试|Final test|H87|0.2|testing-services,semiconductor-processes|FT测试|
indium-recovery|S|残靶铟回收|Indium recovery from spent targets|KGM|2400|services|铟回收|
array-process|C|阵列工艺|Array process|MTK|700|display-processes|TFT阵列|
color-filter|C|彩膜工艺|Colour filter process|MTK|300|display-processes|CF工艺|
cell-process|C|成盒工艺|Cell process|MTK|250|display-processes|液晶成盒|
cog-bonding|C|驱动邦定|Driver bonding|H87|8|display-processes,assembly-processes|COG;COF|
micro-led-transfer|C|Micro LED巨量转移|Micro LED mass transfer|H87|900|display-processes|巨量转移|
injection-molding|C|注塑成型|Injection moulding|KGM|30|mechanical-processes|注塑|
die-casting|C|铝合金压铸|Aluminium die casting|KGM|38|mechanical-processes|压铸|
cnc-machining|C|数控精密加工|CNC precision machining|HUR|120|mechanical-processes|五轴加工|
smt-assembly|C|表面贴装|SMT board assembly|H87|15|assembly-processes|贴片;PCBA|
device-assembly|C|整机装配|Device assembly|H87|9|assembly-processes|总装|
firmware-development|S|嵌入式软件开发|Firmware development|HUR|260|design-services,digital-services|固件开发|
flow-calibration|S|流量检定|Flow calibration|H87|12|testing-services|流量标定|
precision-casting|C|精密铸造|Precision casting|KGM|45|mechanical-processes|熔模铸造|
precision-forging|C|精密锻造|Precision forging|KGM|22|mechanical-processes|锻造|
heat-treatment|C|热处理|Heat treatment|KGM|6|mechanical-processes|渗碳;真空淬火|
gear-grinding|C|齿轮磨削|Gear grinding|H87|35|mechanical-processes|磨齿|
iot-platform|S|物联网平台服务|IoT platform service|H87|12|digital-services|设备接入服务|
identifier-service|S|工业互联网标识解析|Industrial identifier service|H87|0.02|digital-services|标识解析二级节点|
data-annotation|S|数据标注|Data annotation|HUR|60|digital-services|标注服务|
network-integration|S|网络系统集成|Network integration|HUR|300|digital-services|弱电集成|
cyber-assessment|S|网络安全测评|Cyber security assessment|HUR|600|digital-services,testing-services|等保测评|
reliability-lab|F|可靠性实验室|Reliability laboratory|HUR|800|laboratories|环境试验|
mems-pilot-line|F|MEMS中试线|MEMS pilot line|HUR|2500|pilot-lines|微机电中试平台|
failure-analysis-lab|F|失效分析实验室|Failure analysis laboratory|HUR|1200|laboratories|FA实验室|
display-lab|F|显示光学实验室|Display optics laboratory|HUR|700|laboratories|光学测试|
emc-lab|F|电磁兼容实验室|EMC laboratory|HUR|1500|laboratories|EMC暗室|
reducer-test-lab|F|减速器测试平台|Reducer test bench|HUR|600|laboratories|精密传动检测|
communication-lab|F|无线通信实验室|Wireless communication laboratory|HUR|900|laboratories|5G测试|
data-center|F|数据中心机柜容量|Data centre capacity|KWT|900|facilities|算力中心|
mems-engineer|K|微机电工程师|MEMS engineer|IE|0|skills|微纳工程师|
ic-engineer|K|集成电路工程师|IC engineer|IE|0|skills|芯片工程师|
optical-engineer|K|光学工程师|Optical engineer|IE|0|skills|显示工程师|
automation-engineer|K|自动化工程师|Automation engineer|IE|0|skills|仪表工程师|
precision-machinist|K|精密加工技师|Precision machinist|IE|0|skills|高级技工|
algorithm-engineer|K|算法工程师|Algorithm engineer|IE|0|skills|人工智能工程师|
"""
