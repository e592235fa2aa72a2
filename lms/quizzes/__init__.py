"""Quizzes: test specification, sitting, attempt, responses, result."""
