#!/bin/bash
# pktping's LAN modes against real kernels: ARP and ND ping, sweeps, conflicts, duplicate addresses, the search of a LAN.
#
#     ping_lan.sh PKTPING TEST...
#
# TEST is arp, options, ...; wire looks at what those before it sent.
# shellcheck disable=SC2016 # conditions are evaluated anew
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"
pktping=$1

# ping_in HOST STATUS ARGUMENT...: runs pktping; its output is in $LAB_DIR/out, its messages in $LAB_DIR/err.
ping_in() {
    local host=$1 wanted=$2 status=0
    shift 2
    lab_in "$host" timeout 60 "$pktping" "$@" >"$LAB_DIR/out" 2>"$LAB_DIR/err" </dev/null || status=$?
    [ "$status" -eq "$wanted" ] || lab_fail "pktping $*: status $status instead of $wanted: $(cat "$LAB_DIR/err" "$LAB_DIR/out")"
}

# says WORDS: the output holds a line that matches.
says() {
    grep -qE -- "$1" "$LAB_DIR/out" || lab_fail "no line with '$1' in: $(cat "$LAB_DIR/out")"
}

# complains PATTERN: the messages hold a line that matches.
complains() {
    grep -qE -- "$1" "$LAB_DIR/err" || lab_fail "no line with '$1' in: $(cat "$LAB_DIR/err")"
}

# column N: prints the column of the table's rows, one a line, sorted.
column() {
    awk -v n="$1" '$2 ~ /^..:..:..:..:..:..$/ { print $n }' "$LAB_DIR/out" | sort -u
}

# mac_of HOST: prints the address of its eth0.
mac_of() {
    lab_in "$1" cat /sys/class/net/eth0/address
}

# A asks. B answers all, and is a member of a group; C answers no echo; D has IPv6 alone; E reports its group and answers nothing else.
build() {
    lab_lan A B C D E
    lab_sysctl B net.ipv4.icmp_echo_ignore_broadcasts=0
    lab_sysctl C net.ipv4.icmp_echo_ignore_all=1 net.ipv6.conf.eth0.disable_ipv6=1
    lab_quiet D ip -4 address flush dev eth0
    lab_sysctl E net.ipv4.icmp_echo_ignore_all=1 net.ipv6.conf.eth0.disable_ipv6=1 net.ipv4.conf.all.arp_ignore=8
    lab_background E python3 -c "$member" 192.0.2.5
    lab_wait_for 'lab_in E grep -q 010101EF /proc/net/igmp'
}
member='
import signal, socket, sys
group = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                 socket.inet_aton("239.1.1.1") + socket.inet_aton(sys.argv[1]))
signal.pause()
'

test_arp() {
    ping_in A 0 --arp -c 3 -i 50ms 192.0.2.2
    says "^42 bytes from $(mac_of B) \(192.0.2.2\): index=3 time="
    says '^3 packets transmitted, 3 received, 0% packet loss'
    ping_in A 1 --arp -c 1 192.0.2.77
    says '^1 packets transmitted, 0 received, 100% packet loss'
    ping_in A 2 --arp 2001:db8::2
    ping_in A 2 --arp -I lo 192.0.2.2
}

# What a mode does not use it refuses, in one line; what it takes it uses.
test_options() {
    local words
    for words in '-s 100' '-w 1' '--fail-if avg>0ns' '--until sent>=1' --loop -4 -f '-l 2' '-t 3' '-Q 4' '-p ff' '-e 7' '-m 1' -R '-S 64k' -d -r -b -B \
        -C -L -H -v -D -O -a -3 -U '--timestamping user' --histogram '--report-every 1s' --alive --unreachable --no-why --pmtu '--socket raw' \
        "--prometheus $LAB_DIR/x" "--save $LAB_DIR/x.pcapng" "--read $LAB_DIR/x" "--file $LAB_DIR/x"; do
        # shellcheck disable=SC2086 # words
        ping_in A 2 --arp -c 1 $words 192.0.2.2
        [ "$(wc -l <"$LAB_DIR/err")" -eq 1 ] && [ ! -s "$LAB_DIR/out" ] || lab_fail "--arp $words: $(cat "$LAB_DIR/err" "$LAB_DIR/out")"
    done
    for words in '-c 1' '-i 1s' '-W 1s' '--rate 5' '-s 100'; do
        # shellcheck disable=SC2086 # words
        ping_in A 2 --dad $words 192.0.2.77
        complains 'means nothing with --dad: leave it out$'
    done
    ping_in A 2 --lan eth0 -I eth0
    complains 'option --interface means nothing with --lan: leave it out$'
    ping_in A 2 --arp --nd 192.0.2.2
    complains 'exclude each other'
    ping_in A 2 --arp -I 192.0.2.1 192.0.2.2
    complains '-I is the name of an interface here'
    for words in '--dad 0.0.0.0' '--arp 0.0.0.0' '--arp 255.255.255.255' '--nd ::'; do
        # shellcheck disable=SC2086 # words
        ping_in A 2 $words
        complains 'no host has 0.0.0.0'
    done
    ping_in A 1 --arp -n -c 1 -W 100ms --rate max 192.0.2.0/29
    says '^ARP 5 addresses .*, as fast as they go$'
    says '^2 of 5 addresses answered'
    ping_in A 1 --arp -c 3 -W 10ms --json 192.0.2.77-78
    says '"type":"summary".*"sent":6,'
}

test_nd() {
    ping_in A 0 --nd -c 2 -i 50ms 2001:db8::2
    says "^86 bytes from $(mac_of B) \(2001:db8::2\): index=2 time="
    ping_in A 1 --nd -c 1 2001:db8::77
}

# A host whose replies wait in a queue: all come when the fifth request has come. None is lost, though ARP numbers nothing.
slow='
import socket, sys
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
link.bind(("eth0", 0x0806))
mac = bytes.fromhex(sys.argv[1].replace(":", ""))
asked = []
open(sys.argv[2], "w").write("ready")
while True:
    frame = link.recv(2048)
    if frame[20:22] == bytes([0, 1]) and frame[38:42] == socket.inet_aton("192.0.2.99"):
        asked.append(frame)
    if len(asked) == 5:
        for one in asked:
            link.send(one[6:12] + mac + one[12:21] + bytes([2]) + mac + one[38:42] + one[22:32])
        asked = []
'

test_late() {
    lab_background B python3 -c "$slow" "$(mac_of B)" "$LAB_DIR/slow"
    lab_wait_for '[ -s "$LAB_DIR/slow" ]'
    ping_in A 0 --arp -c 10 -i 20ms -W 2s 192.0.2.99
    says '^10 packets transmitted, 10 received, 0% packet loss'
    says "^192.0.2.99 is at $(mac_of B), 10 replies$"
    [ "$(grep -o 'index=[0-9]*' "$LAB_DIR/out" | sort -u | wc -l)" -eq 10 ] || lab_fail "late: $(cat "$LAB_DIR/out")"
}

# Exactly the hosts that answer ARP, not E.
test_sweep() {
    ping_in A 1 --arp 192.0.2.0/24
    [ "$(column 1 | xargs)" = '192.0.2.2 192.0.2.3' ] || lab_fail "sweep: $(cat "$LAB_DIR/out")"
    [ "$(column 2 | xargs)" = "$(mac_of B) $(mac_of C)" ] || lab_fail "sweep: $(cat "$LAB_DIR/out")"
    says '^ARP 253 addresses .* at most 1000 requests a second$'
    says '^2 of 253 addresses answered, 0 in conflict$'
}

# Two hosts with one address; arping hears the same two.
test_conflict() {
    lab_quiet C ip address add 192.0.2.2/24 dev eth0
    ping_in A 1 --arp -c 1 192.0.2.2
    says "^192.0.2.2 is at $(mac_of B), 1 reply: CONFLICT$"
    says "^192.0.2.2 is at $(mac_of C), 1 reply: CONFLICT$"
    if lab_in A sh -c 'command -v arping' >/dev/null; then
        lab_in A timeout 10 arping -b -c 1 -I eth0 192.0.2.2 >"$LAB_DIR/out" || true
        [ "$(grep -oi '..:..:..:..:..:..' "$LAB_DIR/out" | tr 'A-F' 'a-f' | sort -u | xargs)" = \
            "$(mac_of B) $(mac_of C)" ] || lab_fail "arping: $(cat "$LAB_DIR/out")"
    fi
    lab_quiet C ip address del 192.0.2.2/24 dev eth0
}

test_dad() {
    local pid
    ping_in A 1 --dad 192.0.2.2
    says "^192.0.2.2: in use by $(mac_of B)$"
    ping_in A 1 --dad 2001:db8::4
    says "^2001:db8::4: in use by $(mac_of D)$"
    ping_in A 0 --dad 2001:db8::77
    says '^2001:db8::77: nobody has it$'
    # Another's check of the same address is a conflict for whoever hears it first.
    lab_in B timeout 30 "$pktping" --dad 192.0.2.77 >"$LAB_DIR/other" 2>&1 &
    pid=$!
    lab_in A timeout 30 "$pktping" --dad 192.0.2.77 >"$LAB_DIR/out" 2>&1 || true
    wait "$pid" || true
    cat "$LAB_DIR/other" >>"$LAB_DIR/out"
    says '^192.0.2.77: 00:00:5e:00:53:.. checks for it, too$'
    ping_in A 0 --dad 192.0.2.77
}

# What every mode's JSON has in common.
test_json() {
    ping_in A 1 --dad --json 2001:db8::4
    says '"type":"responder",.*"address":"2001:db8::4",.*"ways":\["nd"\],"found_by":"claim"'
    says '"type":"summary",.*"targets":1,"alive":1,"answered":1,"responders":1,"conflicts":0,"duplicate":true,"complete":true,'
    ping_in A 1 --arp -c 1 --json 192.0.2.2 192.0.2.77
    says '"type":"target","target":"192.0.2.2","alive":true,"sent":1,"received":1,'
    says '"type":"target","target":"192.0.2.77","alive":false,"sent":1,"received":0}'
    says '"type":"summary",.*"targets":2,"alive":1,"answered":1,"responders":1,"conflicts":0,"complete":true,'
    python3 "$here/ping_json.py" "$here/../../docs/json-ping.md" --each "$LAB_DIR/out" || lab_fail "JSON: $(cat "$LAB_DIR/out")"
}

# Who could not be asked has not said that he is not there.
#
# while_asking STATUS COMMAND ARGUMENT...: pktping of A on v0, during which COMMAND is run on A's interfaces.
while_asking() {
    local wanted=$1 command=$2 status=0 pid
    shift 2
    : >"$LAB_DIR/out"
    lab_in A timeout 30 "$pktping" "$@" >"$LAB_DIR/out" 2>"$LAB_DIR/err" </dev/null &
    pid=$!
    lab_wait_for '[ -s "$LAB_DIR/out" ]'
    # shellcheck disable=SC2086 # words
    lab_quiet A ip link $command
    wait "$pid" || status=$?
    [ "$status" -eq "$wanted" ] || lab_fail "$* while $command: status $status: $(cat "$LAB_DIR/err" "$LAB_DIR/out")"
    ! grep -q 'nobody has' "$LAB_DIR/out" || lab_fail "$* while $command: $(cat "$LAB_DIR/out")"
}

# works: A's v0 carries frames.
works() {
    [ "$(lab_in A cat /sys/class/net/v0/operstate)" = up ]
}

test_trouble() {
    local mode
    lab_quiet A ip link add v0 type veth peer name v1
    lab_quiet A ip link set v0 up
    for mode in '--dad 198.51.100.7 -I v0' '--arp 198.51.100.7 -I v0' '--nd 2001:db8::7 -I v0' '--lan v0'; do
        # shellcheck disable=SC2086 # words
        ping_in A 2 $mode
        complains 'pktping: v0 has no carrier: nobody can be asked$'
    done
    lab_quiet A ip link set v1 up
    lab_wait_for works
    while_asking 2 'set v1 down' --dad 198.51.100.7 -I v0
    complains 'pktping: .*v0 has no carrier'
    says '^198.51.100.7: not known, the check was ended$'
    lab_quiet A ip link set v1 up
    lab_wait_for works
    while_asking 2 'set v0 down' --dad 2001:db8::7 -I v0 --json
    says '"complete":false,.*"error":"v0 is down: it is not known who has 2001:db8::7"'
    lab_quiet A ip link set v0 up
    lab_wait_for works
    while_asking 1 'set v0 down' --arp 198.51.100.7 -I v0 -c 8 -i 200ms -W 10ms
    complains 'warning: v0 is down, at least for a while'
    complains 'warning: [0-9]+ frames could not be sent: Network is down$'
    lab_quiet A ip link set v0 up
    lab_wait_for works
    while_asking 2 'del v0' --arp 198.51.100.7 -I v0 -i 50ms
    complains 'pktping: v0 is gone: nobody can be asked any more$'
}

# Each host by the ways that are open to it.
test_lan() {
    ping_in A 0 --lan eth0 --query
    grep -q -- '--query makes every host on eth0 report' "$LAB_DIR/err" || lab_fail 'no word of side effects'
    says "^192.0.2.2 +$(mac_of B) .* icmp4,arp"
    says "^192.0.2.3 +$(mac_of C) .* arp$"
    says "^2001:db8::4 +$(mac_of D) .* icmp6,nd"
    says "^192.0.2.5 +$(mac_of E) +0 +- +igmp$"
    ping_in A 0 --lan eth0 --json
    python3 - "$LAB_DIR/out" <<'PYTHON' || lab_fail "JSON: $(cat "$LAB_DIR/out")"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert lines[0]["type"] == "start" and lines[0]["schema"] == "pkt.ping/1"
assert lines[-1]["type"] == "summary" and lines[-1]["conflicts"] == 0 and lines[-1]["dropped"] == 0
found = {line["address"]: line["ways"] for line in lines if line["type"] == "responder"}
assert found["192.0.2.3"] == ["arp"] and "192.0.2.5" not in found, found
PYTHON
}

# What left is what the standards ask for, by the judgement of tshark.
test_wire() {
    command -v tshark >/dev/null || return 0
    timeout 30 tshark -r "$LAB_DIR/wire.pcap" -o ip.check_checksum:TRUE -Y '_ws.malformed || ip.checksum.status == 0 ||
        icmp.checksum.status == 0 || icmpv6.checksum.status == 0 || igmp.checksum.status == 0' >"$LAB_DIR/out" 2>/dev/null
    [ ! -s "$LAB_DIR/out" ] || lab_fail "tshark: $(cat "$LAB_DIR/out")"
    timeout 30 tshark -r "$LAB_DIR/wire.pcap" -T fields -e eth.dst -e _ws.col.Source -e _ws.col.Destination -e _ws.col.Info \
        -Y "eth.src == $(mac_of A)" 2>/dev/null | tr '\t' ' ' >"$LAB_DIR/out"
    says '^01:00:5e:00:00:01 192.0.2.1 224.0.0.1 Echo \(ping\) request'
    says '^33:33:00:00:00:01 2001:db8::1 ff02::1 Echo \(ping\) request'
    says '^01:00:5e:00:00:01 0.0.0.0 224.0.0.1 Membership Query, general'
    says '^33:33:00:00:00:01 fe80::ffff:ffff:ffff:ffff ff02::1 Multicast Listener Query'
    says '^33:33:ff:00:00:02 2001:db8::1 ff02::1:ff00:2 Neighbor Solicitation for 2001:db8::2 from'
    says '^33:33:ff:00:00:77 :: ff02::1:ff00:77 Neighbor Solicitation for 2001:db8::77'
    says '^ff:ff:ff:ff:ff:ff .* Who has 192.0.2.77\? \(ARP Probe\)'
}

lab_start
build
lab_background A tcpdump -U --immediate-mode -i eth0 -w "$LAB_DIR/wire.pcap"
lab_wait_for '[ -s "$LAB_DIR/wire.pcap" ]'
for test in "${@:2}"; do
    "test_$test"
    echo "ok $test"
done
