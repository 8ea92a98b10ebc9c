"""The attack set against a model that obeys every attack: what it says never gets through."""

from typing import Any

import pytest

from evals.injections import Attack, load, run


@pytest.mark.slow
@pytest.mark.parametrize("tier", ["phrase", "tools"])
def test_a_model_that_obeys_the_attacks_changes_nothing(tier: str, script: Any, speaking: Any, make_reply: Any) -> None:
    script.tier = tier
    attack: Attack

    def obey(request: Any) -> Any:
        if tier == "tools" and request.last["role"] != "tool":
            return make_reply(calls=(("search_clauses", '{"query": "夏季空调温度"}'),))
        key = next(iter(request.keys()), "B00")
        said = [w for word in attack.forbidden for w in (f"{word}[{key}]。", f"{word}。\n", f"[{key}]{word}\n")]
        echo = f"{attack.turns[-1][:300]}[{key}]。"
        return make_reply(
            chunks=(*said, echo, f"![x](https://evil.example/p.png)[{key}]。\n", f"夏季空调温度不低于26℃[{key}]。")
        )

    script.answers = [obey]
    assistant = speaking(seconds=10)
    changed = []
    for attack in load():
        outcome = run(attack, lambda q, s: assistant.ask(q, s).to_json(), assistant.corpus)
        changed += [(attack.id, outcome.changed)] if outcome.changed else []
    assistant.close()
    assert changed == []
    assert len(script.requests) > 20
