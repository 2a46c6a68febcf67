#!/bin/sh
# meson.sh [BUILD]: runs the tests of a Meson project, each under timerleak, and judges what they
# left. Meson itself is not recorded. leaks.json, what leaks today, has to be made first, from the
# recordings of a first run that fails for want of it:
#
#     timerleak check --baseline leaks.json --update-baseline build/timerleak
set -eu
build=${1:-build}
recordings=$(realpath "$build")/timerleak   # absolute: tests run in directories of their own

# Recordings of an earlier run are not to be judged again.
rm -rf "$recordings"
mkdir "$recordings"
meson test -C "$build" --wrapper "timerleak record -o '$recordings/%e.%p.tlk' --"
timerleak check --baseline leaks.json --junit "$build/leaks.junit.xml" "$recordings"
