#!/bin/sh
# What savers write is read by tshark, capinfos and tcpdump as it was meant: packets, times, comments, flags, counts;
# and conversions between the formats keep every packet.
set -u

captures=${PKT_SOURCE_DIR:?}/captures
sniff=${PKT_BINARY_DIR:?}/tools/pktsniff
helper=${PKT_ORACLE_DIR:?}/helper_saver
for peer in tshark capinfos tcpdump; do
    command -v $peer >/dev/null || { echo "skipped: $peer is not installed"; exit 77; }
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
failed=0

fail() {
    echo "FAIL: $*"
    failed=1
}

# --- what we say of packets and interfaces ---
for suffix in pcapng pcapng.gz pcapng.zst; do
    "$helper" "$work/made.$suffix" || fail "helper: exit status $?"
    tshark -n -r "$work/made.$suffix" -T fields -E separator=/s -E aggregator=+ -e frame.time_epoch -e frame.len \
        -e frame.cap_len -e frame.encap_type -e frame.interface_name -e frame.packet_flags \
        -e frame.packet_flags_direction -e frame.drop_count -e frame.comment >"$work/said" 2>"$work/errors" ||
        fail "$suffix: tshark: $(cat "$work/errors")"
    # Encapsulations are wiretap's numbers: 1 Ethernet, 25 cooked.
    cat >"$work/meant" <<'END'
1700000000.123456789 64 64 1 eth0 0x00000401 0x00000001  first+and more
0.000000001 1500 64 25 wan 0x00000a02 0x00000002 5000000000 
9000000000.000000000 64 64 1 eth0    ä
END
    diff "$work/meant" "$work/said" || fail "$suffix: packets are not what was meant"
done
capinfos -r "$work/made.pcapng" >"$work/infos" 2>&1 || fail "capinfos: $(cat "$work/infos")"
while read -r line; do
    tr -s ' ' <"$work/infos" | sed 's/^ *//' | grep -qxF "$line" || fail "capinfos does not say: $line"
done <<'END'
Number of packets: 3
Capture hardware: board
Capture oper-sys: kernel
Capture application: helper
Number of interfaces in file: 2
Name = eth0
Description = uplink
Name = wan
Encapsulation = Ethernet (1 - ether)
Encapsulation = Linux cooked-mode capture v1 (25 - linux-sll)
Time precision = nanoseconds (9)
Capture length = 96
Filter string = icmp
Number of stat entries = 1
END
[ "$failed" -eq 0 ] || cat "$work/infos"

# --- conversions: libpcap reads the same packets and times before and after ---
packets() {
    tcpdump -n -tt --nano -xx -r "$1" 2>/dev/null
}
count=0
for file in "$captures"/*.pcap; do
    name=${file##*/}
    "$sniff" --quiet -r "$file" --count >/dev/null 2>&1 || continue # damaged on purpose
    packets "$file" >"$work/before" || continue                    # not for libpcap
    "$sniff" --quiet -r "$file" -w "$work/a.pcapng" 2>"$work/errors" || fail "$name: $(cat "$work/errors")"
    "$sniff" --quiet -r "$work/a.pcapng" -w "$work/a.pcap" 2>"$work/errors" || fail "$name: $(cat "$work/errors")"
    for after in a.pcapng a.pcap; do
        packets "$work/$after" >"$work/after"
        if ! cmp -s "$work/before" "$work/after"; then
            case $name in
            # A fraction of a second or more is carried into the seconds, a wire length below what was captured
            # is raised: the conversion says what the packets are, not how they were written.
            pcap-odd-times.pcap | pcap-wire-length.pcap) ;;
            *) fail "$name: other packets in $after" && diff "$work/before" "$work/after" | head -4 ;;
            esac
        fi
    done
    count=$((count + 1))
done
[ "$count" -gt 100 ] || fail "only $count captures were compared"

# --- filtered copies: tshark finds in them what the filter chose, with everything that belongs to it ---
rows() {
    tshark -n -r "$1" -o frame.generate_md5_hash:TRUE -T fields -e frame.time_epoch -e frame.len -e frame.cap_len \
        -e frame.interface_name -e frame.packet_flags -e frame.comment -e frame.md5_hash 2>/dev/null
}
for file in "$captures"/dumpcap-*.pcapng; do
    [ -e "$file" ] || continue
    rows "$file" | sed -n '2,4p' >"$work/before"
    "$sniff" --quiet -r "$file" --skip 1 -c 3 -w "$work/part.pcapng" 2>"$work/errors" || fail "$(cat "$work/errors")"
    rows "$work/part.pcapng" >"$work/after"
    cmp -s "$work/before" "$work/after" || fail "${file##*/}: the part differs: $(diff "$work/before" "$work/after")"
done

exit $failed
