import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.link.texts.folding import fold, pinyin_key, shape_key
from pipeline.link.texts.lexicon import lexicon, longest_first
from pipeline.link.texts.names import has_trade_word, is_bare_party, is_person, parse_name


def test_places_are_provinces_cities_and_countries() -> None:
    assert {"北京", "石家庄", "中国"} <= lexicon().places


def test_the_longer_word_is_preferred() -> None:
    assert longest_first(("甲", "甲乙丙", "甲乙", "丙", "甲")) == "甲乙丙|甲乙|丙|甲"


@pytest.mark.parametrize(
    ("name", "trade", "industry", "form"),
    [
        ("深圳市鑫泰五金有限公司", "鑫泰", "五金", "有限公司"),
        ("深圳市鑫泰五金有限责任公司", "鑫泰", "五金", "有限公司"),
        ("鑫泰五金（深圳）有限公司", "鑫泰", "五金", "有限公司"),
        ("深圳市罗湖区鑫泰五金店", "鑫泰", "五金", "店"),
        ("深圳市罗湖區鑫泰五金店", "鑫泰", "五金", "店"),
        ("鑫泰珠寶首飾", "鑫泰", "珠宝首饰", ""),
        ("广东省深圳市鑫泰（集团）股份有限公司", "鑫泰", "", "股份有限公司"),
        ("深圳市罗湖区万源早餐店", "万源", "早餐", "店"),  # 万源 is a city too
        ("桂林早餐", "桂林", "早餐", ""),
        ("苏荷酒吧（嘉宾路店）", "苏荷", "酒吧", ""),
        ("桐乡市梧桐镇卓继贸易商行", "卓继", "贸易", "商行"),
        ("永安顺小吃店", "永安顺", "小吃", "店"),  # 顺 alone is no trade name: 永安 belongs to it
        ("佛山中电器店", "中电器", "", "店"),
        ("深圳市宝安区松岗样源制品厂", "样源", "制品", "厂"),
        ("深圳市松样制品厂", "松样", "制品", "厂"),
        ("样源深圳贸易有限公司", "样源", "贸易", "有限公司"),
        ("样源安康贸易有限公司", "样源安康", "贸易", "有限公司"),
        ("样艺市政工程有限公司", "样艺", "市政工程", "有限公司"),
        ("深圳市政工程公司", "市政工程", "市政工程", "公司"),
        ("中国样源科技有限公司", "样源", "科技", "有限公司"),
        ("样源银行股份有限公司", "样源", "银行", "股份有限公司"),
        ("样金鱼粮油有限公司", "样金鱼", "粮油", "有限公司"),
    ],
)
def test_parts(name: str, trade: str, industry: str, form: str) -> None:
    parts = parse_name(name)
    assert (parts.trade, parts.industry, parts.form) == (trade, industry, form)
    assert not parts.person


@pytest.mark.parametrize(
    ("name", "trade", "branch"),
    [
        ("深圳市鑫泰五金有限公司罗湖分公司", "鑫泰", "罗湖分公司"),
        ("深圳市鑫泰五金有限公司深圳分公司", "鑫泰", "分公司"),
        ("上海鑫泰五金股份有限公司驻深圳办事处", "鑫泰", "办事处"),
        ("香港鑫泰贸易公司深圳代表处", "鑫泰", "代表处"),
        ("深圳市鑫泰物业管理有限公司洪湖花园管理处", "鑫泰", "洪湖花园管理处"),
    ],
)
def test_a_branch_is_kept_apart_from_its_parent(name: str, trade: str, branch: str) -> None:
    parts = parse_name(name)
    assert (parts.trade, parts.branch) == (trade, branch)
    assert parse_name(name[: name.index("公司") + 2]).branch == ""


@pytest.mark.parametrize(
    ("name", "trade", "branch"),
    [
        ("样源银行深圳样贝支行", "样源", "样贝支行"),
        ("江苏样源总厂深圳办事处", "样源", "办事处"),
        ("香港SAMPLELIMITED深圳代表处", "香港SAMPLELIMITED", "代表处"),
    ],
)
def test_a_branch_of_a_house_that_is_no_company(name: str, trade: str, branch: str) -> None:
    parts = parse_name(name)
    assert (parts.trade, parts.branch) == (trade, branch)


@pytest.mark.parametrize("name", ["深圳福田包装公司", "意大利咨询公司", "宜昌轴承公司"])
def test_a_place_before_a_trade_is_no_trade_name(name: str) -> None:
    assert not parse_name(name).has_trade


def test_a_name_without_a_trade_name_still_has_something_to_compare() -> None:
    parts = parse_name("深圳市通信服务公司")
    assert not parts.has_trade
    assert parts.trade == "通信服务"


@pytest.mark.parametrize("text", ["马妹（负责人）", "陈建设(店主)", "温小彬（身份证440399********7756）"])
def test_a_role_beside_a_person_is_no_name(text: str) -> None:
    assert parse_name(text).person
    assert is_bare_party(text)


@pytest.mark.parametrize("text", ["张伟", "陈建设", "李知行", "欧阳小明", "买买提·艾力"])
def test_persons(text: str) -> None:
    assert is_person(text)
    assert is_bare_party(text)


@pytest.mark.parametrize("text", ["江苏样源", "岳阳样金"])
def test_a_place_before_a_trade_name_is_no_surname(text: str) -> None:
    assert not is_person(text)
    assert not is_bare_party(text)


@pytest.mark.parametrize(
    "text", ["陈记五金店", "张氏美发", "李家酒楼", "鑫泰贸易", "王府饭店", "金满楼大酒店"]
)
def test_trades(text: str) -> None:
    assert has_trade_word(text)
    assert not is_person(text)


def test_an_owner_in_brackets_is_not_part_of_the_name() -> None:
    assert parse_name("福兴五金店（陈小明）").owner == "陈小明"
    assert parse_name("陈小明（福兴五金店）").trade == "福兴"


@pytest.mark.parametrize("text", [None, "", "***", "无字号", "（无）"])
def test_fillers_are_nothing(text: str | None) -> None:
    assert parse_name(text).trade == ""


def test_homophones_and_look_alikes() -> None:
    assert pinyin_key("富盛珠宝") == pinyin_key("富胜珠保")
    assert pinyin_key("西安") != pinyin_key("先")
    assert shape_key("未来") == shape_key("末来")
    assert fold("ＡＢ１２（深圳）") == "AB12(深圳)"


@given(st.text(alphabet="深圳市罗湖区鑫泰源五金店有限公司分（）()驻办事处张三集团 ·a1", max_size=24))
def test_parsing_never_fails_and_is_the_same_for_the_same_fold(text: str) -> None:
    parts = parse_name(text)
    assert parse_name(f" {text}　") == parts
    assert parts.person or len(parts.trade) + len(parts.industry) <= len(fold(text))


@given(st.sampled_from(["鑫泰", "万佳源", "恒兴"]), st.sampled_from(["五金", "贸易", "电子科技"]))
def test_place_and_wording_of_the_form_do_not_matter(trade: str, industry: str) -> None:
    plain = parse_name(f"{trade}{industry}有限公司")
    here = plain._replace(city="深圳")
    assert parse_name(f"深圳市{trade}{industry}有限责任公司") == here
    assert parse_name(f"{trade}{industry}（深圳）有限公司") == here


def test_the_names_own_place_is_kept() -> None:
    assert parse_name("珠海宏伟茶餐厅").city == "珠海"
    assert parse_name("罗湖区宏伟茶餐厅")[-2:] == ("深圳", "罗湖")
    assert parse_name("深圳市福田区盛祥五金建材店")[-2:] == ("深圳", "福田")


@pytest.mark.parametrize("text", ["个体户陈小明", "个体工商户：陈小明", "无字号（陈小明）", "无招牌(陈小明)"])
def test_who_has_no_name_is_known_by_the_proprietor(text: str) -> None:
    parts = parse_name(text)
    assert (parts.full, parts.person) == ("陈小明", True)


def test_a_shuffled_form_is_the_form() -> None:
    assert parse_name("深圳市样例珠宝股份有限司公") == parse_name("深圳市样例珠宝股份有限公司")


def test_a_sign_of_trade_words_alone_is_no_trade_name() -> None:
    assert not parse_name("快餐", sign=True).has_trade
    assert parse_name("好味快餐", sign=True).has_trade


def test_an_end_that_forms_and_given_names_share_is_a_form_unless_a_short_name_is_a_persons() -> None:
    ends = sorted(end for end in lexicon().form_class if len(end) == 1 and end in lexicon().given_name_ends)
    assert ends
    for end in ends:
        assert has_trade_word(f"鑫泰隆发{end}"), end
