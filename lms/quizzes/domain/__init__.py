"""Rules of quizzes: the plan of a test, drawing a paper, marking it, when it may be taken, what is shown. Pure."""
