#!/bin/bash
# pktping --pmtu on paths of real kernels, A - R1 - R2 - B: what routers report, what vanishes, what the interface limits.
#
#     ping_pmtu.sh PKTPING
# shellcheck disable=SC2016 # conditions are evaluated anew
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"
pktping=$1
b4=10.9.2.2
b6=2001:db8:2::2

# search STATUS ARGUMENT...: runs pktping --pmtu on A; its output is in $LAB_DIR/out, its messages in $LAB_DIR/err.
search() {
    local wanted=$1 status=0
    shift
    lab_in A timeout 60 "$pktping" --pmtu "$@" >"$LAB_DIR/out" 2>"$LAB_DIR/err" </dev/null || status=$?
    [ "$status" -eq "$wanted" ] || lab_fail "pktping --pmtu $*: status $status instead of $wanted: $(cat "$LAB_DIR/err" "$LAB_DIR/out")"
}

# says WORDS [FILE]: a line of the output matches.
says() {
    grep -qE -- "$1" "$LAB_DIR/${2:-out}" || lab_fail "no line with '$1' in: $(cat "$LAB_DIR/${2:-out}")"
}

# mtus FIRST SECOND THIRD: sets the MTU of both ends of each cable, and makes everybody forget what path MTUs were found.
mtus() {
    local end left right host
    for end in "A eth0 $1" "R1 eth0 $1" "R1 eth1 $2" "R2 eth0 $2" "R2 eth1 $3" "B eth0 $3"; do
        read -r host left right <<<"$end"
        ip -n "$(lab_ns "$host")" link set dev "$left" mtu "$right" || lab_fail "MTU of $end"
    done
    for host in A R1 R2 B; do
        forget "$host"
    done
}

# forget HOST: no path MTU is remembered any more.
forget() {
    ip -n "$(lab_ns "$1")" route flush cache
    ip -n "$(lab_ns "$1")" -6 route flush cache
}

# least: prints the smallest MTU of all links, as ip(8) shows them.
least() {
    local host
    for host in A R1 R2 B; do
        ip -n "$(lab_ns "$host")" -o link show
    done | sed -n 's/.* eth[01]@.* mtu \([0-9]*\) .*/\1/p' | sort -n | head -n 1
}

# by_tracepath ADDRESS: what tracepath makes of the same path is what we found, in $LAB_DIR/out.
by_tracepath() {
    local theirs
    command -v tracepath >/dev/null || return 0
    theirs=$(lab_in A timeout 60 tracepath -n "$1" | sed -n 's/.*Resume: pmtu \([0-9]*\).*/\1/p')
    says "path MTU $theirs bytes"
}

# Two bottlenecks in a row, either family, either kind of socket: what the nearer and the farther router report.
test_reported() {
    local kind size
    for size in "9000 1500 1400" "1500 1492 1280" "9000 9000 8999"; do
        # shellcheck disable=SC2086 # three words
        mtus $size
        size=$(least)
        for kind in datagram raw; do
            search 0 --socket=$kind $b4
            says "^$b4: path MTU $size bytes \(ping -s $((size - 28))\): reported by 10\.9\.1\.2$"
            says '^larger packets pass only in fragments \([0-9]+ bytes without DF\)$'
            search 0 --socket=$kind $b6
            says "^$b6: path MTU $size bytes \(ping -s $((size - 48))\): reported by 2001:db8:1::2$"
        done
        by_tracepath $b6
        search 0 -q $b4
        by_tracepath $b4
        [ "$(wc -l <"$LAB_DIR/out")" -eq 3 ] || lab_fail "-q: $(cat "$LAB_DIR/out")"
    done
}

# What ping -s sends at the size that was found passes, and one byte more does not.
test_ping() {
    mtus 9000 1500 1400
    search 0 $b4
    lab_quiet A timeout 20 "$pktping" -c 1 -M probe -s 1372 $b4 || lab_fail 'the size that was found does not pass'
    ! lab_quiet A timeout 20 "$pktping" -c 1 -W 1 -M probe -s 1373 $b4 || lab_fail 'one byte more passes'
}

# The path MTU that the kernel remembers decides nothing: sizes over it are tried again.
test_memory() {
    mtus 9000 1500 1400
    lab_in A timeout 20 "$pktping" -c 1 -W 1 -M want -s 8000 $b4 >>"$LAB_DIR/log" 2>&1
    lab_in A ip route get $b4 | grep -q 'mtu 1[45]00' || lab_fail "the kernel remembers no path MTU: $(lab_in A ip route get $b4)"
    for host in R1 R2; do
        ip -n "$(lab_ns "$host")" link set dev eth1 mtu 9000
    done
    ip -n "$(lab_ns R2)" link set dev eth0 mtu 9000
    ip -n "$(lab_ns B)" link set dev eth0 mtu 9000
    search 0 $b4
    says "^$b4: path MTU 9000 bytes \(ping -s 8972\): limited by interface eth0$"
}

test_interface() {
    mtus 1400 9000 9000
    search 0 $b4 $b6
    says "^$b4: path MTU 1400 bytes \(ping -s 1372\): limited by interface eth0$"
    says "^$b6: path MTU 1400 bytes \(ping -s 1352\): limited by interface eth0$"
}

test_json() {
    mtus 9000 1500 1400
    search 0 --json $b4 $b6
    python3 - "$LAB_DIR/out" <<'PYTHON' || lab_fail "JSON: $(cat "$LAB_DIR/out")"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
start, end = lines[0], lines[-1]
assert start["type"] == "start" and start["schema"] == "pkt.ping/1" and start["mode"] == "pmtu", start
assert end["type"] == "summary" and end["complete"] and end["targets"] == end["alive"] == 2 and end["forged"] == 0, end
found = [line for line in lines if line["type"] == "pmtu"]
probes = [line for line in lines if line["type"] == "probe"]
assert [line["target"] for line in found] == ["10.9.2.2", "2001:db8:2::2"], found
for line, headers, router in zip(found, (28, 48), ("10.9.1.2", "2001:db8:1::2")):
    assert line["mtu"] == 1400 and line["data_bytes"] == 1400 - headers and line["refused"] == 1401, line
    assert line["how"] == "reported" and line["from"] == router and line["reported"] == 1400, line
    assert line["interface"] == "eth0" and line["interface_mtu"] == 9000 and line["reached"], line
    assert line.get("fragments_pass") == (True if headers == 28 else None), line
    mine = [probe for probe in probes if probe["target"] == line["target"]]
    assert {(p["size"], p["mtu"]) for p in mine if p["result"] == "too_long"} == {(9000, 1500), (1500, 1400), (1401, 1400)}, mine
    assert {p["size"] for p in mine if p["result"] == "passed"} == {68, 1400}, mine
    assert all(p["believed"] for p in mine if p["result"] == "too_long"), mine
assert end["sent"] > sum(line["probes"] for line in found) and end["received"] >= 5, end
PYTHON
}

# Nobody is there, behind a router and on the link; one of two is.
test_silence() {
    mtus 1500 1500 1500
    search 1 -W 50ms 10.9.2.77
    says '^10.9.2.77: path MTU unknown: no answer even to 68 bytes$'
    search 1 -W 200ms 10.9.0.77 $b4
    says '^10.9.0.77: path MTU unknown'
    says "^$b4: path MTU 1500 bytes"
}

# Fragments are dropped on the way: they pass no more than the rest.
test_no_fragments() {
    mtus 9000 1500 1400
    lab_quiet R2 nft 'add table ip lab4; add chain ip lab4 in { type filter hook prerouting priority -450; };
        add rule ip lab4 in meta length > 1400 drop; add rule ip lab4 in ip frag-off & 0x3fff != 0 drop' || {
        echo 'no nftables here'
        return 0
    }
    search 0 -W 100ms $b4
    says "^$b4: path MTU 1400 bytes .*: black hole between 1400 and 1401 bytes"
    says '^larger packets do not pass even in fragments \(9000 bytes without DF\)$'
    lab_quiet R2 nft delete table ip lab4
}

# What makes no sense is refused in one line.
test_refused() {
    local words
    for words in '-c 3' '-M do' '--alive' '-s 100' '-f' '--histogram'; do
        # shellcheck disable=SC2086 # two words
        search 2 $words $b4
        says 'means nothing with --pmtu: leave it out' err
        [ "$(wc -l <"$LAB_DIR/err")" -eq 1 ] || lab_fail "$words: $(cat "$LAB_DIR/err")"
    done
    search 2 --arp $b4
    says 'exclude each other' err
    search 2 224.0.0.1
    says 'a group has no path MTU' err
}

# mute HOST...: routers that report nothing any more.
mute() {
    local host
    for host; do
        lab_quiet "$host" nft 'add table inet lab; add chain inet lab out { type filter hook output priority 0; };
            add rule inet lab out icmp type destination-unreachable drop; add rule inet lab out icmpv6 type packet-too-big drop' ||
            return 1
    done
}

# Tells each sender of an echo that comes by of an MTU of 576: once with a tag that is not its own, once with a sequence number
# that it has not sent and no tag.
forger='
import socket, struct, sys
def checksum(b):
    s = sum(struct.unpack("!%dH" % (len(b) // 2), b))
    s = (s >> 16) + (s & 0xffff)
    return 0xffff ^ ((s >> 16) + s & 0xffff)
def error(quoted):
    body = struct.pack("!BBHHH", 3, 4, 0, 0, 576) + quoted
    return body[:2] + struct.pack("!H", checksum(body)) + body[4:]
link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
link.bind(("eth0", 0x0800))
out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
open(sys.argv[1], "w").write("ready")
while True:
    packet, where = link.recvfrom(65535)
    if packet[9] != 1 or packet[20] != 8 or where[2] == socket.PACKET_OUTGOING:
        continue
    quoted = bytearray(packet[:52])
    quoted[28] ^= 1
    out.sendto(error(bytes(quoted)), (socket.inet_ntoa(packet[12:16]), 0))
    quoted[26] ^= 64
    out.sendto(error(bytes(quoted[:28])), (socket.inet_ntoa(packet[12:16]), 0))
'

# black_hole KIND MTU: both families at once, since silence takes its time.
black_hole() {
    local pid
    lab_in A timeout 60 "$pktping" --pmtu --socket="$1" $b6 >"$LAB_DIR/six" 2>&1 </dev/null &
    pid=$!
    search 0 --socket="$1" $b4
    wait "$pid" || lab_fail "IPv6: $(cat "$LAB_DIR/six")"
    says "^$b4: path MTU $2 bytes .*: black hole between $2 and $(($2 + 1)) bytes: sizes over $2 vanish without an ICMP error$"
    says "^$b6: path MTU $2 bytes .*: black hole between $2 and $(($2 + 1)) bytes: sizes over $2 vanish without an ICMP error$" six
}

# interrupted: a signal ends the search with what is known, and that is not enough.
interrupted() {
    local pid status=0
    ip netns exec "$(lab_ns A)" "$pktping" --pmtu -W 20s $b4 >"$LAB_DIR/cut" 2>&1 </dev/null &
    pid=$!
    lab_wait_for 'grep -q "^68 bytes: passed" "$LAB_DIR/cut" 2>/dev/null'
    kill -TERM "$pid"
    wait "$pid" || status=$?
    [ "$status" -eq 1 ] || lab_fail "status $status after SIGTERM: $(cat "$LAB_DIR/cut")"
    says "^$b4: path MTU 68 bytes .*: this much passes, [0-9]+ bytes do not: the search did not end$" cut
}

# The farther router is mute, and then both; then the links carry everything, and nothing vanishes.
test_black_hole() {
    mute R2 || {
        echo 'no nftables here'
        return 0
    }
    mtus 9000 1500 1400
    black_hole raw 1400
    says '^larger packets pass only in fragments'
    says 'too long for 10.9.0.2, which reports 1500$'
    interrupted
    mute R1
    mtus 1500 1420 1500
    lab_quiet R1 nft insert rule inet lab out meta skuid 0 icmp type destination-unreachable accept
    lab_background R1 python3 -c "$forger" "$LAB_DIR/ready"
    lab_wait_for '[ -s "$LAB_DIR/ready" ]'
    black_hole datagram 1420
    ! grep -q 576 "$LAB_DIR/out" || lab_fail "forged reports count: $(cat "$LAB_DIR/out")"
    says '[0-9]+ answers were not genuine$' err
    lab_kill "$LAB_LAST_PID"
    mtus 1500 1500 1500
    search 0 $b4
    says 'limited by interface eth0$'
}

lab_start
lab_chain 2
lab_sysctl A net.ipv4.ping_group_range='0 2147483647'
for test in reported ping memory interface json silence no_fragments refused black_hole; do
    SECONDS=0
    "test_$test"
    echo "ok $test ($SECONDS s)"
done
