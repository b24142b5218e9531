#!/bin/sh
# Times and lengths of records equal to tshark's, over the captures whose file format is what they are about: libpcap
# reads many of them not at all. What is known to differ is listed below; a file that stops differing fails, too.
set -u

captures=${PKT_SOURCE_DIR:-.}/captures
records=${PKT_ORACLE_DIR:?}/helper_records
command -v tshark >/dev/null || { echo "skipped: tshark is not installed"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM

# file, and why it differs
cat >"$work/known" <<'END'
pcap-odd-times.pcap a fraction of a second or more: we carry it into the seconds, tshark prints it as it is
pcap-wire-length.pcap fewer bytes on the wire than captured: we raise the wire length
pcapng-time-resolution.pcapng picoseconds: tshark 4.0 divides 64 bits wrongly
END

failed=0
known=0
for file in "$captures"/pcap*.pcap "$captures"/pcapng-*.pcapng "$captures"/dumpcap-* "$captures"/*.gz \
    "$captures"/*.zst "$captures"/*-cut*.pcap "$captures"/short-snap-length.pcap; do
    name=${file##*/}
    "$records" "$file" >"$work/ours" 2>"$work/ours.err"
    ours=$?
    tshark -n -r "$file" -T fields -e frame.time_epoch -e frame.len -e frame.cap_len -e frame.encap_type \
        >"$work/all" 2>/dev/null
    theirs=$?
    # custom and journal blocks are rows as well, without an encapsulation
    awk -F '\t' -v OFS='\t' '$4 != "" { print $1, $2, $3 }' "$work/all" >"$work/theirs"
    if cmp -s "$work/ours" "$work/theirs" && [ $ours -eq $theirs ]; then verdict=equal; else verdict=differs; fi
    expected=equal
    if grep -q "^$name " "$work/known"; then
        expected=differs
        known=$((known + 1))
    fi
    if [ $verdict != $expected ]; then
        echo "$name: $verdict (ours ends with $ours, tshark with $theirs)"
        cat "$work/ours.err"
        diff "$work/ours" "$work/theirs" | head -5
        failed=1
    fi
done
[ $known -eq "$(wc -l <"$work/known")" ] || { echo "the list of what differs names a file that is not there"; failed=1; }
exit $failed
