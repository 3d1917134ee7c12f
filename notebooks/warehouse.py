"""A first look into a published warehouse: tiers, one street's list, and one firm, clean or unseen.

`make notebook` opens it on the demo's warehouse; on another one:
`.venv/bin/marimo edit notebooks/warehouse.py -- --warehouse data/warehouse.duckdb`.
"""

import marimo

app = marimo.App(width="medium", app_title="Early warning: the warehouse")


@app.cell
def _():
    from pathlib import Path

    import altair as alt
    import duckdb
    import marimo as mo

    return Path, alt, duckdb, mo


@app.cell
def _(mo):
    mo.md(
        """
        # 预警数据仓库

        分数只表示先核实谁，不是违法认定，不得作为处罚依据，不得公开。没有一行不等于没有问题：可能是没有数据。

        The file is opened read-only. More questions and their queries: `docs/analyst-guide.md`.
        """
    )
    return


@app.cell
def _(Path, mo):
    _project = Path(__file__).resolve().parent.parent
    warehouse = mo.cli_args().get("warehouse") or str(_project / "data" / "demo" / "warehouse.duckdb")
    return (warehouse,)


@app.cell
def _(Path, duckdb, mo, warehouse):
    mo.stop(
        not Path(warehouse).is_file(),
        mo.md(f"There is no warehouse at `{warehouse}`: run `make demo` first."),
    )
    con = duckdb.connect(warehouse, read_only=True)

    def rows(query, **values):
        """The rows of a query as a list of dictionaries."""
        found = con.execute(query, values)
        names = [item[0] for item in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    return (rows,)


@app.cell
def _(alt, mo, rows):
    tiers = rows("SELECT street, tier, count(*) AS firms FROM risk GROUP BY ALL ORDER BY street, tier")
    chart = (
        alt.Chart(alt.Data(values=tiers), title="各街道各等级企业数")
        .mark_bar()
        .encode(
            x=alt.X("firms:Q", title="企业数"),
            y=alt.Y("street:N", title=None),
            color=alt.Color("tier:N", title="等级", scale=alt.Scale(scheme="greys")),
            order="tier:N",
            tooltip=["street:N", "tier:N", "firms:Q"],
        )
    )
    mo.as_html(chart)
    return (tiers,)


@app.cell
def _(mo, rows):
    streets = [row["street"] for row in rows("SELECT DISTINCT street FROM list_line ORDER BY street")]
    street = mo.ui.dropdown(streets, value=streets[0] if streets else None, label="街道")
    street
    return (street,)


@app.cell
def _(mo, rows, street):
    lines = rows(
        """
        SELECT l.line AS 序号, e.name AS 企业名称, k.tier AS 等级, k.score AS 风险分,
          k.verify_identity_first AS 须先核实主体, k.route AS 处置方向, e.enterprise_id AS 企业编号
        FROM list_line l JOIN risk k USING (enterprise_id) JOIN enterprise e USING (enterprise_id)
        WHERE l.street = $street AND l.kind = 'ranked' ORDER BY l.line
        """,
        street=street.value,
    )
    mo.ui.table(lines, label=f"{street.value}清单", selection=None)
    return (lines,)


@app.cell
def _(lines, mo):
    word = mo.ui.text(
        value=lines[0]["企业编号"] if lines else "", label="企业编号或名称的一部分", full_width=True
    )
    word
    return (word,)


@app.cell
def _(mo, rows, word):
    firms = rows(
        """
        SELECT enterprise_id, name, street, registration_state FROM enterprise
        WHERE enterprise_id = $word OR contains(name, $word) OR uscc = $word
        ORDER BY enterprise_id = $word DESC, enterprise_id LIMIT 20
        """,
        word=word.value.strip() or "—",
    )
    mo.ui.table(firms, label="符合的企业（下面说的是第一家）", selection=None)
    return (firms,)


@app.cell
def _(firms, mo, rows):
    seen = rows(
        """
        SELECT CASE o.outcome WHEN 'hit' THEN '命中' WHEN 'clear' THEN '看过，没有' ELSE '未评估' END AS 结果,
          r.title AS 规则, r.clause AS 条款, o.reason AS 原因, r.extracts AS 所用数据
        FROM rule_outcome o JOIN rule r USING (rule_id)
        WHERE o.enterprise_id = $firm ORDER BY o.outcome = 'hit' DESC, o.outcome, r.clause, r.rule_id
        """,
        firm=firms[0]["enterprise_id"] if firms else "",
    )
    mo.ui.table(seen, label="没有问题，还是没有看到？", selection=None)
    return (seen,)


if __name__ == "__main__":
    app.run()
