"""Whatever a client sends within or against the described interface: never a fault of the server."""

import gc
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

from assistant.server.app import application
from assistant.server.users import Role, Users
from assistant.settings import Settings

FEW = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("who", ["local", "admin"])
def test_no_fault_of_the_server_whatever_is_sent(assistant: Any, tmp_path: Path, who: str) -> None:
    headers = {"host": "127.0.0.1"}
    if who == "admin":
        users = Users(tmp_path / "users.json")
        users.add(who, Role.ADMINISTRATOR, "correct horse")
        headers["authorization"] = f"Bearer {users.issue(who)}"
    seen = sent(application(assistant, Settings(home=tmp_path, rate_limit="0"), pages=False), headers, who)
    if who == "admin":
        assert seen["POST /api/v1/admin/users"][201]
        assert seen["DELETE /api/v1/admin/users/{name}"][400]
        return
    assert {"POST /api/v1/ask", "GET /api/v1/clauses", "POST /v1/chat/completions"} <= set(seen)
    assert seen["POST /api/v1/ask"][200]
    assert seen["POST /api/v1/ask"][422]


def sent(app: Any, headers: dict[str, str], who: str) -> dict[str, Counter[int]]:
    """Send every operation right and wrong requests; the statuses that came back. An administrator sends his own only."""
    seen: dict[str, Counter[int]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of third parties, while strategies are made
        import schemathesis
        from schemathesis.checks import not_a_server_error

        schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, headers=headers)
        # Files of every kind are sent in test_intake; here they would end up in the library of all tests.
        schema = schema.exclude(path="/api/v1/corpus")
        if who == "admin":
            schema = schema.include(path_regex="^/api/v1/admin")
        for result in schema.get_all_operations():
            operation: Any = result.ok()
            seen[operation.label] = Counter()
            for mode in schemathesis.GenerationMode:

                def send(case: Any) -> None:
                    response = case.call(headers=headers)
                    seen[case.operation.label][response.status_code] += 1
                    case.validate_response(response, checks=[not_a_server_error])

                try:
                    FEW(given(case=operation.as_strategy(generation_mode=mode))(send))()
                except Unsatisfiable:  # nothing can be wrong about a request that carries nothing
                    assert mode is schemathesis.GenerationMode.NEGATIVE
        gc.collect()
    return seen
