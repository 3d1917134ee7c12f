"""Whole nights through the flow: once, twice the same, and with departments that send rubbish."""

import hashlib
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline import cli, district
from pipeline.settings import PROJECT_ROOT

pytestmark = pytest.mark.xdist_group("night")
AS_OF = date(2017, 3, 31)


@dataclass(frozen=True)
class Place:
    """Where a night ran, and how it ended."""

    folder: Path
    code: int
    told: str

    @property
    def night(self) -> Path:
        return self.folder / "out" / str(AS_OF)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.folder / "warehouse.duckdb"), read_only=True) as con:
            return con.execute(query).fetchall()

    def lists(self) -> dict[str, str]:
        """File name → SHA-256 of every list."""
        files = [*self.night.glob("*_*.csv"), *self.night.glob("*_*.xlsx"), *self.night.glob("streets/*")]
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _run(folder: Path, inbox: Path, capsys: pytest.CaptureFixture[str] | None = None) -> Place:
    places = {"--inbox": inbox, "--warehouse": folder / "warehouse.duckdb", "--out": folder / "out"}
    options = [str(word) for pair in places.items() for word in pair]
    code = cli.main(["run", *options, "--as-of", str(AS_OF)])
    told = capsys.readouterr().err if capsys else ""
    return Place(folder, code, told)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("district")
    district.generate(300, 5, AS_OF, folder, PROJECT_ROOT / "sources")
    return folder


@pytest.fixture(scope="module")
def night(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    return _run(tmp_path_factory.mktemp("first"), made / "inbox")


def test_a_night_is_published_whole(night: Place) -> None:
    assert night.code in (cli.DONE, cli.ATTENTION)
    assert (night.folder / "out" / "latest").resolve() == night.night.resolve()
    streets = {file.name.split("_")[0] for file in night.night.glob("streets/*.xlsx")}
    assert len(streets) == 11
    assert "街道不明" in streets
    assert (night.night / "report.html").exists()
    assert not list((night.folder / "restricted" / "runs").iterdir())


def test_every_row_is_accounted_for(night: Place) -> None:
    sums = night.rows(
        """SELECT count(*) FROM extract_status
           WHERE file IS NOT NULL AND rows <> accepted + rejected + not_data"""
    )
    assert sums == [(0,)]
    linked = night.rows(
        """SELECT (SELECT count(*) FROM record_link),
                  (SELECT sum(accepted) FROM extract_status
                   WHERE extract NOT IN ('labour_market', 'street_returns'))"""
    )
    assert linked[0][0] == linked[0][1]


def test_points_add_up_to_the_score_and_lead_to_a_row(night: Place) -> None:
    assert night.rows("SELECT count(*) FROM risk")[0][0]
    assert night.rows(
        """SELECT count(*) FROM risk
           LEFT JOIN (SELECT enterprise_id, sum(points) AS points FROM evidence GROUP BY ALL)
               USING (enterprise_id)
           WHERE score <> coalesce(points, 0)"""
    ) == [(0,)]
    assert night.rows(
        """SELECT count(*) FROM evidence
               ANTI JOIN record_link USING (extract, file, row)"""
    ) == [(0,)]


def test_the_night_holds_against_the_truth(night: Place, made: Path) -> None:
    judged = district.evaluate(night.folder / "warehouse.duckdb", made / "truth")
    assert sum(extract.unaccounted for extract in judged.accounting) == 0
    assert judged.files_disagreeing == 0
    assert judged.overall.f1 >= 0.95
    assert judged.registry_shared == 0


def test_the_same_run_twice_gives_the_same_bytes_and_ids(night: Place, made: Path, tmp_path: Path) -> None:
    ids = night.rows("SELECT extract, file, row, enterprise_id FROM record_link ORDER BY ALL")
    before = night.lists()
    afresh = _run(tmp_path, made / "inbox")
    assert afresh.lists() == before
    again = _run(night.folder, made / "inbox")
    assert again.lists() == before
    for place in (afresh, again):
        assert place.rows("SELECT extract, file, row, enterprise_id FROM record_link ORDER BY ALL") == ids


def test_what_three_departments_spoil_does_not_stop_the_others(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = tmp_path / "inbox"
    shutil.copytree(made / "inbox", inbox)
    for file in (inbox / "env_penalties").iterdir():
        file.write_bytes(b"\x00\xff\xfe garbage \x9d" * 40)
    shutil.rmtree(inbox / "illegal_buildings")
    for file in (inbox / "permits").iterdir():
        file.unlink()
    (inbox / "permits" / "permits_20170313.csv").write_text("许可类别,许可证编号\n餐饮,1\n", encoding="utf-8")
    place = _run(tmp_path / "place", inbox, capsys)
    assert place.code == cli.ATTENTION
    assert len(list(place.night.glob("streets/*.csv"))) == 11
    states = dict(
        place.rows(
            """SELECT extract, min(state) FROM extract_status
               WHERE extract IN ('env_penalties', 'illegal_buildings', 'permits') GROUP BY ALL"""
        )
    )
    assert states == {"env_penalties": "refused", "illegal_buildings": "missing", "permits": "refused"}
    for extract in states:
        sentences = [
            line for line in place.told.splitlines() if line.startswith("wants a person") and extract in line
        ]
        assert sentences, extract
        assert all("Traceback" not in line for line in sentences)
    assert "持证单位" in place.told
