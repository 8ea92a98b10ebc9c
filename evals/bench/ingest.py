"""How many files and clauses ingest takes in, in what memory: generated documents, read and stored as by ``corpus add``.

    python -m evals.bench.ingest --documents 1000 --clauses 50

Prints one JSON object. Embedding is measured on a sample, as it is the same work as for any index.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from corpus.ingest import Limits, Reader, content_hash, held_hashes, save
from corpus.numerals import chinese

__all__ = ["generate", "main", "measure"]


def generate(folder: Path, n: int, clauses: int) -> Path:
    """One made-up regulation of so many articles as a text file."""
    lines = [f"示例市第{chinese(n % 9999 + 1)}号公共机构节能管理办法", f"示机管〔2024〕{n + 1}号"]
    for article in range(1, clauses + 1):
        lines.append(
            f"第{chinese(article)}条 第{n}类单位的第{article}项设备应当每{article % 12 + 1}个月检查一次，"
            f"能耗比上年下降{article % 9 + 1}.{n % 10}%，并将结果记入台账，由本单位机关事务管理部门保存三年备查。"
        )
    path = folder / f"文件{n:05d}.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def measure(documents: int, clauses: int, sample: int) -> dict[str, float | int]:
    """Read and store the documents twice; then embed a sample of the clauses."""
    with tempfile.TemporaryDirectory() as name:
        files, home = Path(name) / "files", Path(name) / "documents"
        files.mkdir()
        paths = [generate(files, n, clauses) for n in range(documents)]
        started, stored = time.perf_counter(), 0
        texts: list[str] = []
        with Reader(Limits()) as reader:
            for n, path in enumerate(paths, 1):
                document = reader.read(path)
                save(document, home)
                stored += len(document.clauses)
                texts += [c.text for c in document.clauses[: max(0, sample - len(texts))]]
                if n % 100 == 0:
                    sys.stderr.write(f"\r{n}/{documents}")
        first = time.perf_counter() - started
        started = time.perf_counter()
        held = held_hashes(home)
        again = sum(content_hash(path) not in held for path in paths)
        second = time.perf_counter() - started
    from assistant.retrieval.embedding import BUNDLED, embedder

    model = embedder(BUNDLED)
    started = time.perf_counter()
    for at in range(0, len(texts), 64):
        model.embed_passages(texts[at : at + 64])
    rate = len(texts) / max(time.perf_counter() - started, 1e-9)
    return {
        "documents": documents,
        "clauses": stored,
        "read_and_store_seconds": round(first, 1),
        "documents_per_second": round(documents / first, 1),
        "second_run_seconds": round(second, 1),
        "read_again": again,
        "parent_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "child_memory_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "embedded_sample": len(texts),
        "clauses_embedded_per_second": round(rate, 1),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--clauses", type=int, default=50)
    parser.add_argument("--sample", type=int, default=512)
    given = parser.parse_args(arguments)
    report = measure(given.documents, given.clauses, given.sample)
    sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
