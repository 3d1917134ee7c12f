"""Names of persons in a night: kept in the restricted store, and kept out of everything else.

A name counts as a person's where a column declared as a person holds it (`proven`), or where a firm's
name column holds a bare surname with a given name and no word of trade.
"""

from collections.abc import Callable, Sequence

import duckdb

from pipeline.declaration import Source
from pipeline.publish.database.inputs import quoted

_TRADE_END = (
    "(店|厂|铺|馆|坊|吧|档|超市|公司|中心|商行|士多|酒楼|酒家|小吃|快餐|美食|珠宝|首饰|药房|发廊|汽修|五金)$"
)
_TITLES = r"[（(【\[].*$|(先生|女士|小姐|老板娘?|经理|店长|负责人|经营者)$"
_BARE = r"^(\p{Han}{2,4}|\p{Han}+(·\p{Han}+)+|[A-Za-z]+([ .·][A-Za-z]+)+)$"
_SURNAMED = (
    "^(欧阳|上官|司马|诸葛|司徒|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余"
    "于杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范廖石韦贾夏付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃"
    r"武戴莫孔向汤温庄赖洪翁游伍丘詹欧])\p{Han}{1,2}$"
)


def find_persons(con: duckdb.DuckDBPyConnection, sources: dict[str, Source]) -> None:
    """Makes the tables `person` and `hidden_name` in the night's database.

    `person` has one row per current record, personal column and value: record_id, extract, column,
    extract_date, value; it goes with the night. `hidden_name` has one row per name: name, proven.
    """
    personal = _cells(sources, lambda source: source.with_role("person", "phone"))
    con.execute(
        f"""
        CREATE OR REPLACE TABLE person AS
        SELECT DISTINCT record_id, extract, "column", extract_date, value FROM ({personal})
        WHERE NOT superseded
        """
    )
    persons = _cells(sources, lambda source: source.with_role("person"))
    named = _cells(sources, lambda source: source.with_role("name", "name_or_person"))
    con.execute(
        f"""
        CREATE OR REPLACE TABLE hidden_name AS
        SELECT name, bool_or(proven) AS proven FROM (
          SELECT unnest([trim(value), trim(regexp_replace(value, $titles, ''))]) AS name, true AS proven
          FROM (SELECT DISTINCT value FROM ({persons}))
          UNION ALL
          SELECT trim(value), false FROM (SELECT DISTINCT value FROM ({named}))
          WHERE regexp_matches(trim(value), $surnamed)
        )
        WHERE regexp_matches(name, $bare) AND NOT regexp_matches(name, $trade_end)
        GROUP BY name ORDER BY name
        """,
        {"surnamed": _SURNAMED, "bare": _BARE, "trade_end": _TRADE_END, "titles": _TITLES},
    )


def _cells(sources: dict[str, Source], columns_of: Callable[[Source], Sequence[str]]) -> str:
    """A SELECT of the filled cells of some columns, with record_id, extract, extract_date, superseded."""
    parts = [
        'SELECT NULL AS record_id, NULL AS extract, NULL AS "column", NULL::DATE AS extract_date, '
        "'' AS value, true AS superseded WHERE false"
    ]
    parts += [
        f"SELECT record_id, extract, '{column}', extract_date, {quoted(column)}, superseded "
        f"FROM {quoted('stg_' + source.extract)} WHERE {quoted(column)} IS NOT NULL"
        for source in sources.values()
        for column in columns_of(source)
    ]
    return " UNION ALL ".join(parts)
