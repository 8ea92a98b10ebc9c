"""A download of a few lines, made by hand, becomes judged collections."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.retrieval.passages import read_passages, records
from corpus.errors import InputError
from evals.baselines import CHUNK_SIZE
from evals.foreign.__main__ import as_markdown
from evals.foreign.collections import COLLECTIONS, TAIWAN, Downloads, Sizes, windows
from evals.foreign.downloads import cited, laws, recited, stard
from evals.foreign.judged import Judged
from evals.foreign.measuring import CHANGES, PRODUCT, SYSTEMS, KeptPassages, measure, running

_LAWS = {
    "社会法/节水法(2018-01-01).md": "# 中华人民共和国节水法\n\n2018年1月1日 通过\n\n<!-- INFO END -->\n\n第一条 旧的第一条。\n",
    "社会法/节水法(2021-01-01).md": (
        "# 中华人民共和国节水法\n\n<!-- INFO END -->\n\n## 第一章 总则\n\n第一条 为了节约用水，制定本法。\n\n"
        "第二条 单位应当安装水表。\n\n水表应当检定。\n\n第二条之一 水表坏了应当更换。\n"
    ),
    "民法典/总则.md": "# 中华人民共和国民法典\n\n# 总则\n\n<!-- INFO END -->\n\n第一条 为了保护民事主体的合法权益。\n",
    "民法典/附则.md": "# 中华人民共和国民法典\n\n# 附则\n\n<!-- INFO END -->\n\n第二条 民法所称的以上，包括本数。\n",
    "案例/一案.md": "# 一个案例\n\n<!-- INFO END -->\n\n第一条 不是法律。\n",
    "法律法规模版.md": "# 模版\n\n没有正文。\n",
    **{
        f"DLC/{place}/{place}消防条例.md": (
            f"# {place}消防条例\n\n<!-- INFO END -->\n\n第一条 {place}的单位应当每月检查一次消防设施和灭火器材。\n\n"
            f"第二条 {only}。\n"
        )
        for place, only in (
            ("北京市", "四合院的木结构另有要求"),
            ("上海市", "里弄石库门按专门办法执行"),
            ("浙江省", "海岛渔村由乡镇负责组织"),
        )
    },
}
_STARD = [
    {
        "query_id": 0,
        "问题": "单位要不要装水表？",
        "相关法规": {
            "节水法第二条": "单位应当安装水表。\n\n水表应当检定。\n",
            "节水法第一条": "为了节约用水，制定本法。\n",
        },
    },
    {
        "query_id": 1,
        "问题": "“以上”算不算本数？",
        "相关法规": {"中华人民共和国民法典第二条": "民法所称的以上，包括本数。"},
    },
]
_LAWBENCH = {
    "1-1": [
        {"question": "社会法节水法第二条的内容是什么？", "answer": "答案:单位应当安装水表。,水表应当检定。"},
        {"question": "社会法节水法第一条的内容是什么？", "answer": "答案:旧的第一条。"},
        {"question": "宪法第一条的内容是什么？", "answer": "答案:没有收。"},
    ],
    "3-2": [
        {"question": "场景:水表坏了。根据哪条法律应当更换？", "answer": "根据《节水法》第二条之一，应当更换。"},
        {"question": "场景:要装水表吗？", "answer": "根据节水法的第二条规定，应当安装。"},
        {"question": "场景:两条都有。", "answer": "根据节水法第一条、民法典第一条。"},
        {"question": "场景:没有收的法。", "answer": "根据《渔业法》第九条，应当。"},
    ],
}
_PARAGRAPH = "很长的一句话。" * 20 + "答案在这里。"
_SQUAD = {
    "data": [
        {
            "title": "水表",
            "paragraphs": [
                {
                    "context": _PARAGRAPH,
                    "qas": [
                        {
                            "question": "答案在哪？",
                            "answers": [{"text": "这里", "answer_start": _PARAGRAPH.index("这里")}],
                        },
                        {"question": "哪里有错的起点？", "answers": [{"text": "很长", "answer_start": 90}]},
                        {"question": "不在文中？", "answers": [{"text": "没有", "answer_start": -1}]},
                    ],
                }
            ],
        }
    ]
}


_TAIWAN = [
    {"編章節": "第 一 章 總則"},
    {"條號": "第 1 條", "條文內容": "為規定勞動條件。\r\n雇主遵守之。"},
    {"條號": "第 1-1 條", "條文內容": "增訂。"},
]


@pytest.fixture
def clones(tmp_path: Path) -> Path:
    def put(path: str, text: str) -> None:
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    put("STARD/data/queries.json", json.dumps(_STARD, ensure_ascii=False))
    for name, text in _LAWS.items():
        put(f"Laws/{name}", text)
    for name, tasks in _LAWBENCH.items():
        put(f"LawBench/data/zero_shot/{name}.json", json.dumps(tasks, ensure_ascii=False))
    codes = {name: f"N{at}" for at, name in enumerate(TAIWAN)}
    index = [{"PCode": code, "name": name} for name, code in codes.items()]
    put("mojLawSplitJSON/index.json", json.dumps(index, ensure_ascii=False))
    for code in codes.values():
        put(f"mojLawSplitJSON/FalVMingLing/{code}.json", json.dumps({"法規內容": _TAIWAN}, ensure_ascii=False))
    for path in ("cmrc2018/squad-style-data/cmrc2018_dev.json", "DRCD/DRCD_test.json"):
        put(path, json.dumps(_SQUAD, ensure_ascii=False))
    return tmp_path


@pytest.fixture
def downloads(clones: Path) -> Downloads:
    return Downloads(clones, Sizes(statutes=5, lawbench=4))


def test_a_law_is_read_in_its_newest_version_and_all_its_parts(clones: Path) -> None:
    held = laws(clones)
    water, code = held["中华人民共和国节水法"], held["中华人民共和国民法典"]
    assert [a.place for a in water] == ["第一条", "第二条", "第二条之一"]
    assert water[1].text == "单位应当安装水表。\n水表应当检定。"
    assert [a.text for a in code] == ["为了保护民事主体的合法权益。", "民法所称的以上，包括本数。"]
    assert "一个案例" not in held


def test_stard_questions_keep_all_their_articles(clones: Path) -> None:
    articles, questions = stard(clones)
    assert articles["节水法第二条"].law == "节水法"
    assert questions[0].answers == ("节水法第二条", "节水法第一条")


def test_only_recitations_of_the_text_held_count(clones: Path) -> None:
    assert [q.answers for q in recited(clones, laws(clones))] == [("中华人民共和国节水法第二条",)]


def test_only_scenes_that_cite_one_article_held_count(clones: Path) -> None:
    found = {q.text: q.answers[0] for q in cited(clones, laws(clones))}
    assert found == {
        "水表坏了。根据哪条法律应当更换？": "中华人民共和国节水法第二条之一",
        "要装水表吗？": "中华人民共和国节水法第二条",
    }


@pytest.mark.parametrize("key", COLLECTIONS)
def test_every_answer_is_among_the_texts(key: str, downloads: Downloads) -> None:
    judged = COLLECTIONS[key](downloads)
    ids = [t.id for t in judged.texts]
    assert len(set(ids)) == len(ids)
    assert judged.questions.keys() == judged.answers.keys() != set()
    assert all(answers and set(answers) <= set(ids) for answers in judged.answers.values())


def test_what_stard_judges_is_not_drawn_again_as_something_else(downloads: Downloads) -> None:
    titles = [t.title for t in downloads.statutes]
    assert {"节水法第二条", "节水法第一条", "中华人民共和国民法典第二条"} <= set(titles)
    assert "中华人民共和国节水法第二条" not in titles
    assert not any("消防条例" in title for title in titles)


def test_a_law_stard_has_in_another_version_lends_no_article(clones: Path, downloads: Downloads) -> None:
    path = clones / "STARD" / "data" / "queries.json"
    records_ = json.loads(path.read_text(encoding="utf-8"))
    records_[0]["相关法规"]["节水法第二条"] = "单位可以安装水表。"
    path.write_text(json.dumps(records_, ensure_ascii=False), encoding="utf-8")
    titles = [t.title for t in Downloads(clones, downloads.sizes).statutes]
    assert [t for t in titles if "节水法" in t] == ["节水法第二条", "节水法第一条"]


def test_regions_ask_only_what_stands_elsewhere_too(downloads: Downloads) -> None:
    judged = COLLECTIONS["provincial"](downloads)
    assert {a for answers in judged.answers.values() for a in answers} == {
        f"{place}消防条例第一条" for place in ("北京市", "上海市", "浙江省")
    }
    assert "上海市怎么规定上海市的单位应当每月检查一次消防设施和灭火器材" in judged.questions.values()


def test_twins_differ_by_name_only(downloads: Downloads) -> None:
    judged = COLLECTIONS["twins"](downloads)
    assert [(t.title, t.text) for t in judged.texts] == [
        ("浙江省民法典第二条", "民法所称的以上，包括本数。"),
        ("山东省民法典第二条", "民法所称的以上，包括本数。"),
    ]
    assert judged.questions == {"q0": "浙江省的规定，“以上”算不算本数？"}
    assert judged.answers == {"q0": ("浙江省民法典第二条",)}


def test_traditional_laws_are_asked_for_by_number_in_either_script(downloads: Downloads) -> None:
    judged = COLLECTIONS["taiwan"](downloads)
    assert "第 1-1 條" in {t.title.removeprefix("規費法") for t in judged.texts}
    questions = set(judged.questions.values())
    assert len(questions) == len(TAIWAN)
    assert any("第 1 條" in q for q in questions)
    assert any("第一條" in q for q in questions)
    assert any("第1条" in q for q in questions)


def test_the_window_with_the_answer_is_right(downloads: Downloads) -> None:
    judged = COLLECTIONS["cmrc"](downloads)
    texts = {t.id: t.text for t in judged.texts}
    right = {judged.questions[key]: texts[answers[0]] for key, answers in judged.answers.items()}
    assert set(right) == {"答案在哪？", "哪里有错的起点？"}
    assert right["答案在哪？"].endswith("答案在这里。")
    assert "".join(_PARAGRAPH[a:b] for a, b in windows(_PARAGRAPH)) == _PARAGRAPH


def test_what_is_written_is_what_retrieve_eval_reads(downloads: Downloads, tmp_path: Path) -> None:
    judged = COLLECTIONS["lay"](downloads)
    corpus, queries, qrels = judged.write(tmp_path / "out")
    items = {p.key: p for p in read_passages(corpus)}
    assert (items["节水法第二条"].document_id, items["节水法第二条"].locator) == ("节水法", "第二条")
    assert {r["_id"]: r["text"] for r in records(queries, ("_id", "text"))} == judged.questions
    pairs = [(r["query-id"], r["corpus-id"]) for r in records(qrels, ("query-id", "corpus-id"))]
    assert pairs == [(key, one) for key, ids in judged.answers.items() for one in ids]


def test_a_long_passage_counts_by_its_pieces(tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_text(json.dumps({"_id": "a", "title": "节水法第一条", "text": "水" * (2 * CHUNK_SIZE + 10)}), "utf-8")
    (text,) = running(read_passages(path))
    assert [end - start for _, start, end in text.spans] == [CHUNK_SIZE, CHUNK_SIZE, 10]
    assert {text.text[a:b][:1] for _, a, b in text.spans} == {"水"}
    assert text.keys_within(text.spans[1][1], text.spans[1][2]) == ("a",)


def test_a_clone_that_lacks_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"queries\.json"):
        stard(tmp_path)
    with pytest.raises(InputError, match="LawRefBook"):
        laws(tmp_path)


def test_passages_are_embedded_once_and_kept(tmp_path: Path, embedder: Any) -> None:
    class Counting(type(embedder)):  # type: ignore[misc]
        embedded = 0

        def embed_passages(self, texts: Any) -> Any:
            self.embedded += len(texts)
            return super().embed_passages(texts)

    model = Counting()
    first = KeptPassages(tmp_path / "vectors.npz", model, model)
    one = first.embed_passages(["甲乙", "丙", "甲乙"])
    again = KeptPassages(tmp_path / "vectors.npz", model, model).asking(model).embed_passages(["丙", "甲乙"])
    assert model.embedded == 2
    assert np.array_equal(again, one[[1, 0]])


@pytest.mark.filterwarnings("ignore::DeprecationWarning:chromadb.*")
def test_every_system_is_measured_and_reported(
    downloads: Downloads, tmp_path: Path, embedder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evals.foreign.measuring.embedder", lambda name: embedder)
    judged: Judged = COLLECTIONS["numbered"](downloads)
    model = KeptPassages(tmp_path / "vectors.npz", embedder, embedder)
    found = measure(judged, tmp_path / "out", model)
    assert set(found.systems) == set(SYSTEMS)
    assert found.systems[PRODUCT]["hit@1"].mean == 1.0
    assert set(found.changes) == set(CHANGES)
    assert found.gains["BM25 分词"].mean == pytest.approx(1 - found.systems["BM25 分词"]["nDCG@10"].mean)


def test_the_report_names_no_machine_path(clones: Path, embedder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from evals.foreign import __main__ as run

    monkeypatch.setattr(run, "embedder", lambda name: embedder)
    monkeypatch.setattr("evals.foreign.measuring.embedder", lambda name: embedder)
    result = clones / "results" / "foreign.json"
    for key in ("twins", "lay"):
        assert run.main(["--data", str(clones), "--only", key, "--result", str(result)]) == 0
    written = json.loads(result.read_text(encoding="utf-8"))
    assert list(written["collections"]) == ["lay", "twins"]
    report = result.with_suffix(".md").read_text(encoding="utf-8")
    assert report == as_markdown(written)
    assert str(clones) not in report + result.read_text(encoding="utf-8")
    assert "oneal2000/STARD | MIT" in report
