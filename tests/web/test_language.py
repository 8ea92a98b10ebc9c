"""Every phrase of the pages has its English, and no template says anything without asking for it."""

import ast
import re
from importlib import resources
from pathlib import Path

import pytest

from assistant.web.language import english

WEB = Path(str(resources.files("assistant.web")))
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
MODULES = sorted(WEB.glob("*.py"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SAID = re.compile(r"say\(\s*(?:\"([^\"]*)\"|'([^']*)')")


def phrases_of_templates() -> set[str]:
    return {one or two for path in TEMPLATES for one, two in SAID.findall(path.read_text(encoding="utf-8"))}


def phrases_of_modules() -> set[str]:
    found = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            name = (
                called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
            )
            if isinstance(node, ast.Call) and name == "say" and node.args and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found


def test_every_phrase_has_english() -> None:
    said = {phrase for phrase in phrases_of_templates() | phrases_of_modules() if CHINESE.search(phrase)}
    assert len(said) > 100
    assert sorted(said - english().keys()) == []


def test_names_in_braces_are_the_same_in_both_languages() -> None:
    for phrase, words in english().items():
        assert set(re.findall(r"{(\w*)}", phrase)) == set(re.findall(r"{(\w*)}", str(words))), phrase


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_in_one_language_only(path: Path) -> None:
    # What stands in the template's own code is compared or asked for; what stands outside is shown as it is.
    code = r"{#.*?#}|{{.*?}}|{%.*?%}|<!--.*?-->|<script>.*?</script>"
    shown = re.sub(code, "", path.read_text(encoding="utf-8"), flags=re.S)
    assert [line.strip() for line in shown.splitlines() if CHINESE.search(line)] == []
