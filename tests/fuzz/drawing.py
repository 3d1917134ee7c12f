"""What the fuzz tests draw: texts in which the project's own words meet whatever else there is."""

from hypothesis import strategies as st

_OWN = """
深圳市 罗湖区 桂园街道
东门 新园路 12巷 3号 B座 1304室 首层 红岭中路 有限公司 分公司 餐饮管理 服装店 发廊 个体工商户 之一
陈小明 李先生 经办人 一九九九 二〇一七 三百零五 十 廿 万元 亿 千 人民币 ￥ 壹佰 整 元整 吨标准煤 万吨 ㎡ 美元
2017-03-31 2017年3月 17/3/1 20170331 2017Q1 第四季度 长期 上午
42825 1.23E+17 -5 +0 1,234.50 (12) 1e308 NaN inf
91440300MA9XXXX034 440303109999994 99990002X 4403031990 0755-25123456 13612345670 **** ="0012"
案件编号 当事人 案发地点 立案日期 罚款金额（万元） 合计 制表人： 甲 乙 1 是 √ 无 null #N/A
' " , ; | \\ -- /* */ ) ( ] [ { } : # & * ! % @ ` < > = + - _ $x $as_of CASE WHEN a b AND OR NOT
😀 👨‍👩‍👧 ﷺ ß İ ǆ ¼ ² ٣ Ⅳ ㈱ ㎏ （ ） ： ， 。 【 】
=HYPERLINK("http://x") @SUM(A1) <script>alert(1)</script> ';DROP_TABLE_t;-- ../../etc/passwd
"""
_UNSEEN = ("\t", "\n", "\r", "\r\n", " ", "\x00", "\x1b[31m", "\x7f", "\x85", "\u200b", "\u202e", "\u2066")
_UNSEEN += ("\u3000", "\ufeff", "\u3164", "\ufe0f", "\U000e0041", "\u2800", "\x9b31m")
_WORDS = (*_OWN.split(), *_UNSEEN)

fragment = st.sampled_from(_WORDS)
short = st.lists(fragment | st.text(max_size=4), max_size=9).map("".join)
# A pattern that tries every way to split a text shows on a run of one piece.
run = st.tuples(short, fragment, st.integers(2, 400), short).map(lambda t: t[0] + t[1] * t[2] + t[3])
text = short | run | st.text(max_size=60)
cells = st.lists(st.none() | text, min_size=1, max_size=6)
lines = st.lists(st.lists(text, max_size=6).map(",".join), max_size=8).map("\n".join)
codecs = st.sampled_from(["utf-8", "gb18030", "utf-16", "utf-16-be"])
data = (
    st.binary(max_size=200)
    | st.tuples(lines, codecs).map(lambda t: t[0].encode(t[1], errors="replace"))
    | st.tuples(lines, st.binary(max_size=8), lines).map(
        lambda t: t[0].encode("gb18030", errors="replace") + t[1] + t[2].encode(errors="replace")
    )
)
