#!/bin/sh
# Installs Chromium for the browser tests, where Debian's apt can; says what to do where it cannot.
set -e
if command -v apt-get >/dev/null; then
  if [ "$(id -u)" = 0 ]; then
    apt-get install --yes --no-install-recommends chromium >/dev/null 2>&1 \
      || { apt-get update >/dev/null && apt-get install --yes --no-install-recommends chromium >/dev/null; }
    exit 0
  fi
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo apt-get update >/dev/null && sudo apt-get install --yes --no-install-recommends chromium >/dev/null
    exit 0
  fi
fi
echo "The browser tests need Chromium on PATH; install it (Debian: apt install chromium) and run make test again." >&2
exit 1
