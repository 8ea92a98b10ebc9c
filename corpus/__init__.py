"""What is known: documents, clauses, indicators, locators. No model, no retrieval engine."""
