#!/bin/sh
# Lines equal to tcpdump's, over all captures and the options that shape a line. What differs must be in the table
# text_divergences.txt with its reason; an entry that matches nothing any more fails, too.
#
# A shape is a distinct line with its figures masked (numbers and addresses). A shape counts as equal when every line of
# it has a line of the same shape on our side. Captures of protocols that only tcpdump decodes do not count ("scope").
set -u

here=$(dirname "$0")
captures=${PKT_SOURCE_DIR:-.}/captures
pktsniff=${PKT_BINARY_DIR:?}/tools/pktsniff
command -v tcpdump >/dev/null || { echo "skipped: tcpdump is not installed"; exit 77; }
case $(tcpdump --version 2>&1 | head -1) in
*" 4.99.3") ;;
*) echo "skipped: the lines are those of tcpdump 4.99.3"; exit 77 ;;
esac
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
export TZ=UTC

# What tcpdump and libpcap do not read.
unreadable=' raw-14.pcap pcap-modified.pcap pcap-modified-big-endian.pcap '

cat >"$work/modes" <<'END'
-n
-nv
-ne
-nvv -e
-nvvv
-nt
-ntt
-nttt -v
-ntttt
-nttttt
-nS -v
-nK -vv
-nq
-nq -ve
-n#
-nx
-nxx -e
-nX -v
-nXX
-nA
END

# tcpdump shows the name that an interface's number has on the machine where it runs: masked on both sides.
mask_interfaces() {
    case $1 in
    *sll2*) sed -E 's/^(([0-9-]+ )?[0-9:.]+ |  +[0-9]+  [0-9:.]+ | [0-9:.]+ )?[a-z?]+[0-9]* +(In |B  |M  |P  |Out|\?  ) /\1IF \3 /' ;;
    *) cat ;;
    esac
}

for file in "$captures"/*.pcap "$captures"/*.pcap.gz "$captures"/*.pcap.zst "$captures"/*.pcapng; do
    name=${file##*/}
    case $unreadable in *" $name "*) continue ;; esac
    case $name in
    *.gz) gzip -dc "$file" >"$work/plain" 2>/dev/null ;;
    *.zst) zstd -dqcf "$file" >"$work/plain" 2>/dev/null ;;
    *) cp "$file" "$work/plain" ;;
    esac
    tcpdump -n --count -r "$work/plain" >/dev/null 2>&1 || [ "$(tcpdump -n -r "$work/plain" 2>/dev/null | wc -l)" -gt 0 ] ||
        continue
    while read -r mode; do
        # shellcheck disable=SC2086
        tcpdump $mode -r "$work/plain" 2>/dev/null | mask_interfaces "$name" >"$work/theirs" &
        # shellcheck disable=SC2086
        "$pktsniff" $mode --quiet -r "$work/plain" 2>/dev/null | mask_interfaces "$name" >"$work/ours"
        wait
        printf '@%s\t%s\n' "$name" "$mode"
        diff -a --old-line-format='-%L' --new-line-format='+%L' --unchanged-line-format=' %L' \
            "$work/theirs" "$work/ours"
    done <"$work/modes"
done >"$work/all"

LC_ALL=C awk -v table="$here/text_divergences.txt" -f "$here/text_lines.awk" "$work/all"
