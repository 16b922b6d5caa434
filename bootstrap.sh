#!/bin/sh
# Makes .venv: the pinned packages, and wheels of Go, Node and a C compiler where these lack.
set -eu
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}

say() { echo "setup: $*" >&2; }

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    say "needs Python 3.11 or newer; $PYTHON is $("$PYTHON" --version 2>&1 || echo missing): make setup PYTHON=python3.11"
    exit 3
}

go_works() {
    version=$(go env GOVERSION 2>/dev/null) || return 1
    "$PYTHON" - "$version" <<'PY'
import re, sys
found = re.match(r"go(\d+)\.(\d+)", sys.argv[1])
sys.exit(not (found and tuple(map(int, found.groups())) >= (1, 21)))
PY
}

extras=dev
go_works || extras="$extras,go"
command -v "${CC:-gcc}" >/dev/null || command -v cc >/dev/null || command -v clang >/dev/null ||
    extras="$extras,cc"
{ node --version && npm --version; } >/dev/null 2>&1 || extras="$extras,node"

[ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
say "installing the pinned packages ($extras)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --constraint constraints.txt --editable ".[$extras]" || {
    say "pip failed (above): check that this machine reaches a Python package index, then run make setup again"
    exit 3
}
touch .venv/ready
