"""Pages of probation: conditions for the hire, files and decisions for HR."""

from lms.probation.views import conditions, deciding, files
from lms.probation.views.blueprint import blueprint

__all__ = ["blueprint", "conditions", "deciding", "files"]
