"""Content: the files under courses/ and question_banks/ -> issues, plan, database."""
