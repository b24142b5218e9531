#!/bin/sh
# Keeps the tree's style (.clang-format, .clang-tidy), with the clang 14 of Debian 12.
#
#   scripts/format.sh                     formats every C file
#   scripts/format.sh --check             says which files are not formatted; exit status 1 if there are any
#   scripts/format.sh --tidy              clang-tidy over the files that differ from the last commit
#   scripts/format.sh --tidy all          ... over every source file
#   scripts/format.sh --tidy FILE...      ... over these
#
# clang-tidy needs a build directory with compile_commands.json: BUILD=DIRECTORY, else build/dev, which is configured.

set -eu

cd "$(dirname "$0")/.."

die() {
    echo "format.sh: $*" >&2
    exit 2
}

# find_tool NAME: its name with or without the version
find_tool() {
    for name in "$1-14" "$1"; do
        if command -v "$name" >/dev/null 2>&1 && "$name" --version | grep -q 'version 14\.'; then
            echo "$name"
            return
        fi
    done
    die "$1 14 is not installed: scripts/packages.sh test installs it"
}

c_files() {
    git ls-files --cached --others --exclude-standard -- '*.c' '*.h'
}

# One process a file: clang-format 14 may crash on the second.
each_file() {
    c_files | xargs -P "$(nproc)" -n 1 "$(find_tool clang-format)" "$@"
}

tidy() {
    clang_tidy=$(find_tool clang-tidy)
    build=${BUILD:-build/dev}
    [ -e "$build/compile_commands.json" ] || cmake --preset dev -B "$build" >&2
    case ${1-} in
    '') files=$(git diff --name-only --diff-filter=d HEAD -- '*.c') ;;
    all) files=$(c_files | grep '\.c$') ;;
    *) files=$* ;;
    esac
    # A file that no target compiles has no flags: examples of man pages, sources of other systems.
    known=$(for file in $files; do
        if grep -q "\"file\": \"$PWD/$file\"" "$build/compile_commands.json"; then echo "$file"; fi
    done)
    [ -n "$known" ] || return 0
    echo "$known" | xargs -P "$(nproc)" -n 4 "$clang_tidy" --quiet -p "$build" --extra-arg=-Wno-unknown-warning-option 2>&1 |
        { grep -v -E '^[0-9]+ warnings? (generated|treated)|^$' || true; }
}

case ${1-} in
'') each_file -i ;;
--check) each_file --dry-run -Werror ;;
--tidy)
    shift
    tidy "$@"
    ;;
*) die "'$1' is not an option: see the head of this file" ;;
esac
