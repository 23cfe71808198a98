"""What a browser calls itself, in words."""

import re

_BROWSERS = [
    (re.compile(r"Edg(?:e|A|iOS)?/"), "Edge"),
    (re.compile(r"OPR/|Opera"), "Opera"),
    (re.compile(r"SamsungBrowser/"), "Samsung Internet"),
    (re.compile(r"Firefox/|FxiOS/"), "Firefox"),
    (re.compile(r"Chrome/|CriOS/|Chromium/"), "Chrome"),
    (re.compile(r"Safari/"), "Safari"),
    (re.compile(r"curl/|python-requests|httpx"), "A program"),
]
_SYSTEMS = [
    (re.compile(r"iPhone"), "iPhone"),
    (re.compile(r"iPad"), "iPad"),
    (re.compile(r"Android"), "Android"),
    (re.compile(r"Windows"), "Windows"),
    (re.compile(r"Mac OS X|Macintosh"), "Mac"),
    (re.compile(r"CrOS"), "ChromeOS"),
    (re.compile(r"Linux|X11"), "Linux"),
]
_HAND_HELD = {"iPhone", "iPad", "Android"}


def device(user_agent: str) -> str:
    """The browser and the system, such as Firefox on Windows."""
    browser = _first(_BROWSERS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "An unknown browser"


def device_icon(user_agent: str) -> str:
    return "device-mobile" if _first(_SYSTEMS, user_agent) in _HAND_HELD else "device-laptop"


def _first(known: list[tuple[re.Pattern[str], str]], user_agent: str) -> str:
    return next((name for pattern, name in known if pattern.search(user_agent)), "")
