"""The day file and the hash of its content."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dripstone.errors import DataError
from dripstone.lake import ingest_table
from dripstone.lake.column import encode, key_codes
from dripstone.lake.dayfile import content_hash, held_hash, read_columns


def test_what_lies_beneath_a_null_does_not_count():
    mask = np.array([False, True])
    one = pa.table({"x": pa.array([1.0, 5.0], mask=mask)})
    two = pa.table({"x": pa.array([1.0, 7.0], mask=mask)})
    assert content_hash(one) == content_hash(two)


def test_null_zero_empty_and_names_are_told_apart():
    columns = [[0.0, None], [None, 0.0], [0.0, 0.0], [0.0]]
    hashes = {content_hash(pa.table({"x": pa.array(values, pa.float64())})) for values in columns}
    hashes |= {content_hash(pa.table({"x": pa.array(values, pa.string())})) for values in (["", None], [None, ""])}
    hashes.add(content_hash(pa.table({"y": [0.0]})))
    assert len(hashes) == 7


def test_chunks_do_not_count():
    whole = pa.table({"x": ["b", "a", None], "y": [1, 2, 3]})
    pieces = pa.concat_tables([whole.slice(0, 1), whole.slice(1)])
    assert content_hash(whole) == content_hash(pieces)


@given(st.lists(st.text("ab", max_size=3), max_size=12))
def test_encode_gives_positions_among_ascending_labels(texts):
    codes, labels = encode(pa.chunked_array([texts[:4], texts[4:]], pa.string()))
    assert [labels.tolist()[code] for code in codes] == texts
    assert labels.tolist() == sorted(labels.tolist())


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 900)), min_size=1, max_size=20))
def test_key_codes_sort_as_the_key_does(keys):
    midnight = np.datetime64("2026-01-05", "us")
    rows = pa.table(
        {
            "instrument": [name for name, _ in keys],
            "date": midnight + np.array([minute for _, minute in keys], "timedelta64[m]"),
        }
    )
    codes = key_codes(rows, ("instrument", "date"))
    assert [keys[i] for i in np.argsort(codes, kind="stable")] == sorted(keys)
    assert len(set(codes.tolist())) == len(set(keys))


def test_a_flipped_bit_never_passes_for_another_number(lake, make_bars):
    """Whatever bit of a day file flips: the same rows come back, or an error says that the file is damaged."""
    ingest_table(lake, make_bars(days=["2026-01-05"]), table="cn_stock_bar1m", source="test")
    (path,) = lake.paths("cn_stock_bar1m")
    whole, names = path.read_bytes(), lake.schema("cn_stock_bar1m").names
    rows = read_columns(path, names)
    source = np.random.default_rng(0)
    refused = 0
    for at, bit in zip(source.integers(0, len(whole), 300), source.integers(0, 8, 300), strict=True):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :])
        try:
            held_hash(path)
            assert read_columns(path, names).equals(rows)
        except DataError:
            refused += 1
    assert refused > 100
    for length in (0, 3, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError, match="damaged"):
            read_columns(path, names)
