"""The README says what the program says."""

import re
import subprocess
from pathlib import Path

from assistant.assistant import Assistant
from evals.readme import README, render


def test_generated_parts_are_up_to_date(assistant: Assistant) -> None:
    text = README.read_text(encoding="utf-8")
    assert render(text, assistant) == text, "运行 make readme 更新 README"


def test_links_lead_somewhere() -> None:
    text = README.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (README.parent / target).exists(), target


def test_the_two_commands_are_make_targets() -> None:
    makefile = (README.parent / "Makefile").read_text(encoding="utf-8")
    for command in ("run", "test"):
        assert f"make {command} " in README.read_text(encoding="utf-8")
        assert re.search(rf"^{command}:", makefile, re.M)


def test_the_repository_names_no_machine() -> None:
    root = README.parent
    listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    for name in filter(None, listed):
        path = root / name
        if path.suffix in {".py", ".md", ".yaml", ".toml", ".txt", ".lock", ""} and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not re.search(r"(?<![\w.])/(work|farm)/[a-z.]", text), name
            assert "find" + "-links" not in text, name


def test_licence_is_apache() -> None:
    assert "Apache License" in (Path(README).parent / "LICENSE").read_text(encoding="utf-8")
