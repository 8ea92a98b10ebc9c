"""The web application: the pages, the assets they need, and the server that hands them out."""

import os
import warnings
from dataclasses import dataclass
from importlib import import_module, resources, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.web.language import LANGUAGES
from corpus.errors import InputError

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

    from assistant.assistant import Assistant
    from assistant.server.audit import Audit
    from assistant.server.users import Users
    from assistant.web.place import Place

__all__ = ["PAGES", "PLOTLY_PATH", "Page", "application", "build", "mount"]

PLOTLY_PATH = "vendor/plotly.min.js"
"""Where the pages fetch their charting library, below the server's address."""

_LARGEST_FILE = "50mb"
"""What a person may send: a policy with scanned pages."""

_SWEPT, _KEPT = 3600, 86_400
"""Seconds between two sweeps of what people sent and downloaded, and how long it is kept."""

_AT_ONCE = 4
"""Questions of programs under way at the same moment; those of people have a queue of their own."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its address below the root, its name in the header, and the module with its ``build(place)``."""

    path: str
    name: str
    module: str


PAGES = (
    Page("", "问答", "chat"),
    Page("calculators", "计算器", "calculators"),
    Page("learn", "学习", "learn"),
    Page("check", "核查", "review"),
    Page("library", "资料库", "library"),
)
"""The pages in the order of the header."""

_NAMED = 'element.querySelector(".account .who").textContent = window.gradio_config?.username ?? "";'
"""Puts the reader's name into the header."""

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


def build(place: "Place") -> "gr.Blocks":
    """All pages in one language as one ``gr.Blocks``, each at an address of its own; ``PAGES`` names them."""
    os.environ.update(_QUIET)
    import gradio as gr
    from gradio.events import api

    blocks = gr.Blocks(
        title=place.say("近零碳机关助手"),
        analytics_enabled=False,
        fill_width=True,
        fill_height=True,
        delete_cache=(_SWEPT, _KEPT),
    )
    for page in PAGES:
        with blocks.route(place.say(page.name), f"/{page.path}", show_in_navbar=False) if page.path else blocks:
            gr.HTML(
                place.render("header.html", pages=PAGES, here=page, signed_in=place.users is not None),
                elem_id="header",
                apply_default_css=False,
                js_on_load=_NAMED if place.users is not None else None,
            )
            import_module(f"assistant.web.{page.module}").build(place)
            gr.HTML(place.render("footer.html"), elem_id="footer", apply_default_css=False, js_on_load=None)

    def ask(question: str, session: str, request: gr.Request) -> dict[str, Any]:
        """One question by program (``gradio_client``); ``session`` may be empty. Whole answer as nearzero.answer/1."""
        try:
            held = place.assistant.ask(
                question, session or None, owner=place.owner(request), register=place.register(request)
            )
        except InputError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return held.to_json()

    with blocks:
        api(ask, api_name="ask", concurrency_limit=_AT_ONCE)
    return blocks


def application(assistant: "Assistant") -> "FastAPI":
    """The pages alone as an ASGI application, open to whoever can reach it."""
    from fastapi import FastAPI

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    mount(app, assistant)
    return app


def mount(app: "FastAPI", assistant: "Assistant", users: "Users | None" = None, audit: "Audit | None" = None) -> None:
    """Add the pages to an application, in Chinese at its root and in English below ``/en``.

    They ask nothing of any other host; with ``users`` only those come here whom the gate lets in.
    """
    os.environ.update(_QUIET)
    import gradio as gr
    from fastapi import Request
    from fastapi.responses import FileResponse, RedirectResponse

    from assistant.server.users import User
    from assistant.web import files
    from assistant.web.headers import OwnHostOnly
    from assistant.web.place import Place
    from assistant.web.theme import theme

    app.add_middleware(OwnHostOnly)
    files.install(app, assistant)
    plotly = _plotly()

    @app.get(f"/{PLOTLY_PATH}", include_in_schema=False)
    def charting_library() -> FileResponse:
        return FileResponse(plotly, media_type="text/javascript", headers={"cache-control": "max-age=86400"})

    @app.get("/en", include_in_schema=False)
    def without_slash() -> RedirectResponse:
        return RedirectResponse("/en/")

    def reader(request: Request) -> str | None:
        """The gate has let only signed-in people come this far."""
        user = request.scope.get("user")
        return user.name if isinstance(user, User) else None

    static = resources.files("assistant.web") / "static"

    def text(name: str) -> str:
        return (static / name).read_text(encoding="utf-8")

    styles = "\n".join(text(f.name) for f in sorted(static.iterdir(), key=lambda f: f.name) if f.name.endswith(".css"))
    # English first: what is mounted at the root answers everything that nothing before it did.
    for language in reversed(LANGUAGES):
        place = Place(assistant, language, users, audit)
        with warnings.catch_warnings():
            # Gradio says that it leaves off what is off here in any case.
            warnings.filterwarnings("ignore", message="SSR mode")
            gr.mount_gradio_app(
                app,
                build(place),
                path="/en" if language == "en" else "/",
                auth_dependency=reader if users else None,
                footer_links=[],
                run_history=False,
                show_error=False,
                ssr_mode=False,
                enable_monitoring=False,
                pwa=False,
                mcp_server=False,
                max_file_size=_LARGEST_FILE,
                favicon_path=None if language == "en" else str(static / "favicon.png"),  # only at the root
                theme=theme(),
                # Not through `css`, which Gradio rewrites so that nothing outside its own container can be reached.
                head=f"<style>{styles}</style>{place.render('head.html')}",
            )


def _plotly() -> Path:
    """The browser build of Plotly that ships in the ``plotly`` package, found without importing it."""
    spec = util.find_spec("plotly")
    if spec is None or not spec.submodule_search_locations:
        raise InputError("没有装好 plotly，画不了图。请重新运行 make run 安装依赖。")
    return Path(spec.submodule_search_locations[0]) / "package_data" / "plotly.min.js"
