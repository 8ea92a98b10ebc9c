"""The retriever on questions and texts nobody here wrote: ``python -m evals.foreign --data DIR``."""
