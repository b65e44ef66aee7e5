"""The fictional enterprises as tables. Brands are made-up pairs of syllables; any likeness to a real body is chance."""

# Chinese character and Latin spelling; a brand is one of the first with one of the second.
FIRST = ("岚Lan 霁Ji 铎Duo 澄Cheng 砺Li 翎Ling 昀Yun 珩Heng 玥Yue 骁Xiao 沅Yuan 煦Xu 峤Qiao 屿Yu 桐Tong 槿Jin 芃Peng 弈Yi 晞Xi "
         "璟Jing").split()
SECOND = "川Chuan 睿Rui 拓Tuo 禾He 泽Ze 辰Chen 弘Hong 朔Shuo 麓Lu 岑Cen".split()

# key | business zh | en | GB/T 4754 codes | qualifications. All with their seat in Beibei.
LOCAL = """
sen1|传感技术|Sensing|C398|SRDI,HIGH_TECH
sen2|智能传感|Smart Sensors|C398,C401|LITTLE_GIANT,HIGH_TECH
sen3|压力测控|Pressure Control|C401|SRDI,HIGH_TECH
sen4|惯性技术|Inertial|C398|HIGH_TECH
sen5|气体检测|Gas Detection|C401|SRDI
sen6|气敏电子|Gas Electronics|C398|
sen7|流量传感|Flow Sensing|C401|HIGH_TECH
sen8|温控电子|Thermal Electronics|C398|
sen9|磁电科技|Magnetics|C398|SRDI
sen10|超声电子|Ultrasonics|C398|
mfab1|微机电制造|MEMS Foundry|C397|LITTLE_GIANT,HIGH_TECH
mfab2|微纳制造|Micro Nano|C397|HIGH_TECH
mdes1|微系统设计|Microsystem Design|I|HIGH_TECH
etch1|微刻蚀|Micro Etching|C397|SRDI
pkg1|封装测试|Packaging|C397|LITTLE_GIANT
pkg2|微封装|Micro Packaging|C397|SRDI
pkg3|半导体封测|Semi Assembly|C397|HIGH_TECH
cal1|计量校准|Calibration|M|
cal2|标定技术|Test Systems|M,C401|SRDI
gasm1|敏感材料|Sensitive Materials|C398|SRDI
gasm2|气敏新材|Gas Materials|C398|
node1|物联传感|IoT Sensing|C392|SRDI
icd1|集成电路设计|IC Design|I|HIGH_TECH
icd2|模拟芯片|Analog Chips|I,C397|SRDI,HIGH_TECH
icd3|微控制器|Microcontrollers|I,C397|HIGH_TECH
icd4|电源芯片|Power Chips|I,C397|SRDI
fab1|微电子制造|Microelectronics|C397|LITTLE_GIANT,HIGH_TECH
fab2|半导体制造|Semiconductor|C397|HIGH_TECH
pfab1|功率半导体|Power Semi|C397|LITTLE_GIANT
pfab2|功率电子|Power Electronics|C397,C382|HIGH_TECH
test1|集成电路测试|IC Test|C397,M|SRDI
test2|半导体检测|Semi Inspection|M|
wmat1|半导体材料|Semi Materials|C398|SRDI,HIGH_TECH
wmat2|硅材料|Silicon|C398|HIGH_TECH
recl1|再生晶圆|Wafer Reclaim|C42|
gas1|电子气体|Electronic Gas|C26|SRDI
chem1|电子化学|Electronic Chemicals|C26|SRDI
chem2|湿化学品|Wet Chemicals|C26|
tgt1|靶材科技|Targets|C398|SRDI
mask1|光掩模|Photomask|C397|SRDI
lead1|引线框架|Lead Frames|C398|
wire1|键合材料|Bonding Materials|C398|SRDI
pan1|光电显示|Optronics|C397|HIGH_TECH
pan2|显示科技|Display Tech|C397|HIGH_TECH
mod1|显示模组|Display Modules|C397|SRDI
mod2|液晶模组|LCD Modules|C397|
mod3|车载显示|Vehicle Displays|C397,C36|LITTLE_GIANT
bl1|背光科技|Backlight|C397|
bl2|光电照明|Lighting|C38,C397|
tch1|触控科技|Touch|C397|SRDI
fpc1|柔性电路|Flex Circuits|C398|
fpc2|电路板|Circuit Boards|C398|SRDI
lc1|液晶材料|Liquid Crystals|C26|HIGH_TECH
oled1|有机光电|Organic Optronics|C397|HIGH_TECH
inj1|塑胶制品|Plastics|C29|
inj2|精密模塑|Precision Moulding|C29,C35|SRDI
cast1|压铸|Die Casting|C33|SRDI
cast2|轻合金|Light Alloys|C32,C33|
cnc1|精密机械|Precision Machinery|C34|SRDI
cnc2|数控加工|CNC|C34|
pcb1|印制电路|Printed Circuits|C398|
smt1|电子装联|Electronic Assembly|C398|
smt2|电子制造|Electronics|C39|
bat1|锂电|Lithium Power|C38|SRDI
bat2|电源技术|Power Sources|C38|
con1|连接技术|Connectors|C38|
met1|燃气仪表|Gas Meters|C401|SRDI
met2|智能表计|Smart Meters|C401|LITTLE_GIANT
met3|水务仪表|Water Meters|C401|
ins1|仪器仪表|Instruments|C401|LITTLE_GIANT,HIGH_TECH
ins2|自动化仪表|Automation Instruments|C401|SRDI,HIGH_TECH
ins3|过程控制|Process Control|C401|HIGH_TECH
val1|阀门|Valves|C34|SRDI
val2|调节阀|Control Valves|C34,C401|
plc1|工业控制|Industrial Control|C401|HIGH_TECH
cam1|机器视觉|Machine Vision|C39|HIGH_TECH
wea1|智能穿戴|Wearables|C39|
med1|医疗电子|Medical Electronics|C35|HIGH_TECH
fw1|嵌入式软件|Embedded Software|I|HIGH_TECH
stl1|特殊钢|Special Steel|C31|
mag1|磁性材料|Magnets|C398|SRDI
gear1|齿轮传动|Gears|C34|SRDI
gear2|精密齿轮|Precision Gears|C34|
brg1|精密轴承|Bearings|C34|LITTLE_GIANT
brg2|轴承制造|Bearing Works|C34|
har1|谐波传动|Harmonic Drives|C34|SRDI,HIGH_TECH
har2|精密传动|Precision Drives|C34|SRDI
srv1|电机|Motors|C38|
srv2|伺服技术|Servo|C38|HIGH_TECH
drv1|驱动控制|Drive Control|C38,C401|SRDI
scr1|丝杠导轨|Linear Motion|C34|SRDI
jnt1|机器人关节|Robot Joints|C34|HIGH_TECH
ecu1|汽车电子|Automotive Electronics|C36|LITTLE_GIANT
ecu2|车控技术|Vehicle Control|C36|HIGH_TECH
edu1|电驱动|Electric Drives|C36,C38|SRDI
opt1|光通信|Optical Communication|C392|HIGH_TECH
cmm1|通信模组|Communication Modules|C392|SRDI,HIGH_TECH
cmm2|无线科技|Wireless|C392|
gw1|物联网关|IoT Gateways|C392|SRDI
sw1|工业网络|Industrial Networks|C392|HIGH_TECH
edge1|边缘计算|Edge Computing|C39|HIGH_TECH
sec1|安全芯片|Secure Chips|C397,I|SRDI
iot1|工业互联网|Industrial Internet|I|HIGH_TECH
iot2|云平台|Cloud Platform|I|
dat1|数据科技|Data Technology|I|SRDI
net1|系统集成|System Integration|I|HIGH_TECH
"""

# key | kind | zh | en | industry | qualifications: bodies of Beibei with full names of their own.
BODIES = """
gov|GOVERNMENT|岚麓国有资产运营中心|Lanlu State Assets Centre|S|
alliance|ALLIANCE|霁麓智能传感器产业联盟|Jilu Smart Sensor Alliance|S|
uni1|UNIVERSITY|铎麓大学|Duolu University|P|
uni2|UNIVERSITY|澄麓职业技术学院|Chenglu Vocational College|P|
inst1|INSTITUTE|砺麓传感技术研究院|Lilu Institute of Sensor Technology|M|
inst2|INSTITUTE|翎麓光电研究所|Linglu Institute of Optoelectronics|M|
lab1|LABORATORY|昀麓微机电中试平台|Yunlu MEMS Pilot Platform|M|
lab2|LABORATORY|珩麓可靠性检测中心|Henglu Reliability Test Centre|M|
lab3|LABORATORY|玥麓电磁兼容检测中心|Yuelu EMC Test Centre|M|
lab4|LABORATORY|骁麓精密传动实验室|Xiaolu Precision Drive Laboratory|M|
hold1|COMPANY|沅麓控股集团有限公司|Yuanlu Holding Group|L|
hold2|COMPANY|煦麓产业投资有限公司|Xulu Industrial Investment|L|
usegas|COMPANY|峤麓燃气服务有限公司|Qiaolu Gas Services|D|
usewat|COMPANY|屿麓水务有限公司|Yulu Water Services|D|
usemed|COMPANY|桐麓康护医院管理有限公司|Tonglu Care Hospital Management|Q|
usecar|COMPANY|槿麓汽车零部件有限公司|Jinlu Auto Parts|C36|
usepark|COMPANY|芃麓智慧园区运营有限公司|Penglu Smart Park Operations|L|
"""

# key | place | region | business zh | en | industry | qualifications: outside Beibei, in the cluster's records.
OUTSIDE = """
x01|重庆沙坪坝|500106|集成电路|Integrated Circuits|C397|HIGH_TECH
x02|重庆渝北|500112|显示玻璃|Display Glass|C30|
x03|重庆江北|500105|汽车芯片|Car Chips|C397|
x04|重庆九龙坡|500107|精密铸锻|Castings|C33|
x05|重庆巴南|500113|光学材料|Optical Materials|C26|
x06|重庆璧山|500120|精密轴承|Thin Bearings|C34|SRDI
x07|重庆南岸|500108|通信芯片|Mobile Chips|C397|
x08|重庆涪陵|500102|电子材料|Electronic Materials|C26|
x09|重庆永川|500118|减速机|Reducers|C34|SRDI
x10|重庆合川|500117|稀土材料|Rare Earths|C32|
x11|重庆江津|500116|电子材料|Copper Foil|C398|
x12|重庆长寿|500115|特种气体|Specialty Gas|C26|
y01|成都|510100|微电子|Chengdu Micro|C397|HIGH_TECH
y02|成都双流|510116|光芯片|Photonics|C397|HIGH_TECH
y03|成都郫都|510117|显示材料|Panel Materials|C398|
y04|绵阳|510700|磁性元件|Magnetic Parts|C398|
y05|上海浦东|310115|硅基材料|SOI Materials|C398|LITTLE_GIANT
y06|上海嘉定|310114|传感芯片|Sensor Chips|C397|
y07|上海|310000|光刻材料|Lithography Materials|C26|LITTLE_GIANT
y08|深圳南山|440305|显示驱动|Display Drivers|C397|HIGH_TECH
y09|深圳宝安|440306|模组|Module Works|C39|
y10|深圳光明|440311|偏光材料|Polarizers|C398|
y11|苏州|320500|基板|Substrates|C398|SRDI
y12|无锡|320200|封测|Wuxi Assembly|C397|
y13|武汉|420100|光电子|Optoelectronics|C397|
y14|合肥|340100|面板材料|Display Glassworks|C30|
y15|北京大兴|110115|视觉芯片|Vision Chips|C397|HIGH_TECH
y16|西安|610100|射频|Radio|C392|
y17|杭州滨江|330108|控制芯片|Control Chips|C397|
y18|宁波|330200|磁钢|Magnet Steel|C32|
y19|东莞|441900|润滑科技|Lubricants|C26|
y20|||电子元件|Unplaced Components|C398|
"""
