#!/usr/bin/env bash
# How long a newcomer waits: clones what is committed into an empty folder, runs `make demo` there, and prints the seconds until the
# first cross-site incident is named. The package cache is the machine's own.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
unset VIRTUAL_ENV MAKEFLAGS MAKEOVERRIDES MFLAGS
git clone --quiet "$root" "$place/tocsin"
cd "$place/tocsin"
start=$SECONDS
first=""
while IFS= read -r line; do
  case "$line" in "CROSS-SITE INCIDENT"*) [ -n "$first" ] || { first=$((SECONDS - start)); echo "first cross-site incident after ${first} s"; } ;; esac
done < <(make demo ARGS=--once </dev/null)
[ -n "$first" ] || { echo "no cross-site incident was named" >&2; exit 1; }
