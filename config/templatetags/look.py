"""How pages write icons, times, names and numbers. Built in: no page loads it."""

import re
from datetime import UTC, date, datetime
from functools import cache

from django import template
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from audit.clock import kept_moment

register = template.Library()

MINUTE, HOUR, DAYS_IN_WORDS = 60, 3600, 31


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An icon of static/img/icons.svg, which `scripts/icons.py` makes."""
    return _use(f"icon {css}".strip(), f"i-{name}")


@register.simple_tag
def reach(quarters: int) -> SafeString:
    """Four bars: how many quarters of the catalogue a role grants."""
    return _use("reach", f"reach-{quarters}")


@register.simple_tag
def stylesheets() -> SafeString:
    """The links of components/stylesheets.html, written once: they are the same on every page."""
    return _stylesheets()


@register.simple_tag
def brand_mark() -> SafeString:
    return _use("brand-mark", "brand")


@register.filter
def initials(text: str) -> str:
    """Two letters that tell one person or organization from another: of the first and last word, or of an address."""
    words: list[str] = re.findall(r"\w+", str(text).partition("@")[0].replace("_", " "))
    if not words:
        return "?"
    return (words[0][:2] if len(words) == 1 else words[0][0] + words[-1][0]).upper()


@register.filter
def ago(moment: datetime | None, where: str = "") -> SafeString | str:
    """How long ago or how soon, with the exact time and zone on hover; `mid-sentence` begins small, a day with on."""
    if moment is None:
        return ""
    words = _relative(timezone.localtime(moment), timezone.localtime())
    if where == "mid-sentence":
        words = _mid_sentence(words)
    return _time(moment, words)


@register.filter
def shortly(moment: datetime, where: str = "") -> SafeString:
    """The same for rows that come by the dozen: to the minute, with what it is on hover left to time-titles.js."""
    zone = timezone.get_current_timezone()
    words = _relative(moment.astimezone(zone), datetime.now(zone))
    if where == "mid-sentence":
        words = _mid_sentence(words)
    exact = moment.astimezone(UTC).isoformat()[:16]
    return mark_safe(f"<time datetime={exact}Z>{words}</time>")  # noqa: S308 - times and words of our own


@register.filter
def exactly(moment: datetime | None) -> SafeString | str:
    """The day and the minute in words, such as Saturday 28 November, 18:00, with the year when that is another one."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return _time(moment, f"{local:%A} {_day(local, timezone.localtime())}, {local:%H:%M}")


@register.filter
def on_day(moment: datetime | None) -> SafeString | str:
    """The day alone, such as 9 April, with its year when that is another one."""
    if moment is None:
        return ""
    return _time(moment, _day(timezone.localtime(moment), timezone.localtime()))


@register.filter
def weekday(day: date) -> str:
    """For the heading of a day: Today, Yesterday, Wed 18 November, with its year when that is another one."""
    today = timezone.localdate()
    if day == today:
        return "Today"
    if (today - day).days == 1:
        return "Yesterday"
    return f"{day:%a} {day.day} {day:%B}" if day.year == today.year else f"{day:%a} {day.day} {day:%b %Y}"


@register.filter
def as_moment(value: object) -> object:
    """A moment that an audit event kept as text, as a person reads it; anything else stays what it is."""
    moment = kept_moment(value)
    return value if moment is None else exactly(moment)


@register.filter
def briefly(moment: datetime | None) -> SafeString | str:
    """For a narrow column: the clock today, Yesterday, then the day, then the month."""
    if moment is None:
        return ""
    then, now = timezone.localtime(moment), timezone.localtime()
    if then.date() == now.date():
        words = f"{then:%H:%M}"
    elif (now.date() - then.date()).days == 1:
        words = "Yesterday"
    else:
        words = f"{then.day} {then:%b}" if then.year == now.year else f"{then:%b %Y}"
    return _time(moment, words)


@register.filter
def breakable(address: str) -> SafeString:
    """An address that may break after its @."""
    return mark_safe(conditional_escape(address).replace("@", "@<wbr>", 1))  # noqa: S308 - escaped first


@register.filter
def number(count: int) -> str:
    """The number with commas between its thousands."""
    return f"{count:,}"


@register.filter
def plural(count: int, forms: str) -> str:
    """The number and its word: `{{ 4|plural:"person,people" }}` is 4 people."""
    one, many = forms.split(",")
    return f"{count:,} {one if count == 1 else many}"


@cache
def _stylesheets() -> SafeString:
    return mark_safe(get_template("components/stylesheets.html").render())  # noqa: S308 - a template of our own


@cache
def _use(css: str, symbol: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', css, static("img/icons.svg"), symbol
    )


def _time(moment: datetime, words: str) -> SafeString:
    local = timezone.localtime(moment)
    exact = f"{local:%Y-%m-%d %H:%M} {timezone.get_current_timezone_name()}"
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(timespec="seconds"), exact, words)


def _mid_sentence(words: str) -> str:
    """Begins small; a day begins with on."""
    return f"on {words}" if words[0].isdigit() and not words.endswith("ago") else words[0].lower() + words[1:]


def _relative(then: datetime, now: datetime) -> str:
    seconds = (now - then).total_seconds()
    past, span = seconds >= 0, abs(seconds)
    days = abs((now.date() - then.date()).days)
    if span < MINUTE:
        return "Just now" if past else "In a moment"
    if span < HOUR:
        return _both(past, int(span // MINUTE), "minute")
    if days == 0 or span < 6 * HOUR:
        return _both(past, int(span // HOUR), "hour")
    if days == 1:
        return "Yesterday" if past else "Tomorrow"
    if days < DAYS_IN_WORDS:
        return _both(past, days, "day")
    return _day(then, now)


def _both(past: bool, number: int, unit: str) -> str:
    words = plural(number, f"{unit},{unit}s")
    return f"{words} ago" if past else f"in {words}"


def _day(then: datetime, now: datetime) -> str:
    return f"{then.day} {then:%B}" if then.year == now.year else f"{then.day} {then:%B %Y}"
