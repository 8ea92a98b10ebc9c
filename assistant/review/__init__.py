"""Check the clause references of a filing: find, resolve, compare, report. ``items.check`` is the door."""
