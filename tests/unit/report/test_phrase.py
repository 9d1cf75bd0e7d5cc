import re
import string

import pytest

from dripstone.evaluation.definition import DEFINITIONS
from dripstone.report.phrase import PHRASES, Phrasebook
from dripstone.report.section import DEFINED
from dripstone.report.table import COLUMNS

LATIN_TERMS = {
    "Newey",
    "West",
    "RankIC",
    "Spearman",
    "IC",
    "Q",
    "T",
    "t",
    "p",
    "VWAP",
    "d",
    "IR",
    "Bonferroni",
    "Pearson",
    "MAD",
}


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", PHRASES)
def test_both_languages_say_the_same_facts(key: str) -> None:
    phrase = PHRASES[key]
    assert phrase.zh
    assert phrase.en
    assert names(phrase.zh) == names(phrase.en)


def test_english_has_no_chinese() -> None:
    assert not [key for key, phrase in PHRASES.items() if re.search("[\u3000-\u9fff\uff00-\uffef]", phrase.en)]


def test_chinese_is_set_like_chinese() -> None:
    """One space between a character and a Latin letter or digit, none before a per cent sign, full-width stops."""
    wrong = r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9%][\u4e00-\u9fff]|\d %|[\u4e00-\u9fff][,;:?!]"
    assert not [key for key, phrase in PHRASES.items() if re.search(wrong, phrase.zh) or re.search(r"\d %", phrase.en)]


def test_the_words_of_the_glossary_are_used() -> None:
    others = re.compile("变体|股票[^池]|台账|忠实|基准[^因]")
    assert not [key for key, phrase in PHRASES.items() if others.search(phrase.zh)]


def test_every_number_shown_has_a_definition_in_both_languages() -> None:
    for key in (*DEFINED, *(key for key in DEFINITIONS if key.startswith("label.excluded."))):
        zh, en = Phrasebook("zh").define(key), Phrasebook("en").define(key)
        assert re.search("[\u4e00-\u9fff]", zh), key
        assert not re.search("[\u4e00-\u9fff]", en), key
        words = set(re.findall("[A-Za-z]{2,}", zh))
        assert words <= LATIN_TERMS, (key, words)


def test_columns_are_defined() -> None:
    assert {column.path for column in COLUMNS} <= set(DEFINED) <= set(DEFINITIONS)


def test_unknown_phrase_is_an_error() -> None:
    with pytest.raises(KeyError):
        Phrasebook("en")("no such phrase")
