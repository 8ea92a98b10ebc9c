"""What a conversation remembers, and when it stops."""

from assistant.assistant import Assistant
from assistant.conversation.followup import rewrite
from assistant.conversation.memory import Memory
from corpus.library import Corpus

TAKEN_OUT = {"question": "配电间多久巡检一次？", "document_id": "added-2024-7", "place": "第二条", "heading": ""}


def test_a_document_taken_out_of_the_library_is_no_longer_talked_about(corpus: Corpus) -> None:
    held = {**TAKEN_OUT, "document_id": "guideline-interpretation"}
    memory = Memory(
        question=TAKEN_OUT["question"], document_id="added-2024-7", place="第二条", listed=(TAKEN_OUT, held)
    )
    left = memory.among(corpus)
    assert (left.question, left.document_id, left.place) == (TAKEN_OUT["question"], "", "")
    assert [part["document_id"] for part in left.listed] == ["", "guideline-interpretation"]
    kept = Memory(question="第6部分写了什么", document_id="guideline-interpretation", place="三、第6部分")
    assert kept.among(corpus) == kept


def test_the_next_question_is_read_without_it(assistant: Assistant) -> None:
    memory = Memory(question="配电间多久巡检一次？", document_id="added-2024-7", place="第二条", last="knowledge")
    core = assistant.core
    for question in ("那第三条呢？", "下一条呢？", "这份文件是谁发的？", "食堂怎么减少浪费？"):
        assert rewrite(question, memory.among(core.corpus), core.corpus, core.retriever.named)
