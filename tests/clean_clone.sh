#!/usr/bin/env bash
# Proves that a newcomer needs two commands: clones what is committed into an empty folder with an empty HOME, then runs
# `make demo` and `make test` there. Usage: clean_clone.sh [--quick]
#   --quick   lint and the tests that need no service and no corpus
# TOCSIN_CORPUS and TOCSIN_CACHE are passed on when they are set.
set -euo pipefail
[ -z "${TOCSIN_CLEAN_CLONE:-}" ] || { echo "clean_clone.sh was started from within itself" >&2; exit 2; }
export TOCSIN_CLEAN_CLONE=1

select=""
case "${1:-}" in
  "") ;;
  --quick) select='-m "not services and not corpus"'; unset CI TOCSIN_CORPUS ;;
  *) echo "expected: clean_clone.sh [--quick], not $1" >&2; exit 2 ;;
esac

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
for name in TOCSIN_CORPUS TOCSIN_CACHE; do
  if [ -n "${!name:-}" ]; then declare -x "$name=$(cd "${!name}" && pwd)"; fi
done
place=$(mktemp -d)
trap 'chmod -R u+w "$place"; rm -rf "$place"' EXIT
mkdir "$place/home"
export HOME="$place/home"
unset VIRTUAL_ENV XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME UV_CACHE_DIR PIP_CACHE_DIR MAKEFLAGS MAKEOVERRIDES MFLAGS

git clone --quiet "$root" "$place/tocsin"
cd "$place/tocsin"

start=$SECONDS
make demo ARGS=--once </dev/null
demo=$((SECONDS - start))

start=$SECONDS
make test ARGS="$select" </dev/null
test=$((SECONDS - start))

echo "clean clone: make demo ${demo} s (with the installation), make test ${test} s"
