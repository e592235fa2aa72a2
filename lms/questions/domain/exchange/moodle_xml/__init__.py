"""Moodle XML, in and out."""

from lms.questions.domain.exchange.moodle_xml.reading import parse_moodle_xml
from lms.questions.domain.exchange.moodle_xml.writing import write_moodle_xml

__all__ = ["parse_moodle_xml", "write_moodle_xml"]
