"""Colours and fonts of the pages: a restrained green, the system's own Chinese fonts, nothing fetched."""

import gradio as gr

__all__ = ["theme"]

_GREEN = gr.themes.Color(
    name="nearzero",
    c50="#f1f6f3",
    c100="#dfebe4",
    c200="#bfd7ca",
    c300="#93bba6",
    c400="#5f987c",
    c500="#3a7a5c",
    c600="#276348",
    c700="#1f503a",
    c800="#1a4130",
    c900="#163628",
    c950="#0b1e16",
)
_FONTS = (
    "PingFang SC",
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "system-ui",
    "sans-serif",
)


def theme() -> gr.themes.Base:
    """The theme of every page; what Gradio's variables do not reach is in ``static/page.css``."""
    return gr.themes.Base(
        primary_hue=_GREEN,
        secondary_hue=_GREEN,
        neutral_hue="stone",
        radius_size="md",
        font=_FONTS,
        font_mono=("ui-monospace", "Consolas", "monospace"),
    ).set(
        body_background_fill="#f6f7f4",
        body_background_fill_dark="#121614",
        body_text_color="#1c2420",
        body_text_color_dark="#e6eae7",
        block_border_width="0px",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_shadow="none",
        input_background_fill="#ffffff",
        input_background_fill_dark="#1b211e",
    )
