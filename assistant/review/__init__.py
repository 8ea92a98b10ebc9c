"""Check the clause references of a filing: find, resolve, compare, report."""

from assistant.review.items import Check, Item, check, check_lines, to_json
from assistant.review.verdict import Difference, Judge, Judgement, Verdict

__all__ = ["Check", "Difference", "Item", "Judge", "Judgement", "Verdict", "check", "check_lines", "to_json"]
