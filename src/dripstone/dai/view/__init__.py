"""Tables that are made of others, one family a module."""

from collections.abc import Mapping

from dripstone.dai.view.calendar import CALENDARS, calendar_rows
from dripstone.dai.view.daily import ADJUSTED_PRICES, daily_recipes
from dripstone.dai.view.minute import minute_recipes
from dripstone.dai.view.prefactor import prefactor_recipe
from dripstone.dai.view.recipe import DAYS, Recipe, Source, quoted

__all__ = ["ADJUSTED_PRICES", "CALENDARS", "DAYS", "RECIPES", "Recipe", "Source", "calendar_rows", "quoted"]

RECIPES: Mapping[str, Recipe] = {
    **minute_recipes(),
    **daily_recipes(),
    "cn_stock_prefactors": prefactor_recipe(),
}
"""Table -> how its rows are made where the lake does not hold it."""
