"""Learning: lessons over the clause tree, cards and quizzes made from clauses and figures, spaced repetition."""

from assistant.learning.course import Course, Syllabus
from assistant.learning.progress import Progress, open_progress

__all__ = ["Course", "Progress", "Syllabus", "open_progress"]
