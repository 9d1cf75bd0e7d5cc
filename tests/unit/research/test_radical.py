import unicodedata

from dripstone.research.radical import normalise


def test_kangxi_and_supplement_radicals_become_characters() -> None:
    assert normalise("⽇⼦⽔⻛⻚⻅⻋") == "日子水风页见车"


def test_no_mapped_radical_is_left_and_no_text_is_lost() -> None:
    for code in (*range(0x2F00, 0x2FD6), *range(0x2E81, 0x2EF4)):
        mended = normalise(chr(code))
        assert len(mended) == 1
        if unicodedata.name(chr(code), ""):
            assert not 0x2F00 <= ord(mended) <= 0x2FD5


def test_chinese_punctuation_stays_and_latin_forms_become_plain() -> None:
    assert normalise("，。：（）") == "，。：（）"
    assert normalise("ＲａｎｋＩＣ８．６９％") == "RankIC8．69%"
    assert normalise("𝑉𝑃𝐼𝑁") == "VPIN"


def test_controls_and_private_characters_go_and_lines_stay() -> None:
    assert normalise("a\r\nb\rc\x00\u200b\ufffe\ue123\x07") == "a\nb\nc"
    assert normalise("plain text") == "plain text"


def test_what_turns_or_drives_a_terminal_goes() -> None:
    assert normalise("a\x9b2J\u202eb\u2066c\u2028d\ud800") == "a2Jbcd"
