"""Notebooks in the ways people write them, and the child's side of recording them all in one process."""

from collections.abc import Mapping
from typing import Any, cast

from dripstone.errors import DripstoneError
from dripstone.factors.recording.recorder import record

SQL = """
SELECT date::DATE::DATETIME AS date, instrument, spread(array_agg(close ORDER BY date)) AS spread_of_close
FROM cn_stock_bar1m_c
WHERE date::TIME > '09:30' AND date::TIME <= '14:57'
GROUP BY date::DATE, instrument
ORDER BY date, instrument
"""
UDF = """
import numpy as np

FLOOR = 10

def enough(values):
    return len(values) >= FLOOR

def spread(values):
    return float(np.max(values) - np.min(values)) if enough(values) else None
"""
QUERY = "frame = dai.query(sql, filters={'date': ['2024-01-01', '2024-01-31']}, udf_list=[udf]).df()"
MAKE = "udf = dai.DaiUDF(name='spread', function=spread, return_type='double')"

NOTEBOOKS: Mapping[str, tuple[str, ...]] = {
    "plain": ("import dai", UDF, MAKE, f"sql = '''{SQL}'''", QUERY, "frame.head()"),
    "awaits": (
        "import asyncio\nimport dai\nawait asyncio.sleep(0)",
        UDF + MAKE + f"\nsql = '''{SQL}'''",
        f"async def ask():\n    return {QUERY.removeprefix('frame = ')}\nframe = await ask()",
    ),
    "kept_function": (
        "import dai\nfrom dai.udf.typing import DOUBLE\nfrom bigquant.dai.udf.functional import UDFType\n" + UDF,
        "made = dai.create_function('spread', spread, ['double[]'], return_type=DOUBLE, type=UDFType.NATIVE)",
        f"sql = '''{SQL}'''\nassert dai.list_functions() == ['spread']",
        QUERY.replace("udf_list=[udf]", "auto_load_udf=True"),
    ),
    "batch": (
        "import dai\nimport numpy as np",
        """
def spread(close, floor):
    ranges = np.nanmax(close.values, axis=1) - np.nanmin(close.values, axis=1)
    return np.where(close.lengths >= floor, ranges, np.nan)
""",
        MAKE.replace(")", ", type='batch')"),
        f"sql = '''{SQL.replace('ORDER BY date))', 'ORDER BY date), 10)')}'''",
        QUERY,
    ),
    "months": (
        "import dai\nfrom calendar import monthrange\n" + UDF,
        f"sql = '''{SQL}'''\n{MAKE}",
        """
def month(year, number):
    start, end = f"{year}-{number:02d}-01", f"{year}-{number:02d}-{monthrange(year, number)[1]}"
    frame = dai.query(sql, filters={"date": [start, end + " 23:59:59"]}, udf_list=[udf]).df()
    frame["date"] = frame["date"].dt.normalize()
    return frame

if __name__ == "__main__":
    import pandas as pd
    frames = [month(2023, number) for number in range(1, 13)]
    every = pd.concat(frames)
    print(every.describe())
""",
    ),
    "dates_in_sql": (
        "import dai\n" + UDF + MAKE,
        """
for start, end in [("2024-01-01", "2024-02-01"), ("2024-02-01", "2024-03-01")]:
    sql = f'''
    WITH bars AS (  -- the month
        SELECT *, date::DATE AS d FROM cn_stock_bar1m
        WHERE date >= '{start}' AND date < '{end} 00:00:00' AND date::TIME > '09:30' AND date::TIME <= '14:57'
    )
    SELECT d AS date, instrument, spread(array_agg(close ORDER BY date)) AS spread_of_close
    FROM bars WHERE d BETWEEN DATE '{start}' AND CAST('{end}' AS DATE) GROUP BY d, instrument
    '''
    dai.query(sql, udf_list=[udf]).df()
""",
    ),
    "day_by_day": (
        "import dai\n" + UDF + MAKE,
        """
def one(day):
    return dai.query(
        f'''
        SELECT '{day}' AS date, instrument, spread(array_agg(close ORDER BY date)) AS spread_of_close
        FROM cn_stock_bar1m WHERE date >= '{day} 09:31:00' AND date <= '{day} 14:57:00' GROUP BY instrument
        ''',
        udf_list=[udf],
    ).df()

calendar = "SELECT date FROM all_trading_days WHERE market_code = 'CN'"
days = dai.query(calendar, filters={"date": ["2024-01-01", "2024-01-09"]}).df()
frames = [one(day) for day in days["date"].dt.strftime("%Y-%m-%d")]
""",
    ),
    "params": (
        "import dai\nimport pandas as pd\n" + UDF + MAKE,
        """
sql = '''
SELECT date::DATE AS date, instrument, spread(array_agg(close ORDER BY date)) * $scale AS spread_of_close
FROM cn_stock_bar1m WHERE date >= $start AND date <= $end AND date::TIME BETWEEN '09:31' AND '14:57'
GROUP BY date::DATE, instrument
'''
dai.query(sql, udf_list=[udf], params={"start": pd.Timestamp("2024-01-02"), "end": "2024-01-31", "scale": 1.0}).df()
""",
    ),
    "magics_and_plots": (
        "%matplotlib inline\n!pip install something\nimport dai",
        "import matplotlib.pyplot as plt\nplt.rcParams['axes.grid'] = True",
        "%%time\n" + UDF + "%load_ext autoreload\n" + MAKE,
        f"sql = '''{SQL}'''\n%time {QUERY}",
        "fig, ax = plt.subplots()\nax.plot(frame['spread_of_close'])\nplt.show()",
        "frame.to_csv('/no/such/folder/factor.csv')",
        "get_ipython().run_line_magic('who', '')\ndisplay(frame)",
    ),
    "factory_and_lambda": (
        """
import dai
import numpy as np

def make(floor):
    def spread(values):
        return float(np.max(values) - np.min(values)) if len(values) >= floor else None
    return spread

width = lambda values: max(values) - min(values)
""",
        f"""
sql = '''{SQL.replace("AS spread_of_close", "AS spread_of_close, width(array_agg(close)) AS width")}'''
dai.query(
    sql,
    filters={{"date": ["2024-01-02 00:00:00", "2024-01-31 23:59:59"]}},
    udf_list=[
        dai.DaiUDF("spread", make(10), return_type="double"),
        dai.DaiUDF(name="width", function=width, return_type="double"),
    ],
).df()
""",
    ),
    "redefined_later": (
        "import dai\nimport numpy as np\nFLOOR = 1_000_000\ndef enough(values): return False",
        UDF + MAKE + f"\nsql = '''{SQL}'''\n{QUERY}",
        "FLOOR = 5_000\ndef enough(values): return False",
    ),
    "looped_constant": (
        "import dai\nimport numpy as np\n"
        + MAKE.replace("udf = ", "make = lambda f: ").replace("function=spread", "function=f"),
        "def spread(values):\n    return float(np.max(values) - np.min(values)) if len(values) >= FLOOR[0] else None",
        f"sql = '''{SQL}'''\nfor FLOOR in [(10, 20)]:\n    " + QUERY.replace("[udf]", "[make(spread)]"),
    ),
    "in_batches": (
        "from bigquant import dai\n" + UDF + MAKE,
        """
names = dai.query("SELECT DISTINCT instrument FROM cn_stock_bar1m", full_db_scan=True).df()["instrument"].tolist()
for at in range(0, len(names), 5):
    batch = "','".join(names[at:at + 5])
    dai.query(
        f'''SELECT date::DATE AS date, instrument, spread(array_agg(close ORDER BY date)) AS spread_of_close
        FROM cn_stock_bar1m WHERE instrument IN ('{batch}') AND date::TIME > '09:30' AND date::TIME <= '14:57'
        GROUP BY date::DATE, instrument''',
        filters={"date": ["2024-01-01", "2024-01-31"]}, udf_list=[udf],
    )
""",
    ),
    "helpers_and_writes": (
        "import dai\nfrom concurrent.futures import ProcessPoolExecutor\n" + UDF + MAKE,
        "raw = dai.query('SELECT date, instrument, close FROM cn_stock_bar1m', filters={'date': ['2024-01-02']}).df()",
        "caps = dai.query('SELECT date, instrument, float_market_cap FROM cn_stock_valuation', full_db_scan=True).pl",
        f"sql = '''{SQL}'''\ndef run(month):\n    {QUERY}\n    return frame",
        "with ProcessPoolExecutor(4) as pool:\n    frames = list(pool.map(run, ['2024-01', '2024-02']))",
        "dai.DataSource.write_bdb(frames[0], id='mine', unique_together=['date', 'instrument'])",
        "dai.DataSource('mine').insert_bdb(frames[1])\nraise SystemExit(0)",
    ),
    "without_udf": (
        "import dai",
        """
%%sql {"date": ["2024-01-01", "2024-01-31"]}
SELECT date::DATE AS date, instrument,
       max(close) FILTER (WHERE date::TIME > '09:30' AND date::TIME <= '14:57')
     - min(close) FILTER (WHERE date::TIME > '09:30' AND date::TIME <= '14:57') AS spread_of_close
FROM cn_stock_bar1m GROUP BY ALL
""".lstrip(),
    ),
    "joins_a_daily_table": (
        "import dai\n" + UDF + MAKE,
        """
sql = '''
SELECT p.date::DATE AS date, p.instrument, spread(array_agg(p.close ORDER BY p.date)) AS spread_of_close,
       any_value(v.float_market_cap) AS cap
FROM cn_stock_bar1m p LEFT JOIN cn_stock_valuation v ON p.instrument = v.instrument AND p.date::DATE = v.date::DATE
WHERE p.date::TIME > '09:30' AND p.date::TIME <= '14:57' AND v.date >= '2024-01-01'
GROUP BY p.date::DATE, p.instrument
'''
frame = dai.query(sql, filters={"date": ["2024-01-01", "2024-01-31"]}, udf_list=[udf]).df()
""",
    ),
}

REFUSED: Mapping[str, tuple[str, ...]] = {
    "absent_package": (
        "import dai\nfrom no_such_compiler import jit",
        "@jit\ndef spread(values):\n    return 1.0",
        f"{MAKE}\nsql = '''{SQL}'''\n{QUERY}",
    ),
    "module_beside": ("import dai\nfrom no_such_helper import run", "run()"),
    "no_query": ("import dai\nprint('nothing')",),
    "raw_bars": (
        "import dai\nframe = dai.query('SELECT date, instrument, close FROM cn_stock_bar1m', full_db_scan=True).df()",
    ),
    "moving_window": (
        "import dai",
        """
sql = '''
WITH daily AS (SELECT date::DATE AS date, instrument, avg(close) AS x FROM cn_stock_bar1m GROUP BY 1, 2)
SELECT date, instrument, avg(x) OVER (PARTITION BY instrument ORDER BY date ROWS 4 PRECEDING) AS y FROM daily
'''
dai.query(sql, full_db_scan=True)
""",
    ),
    "pooled_days": (
        "import dai",
        """
sql = "SELECT max(date)::DATE AS date, instrument, avg(close) AS x FROM cn_stock_bar1m GROUP BY instrument"
dai.query(sql, filters={"date": ["2024-01-01", "2024-02-01"]})
""",
    ),
    "several": (
        "import dai",
        """
for name in ["high", "low"]:
    sql = f"SELECT date::DATE AS date, instrument, max({name}) AS top_{name} FROM cn_stock_bar1m GROUP BY 1, 2"
    dai.query(sql, full_db_scan=True)
""",
    ),
    "bad_sql": (
        "import dai\ntry:\n    dai.query('SELECT date,\\n instrument frm x y z')\nexcept Exception:\n    pass",
    ),
    "raising_udf": (
        "import dai",
        "def worst(values):\n    return 1 / 0",
        """
udf = dai.DaiUDF("worst", worst, return_type="double")
sql = "SELECT date::DATE AS date, instrument, worst(array_agg(close)) AS x FROM cn_stock_bar1m GROUP BY 1, 2"
dai.query(sql, udf_list=[udf], full_db_scan=True)
""",
    ),
    "raises_first": ("import dai", "1 / 0"),
    "missing_table": (
        "import dai",
        "dai.query('SELECT date, instrument, turn FROM cn_stock_bar1d', full_db_scan=True)",
    ),
    "bound_frame": (
        "import dai\nimport pandas as pd\nmine = pd.DataFrame({'instrument': ['000001.SZ'], 'x': [1.0]})",
        """
sql = "SELECT date::DATE date, instrument, max(x) AS y FROM cn_stock_bar1m JOIN mine USING(instrument) GROUP BY 1, 2"
dai.query(sql, bind_relations={"mine": mine}, full_db_scan=True)
""",
    ),
    "random_udf": (
        "import dai\nimport random\ndef draw(x):\n    return random.random()",
        """
udf = dai.DaiUDF("draw", draw, return_type="double")
sql = "SELECT date::DATE AS date, instrument, draw(max(close)) AS x FROM cn_stock_bar1m GROUP BY 1, 2"
dai.query(sql, udf_list=[udf], filters={"date": ["2024-01-02", "2024-01-02"]})
""",
    ),
}


def record_all(payload: Mapping[str, object]) -> dict[str, object]:
    """Record each payload; what it raises takes the place of its spec."""
    answers: dict[str, object] = {}
    for name, one in cast("Mapping[str, Mapping[str, Any]]", payload).items():
        try:
            answers[name] = record(one)
        except DripstoneError as error:
            answers[name] = {"error": error.as_dict()}
    return answers
