import os
import resource
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.errors import DataError, FactorError, SettingsError
from dripstone.factors.spec import FactorSpec, Needs, UdfSource
from dripstone.panel import Panel
from dripstone.store import FactorStore, Part, write_part

SPEC = FactorSpec(
    "net", "sql", "SELECT 1", needs=Needs(("volume", "close"), lookback_days=3), columns=("buy", "sell"),
    udfs=(UdfSource("f", "f", "def f(x): return x", "double", {"a": "b"}),), params={"k": 3, "名": [1, None]},
)  # fmt: skip
DAYS = np.array(["2025-11-12", "2025-11-13", "2025-11-14", "2025-11-17"], "datetime64[D]")


def add(
    store: FactorStore,
    rows: Mapping[str, Mapping[str, float]],
    *,
    version: str = "v1",
    columns: tuple[str, ...] = ("buy",),
    spec: FactorSpec = SPEC,
) -> Part:
    """Write and commit day -> instrument -> value, the same value in every column."""
    cells = [(day, name, value) for day, of_day in sorted(rows.items()) for name, value in sorted(of_day.items())]
    values = np.array([value for _, _, value in cells], float)
    part = write_part(
        store.root,
        spec.fingerprint,
        np.array([day for day, _, _ in cells], "datetime64[D]"),
        np.array([name for _, name, _ in cells], np.str_),
        dict.fromkeys(columns, values),
        {np.datetime64(day, "D"): version for day in rows},
    )
    store.commit(spec, [part])
    return part


def cells(panel: Panel) -> dict[str, dict[str, float]]:
    return {
        str(day): dict(zip(panel.instruments.tolist(), row.tolist(), strict=True))
        for day, row in zip(panel.dates, panel.values, strict=True)
    }


def test_values_come_back_as_they_were_written(tmp_path: Path) -> None:
    store = FactorStore(tmp_path)
    rows = {"2025-11-12": {"a": 0.1, "b": -0.0}, "2025-11-13": {"b": np.nan, "c": np.inf}}
    add(store, rows, columns=("buy", "sell"))
    panel = FactorStore(tmp_path).panel(SPEC.fingerprint, "sell")
    assert panel.name == "sell"
    np.testing.assert_equal(
        cells(panel),
        {
            "2025-11-12": {"a": 0.1, "b": -0.0, "c": np.nan},
            "2025-11-13": {"a": np.nan, "b": np.nan, "c": np.inf},
        },
    )
    assert np.signbit(panel.values[0, 1])


def test_the_panel_is_cut_to_the_days_asked_for(tmp_path: Path) -> None:
    store = FactorStore(tmp_path)
    add(store, {str(day): {f"i{n}": float(n)} for n, day in enumerate(DAYS)})
    panel = store.panel(SPEC.fingerprint, "buy", start="2025-11-13", end=DAYS[2])
    expected = {"2025-11-13": {"i1": 1.0, "i2": np.nan}, "2025-11-14": {"i1": np.nan, "i2": 2.0}}
    np.testing.assert_equal(cells(panel), expected)
    with pytest.raises(DataError, match=r"2025-11-12\.\.2025-11-17"):
        store.panel(SPEC.fingerprint, "buy", start="2025-11-15", end="2025-11-16")


def test_missing_is_what_is_not_served_at_that_version(tmp_path: Path) -> None:
    store = FactorStore(tmp_path)
    wanted = dict.fromkeys(DAYS, "v1")
    assert store.missing(SPEC.fingerprint, wanted) == list(DAYS)
    add(store, {"2025-11-12": {"a": 1.0}, "2025-11-14": {"a": 1.0}})
    assert store.missing(SPEC.fingerprint, wanted) == [DAYS[1], DAYS[3]]
    assert store.missing(SPEC.fingerprint, wanted | {DAYS[0]: "v2"}) == [DAYS[0], DAYS[1], DAYS[3]]
    assert store.missing("another", wanted) == list(DAYS)


def test_another_data_version_supersedes_and_the_older_stays_in_the_log(tmp_path: Path) -> None:
    store = FactorStore(tmp_path)
    first = add(store, {"2025-11-12": {"a": 1.0}, "2025-11-13": {"a": 2.0}})
    add(store, {"2025-11-13": {"b": 3.0}}, version="v2")
    assert cells(store.panel(SPEC.fingerprint, "buy", start="2025-11-13")) == {"2025-11-13": {"b": 3.0}}
    assert store.missing(SPEC.fingerprint, {DAYS[1]: "v1"}) == [DAYS[1]]
    assert first.file is not None
    assert (tmp_path / first.file).exists()
    # The bars are set back: the older version is committed anew and is served again.
    add(store, {"2025-11-13": {"a": 2.0}})
    assert cells(store.panel(SPEC.fingerprint, "buy")) == {"2025-11-12": {"a": 1.0}, "2025-11-13": {"a": 2.0}}


def test_the_same_day_and_version_twice_is_nothing_new(tmp_path: Path) -> None:
    store = FactorStore(tmp_path)
    add(store, {"2025-11-12": {"a": 1.0}})
    second = add(store, {"2025-11-12": {"a": 99.0}})
    store.commit(SPEC, [second])
    assert cells(store.panel(SPEC.fingerprint, "buy")) == {"2025-11-12": {"a": 1.0}}
    assert store.factor(SPEC.fingerprint).rows == 1


def test_a_day_without_rows_counts_as_computed(tmp_path: Path) -> None:
    store = FactorStore(tmp_path)
    assert add(store, {"2025-11-12": {}}).file is None
    assert store.columns(SPEC.fingerprint) == ()
    assert store.panel(SPEC.fingerprint, "buy").shape == (1, 0)
    add(store, {"2025-11-13": {"a": 1.0}, "2025-11-14": {}})
    assert store.missing(SPEC.fingerprint, dict.fromkeys(DAYS, "v1")) == [DAYS[3]]
    assert store.panel(SPEC.fingerprint, "buy").shape == (3, 1)


def test_the_listing_says_what_is_held(tmp_path: Path) -> None:
    store = FactorStore(tmp_path)
    assert store.specs() == []
    add(store, {"2025-11-12": {"a": 1.0, "b": np.nan}, "2025-11-14": {"a": 1.0}}, columns=("buy", "sell"))
    other = FactorSpec("other", "kernel", "x = 1")
    add(store, {"2025-11-13": {"a": 1.0}}, spec=other)
    held, second = store.specs()
    assert (held.name, held.spec, held.columns) == ("net", SPEC, ("buy", "sell"))
    assert (held.first_day, held.last_day, held.n_days, held.rows, held.values) == (DAYS[0], DAYS[2], 2, 3, 4)
    assert second == store.factor(other.fingerprint)
    with pytest.raises(DataError, match="compute it first"):
        store.factor("nothing")


def test_a_value_file_is_plain_parquet(tmp_path: Path) -> None:
    part = add(FactorStore(tmp_path), {"2025-11-12": {"a": 1.0, "b": np.nan}}, columns=("buy", "sell"))
    assert part.file is not None
    table = pq.read_table(tmp_path / part.file)
    assert [f"{f.name} {f.type}" for f in table.schema] == [
        "date date32[day]",
        "instrument string",
        "buy double",
        "sell double",
    ]
    assert table["sell"].to_pylist() == [1.0, None]
    assert pq.ParquetFile(tmp_path / part.file).metadata.row_group(0).column(2).compression == "ZSTD"


def test_bad_parts_are_refused(tmp_path: Path) -> None:
    store = FactorStore(tmp_path)
    part = add(store, {"2025-11-12": {"a": 1.0}})
    with pytest.raises(FactorError, match="columns differ between days"):
        add(store, {"2025-11-13": {"a": 1.0}}, columns=("other",))
    for file in ("values/x/y.parquet", "../escape.parquet", f"values/{SPEC.fingerprint}/gone.parquet"):
        with pytest.raises(DataError, match="not in this store"):
            store.commit(SPEC, [Part(file, part.columns, part.days)])
    assert store.missing(SPEC.fingerprint, dict.fromkeys(DAYS, "v1")) == list(DAYS[1:])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"dates": DAYS[[1, 0]]}, "out of order"),
        ({"dates": DAYS[[0, 0]], "instruments": np.array(["a", "a"])}, "out of order or appear twice"),
        ({"dates": DAYS[[0, 3]]}, "without a data version"),
        ({"columns": {"f": np.ones(3)}}, "differ in length"),
        ({"columns": {}}, "names of their own"),
        ({"columns": {"date": np.ones(2)}}, "names of their own"),
        ({"instruments": np.array(["a"])}, "differ in length"),
    ],
)
def test_rows_that_make_no_sense_are_refused(tmp_path: Path, changed: dict, message: str) -> None:
    given = {
        "dates": DAYS[:2],
        "instruments": np.array(["a", "a"]),
        "columns": {"f": np.ones(2)},
        "versions": dict.fromkeys(DAYS[:2], "v"),
    }
    with pytest.raises(FactorError, match=message):
        write_part(tmp_path, "f", **(given | changed))
    assert not list(tmp_path.rglob("*"))


def test_a_part_travels_as_json(tmp_path: Path) -> None:
    part = add(FactorStore(tmp_path), {"2025-11-12": {"a": 1.0}, "2025-11-13": {}})
    assert Part.from_dict(part.to_dict()) == part
    with pytest.raises(DataError, match="not a part"):
        Part.from_dict({"file": 3, "columns": [], "days": []})


def test_a_file_that_is_gone_or_damaged_is_named_and_computed_again(tmp_path: Path) -> None:
    store = FactorStore(tmp_path)
    part = add(store, {"2025-11-12": {"a": 1.0}})
    assert part.file is not None
    (tmp_path / part.file).write_bytes(b"PAR1")
    with pytest.raises(DataError, match="delete the file"):
        store.panel(SPEC.fingerprint, "buy")
    (tmp_path / part.file).unlink()
    assert store.missing(SPEC.fingerprint, {DAYS[0]: "v1"}) == [DAYS[0]]
    add(store, {"2025-11-12": {"a": 1.0}})
    assert cells(store.panel(SPEC.fingerprint, "buy")) == {"2025-11-12": {"a": 1.0}}


def test_sweep_takes_old_garbage_and_nothing_else(tmp_path: Path) -> None:
    store = FactorStore(tmp_path)
    kept = add(store, {"2025-11-12": {"a": 1.0}})
    young, old = (
        write_part(tmp_path, SPEC.fingerprint, DAYS[:1], np.array(["a"]), {"buy": np.ones(1)}, {DAYS[0]: "v2"})
        for _ in range(2)
    )
    torn = tmp_path / "values" / SPEC.fingerprint / "0123.unfinished"
    torn.write_bytes(b"half")
    assert old.file is not None
    for path in (torn, tmp_path / old.file):
        os.utime(path, (0, 0))
    assert store.sweep() == sorted([torn, tmp_path / old.file])
    assert store.sweep() == []
    with pytest.raises(DataError, match="swept before it was committed"):
        store.commit(SPEC, [old])
    store.commit(SPEC, [young])
    assert kept.file is not None
    assert (tmp_path / kept.file).exists()


def test_a_flipped_bit_in_a_file_of_values_is_found(tmp_path: Path) -> None:
    store = FactorStore(tmp_path)
    part = add(store, {str(day): {f"i{n}": n / 7 for n in range(40)} for day in DAYS})
    held = store.panel(SPEC.fingerprint, "buy")
    path = tmp_path / str(part.file)
    whole = path.read_bytes()
    refused = 0
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        try:
            found = store.panel(SPEC.fingerprint, "buy")
        except DataError:
            refused += 1
        else:
            np.testing.assert_array_equal(found.values, held.values)
            np.testing.assert_array_equal(found.instruments, held.instruments)
    assert refused > 50
    path.unlink()
    assert store.missing(SPEC.fingerprint, dict.fromkeys(DAYS, "v1")) == list(DAYS)


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    store = FactorStore(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(DataError, match=r"store cannot be written.*File too large.*what is committed stays"):
            add(store, {"2025-11-12": {"a": 1.0}})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path for path in (tmp_path / "values").rglob("*") if path.is_file()] == []
    add(store, {"2025-11-12": {"a": 1.0}})


def test_a_store_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SettingsError, match="store cannot be made"):
        FactorStore(tmp_path / "file")


LOG = st.lists(
    st.tuples(
        st.sampled_from(["v1", "v2", "v3"]),
        st.dictionaries(st.sampled_from([str(d) for d in DAYS]), st.sets(st.sampled_from("abc")), min_size=1),
    ),
    max_size=6,
)


@settings(max_examples=30, deadline=None)
@given(log=LOG)
def test_the_last_commit_of_a_new_version_is_what_is_served(
    log: list, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = FactorStore(tmp_path_factory.mktemp("store"))
    served: dict[str, tuple[str, dict[str, float]]] = {}
    for n, (version, names) in enumerate(log):
        rows = {day: dict.fromkeys(of_day, float(n)) for day, of_day in names.items()}
        add(store, rows, version=version)
        served |= {day: (version, of_day) for day, of_day in rows.items() if served.get(day, ("",))[0] != version}
    for version in ("v1", "v2", "v3"):
        missing = [day for day in DAYS if served.get(str(day), ("",))[0] != version]
        assert store.missing(SPEC.fingerprint, dict.fromkeys(DAYS, version)) == missing
    if served:
        found = cells(store.panel(SPEC.fingerprint, "buy"))
        assert {d: {i: v for i, v in row.items() if v == v} for d, row in found.items()} == {
            day: of_day for day, (_, of_day) in served.items()
        }
