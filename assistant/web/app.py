"""The web application: the pages, the assets they need, and the server that hands them out."""

import os
from collections.abc import Callable
from importlib import resources, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

    from assistant.assistant import Assistant

__all__ = ["application", "build", "mount"]

_AT_ONCE = 4
"""Questions of programs under way at the same moment; those of people have a queue of their own."""

# Read by gradio and huggingface_hub when they are imported or a page is built, so set before that.
_QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    # Gradio sums up all past events with pandas after each one, for a monitoring page that is off here.
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**9),
}


def build(assistant: "Assistant") -> "gr.Blocks":
    """All pages as one ``gr.Blocks``; a further page is one more ``build`` under a tab here."""
    os.environ.update(_QUIET)
    import gradio as gr
    from gradio.events import api

    from assistant.web import chat
    from assistant.web.markup import render

    blocks = gr.Blocks(title="近零碳机关助手", analytics_enabled=False, fill_width=True, fill_height=True)
    with blocks:
        gr.HTML(render("header.html"), elem_id="header", apply_default_css=False, js_on_load=None)
        chat.build(assistant)
        gr.HTML(render("footer.html"), elem_id="footer", apply_default_css=False, js_on_load=None)

        def ask(question: str, session: str, request: gr.Request) -> dict[str, Any]:
            """One question by program (``gradio_client``); ``session`` may be empty. Whole answer as nearzero.answer/1."""
            try:
                return assistant.ask(question, session or None, owner=request.username or "").to_json()
            except InputError as error:
                raise gr.Error(str(error), print_exception=False) from error

        api(ask, api_name="ask", concurrency_limit=_AT_ONCE)
    return blocks


def application(assistant: "Assistant") -> "FastAPI":
    """The pages alone as an ASGI application, open to whoever can reach it."""
    from fastapi import FastAPI

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    mount(app, assistant, None)
    return app


def mount(app: "FastAPI", assistant: "Assistant", sign_in: "Callable[[str, str], object] | None") -> None:
    """Add the pages to an application at its root; they ask nothing of any other host.

    With ``sign_in`` (name and password to a user, or to nothing) they begin with a form to sign in.
    """
    blocks = build(assistant)
    import gradio as gr
    from fastapi.responses import FileResponse
    from starlette.concurrency import run_in_threadpool

    from assistant.web.chat import PLOTLY_PATH
    from assistant.web.headers import OwnHostOnly
    from assistant.web.theme import theme

    app.add_middleware(OwnHostOnly)
    plotly = _plotly()

    @app.get(f"/{PLOTLY_PATH}", include_in_schema=False)
    def charting_library() -> FileResponse:
        return FileResponse(plotly, media_type="text/javascript", headers={"cache-control": "max-age=86400"})

    async def admitted(name: str, password: str) -> bool:
        assert sign_in is not None
        return await run_in_threadpool(sign_in, name, password) is not None

    static = resources.files("assistant.web") / "static"

    def text(name: str) -> str:
        return (static / name).read_text(encoding="utf-8")

    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        auth=admitted if sign_in else None,  # Gradio awaits it
        auth_message="近零碳机关助手：请用管理员给您的用户名和密码登录。",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        max_file_size="1mb",
        favicon_path=str(static / "favicon.png"),
        theme=theme(),
        # Not through `css`, which Gradio rewrites so that nothing outside its own container can be reached.
        head=f"<style>{text('page.css')}</style>{text('head.html')}",
    )


def _plotly() -> Path:
    """The browser build of Plotly that ships in the ``plotly`` package, found without importing it."""
    spec = util.find_spec("plotly")
    if spec is None or not spec.submodule_search_locations:
        raise InputError("没有装好 plotly，画不了图。请重新运行 make run 安装依赖。")
    return Path(spec.submodule_search_locations[0]) / "package_data" / "plotly.min.js"
