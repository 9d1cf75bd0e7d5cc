import pytest

from dripstone.research.prompt import read_prompt


def test_the_request_of_the_story_asks_for_everything() -> None:
    asked = read_prompt(
        "这是篇高频因子低频化的研报,通过傅立叶变换寻找主力的痕迹。 我复现的代码在这里:/a/b/因子2历史计算 copy.ipynb 。"
        "帮我看一下这个研报有什么魔改的地方,可以从什么其他角度改进,帮我用我的例子(sql)去完成因子魔改。"
    )
    assert (asked.language, asked.directions, asked.sides, asked.notes) == ("zh", (), (), ())


@pytest.mark.parametrize(
    ("prompt", "directions", "sides"),
    [
        ("只做去脉冲", ("despike",), ()),
        ("只看买方", ("sides",), ("buy",)),
        ("仅比较买卖方向分离和多频带", ("sides", "bands"), ()),
        ("不要多频带", ("despike", "sides"), ()),
        ("可以试试去脉冲", (), ()),
        ("Only the buy side, please.", ("sides",), ("buy",)),
        ("Improve the factor without bands.", ("despike", "sides"), ()),
        ("", (), ()),
    ],
)
def test_vocabulary(prompt: str, directions: tuple[str, ...], sides: tuple[str, ...]) -> None:
    asked = read_prompt(prompt)
    assert asked.directions == directions
    assert asked.sides == sides


def test_what_is_not_understood_is_said_in_the_language_of_the_prompt() -> None:
    assert "今天天气不错" in read_prompt("改进这个因子。今天天气不错。").notes[0]
    assert read_prompt("Improve the factor. Sing me a song.").notes == (
        "Not understood, and not acted on: 'Sing me a song'",
    )


def test_what_is_left_out_is_said() -> None:
    assert read_prompt("不要多频带").notes == ("按提示词，不做：bands",)
