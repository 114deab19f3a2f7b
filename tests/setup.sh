#!/bin/sh
# What `make check` and `make test` need. Root on Debian: other people's programs by apt, for
# the interoperability tests; elsewhere those tests skip and say why. Then the pinned packages.
set -eu
cd "$(dirname "$0")/.."
python="${1:-python3}"
packages="xmlsec1 openssl poppler-utils qpdf softhsm2 postgresql mariadb-server fonts-noto-core nginx-light chromium golang-go golang-golang-x-mod-dev zbar-tools"

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  missing=""
  for package in $packages; do
    dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
  done
  if [ -n "$missing" ]; then
    echo "Installing for the tests:$missing" >&2
    export DEBIAN_FRONTEND=noninteractive
    log="$(mktemp)"
    # A package that can't be had is not fatal: its tests skip, each with its reason.
    # shellcheck disable=SC2086
    { apt-get update -q && apt-get install -y -q --no-install-recommends $missing; } \
      >"$log" 2>&1 || { tail -n 3 "$log" >&2; echo "Going on without." >&2; }
    rm -f "$log"
  fi
fi

# Node's programs, by a list with digests and without install scripts; without npm their tests skip.
if command -v npm >/dev/null 2>&1; then
  (cd tests/interop && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2 \
    || echo "Going on without Node's programs." >&2
fi

exec "$python" run.py --install dev
