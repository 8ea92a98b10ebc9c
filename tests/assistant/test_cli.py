"""The command line as a person runs it: in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def nearzero(environment: dict[str, str]) -> Run:
    def run(*arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", "from assistant.cli import entry; entry()", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environment,
            timeout=60,
            check=False,
        )

    return run


def test_ask_prints_answer_and_sources(nearzero: Run) -> None:
    done = nearzero("ask", "夏天办公室空调最低开几度？")
    assert done.returncode == 0, done.stderr
    assert "26 ℃" in done.stdout
    assert (
        "[1] 《国务院办公厅关于严格执行公共建筑空调温度控制标准的通知》（国办发〔2007〕42号）二 · 摘编" in done.stdout
    )


def test_ask_json_is_one_object(nearzero: Run) -> None:
    done = nearzero("ask", "今天天气怎么样", "--json")
    assert json.loads(done.stdout)["kind"] == "refusal"


def test_a_file_of_questions_keeps_order_sessions_and_goes_on_after_a_bad_line(nearzero: Run, tmp_path: Path) -> None:
    import uuid

    name = uuid.uuid4().hex
    lines = [
        json.dumps({"id": "a", "question": "夏天空调最低几度？", "session": name}),
        "not json",
        json.dumps({"id": "b"}),
        json.dumps({"id": "c", "question": ""}),
        json.dumps({"id": "d", "question": "那冬天呢？", "session": name}),
        json.dumps({"id": "e", "question": "空调几度", "as_of": "昨天"}),
    ]
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    done = nearzero("ask", "--file", str(path), "--json")
    assert done.returncode == 0, done.stderr
    out = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(o["id"], o["kind"]) for o in out] == [
        ("a", "answer"),
        (None, "error"),
        ("b", "error"),
        ("c", "error"),
        ("d", "answer"),
        ("e", "error"),
    ]
    assert any(f["value"] in {18, 20} for f in out[4]["figures"])
    assert all("\n" not in o["error"] for o in out if o["kind"] == "error")


def test_a_conversation_survives_the_process(nearzero: Run) -> None:
    import uuid

    name = uuid.uuid4().hex
    nearzero("ask", "200个车位要装多少充电桩", "--session", name)
    done = nearzero("ask", "按20%", "--session", name, "--json")
    (calculation,) = json.loads(done.stdout)["calculations"]
    assert calculation["total"]["value"] == 40


def test_calc_computes_from_plain_text(nearzero: Run) -> None:
    done = nearzero("calc", "charging", "-i", "spaces=200 个车位", "-i", "ratio=20%", "--json")
    assert json.loads(done.stdout)["total"]["value"] == 40
    listed = json.loads(nearzero("calc", "LIST", "--json").stdout)
    assert {"meeting", "charging"} <= {c["name"] for c in listed}


def test_search_lists_ranked_clauses(nearzero: Run) -> None:
    rows = json.loads(nearzero("search", "餐厨垃圾处理", "-k", "3", "--json").stdout)
    assert [r["rank"] for r in rows] == [1, 2, 3]
    assert rows[0]["score"] >= rows[1]["score"] >= rows[2]["score"]
    assert {"document_id", "locator", "heading", "key"} <= set(rows[0])


def test_corpus_is_listed_and_shown(nearzero: Run) -> None:
    assert len(json.loads(nearzero("corpus", "list", "--json").stdout)) == 147
    shown = nearzero("corpus", "show", "reg-public-institution-energy-saving#第十四条").stdout
    assert "第十四条 能源计量与监测" in shown
    whole = nearzero("corpus", "show", "guideline-interpretation").stdout
    assert "第12部分" in whole


def test_chat_answers_line_by_line(nearzero: Run) -> None:
    done = nearzero("chat", stdin="夏天空调最低几度？\n那冬天呢？\n\n")
    assert done.returncode == 0
    assert "26 ℃" in done.stdout
    assert "冬季" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["ask"], "二选一"),
        (["ask", ""], "没有读到问题"),
        (["ask", "空调", "--file", "x"], "二选一"),
        (["ask", "空调", "--as-of", "昨天"], "2024-06-30"),
        (["ask", "--file", "/no/such/file"], "读不了文件"),
        (["ask", "空调", "--nope"], "--nope"),
        (["nope"], "nope"),
        (["search"], "缺少参数"),
        (["search", "x", "-k", "0"], "-k"),
        (["calc", "nope"], "没有叫“nope”的计算器"),
        (["calc", "meeting", "-i", "attendees"], "名称=值"),
        (["calc", "meeting", "-i", "attendees=3 公里"], "参会人数"),
        (["calc", "meeting", "-i", "nope=3"], "nope"),
        (["corpus", "show", "nope"], "没有这份文件"),
        (["corpus", "show", "nope#1"], "没有这一条"),
        (["retrieve-eval", "--corpus", "/no", "--queries", "/no", "--qrels", "/no"], "/no"),
    ],
)
def test_bad_input_is_one_line_of_chinese_and_status_2(nearzero: Run, arguments: list[str], told: str) -> None:
    done = nearzero(*arguments)
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_a_bad_setting_is_named(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from assistant.cli import entry; entry()", "corpus", "list"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**environment, "NEARZERO_PORT": "seventy"},
        check=False,
    )
    assert done.returncode == 2
    assert "NEARZERO_PORT" in done.stderr


def test_a_knowledge_question_loads_nothing_heavy(environment: dict[str, str]) -> None:
    program = (
        "import sys; from assistant.cli import main; main(['ask', '食堂剩饭怎么处理', '--json']);"
        "heavy = {'torch', 'sentence_transformers', 'gradio', 'pint', 'pandas', 'plotly', 'langchain', 'langgraph', 'jieba.posseg'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", env=environment, check=True
    )
    assert done.stderr.strip() == "[]"
