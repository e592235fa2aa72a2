#!/usr/bin/env bash
# Make sure that a system library or program is there: install it where we may, else say the exact line to type.
# Usage: system.sh pango|chromium|fonts
set -euo pipefail

install() {
    local what="$1" debian="$2" mac="$3"
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        echo "installing $what: $debian"
        # shellcheck disable=SC2086
        { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $debian ||
            { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $debian; }; } >/dev/null 2>&1 ||
            { echo "could not install $what; type: apt-get install $debian" >&2; exit 1; }
    elif command -v apt-get >/dev/null; then
        echo "$what is missing. Type: sudo apt-get install $debian" >&2; exit 1
    elif command -v brew >/dev/null; then
        echo "$what is missing. Type: brew install $mac" >&2; exit 1
    else
        echo "$what is missing. Install it with this system's package manager (Debian names: $debian)." >&2; exit 1
    fi
}

case "$1" in
pango)
    # WeasyPrint needs Pango; without HarfBuzz's subsetter one certificate takes seconds instead of a fraction.
    .venv/bin/python -W error -c 'import weasyprint; from weasyprint.text.ffi import harfbuzz_subset; assert harfbuzz_subset' >/dev/null 2>&1 ||
        install "Pango and HarfBuzz" "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" "pango harfbuzz"
    ;;
chromium)
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
        [ -n "$name" ] && command -v "$name" >/dev/null && exit 0
    done
    install "Chromium" "chromium" "--cask chromium"
    ;;
fonts)
    [ -n "$(fc-list :lang=zh-cn 2>/dev/null)" ] || install "Chinese screen fonts" "fonts-noto-cjk" "font-noto-sans-cjk"
    ;;
*)
    echo "usage: system.sh pango|chromium|fonts" >&2; exit 2
    ;;
esac
