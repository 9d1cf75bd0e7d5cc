from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.report.markup import Markup, element, joined, paragraphs


class Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self.title: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.title = dict(attrs).get("title")

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(markup: str) -> Texts:
    parser = Texts()
    parser.feed(markup)
    parser.close()
    return parser


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet=st.one_of(st.sampled_from("<>&\"'/=!-`\x00\x1b\u202e\ud800"), st.characters())))
def test_text_stays_text_in_content_and_attributes(text: str) -> None:
    markup = element("p", text, title=text)
    seen = parsed(markup)
    markup.encode("utf-8")
    assert seen.tags == ["p"]
    assert len(seen.text) == len(text.replace("\r\n", "\n"))
    assert len(seen.title or "") == len(text.replace("\r\n", "\n"))


def test_markup_passes_text_does_not() -> None:
    assert joined((Markup("<b>x</b>"), "<b>", None)) == "<b>x</b>&lt;b&gt;"


def test_attribute_names_and_missing_attributes() -> None:
    made = element("div", class_="a", aria_label="b", title=None)
    assert made == '<div class="a" aria-label="b"></div>'


def test_void_elements_have_no_end_tag() -> None:
    assert element("meta", charset="utf-8") == '<meta charset="utf-8">'


def test_paragraphs_drop_blank_lines() -> None:
    assert paragraphs("one\n\n  \ntwo <i>") == "<p>one</p><p>two &lt;i&gt;</p>"
