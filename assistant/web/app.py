"""The web application: the pages, the assets they need, and the server that hands them out."""

import os
import socket
from importlib import resources, util
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import InputError

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

    from assistant.assistant import Assistant
    from assistant.settings import Settings

__all__ = ["application", "build", "launch"]

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

    from assistant.web import chat
    from assistant.web.markup import render

    blocks = gr.Blocks(title="近零碳机关助手", analytics_enabled=False, fill_width=True, fill_height=True)
    with blocks:
        gr.HTML(render("header.html"), elem_id="header", apply_default_css=False, js_on_load=None)
        chat.build(assistant)
        gr.HTML(render("footer.html"), elem_id="footer", apply_default_css=False, js_on_load=None)
    return blocks


def application(assistant: "Assistant") -> "FastAPI":
    """The pages as an ASGI application that asks nothing of any other host."""
    blocks = build(assistant)
    import gradio as gr
    from fastapi import FastAPI
    from fastapi.responses import FileResponse

    from assistant.web.chat import PLOTLY_PATH
    from assistant.web.headers import OwnHostOnly
    from assistant.web.theme import theme

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(OwnHostOnly)
    plotly = _plotly()

    @app.get(f"/{PLOTLY_PATH}")
    def charting_library() -> FileResponse:
        return FileResponse(plotly, media_type="text/javascript", headers={"cache-control": "max-age=86400"})

    static = resources.files("assistant.web") / "static"

    def text(name: str) -> str:
        return (static / name).read_text(encoding="utf-8")

    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
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
    return app


def launch(assistant: "Assistant", settings: "Settings") -> None:
    """Serve the pages until interrupted. Raises ``InputError`` where the address is taken or not this machine's."""
    import uvicorn

    with _listen(settings.host, settings.port) as listening:
        config = uvicorn.Config(application(assistant), log_level=settings.log_level.lower(), access_log=False)
        uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """A socket that already listens, so that a taken port is known before anything heavy is imported."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise InputError(
            f"打不开 {host}:{port}：端口已被占用，或者这不是本机的地址。请用 --port（或 NEARZERO_PORT）换一个端口再试。"
        ) from error


def _plotly() -> Path:
    """The browser build of Plotly that ships in the ``plotly`` package, found without importing it."""
    spec = util.find_spec("plotly")
    if spec is None or not spec.submodule_search_locations:
        raise InputError("没有装好 plotly，画不了图。请重新运行 make run 安装依赖。")
    return Path(spec.submodule_search_locations[0]) / "package_data" / "plotly.min.js"
