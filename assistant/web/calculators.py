"""The page 计算器: every calculator as a form, its result with downloads, and tables of many institutions."""

from assistant.web.form import form, recomputable, recomputed, services, understood

__all__ = ["form", "recomputable", "recomputed", "services", "understood"]
