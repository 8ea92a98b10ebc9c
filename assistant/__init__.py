"""How a question becomes a cited answer: retrieval, conversation, answering, and the doors to it."""
