# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     name: python3
# ---

# %% [markdown]
# # Which counties missed their share, by year
#
# From a folder of notices to an answer and a picture: read the archive, make a database of it, ask. Then the same
# question in pandas and in polars.
#
# ```sh
# pip install 'fubiao[duckdb,pandas,polars]' matplotlib
# jupytext --to notebook missed_shares.py   # or run it as it is
# ```

# %%
import os
import tempfile
from pathlib import Path

import draw_archive
import matplotlib

if not os.environ.get("DISPLAY"):
    matplotlib.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd
import polars as pl

import fubiao
import fubiao.duckdb

# %% [markdown]
# ## The archive
#
# Three years of two provinces, drawn for this example. An archive of your own is a folder of PDF, Word, Excel or OFD
# files; the rest is the same.

# %%
folder = Path(os.environ.get("FUBIAO_EXAMPLE") or tempfile.mkdtemp())
draw_archive.draw(folder / "notices")
run = fubiao.batch(folder / "notices", folder / "results")
run.report["notices"]

# %% [markdown]
# ## In SQL
#
# `plan_completion` puts what was to be started in one year beside what was completed in the next, region by region,
# and follows regions through renames.

# %%
db = fubiao.duckdb.build(folder / "results", folder / "archive.duckdb")
missed_sql = db.sql("""
    select year, substr(code, 1, 2) as province, code, region, planned, completed, missing
    from plan_completion
    where level = 'county' and unit = '个' and missing > 0
    order by year, code
""").df()
missed_sql.head()

# %%
by_year = db.sql("""
    select year, substr(code, 1, 2) as province,
           count(*) filter (where missing > 0) as missed, count(*) as counties,
           sum(missing) as estates_missing
    from plan_completion
    where level = 'county' and unit = '个'
    group by all
    order by all
""").df()
by_year

# %% [markdown]
# ## The picture

# %%
names = {"36": "Jiangxi", "43": "Hunan"}
worst = missed_sql.assign(share=missed_sql["missing"].astype(float) / missed_sql["planned"].astype(float))
worst = worst.sort_values("share", ascending=False).head(12).iloc[::-1]
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), width_ratios=[2, 3])
wide = by_year.assign(share=100 * by_year["missed"] / by_year["counties"]).pivot(
    index="year", columns="province", values="share"
)
wide.rename(columns=names).plot.bar(ax=left, rot=0, color=["#4c78a8", "#f58518"])
left.set(title="Counties that missed their share", xlabel="", ylabel="% of all counties")
left.legend(title=None, frameon=False)
right.barh([f"{row.code} ({row.year})" for row in worst.itertuples()], 100 * worst["share"], color="#e45756")
right.set(title="The twelve furthest from it", xlabel="% of the estates planned and not completed")
for axes in (left, right):
    axes.spines[["top", "right"]].set_visible(False)
figure.tight_layout()
figure.savefig(folder / "missed.png", dpi=120)

# %% [markdown]
# ## The same in pandas
#
# Facts alone, without a database: what is planned and what is completed are two annexes; regions are followed by the
# table of divisions.

# %%
facts = pd.read_parquet(folder / "results" / "facts.parquet")
today = fubiao.divisions().to_pandas().drop_duplicates("code").set_index("code")["followed_code"]
estates = facts[(facts["level"] == "county") & (facts["unit"] == "个") & facts["value"].notna()].copy()
estates["today"] = estates["code"].map(today)
is_completion = estates["annex_title"].str.contains("完成")
planned = estates[~is_completion].assign(year=lambda rows: rows["plan_year"] + 1)
both = estates[is_completion].merge(
    planned[["today", "year", "value"]], left_on=["today", "plan_year"], right_on=["today", "year"]
)
both["missing"] = both["value_y"] - both["value_x"]
missed_pandas = both[both["missing"] > 0].sort_values(["plan_year", "today"])

# %% [markdown]
# ## The same in polars

# %%
divisions = fubiao.divisions().to_polars().select("code", "followed_code").unique("code")
county = (
    pl.read_parquet(folder / "results" / "facts.parquet")
    .filter(pl.col("level") == "county", pl.col("unit") == "个", pl.col("value").is_not_null())
    .join(divisions, on="code", how="left")
)
completion = pl.col("annex_title").str.contains("完成")
missed_polars = (
    county.filter(completion)
    .join(
        county.filter(~completion).select(
            "followed_code", plan_year=pl.col("plan_year") + 1, planned=pl.col("value")
        ),
        on=["followed_code", "plan_year"],
    )
    .with_columns(missing=pl.col("planned") - pl.col("value"))
    .filter(pl.col("missing") > 0)
    .sort("plan_year", "followed_code")
)

# %% [markdown]
# All three say the same, to the last digit.

# %%
answers = {
    "sql": list(zip(missed_sql["year"], missed_sql["code"], missed_sql["missing"])),
    "pandas": list(zip(missed_pandas["plan_year"], missed_pandas["today"], missed_pandas["missing"])),
    "polars": missed_polars.select("plan_year", "followed_code", "missing").rows(),
}
{name: len(answer) for name, answer in answers.items()}
