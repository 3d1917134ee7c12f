import numpy as np

from pipeline.link.columns.agreement import agreed
from pipeline.link.columns.aliases import learned_sites
from pipeline.link.columns.ordering import Ints

SPRING_ROAD, ROCK_ROAD = 1, 2
TOWER, PLAZA = 1, 2
SPRING_9, SPRING_11, ROCK_3 = 1, 2, 3


def sites(*rows: tuple[int, int, int, int]) -> list[int]:
    """The sites of addresses of (site, road, building, house code)."""
    columns: list[Ints] = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    return learned_sites(*columns, np.ones(len(rows), dtype=bool)).tolist()


def voices(*said: int, least: int = 2, at: int = 5) -> int:
    """What is agreed of one key when each row is a voice of its own."""
    count = len(said)
    key = np.full(count, at, dtype=np.int64)
    speaks = np.ones(count, dtype=bool)
    return int(agreed(key, np.array(said), speaks, np.arange(count), least)[0])


def test_nine_of_ten_voices_are_enough() -> None:
    assert voices(*[7] * 9, 8) == 7
    assert voices(*[7] * 8, 8) == 0
    assert voices(*[7] * 8, 0) == 7  # who says nothing is no voice
    assert voices(7, 7, least=2) == 7
    assert voices(7, 7, least=3) == 0
    assert voices(7, 7, at=0) == 0


def test_one_voice_counts_once_for_one_thing() -> None:
    key, said = np.array([1, 1, 1, 2]), np.array([7, 7, 7, 0])
    heard = np.ones(4, dtype=bool)
    assert agreed(key, said, heard, np.array([1, 1, 1, 1]), 2).tolist() == [0, 0, 0, 0]
    assert agreed(key, said, heard, np.array([1, 1, 2, 1]), 2).tolist() == [7, 7, 7, 0]
    assert agreed(key, said, np.array([True, False, False, True]), np.arange(4), 2).tolist() == [0] * 4


def test_a_building_tells_its_road_and_number() -> None:
    told = (SPRING_9, SPRING_ROAD, TOWER, 0)
    assert sites(told, told, (0, 0, TOWER, 0))[-1] == SPRING_9
    assert sites(told, told, (0, SPRING_ROAD, TOWER, 0))[-1] == SPRING_9


def test_one_address_alone_tells_nothing_of_a_building() -> None:
    assert sites((SPRING_9, SPRING_ROAD, TOWER, 0), (0, 0, TOWER, 0))[-1] == 0


def test_a_number_without_a_road_teaches_nothing_of_its_building() -> None:
    numbered = (SPRING_9, 0, TOWER, 0)
    assert sites(numbered, numbered, (0, 0, TOWER, 0))[-1] == 0


def test_who_says_only_where_it_is_registered_teaches_and_learns_nothing() -> None:
    told, asked = (SPRING_9, SPRING_ROAD, TOWER, 7), (0, 0, TOWER, 0)
    columns = [np.array(column, dtype=np.int64) for column in zip(told, told, asked, asked, strict=True)]
    speaks = np.array([True, True, True, False])
    assert learned_sites(*columns, speaks).tolist() == [SPRING_9, SPRING_9, SPRING_9, 0]
    assert learned_sites(*columns, np.array([True, False, True, True])).tolist()[2:] == [0, 0]
    coded = [np.array(column, dtype=np.int64) for column in zip(told, (0, 0, 0, 7), strict=True)]
    assert learned_sites(*coded, np.array([True, False])).tolist() == [SPRING_9, 0]


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
