#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# examples.sh DIRECTORY CAPTURES: the example programs say what they should of packets whose content is known.

set -u

programs=$1
captures=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# gives STATUS COMMAND...: exit status, and standard output as on standard input
gives() {
    local expected=$1 status
    shift
    cat >"$work/expected"
    "$@" >"$work/found" 2>"$work/errors"
    status=$?
    [ "$status" -eq "$expected" ] && diff -u "$work/expected" "$work/found" >&2 && return
    echo "FAIL: exit status $status instead of $expected: $*" >&2
    cat "$work/errors" >&2
    failed=1
}

# says WORDS: on standard error, by the last command
says() {
    grep -q "$1" "$work/errors" && return
    echo "FAIL: standard error does not say '$1':" >&2
    cat "$work/errors" >&2
    failed=1
}

# UDP over IPv4 to broadcast; the header checksum is left 0, so wrong.
gives 0 "$programs/decode_hex" ffffffffffff 020000000001 0800 4500001c0000000040110000c0000201c0000202 0001000200080000 <<'END'
eth      at  0, header 14 of 42 bytes
ip       at 14, header 20 of 28 bytes
udp      at 34, header  8 of 8 bytes
error: ipv4.checksum: the header checksum is wrong
END
gives 2 "$programs/decode_hex" 0g </dev/null
says "'0g' is not octets"

gives 0 "$programs/count_protocols" "$captures/arp-request-reply.pcap" <<'END'
eth              4
arp              4
END
gives 2 "$programs/count_protocols" "$captures/none.pcap" </dev/null
says 'none.pcap'

# The sums are tcpdump's. The IPv4 headers are right.
gives 1 "$programs/verify_checksums" "$captures/udp4-bad-checksum.pcap" <<'END'
packet 1, udp: bad, 0xfdfe instead of 0xa8ab
packet 2, udp: bad, 0xfdfe instead of 0xa8ab
absent 0
ok 2
partial 0
bad 2
unknown 0
END
gives 0 "$programs/verify_checksums" "$captures/udp4-partial-checksum.pcap" <<'END'
packet 1, udp: partial, 0x8423 instead of 0xd75b
packet 2, udp: partial, 0x5b94 instead of 0xffea
absent 0
ok 1
partial 2
bad 0
unknown 0
END
gives 0 "$programs/verify_checksums" "$captures/udp4-zero-checksum.pcap" <<'END'
absent 1
ok 1
partial 0
bad 0
unknown 0
END
exit "$failed"
