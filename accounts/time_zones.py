"""The time zones that people choose from."""

import zoneinfo
from functools import cache

_CONTINENTS = {
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
}  # fmt: skip


@cache
def time_zones() -> list[str]:
    """The zones named after places, in order, and UTC."""
    places = {name for name in zoneinfo.available_timezones() if name.partition("/")[0] in _CONTINENTS and "/" in name}
    return ["UTC", *sorted(places)]


def find_time_zone(text: str) -> str | None:
    """The zone that somebody means who types its name, or the end of it, in any case: `berlin`, `new york`."""
    wanted = text.strip().replace(" ", "_").lower()
    by_name = {name.lower(): name for name in zoneinfo.available_timezones()}
    if wanted in by_name:
        return by_name[wanted]
    ends = [name for name in time_zones() if name.lower().endswith(f"/{wanted}")]
    return ends[0] if len(ends) == 1 else None
