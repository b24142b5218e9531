#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# completion.sh COMPLETION LIST: bash loads the completion without a word, and it offers every long option of LIST, which the
# tool's generator wrote.

set -u

completion=$1
list=$2
tool=${completion##*/}
failed=0

fail() {
    echo "FAIL: $tool: $*" >&2
    failed=1
}

# offers WORD...: what the completion offers for the last word, one a line
offers() {
    # shellcheck disable=SC2016 # the inner shell's variables
    bash --norc -u -c '
        . "$0" || exit
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        "$(complete -p "$1" | sed "s/.*-F \([^ ]*\).*/\1/")"
        printf "%s\n" "${COMPREPLY[@]}"' "$completion" "$@" 2>&1
}

[ -z "$(bash --norc -u "$completion" 2>&1)" ] || fail 'loading it prints something'
found=$(offers "$tool" --)
while IFS=$'\t' read -r option _; do
    case $option in
    --*) grep -qx -e "$option" <<<"$found" || fail "$option is not offered" ;;
    esac
done <"$list"
[ -s "$list" ] || fail "$list is empty"
exit "$failed"
