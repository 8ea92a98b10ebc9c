"""The web page: chat with citations that open beside it. Gradio is imported when a page is built, not before."""
