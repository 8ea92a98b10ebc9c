"""The answer in a chat model's words: any OpenAI-compatible endpoint, never more than the evidence says."""
