import numpy as np

from pipeline.link.columns.aliases import learned_sites
from pipeline.link.columns.ordering import Ints

SPRING_ROAD, ROCK_ROAD = 1, 2
TOWER, PLAZA = 1, 2
SPRING_9, SPRING_11, ROCK_3 = 1, 2, 3


def sites(*rows: tuple[int, int, int, int]) -> list[int]:
    """The sites of addresses of (site, road, building, house code)."""
    columns: list[Ints] = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    return learned_sites(*columns, np.ones(len(rows), dtype=bool)).tolist()


def test_a_building_tells_its_road_and_number() -> None:
    told = (SPRING_9, SPRING_ROAD, TOWER, 0)
    assert sites(told, told, (0, 0, TOWER, 0))[-1] == SPRING_9
    assert sites(told, told, (0, SPRING_ROAD, TOWER, 0))[-1] == SPRING_9


def test_one_address_alone_tells_nothing_of_a_building() -> None:
    assert sites((SPRING_9, SPRING_ROAD, TOWER, 0), (0, 0, TOWER, 0))[-1] == 0


def test_a_building_with_namesakes_tells_nothing() -> None:
    one, other = (SPRING_9, SPRING_ROAD, TOWER, 0), (ROCK_3, ROCK_ROAD, TOWER, 0)
    assert sites(one, one, other, other, (0, 0, TOWER, 0))[-1] == 0


def test_a_building_on_another_road_is_another_building() -> None:
    told = (SPRING_9, SPRING_ROAD, TOWER, 0)
    assert sites(told, told, (0, ROCK_ROAD, TOWER, 0))[-1] == 0


def test_what_an_address_says_itself_stays() -> None:
    told = (SPRING_9, SPRING_ROAD, TOWER, 0)
    assert sites(told, told, (SPRING_11, SPRING_ROAD, TOWER, 0))[-1] == SPRING_11


def test_a_house_code_tells_its_houses_number() -> None:
    assert sites((ROCK_3, ROCK_ROAD, 0, 7), (0, 0, 0, 7), (0, 0, PLAZA, 8)) == [ROCK_3, ROCK_3, 0]
