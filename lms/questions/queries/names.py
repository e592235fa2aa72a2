"""Words by which purposes and states of items are stored."""

QUIZ = "quiz"
RECALL = "recall"
DRAFT = "draft"
IN_REVIEW = "in_review"
READY = "ready"
RETIRED = "retired"
