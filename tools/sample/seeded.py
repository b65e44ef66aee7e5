"""Reproducible variety: numbers that depend on the seed and a key alone, so that one more row changes no other."""

import datetime
import hashlib
import math

SEED = "bulian sample 1"
AS_OF = datetime.date(2026, 6, 30)


def fraction(*key):
    """A number in [0, 1) for the key."""
    digest = hashlib.sha256("\x1f".join((SEED,) + tuple(str(k) for k in key)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2.0**48


def between(low, high, *key):
    """A number in [low, high) for the key."""
    return low + (high - low) * fraction(*key)


def pick(choices, *key):
    """One of the choices for the key."""
    return choices[int(fraction(*key) * len(choices))]


def rounded(value, digits=3):
    """The value with so many significant digits, as an int where it is one."""
    if value == 0:
        return 0
    places = digits - 1 - int(math.floor(math.log10(abs(value))))
    result = round(value, places)
    return int(result) if result == int(result) else result


def date(day):
    """google.type.Date of a datetime.date or `2026-06-30`."""
    if isinstance(day, str):
        day = datetime.date.fromisoformat(day)
    return {"year": day.year, "month": day.month, "day": day.day}


def days_before(days):
    """The date so many days before the cluster's date."""
    return date(AS_OF - datetime.timedelta(days=int(days)))


def text(zh, en):
    """A LocalizedText."""
    return {key: value for key, value in (("zh", zh), ("en", en)) if value}
