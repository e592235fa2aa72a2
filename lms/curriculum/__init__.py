"""Curriculum: programme, stage, module, lesson, enrolment, reading progress, gates, due dates."""
