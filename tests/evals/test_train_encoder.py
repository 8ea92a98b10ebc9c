"""The bundled weights read into PyTorch are those the package runs, and training moves questions to their clauses."""

import numpy as np
import pytest

from assistant.retrieval.embedding import PLAIN, embedder
from evals import train_encoder

QUESTIONS = ["夏天办公室空调最低开几度？", "国管节能〔2021〕426号 第8部分", "How many chargers for 200 parking bays?"]


@pytest.fixture(scope="module")
def weights() -> train_encoder.Weights:
    return train_encoder.read_weights()


def test_shapes(weights: train_encoder.Weights) -> None:
    assert (weights.hidden, weights.layers, weights.heads, weights.inner) == (384, 12, 12, 1536)
    assert len(weights.tokens) == len(weights.scores) > 250_000
    assert weights.tokens[:4] == ("<s>", "<pad>", "</s>", "<unk>")
    assert weights.matrix("l0.fo.w", weights.inner).shape == (384, 1536)


@pytest.mark.slow
def test_untrained_it_is_the_plain_model(weights: train_encoder.Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_encoder, "EPOCHS", 0)
    plain = embedder(PLAIN).embed_queries(QUESTIONS)
    model = train_encoder.train(weights, plain, [(text, row) for row, text in enumerate(QUESTIONS)], [])
    tokens = train_encoder.tokenizer(weights, range(len(weights.tokens)))
    rows = train_encoder.bank(model, tokens, QUESTIONS).numpy()
    assert (rows * plain).sum(axis=1).min() > 0.99


@pytest.mark.slow
def test_training_brings_a_question_to_its_clause(
    weights: train_encoder.Weights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_encoder, "BATCH", 4)
    monkeypatch.setattr(train_encoder, "WARM", 1)
    clauses = embedder(PLAIN).embed_passages(["食堂餐厨垃圾处理", "公务用车配备", "夏季室内空调温度不得低于26度"])
    # Turned about, so that nothing but the training can make them fit.
    known = [(text, row) for row, texts in enumerate((QUESTIONS[:1], QUESTIONS[1:2], QUESTIONS[2:])) for text in texts]
    tokens = train_encoder.tokenizer(weights, range(len(weights.tokens)))
    monkeypatch.setattr(train_encoder, "EPOCHS", 0)
    untrained = train_encoder.bank(train_encoder.train(weights, clauses, known * 2, []), tokens, QUESTIONS).numpy()
    monkeypatch.setattr(train_encoder, "EPOCHS", 8)
    trained = train_encoder.bank(train_encoder.train(weights, clauses, known * 2, []), tokens, QUESTIONS).numpy()

    def lead(rows: np.ndarray) -> float:
        cosines = rows @ clauses.T
        return float(np.mean(np.diag(cosines) - (cosines.sum(axis=1) - np.diag(cosines)) / 2))

    assert lead(trained) > lead(untrained) + 0.02
