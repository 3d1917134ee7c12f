"""Words that names and addresses are made of: common characters and public place words, no real firm."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "lexicon"

# Frequent first, as in real trade names: the weight falls with the place in the list.
FIRST = (
    "鑫宏盛华金佳永恒新嘉泰富顺德天万安博亿信诚瑞祥兴隆丰源利和东中大海龙凤美丽康健友合众聚汇英伟杰明光辉"
    "荣耀宝福吉庆裕昌茂达通远航飞翔腾跃创立智慧凯旋旭日星月晨曦朝阳春夏秋雅风尚尊皇冠帝豪君悦来喜乐逸优品"
    "致卓越精诚鼎力铭锦绣银珠玉翠晶钻彩虹紫青蓝白云水木林森山川江河湖澜浩瀚深港湾南北西方圆世纪时代百千"
    "国民惠广联同益善思敏睿哲文武学正道义仁爱心艺轩庭苑粤客家潮汕湘川渝鲁京沪"
)
SECOND = (
    "达盛兴华源鑫泰丰隆祥顺发利诚信佳宏昌茂康瑞通和安美辉荣德杰伟业宝龙福裕恒源益民生友联合创智科元亿嘉"
    "升腾飞宇航翔海洋江河山川林森泉润泽沐雨晴雪梅兰竹菊松柏桐枫叶花香味园轩阁堂斋坊居家庭苑城邦国际天下"
    "世代纪元年月日星辰光明亮彩虹金银珠玉翠晶钻石力强健壮博广远大成功胜利捷旺財富贵喜乐悦欣怡尚品优雅奇"
    "特爱心情缘凡思睿哲文学正道义仁信睦邦维纳斯迪尔曼莱克登凯帝皇后".replace("財", "")
)
THIRD = "达盛兴源泰丰隆祥发利诚佳宏昌康瑞通安美辉德业宝福恒益生友联合创智元嘉腾宇航海洋林泉泽轩阁堂斯尔曼克迪"
FOREIGN = ("维多", "艾美", "凯斯", "诺亚", "赛格", "优利", "亚洲", "欧美", "卡迪", "蓝迪", "爱丽", "奥斯", "百利", "金利")

SURNAMES = (
    "陈李黄张林王刘吴杨郑周罗谢曾何叶朱蔡梁邓彭钟许郭廖徐胡江余温肖苏邱曹魏赖袁潘冯方唐戴邹沈田董范姚卢"
    "孙马丁程汪石姜杜高余欧阎曾古侯严莫庄洪康龚易雷段贺尹龙万汤白武熊孔凌翁连柯纪卓詹骆巫游丘"
)
GIVEN_FIRST = "伟国建志文晓小明海玉春永丽美秀金少俊家德正世雪红俊宇子思嘉智振立泽兴耀荣庆清桂凤月燕锦惠佩树汉锡"
GIVEN_SECOND = "伟强华明军平辉芳英杰敏勇斌红娟玲霞燕波涛超鹏飞文林生珍兰萍梅琴莲香雄龙彬浩宇欣怡婷颖雯琪豪轩城锋坚良民坤才发添贤"
GIVEN_SINGLE = "伟强勇军敏静丽艳杰涛明超霞平刚芳燕辉玲斌波娟萍浩鹏琳婷颖"

BUILDING_FIRST = "金华宝锦国鸿海天嘉龙翠银中新东南北百富荣丰恒万福永安彩星文庆和康泰云汇景桂罗湖贝深田水莲梧桐清"
BUILDING_SECOND = "华丰宝城都海龙源鸿景福田富通发荣兴泰安达星辉业隆和湖山林苑光明园里利昌润茂腾珠翠庭贝"

CITIES = (
    "广州市", "东莞市", "惠州市", "上海", "北京", "武汉", "长沙市", "厦门", "杭州", "佛山市", "汕头市", "珠海",
    "成都", "重庆", "中山市", "潮州市", "南昌", "南宁", "福州", "郑州",
)  # fmt: skip

HOMOPHONES = (
    "鑫新欣馨信心", "宏洪鸿弘红虹", "盛胜圣晟", "华桦骅", "达大", "兴星新", "顺舜", "丰峰锋枫风", "隆龙珑", "源元园圆缘原",
    "金锦今晶", "佳嘉家加", "利力立丽莉", "伟玮炜维", "泰太", "和合禾", "永咏勇", "诚成城承程", "富福", "明铭名", "亿忆益易逸怡",
    "通同桐", "祥翔详", "瑞锐睿", "康糠", "昌畅", "博柏", "杰捷洁", "辉晖惠汇慧", "荣容融", "恒衡", "安庵", "美镁", "海凯", "旺望",
    "宝保", "德得", "庆清", "军君钧", "强墙", "平萍", "芳方", "英瑛", "玲琳灵", "燕艳雁", "涛滔", "超朝", "林琳霖", "生升",
)  # fmt: skip
LOOKALIKES = ("未末", "己已", "土士", "晟晨", "祺棋", "栋拣", "钰钮", "晴睛", "旭旮", "沅沉", "茂芪", "兆北", "宇字", "昌冒", "凯剀", "瑞端", "恒桓", "裕袷", "康庚", "辉挥", "荣莱", "尔木", "天夫", "大太", "王玉", "木本", "日曰", "贝见")  # fmt: skip

SIGN_WORDS = ("老", "阿", "小", "大", "新", "正宗", "")
HOMELANDS = ("湖南", "潮汕", "客家", "重庆", "四川", "东北", "沙县", "兰州", "桂林", "湘西", "隆江", "广西", "江西", "贵州")
SOLE_SIGNS = ("小吃", "士多", "修鞋", "五金", "水果店", "麻辣烫", "理发", "废品收购", "桶装水", "快餐", "早餐", "烧烤", "裁缝", "干洗", "手机维修", "首饰加工", "打金", "电动车维修", "洗车", "杂货", "烟酒", "麻将馆", "牛肉面", "肠粉", "彩印", "电镀加工")  # fmt: skip
EXEMPT_SIGNS = ("修鞋", "裁缝", "磨刀配钥匙", "开锁配匙", "自产蔬菜", "菜农自销", "擦鞋", "补衣")


@dataclass(frozen=True)
class Industry:
    """One trade of GB/T 4754-2011 and how it looks in Luohu.

    Attributes:
        code: letter and four digits.
        name: official name.
        words: 行业 words of companies.
        forms: what sole proprietors call such a place.
        business: 业态 as the grid writes it.
        company: weight among companies.
        sole: weight among sole proprietors.
        permit: permit that the trade needs (lexicon/permits.csv), or empty.
        approval: share with an environmental approval.
        processing: some of its factories work in processing trade.
        mark: what its workshops are like (`gold`, `plating`, `kitchen`…), or empty.
    """

    code: str
    name: str
    words: tuple[str, ...]
    forms: tuple[str, ...]
    business: str
    company: float
    sole: float
    permit: str
    approval: float
    processing: bool
    mark: str


@dataclass(frozen=True)
class Permit:
    """A kind of permit: its name on paper, its number's prefix, the office, its years."""

    permit: str
    kind: str
    prefix: str
    department: str
    years: int


@dataclass(frozen=True)
class Road:
    """A road, the streets (`东门`) that it crosses, and its range of house numbers."""

    road: str
    streets: tuple[str, ...]
    low: int
    high: int


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def industries() -> tuple[Industry, ...]:
    """All trades of the synthetic district."""
    return tuple(
        Industry(
            code=r["code"],
            name=r["name"],
            words=tuple(r["words"].split("|")),
            forms=tuple(r["forms"].split("|")),
            business=r["business"],
            company=float(r["company"]),
            sole=float(r["sole"]),
            permit=r["permit"],
            approval=float(r["approval"]),
            processing=bool(r["processing"]),
            mark=r["mark"] or "",
        )
        for r in _rows("industries.csv")
    )


@cache
def permits() -> tuple[Permit, ...]:
    """All kinds of permit."""
    return tuple(
        Permit(r["permit"], r["kind"], r["prefix"], r["department"], int(r["years"])) for r in _rows("permits.csv")
    )


@cache
def roads() -> tuple[Road, ...]:
    """Roads of the district; most cross several streets."""
    return tuple(
        Road(r["road"], tuple(r["streets"].split("|")), int(r["low"]), int(r["high"])) for r in _rows("roads.csv")
    )


@cache
def villages() -> tuple[tuple[str, str], ...]:
    """Urban villages: name and street (`东门`)."""
    return tuple((r["village"], r["street"]) for r in _rows("villages.csv"))
