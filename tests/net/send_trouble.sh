#!/bin/bash
# pktsend among others and in trouble: many at a time, each with its own answer; kinds of packets by each way out; links that go while
# it sends; each question, refused and agreed to; signals; namespaces; replays faster, slower, in loops, cut short and rewritten.
#
#     send_trouble.sh PKTSEND HELPER [TEST...]
# shellcheck disable=SC2016,SC2317 # conditions are evaluated anew; the tests are called by name
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"
send=$1
helper=$2
shift 2
frames=$here/inject_frames.py
captured=$here/send_capture.py
captures=$here/../../captures

# cable: A and B with addresses of both families and known neighbours; B says nothing by itself.
cable() {
    lab_host A B
    lab_sysctl A net.ipv6.conf.default.addr_gen_mode=1
    lab_sysctl B net.ipv6.conf.default.addr_gen_mode=1 net.ipv4.icmp_echo_ignore_all=1 net.ipv6.icmp.echo_ignore_all=1
    lab_link A v0 B v1
    lab_address A v0 192.0.2.1/24 2001:db8::1/64
    lab_address B v1 192.0.2.2/24 2001:db8::2/64
    mac=$(lab_in B cat /sys/class/net/v1/address)
    ip -n "$(lab_ns A)" neighbour replace 192.0.2.2 lladdr "$mac" dev v0 nud permanent
    ip -n "$(lab_ns A)" neighbour replace 2001:db8::2 lladdr "$mac" dev v0 nud permanent
    mac=$(lab_in A cat /sys/class/net/v0/address)
    ip -n "$(lab_ns B)" neighbour replace 192.0.2.1 lladdr "$mac" dev v1 nud permanent
    ip -n "$(lab_ns B)" neighbour replace 2001:db8::1 lladdr "$mac" dev v1 nud permanent
    lab_quiet B nft 'table inet quiet { chain in { type filter hook input priority 0; meta l4proto { udp, tcp } drop; }; }'
    lab_ready A B
}

# ends STATUS OPTION...: pktsend in A ends with this status; its output is in $LAB_DIR/out and $LAB_DIR/err.
ends() {
    local wanted=$1 status
    shift
    lab_in A setsid -w timeout 60 "$send" "$@" >"$LAB_DIR/out" 2>"$LAB_DIR/err" </dev/null
    status=$?
    [ "$status" = "$wanted" ] || lab_fail "status $status instead of $wanted: pktsend $*: $(tail -n 3 "$LAB_DIR/out" "$LAB_DIR/err")"
}

says() { # WORDS: on standard error
    grep -q -- "$1" "$LAB_DIR/err" || lab_fail "not '$1' in: $(cat "$LAB_DIR/err")"
}

# summary FILE FILTER: the last line of NDJSON is a summary for which jq's filter holds.
summary() {
    tail -n 1 "$1" | jq -e 'select(.type == "summary") | '"$2" >/dev/null || lab_fail "not $2: $(tail -n 1 "$1")"
}

# interrupt PID [SIGNAL]: pktsend itself (the background program has become it), which ends with status 2.
interrupt() {
    local status=0
    kill "-${2:-INT}" "$1"
    wait "$1" || status=$?
    [ "$status" = 2 ] || lab_fail "status $status after SIG${2:-INT}"
}

# --- answers ---

# Each runs at the same time as all others, and must not take their answers for its own.
asks=()
ask() { # NAME ANSWER-FILTER DESCRIPTION [OPTION...]: one answer, of which jq's filter holds
    asks+=("$1" "$2")
    printf '%s\n' "$3" >"$LAB_DIR/ask-$1"
    lab_background A sh -c "timeout 60 '$send' --json --listen 4 ${*:4} @'$LAB_DIR/ask-$1' >'$LAB_DIR/$1.json' 2>'$LAB_DIR/$1.err'
        echo \$? >'$LAB_DIR/$1.status'"
}

answered() { # NAME ANSWER-FILTER
    local answers='.answers == 1'
    # The kernel resolves the same neighbour for the others at that time: the answer to its question is no other than that to ours.
    case $1 in arp | ns) answers='.answers >= 1' ;; esac
    lab_wait_for "[ -s '$LAB_DIR/$1.status' ]" 30
    [ "$(cat "$LAB_DIR/$1.status")" = 0 ] || lab_fail "$1: status $(cat "$LAB_DIR/$1.status"): $(cat "$LAB_DIR/$1.err" "$LAB_DIR/$1.json")"
    summary "$LAB_DIR/$1.json" ".probes == 1 and .answered == 1 and .complete and $answers"
    jq -se 'any(.[]; .type == "answer" and .probe == 1 and .copy == 0 and .rtt_us > 0 and ('"$2"'))' "$LAB_DIR/$1.json" >/dev/null ||
        lab_fail "$1: not $2: $(grep '"answer"' "$LAB_DIR/$1.json")"
}

all_answered() {
    set -- "${asks[@]}"
    echo "   $(($# / 2)) at a time"
    while [ $# -gt 0 ]; do
        answered "$1" "$2"
        shift 2
    done
    asks=()
}

test_together() {
    lab_chain 1
    lab_background B socat -u TCP-LISTEN:7001,fork,reuseaddr OPEN:/dev/null
    lab_background B socat UDP-LISTEN:7002,fork PIPE
    lab_listening B 7001
    lab_listening B 7002
    ask echo4 '.kind == "reply" and .icmp.type == 0 and .icmp.ident == 7' 'ip dst=10.9.1.2 / icmp id=7 / "ping"'
    ask echo6 '.kind == "reply" and .icmpv6.type == 129' 'ip6 dst=2001:db8:1::2 / icmp6 echo id=7 / "ping"'
    ask closed4 '.kind == "error" and .icmp.type == 3 and .icmp.code == 3' 'ip dst=10.9.1.2 / udp dport=7009'
    ask closed6 '.kind == "error" and .icmpv6.type == 1 and .icmpv6.code == 4' 'ip6 dst=2001:db8:1::2 / udp dport=7009'
    ask udp '.kind == "reply" and .udp.srcport == 7002' 'ip dst=10.9.1.2 / udp dport=7002 / "back"'
    ask tcp '.kind == "reply" and .tcp.flags_syn and .tcp.flags_ack' 'ip dst=10.9.1.2 / tcp dport=7001'
    ask reset '.kind == "reply" and .tcp.flags_reset' 'ip dst=10.9.1.2 / tcp dport=7003'
    ask arp '.kind == "reply" and .arp.opcode == 2' 'arp who-has 10.9.0.2' -i eth0
    ask ns '.kind == "reply" and .icmpv6.type == 136' 'ip6 / ns 2001:db8:0::2' -i eth0
    ask hops4 '.kind == "error" and .icmp.type == 11 and .ip.src == "10.9.0.2"' 'ip dst=10.9.1.2 ttl=1 / udp dport=33434'
    ask hops6 '.kind == "error" and .icmpv6.type == 3' 'ip6 dst=2001:db8:1::2 hlim=1 / udp dport=33434'
    ask hops-tcp '.kind == "error" and .icmp.type == 11' 'ip dst=10.9.1.2 ttl=1 / tcp dport=80'
    ask hops-echo '.kind == "error" and .icmp.type == 11' 'ip dst=10.9.1.2 ttl=1 / icmp id=8'
    ask raw '.kind == "reply" and .icmp.ident == 9' 'ip dst=10.9.1.2 / icmp id=9' --via raw
    ask libnet '.kind == "reply" and .icmp.ident == 10' 'ip dst=10.9.1.2 / icmp id=10' --via libnet -i eth0
    all_answered
    ends 0 --listen 500ms 'ip dst=10.9.1.2 ttl=1..2 / icmp id=77'
    grep -q '^#1 .* ms .*10.9.0.2 > 10.9.0.1: ICMP time exceeded in-transit' "$LAB_DIR/out" || lab_fail "$(cat "$LAB_DIR/out")"
    grep -q '^#2 .* ms .*10.9.1.2 > 10.9.0.1: ICMP echo reply, id 77' "$LAB_DIR/out" || lab_fail "$(cat "$LAB_DIR/out")"
    says '2 of 2 answered, 2 answers'
}

# A member answers general queries of both families: a query is answered by reports of any group.
test_members() {
    lab_chain 1
    lab_background R1 python3 -c 'import signal, socket, struct, sys
index = socket.if_nametoindex("eth0")
s4 = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s4.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("239.1.2.3") + struct.pack("=4si", bytes(4), index))
s6 = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(socket.AF_INET6, "ff05::1234") + struct.pack("=I", index))
open(sys.argv[1], "w").write("joined")
signal.pause()' "$LAB_DIR/joined"
    lab_wait_for '[ -s "$LAB_DIR/joined" ]'
    ends 0 --json --listen 3 -i eth0 'ip / igmp3 query code=10'
    summary "$LAB_DIR/out" '.probes == 1 and .answered == 1'
    jq -se 'any(.[]; .type == "answer" and .kind == "membership" and any(.igmp.records[]?; .maddr == "239.1.2.3"))' "$LAB_DIR/out" \
        >/dev/null || lab_fail "$(cat "$LAB_DIR/out")"
    ends 0 --json --listen 3 -i eth0 'ip6 / mld2 query max_resp_code=1000'
    jq -se 'any(.[]; .type == "answer" and .kind == "membership" and (.icmpv6 | tostring | contains("ff05::1234")))' "$LAB_DIR/out" \
        >/dev/null || lab_fail "$(cat "$LAB_DIR/out")"
}

# What stays on this machine, and nobody else's business.
test_local() {
    cable
    ends 0 --json --listen 300ms 'ip dst=127.0.0.1,192.0.2.1 / icmp'
    summary "$LAB_DIR/out" '.sent == 2 and .answered == 2'
    ends 0 --json --listen 300ms 'ip6 dst=::1,2001:db8::1 / icmp6'
    summary "$LAB_DIR/out" '.sent == 2 and .answered == 2'
    ends 0 --json --listen 300ms 'ip dst=127.0.0.1 / udp dport=9'
    summary "$LAB_DIR/out" '.answered == 1'
    ends 1 --json --listen 300ms 'ip dst=192.0.2.2 / icmp'
    summary "$LAB_DIR/out" '.probes == 1 and .answered == 0'
}

# --- what cannot leave ---

test_nowhere() {
    cable
    ends 2 --json 'ip dst=203.0.113.1 / icmp'
    says 'no route'
    summary "$LAB_DIR/out" '.sent == 0 and (.complete | not) and (.error | length > 0)'
    ends 2 --json 'ip dst=192.0.2.99,192.0.2.2 / icmp'
    summary "$LAB_DIR/out" '.sent == 1 and .refused == 1 and (.complete | not)'
    grep -q '"type":"refused","error":"No route to host"' "$LAB_DIR/out" || lab_fail "$(cat "$LAB_DIR/out")"
    ends 2 --json -i nosuch0 'ip dst=192.0.2.2 / icmp'
    summary "$LAB_DIR/out" '.sent == 0 and (.error | contains("nosuch0"))'
    ip -n "$(lab_ns A)" link add d0 type veth peer name d1
    for via in auto packet libnet raw; do
        ends 2 --via $via -i d0 'eth / "x"'
        says 'interface d0 is down'
    done
    ends 2 --via libnet 'ip dst=192.0.2.2 / icmp'
    says 'give -i'
}

# The link goes down, comes back, and is deleted: sent and refused add up, and the end says all.
test_link() {
    local ns near arrived
    cable
    ns=$(lab_ns A)
    lab_capture_start B v1 "$LAB_DIR/link.pcap" -Q in icmp
    : >"$LAB_DIR/link"
    lab_background A sh -c "exec '$send' --json --yes --rate 2000 --loop 0 'ip dst=192.0.2.2 / icmp' >'$LAB_DIR/link' 2>'$LAB_DIR/link.err'"
    lab_capture_wait 50
    ip -n "$ns" link set v0 down
    lab_wait_for 'grep -q "\"refused\"" "$LAB_DIR/link"'
    ip -n "$ns" link set v0 up
    arrived=$(lab_capture_count)
    lab_capture_wait $((arrived + 50))
    arrived=$(grep -c '"type":"refused"' "$LAB_DIR/link")
    ip -n "$ns" link del v0
    lab_wait_for '[ "$(grep -c "\"type\":\"refused\"" "$LAB_DIR/link")" -gt '"$arrived"' ]'
    interrupt "$LAB_LAST_PID"
    lab_capture_stop
    near=$(tail -n 1 "$LAB_DIR/link" | jq .sent)
    arrived=$(tcpdump -r "$LAB_DIR/link.pcap" --count 2>/dev/null | sed -n 's/ packets\{0,1\}$//p')
    summary "$LAB_DIR/link" '.interrupted and (.complete | not) and .sent + .refused == .packets'
    [ "$(grep -c '"type":"refused"' "$LAB_DIR/link")" = "$(tail -n 1 "$LAB_DIR/link" | jq .refused)" ] || lab_fail 'refusals are not all said'
    [ "$arrived" -le "$near" ] || lab_fail "$arrived arrived of $near"
    echo "   $near sent, $arrived arrived, $(tail -n 1 "$LAB_DIR/link" | jq .refused) refused: $(grep '"type":"refused"' "$LAB_DIR/link" |
        jq -r .error | sort -u | paste -sd, | sed 's/,/, /g')"
}

# --- ways out ---

# Each way puts the same bytes on the cable, which are those that are shown.
test_kinds() {
    local way
    cable
    printf '%s\n' 'ip dst=192.0.2.2 id=1..3 / udp dport=9 / "the same"' 'ip6 dst=2001:db8::2 flow=7 / icmp6 echo / fill:100' \
        'ip dst=192.0.2.2 id=9 df tos=0x10 ttl=7 opt(rr 3) / tcp dport=80 opt(mss=1460)' \
        'ip6 dst=2001:db8::2 / dstopts opt(padn) / udp / "odd"' >"$LAB_DIR/kinds"
    for way in packet libnet raw auto; do
        lab_capture_start B v1 "$LAB_DIR/$way.pcap" -Q in not ether multicast
        ends 0 --via $way -i v0 --json --print --hex "@$LAB_DIR/kinds"
        lab_capture_wait 6
        lab_capture_stop
        jq -r 'select(.type == "packet") | .hex' "$LAB_DIR/out" >"$LAB_DIR/shown"
        python3 "$captured" shown "$LAB_DIR/shown" "$LAB_DIR/$way.pcap" || lab_fail "--via $way: what is shown"
        python3 "$captured" same "$LAB_DIR/packet.pcap" "$LAB_DIR/$way.pcap" 6 || lab_fail "--via $way"
    done
}

test_netns() {
    cable
    lab_capture_start B v1 "$LAB_DIR/netns.pcap" -Q in icmp
    timeout 20 "$send" --netns "$(lab_ns A)" 'ip dst=192.0.2.2 / icmp' 2>"$LAB_DIR/err" || lab_fail "$(cat "$LAB_DIR/err")"
    lab_background A sh -c "echo \$\$ >'$LAB_DIR/inside'; exec sleep 60"
    lab_wait_for '[ -s "$LAB_DIR/inside" ]'
    timeout 20 "$send" --netns "$(cat "$LAB_DIR/inside")" 'ip dst=192.0.2.2 / icmp' 2>"$LAB_DIR/err" || lab_fail "$(cat "$LAB_DIR/err")"
    timeout 20 "$send" --netns nosuch 'ip dst=192.0.2.2 / icmp' 2>"$LAB_DIR/err"
    [ $? = 2 ] || lab_fail 'another status without a namespace'
    says nosuch
    lab_capture_wait 2
    lab_capture_stop
}

# Whatever the way, what is missing is said, and how to get it; a file needs none of it.
test_privilege() {
    local way
    cable
    for way in auto packet raw libnet; do
        lab_in A setpriv --bounding-set -all --inh-caps -all "$send" --via $way -i v0 'ip dst=192.0.2.2 / icmp' 2>"$LAB_DIR/err"
        [ $? = 2 ] || lab_fail "another status without privilege, --via $way"
        says CAP_NET_RAW
        says sudo
        says 'pktsend --save'
    done
    lab_in A setpriv --bounding-set -all --inh-caps -all "$send" --save "$LAB_DIR/free.pcap" 'ip dst=192.0.2.2 / icmp' 2>"$LAB_DIR/err" ||
        lab_fail "--save: $(cat "$LAB_DIR/err")"
    [ "$(tcpdump -r "$LAB_DIR/free.pcap" --count 2>/dev/null)" = '1 packet' ] || lab_fail 'nothing was saved'
    lab_in A setpriv --bounding-set -all --inh-caps -all "$send" --dry-run --print 'ip / icmp' >"$LAB_DIR/out" 2>"$LAB_DIR/err" ||
        lab_fail "--dry-run: $(cat "$LAB_DIR/err")"
}

# --- questions ---

# asked WORDS OPTION...: one packet, refused where nobody can be asked, and sent with --yes.
asked() {
    local words=$1
    shift
    ends 2 "$@"
    says "$words"
    says 'give --yes'
    unasked --yes "$@"
}

# unasked OPTION...: one packet, which leaves.
unasked() {
    ends 0 "$@"
    leaving=$((leaving + 1))
}

# watch: what arrives at B, but for the memberships that A's kernel reports when it likes.
watch() {
    leaving=0
    lab_capture_start B v1 "$LAB_DIR/watched.pcap" -Q in 'not (ip6[6] == 0 and ip6[40] == 58 and ip6[48] == 143)'
}

# watched: as many packets as were to leave, and no more.
watched() {
    lab_capture_wait "$leaving"
    lab_capture_stop
    [ "$(tcpdump -nr "$LAB_DIR/watched.pcap" 2>/dev/null | wc -l)" = "$leaving" ] ||
        lab_fail "not $leaving: $(tcpdump -nr "$LAB_DIR/watched.pcap" 2>/dev/null)"
}

test_asked() {
    cable
    watch
    asked "older version's query" -i v0 'ip / igmp query'
    asked "older version's query" -i v0 'ip / igmp v1-query'
    asked "older version's query" -i v0 'ip / igmp query 239.1.1.1'
    asked "older version's query" -i v0 'eth / vlan id=5 / ip / igmp query'
    asked "older version's query" -i v0 'ip6 / mld query'
    asked 'router advertisement' -i v0 'ip6 / ra lifetime=0'
    asked 'router advertisement' -i v0 'ip dst=224.0.0.1 / icmp router-advertisement'
    asked redirect 'ip dst=192.0.2.2 / icmp redirect gw=192.0.2.9'
    asked redirect 'ip6 dst=2001:db8::2 / redirect target=2001:db8::9'
    asked "not this machine's" -i v0 'arp who-has 192.0.2.77 tell 192.0.2.77'
    asked "not this machine's" -i v0 'arp reply 192.0.2.77'
    asked "not this machine's" -i v0 'ip6 / na 2001:db8::77'
    # A harmless packet before it does not leave either.
    printf '%s\n' 'ip dst=192.0.2.2 / icmp' 'ip6 / ra' >"$LAB_DIR/two"
    asked 'packet 2' -i v0 "@$LAB_DIR/two"
    leaving=$((leaving + 1))
    # Nor does one out of a capture.
    ends 2 -i v0 -r "$captures/nd-router-advertisement.pcap"
    says 'router advertisement'
    watched
}

test_unasked() {
    cable
    watch
    unasked -i v0 'arp who-has 192.0.2.1 tell 192.0.2.1'
    unasked -i v0 'ip6 / na 2001:db8::1'
    unasked -i v0 'arp who-has 192.0.2.9'
    unasked -i v0 'arp who-has 192.0.2.9 tell 0.0.0.0'
    unasked -i v0 'ip / igmp3 query'
    unasked -i v0 'ip6 / mld2 query'
    # Where the frame says where it goes, no neighbour is looked for.
    unasked -i v0 'eth dst=00:00:5e:00:53:aa / ip dst=192.0.2.99 / udp'
    # In a tunnel or a quotation it is no message of this machine.
    unasked 'ip dst=192.0.2.2 / gre / ip6 / ra'
    unasked 'ip dst=192.0.2.2 / icmp unreachable / ip dst=192.0.2.1 / icmp redirect'
    watched
    # What does not leave is never asked about.
    ends 0 --save "$LAB_DIR/ra.pcap" 'ip6 / ra'
    ends 0 --dry-run -c 100001 'ip / igmp query'
}

# More than 100,000 packets, more than 10,000 a second: neither more nor less.
test_many() {
    cable
    for much in '-c 100001 --rate 10000' '-c 100001 --rate max' '--loop 0' '-c 10 --rate 10001' '-c 1001 --rate max' '-c 10 --interval 99us'; do
        # shellcheck disable=SC2086 # words
        ends 2 --json $much 'ip dst=192.0.2.2 / udp'
        says 'will leave this machine'
        says 'give --yes'
    done
    lab_capture_start B v1 "$LAB_DIR/many.pcap" -Q in -B 65536 -s 64 udp
    ends 0 --yes -c 100001 --rate max 'ip dst=192.0.2.2 / udp'
    ends 0 -c 10 --rate 10000 'ip dst=192.0.2.2 / udp'
    ends 0 -c 1000 --rate max 'ip dst=192.0.2.2 / udp'
    ends 0 -c 10 --interval 100us 'ip dst=192.0.2.2 / udp'
    lab_capture_wait 101021
    lab_capture_stop
    [ "$(tcpdump -r "$LAB_DIR/many.pcap" --count 2>/dev/null)" = '101021 packets' ] || lab_fail 'more than were asked for'
    # Nobody else is troubled by what stays here.
    ends 0 -i lo -c 100001 --rate max 'ip dst=127.0.0.1 / udp'
}

# --- signals ---

test_signals() {
    local signal
    cable
    for signal in INT TERM HUP; do
        : >"$LAB_DIR/stopped"
        lab_background A sh -c "exec '$send' --json --yes --loop 0 --rate 1000 --print 'ip dst=192.0.2.2 / icmp' >'$LAB_DIR/stopped'"
        lab_wait_for '[ "$(grep -c "\"type\":\"packet\"" "$LAB_DIR/stopped")" -ge 20 ]'
        interrupt "$LAB_LAST_PID" $signal
        summary "$LAB_DIR/stopped" '.interrupted and (.complete | not) and .sent == .packets'
        [ "$(grep -c '"type":"packet"' "$LAB_DIR/stopped")" = "$(tail -n 1 "$LAB_DIR/stopped" | jq .sent)" ] || lab_fail 'another count'
    done
    # While it listens, long after its last packet.
    : >"$LAB_DIR/listens"
    lab_background A sh -c "exec '$send' --json --print --listen 60 'ip dst=192.0.2.2 / icmp' >'$LAB_DIR/listens'"
    lab_wait_for 'grep -q "\"type\":\"packet\"" "$LAB_DIR/listens"'
    interrupt "$LAB_LAST_PID"
    summary "$LAB_DIR/listens" '.interrupted and .sent == 1'
}

# --- rates ---

# paced RATE COUNT: all arrive once and in order; how evenly is printed, since that is the machine's affair as well.
paced() {
    : >"$LAB_DIR/paced"
    lab_background B sh -c "exec '$helper' receive v1 42 $2 >'$LAB_DIR/paced'"
    lab_wait_for 'grep -q ready "$LAB_DIR/paced"'
    ends 0 --json --yes --rate "$1" -c "$2" 'ip dst=192.0.2.2 / icmp id=0 seq=inc'
    wait "$LAB_LAST_PID" || lab_fail "$1 a second: not all were received"
    summary "$LAB_DIR/out" ".sent == $2 and .refused == 0 and .complete"
    python3 "$frames" gaps "$LAB_DIR/paced" $((1000000000 / $1)) >"$LAB_DIR/verdict" || lab_fail "$1 a second"
    echo "   $1 a second: $(cat "$LAB_DIR/verdict")"
}

# By receive stamps of the other end.
test_pace() {
    cable
    paced 1000 500
    paced 50000 50000
}

# A stamp for each of 10,000 packets, whatever the way and the rate; send.sh has the packet socket at a rate.
test_stamped() {
    local way
    cable
    for way in '--rate max' '--rate 10000 --via raw' '--rate max --via raw' '--rate 10000 --via libnet -i v0'; do
        # shellcheck disable=SC2086 # words
        ends 1 --json --yes --listen 1 $way -c 10000 'ip dst=192.0.2.2 / udp dport=9 / fill:32'
        summary "$LAB_DIR/out" '.sent == 10000 and .complete'
        [[ $way = *libnet* ]] || summary "$LAB_DIR/out" '.stamps_expected == 10000 and .stamps_received == 10000'
    done
}

# --- replays ---

# replayed FILE TIMES COUNT SPEED OPTION...: what arrives is the file, so many times over, of which each round has COUNT packets. How
# well the gaps of a SPEED that is not 0 are kept is printed.
replayed() {
    local file=$1 times=$2 count=$3 speed=$4
    shift 4
    lab_capture_start B v1 "$LAB_DIR/arrived.pcap" -Q in -B 8192 --time-stamp-precision=nano not ether multicast
    ends 0 -i v0 --yes -r "$file" "$@"
    lab_capture_wait $((times * count)) 20
    lab_capture_stop
    python3 "$captured" replayed "$file" "$LAB_DIR/arrived.pcap" "$times" "$speed" >"$LAB_DIR/verdict" || lab_fail "replay $*"
    echo "   $(basename "$file") ${*-}: $(cat "$LAB_DIR/verdict")"
}

test_replays() {
    cable
    python3 "$captured" make "$LAB_DIR/made.pcap" 400
    replayed "$LAB_DIR/made.pcap" 1 400 1
    replayed "$LAB_DIR/made.pcap" 1 400 4 --speed 4
    replayed "$LAB_DIR/made.pcap" 3 400 20 --loop 3 --speed 20
    replayed "$LAB_DIR/made.pcap" 2 400 0 --loop 2 --rate 2000
    replayed "$LAB_DIR/made.pcap" 5 400 0 --loop 5 --rate max
    # What arrived is a capture as well, and goes round again.
    cp "$LAB_DIR/arrived.pcap" "$LAB_DIR/again.pcap"
    replayed "$LAB_DIR/again.pcap" 1 2000 0 --rate max
    ends 2 -i v0 -r "$LAB_DIR/nosuch.pcap"
    says nosuch.pcap
    # Cut in the middle of a record: what is whole goes, and it is said that there was more.
    head -c -10 "$LAB_DIR/made.pcap" >"$LAB_DIR/cut.pcap"
    ends 2 --json -i v0 --rate max --yes -r "$LAB_DIR/cut.pcap"
    summary "$LAB_DIR/out" '.sent == 399 and (.complete | not) and (.error | length > 0)'
}

# Rewritten on the way: the other end receives it, and tshark finds every checksum right.
test_rewrite() {
    cable
    command -v tshark >/dev/null || lab_skip 'tshark is not installed'
    python3 "$captured" make "$LAB_DIR/made.pcap" 100
    lab_capture_start B v1 "$LAB_DIR/rewritten.pcap" -Q in not ether multicast
    ends 0 -i v0 --rate max --yes -r "$LAB_DIR/made.pcap" --rewrite 'ip:198.51.100.0/24=203.0.113.0/24' --rewrite 'dport:9=777' \
        --rewrite 'dst-mac:*=02:00:00:00:00:77' --rewrite 'vlan:none=42'
    says '100 packets of the capture were rewritten'
    lab_capture_wait 100
    lab_capture_stop
    tshark -nr "$LAB_DIR/rewritten.pcap" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -T fields -e eth.dst -e vlan.id -e ip.src \
        -e ip.dst -e udp.dstport -e ip.checksum.status -e udp.checksum.status 2>/dev/null | sort | uniq -c | sed 's/^ *//' >"$LAB_DIR/verdict"
    printf '100 02:00:00:00:00:77\t42\t203.0.113.1\t203.0.113.2\t777\t1\t1\n' | cmp - "$LAB_DIR/verdict" || lab_fail "$(cat "$LAB_DIR/verdict")"
}

lab_start
command -v jq >/dev/null || lab_skip 'jq is not installed'
[ $# -gt 0 ] || set -- together members local nowhere link kinds netns privilege asked unasked many signals pace stamped replays rewrite
for test; do
    "test_$test"
    lab_clear
    echo "ok: $test"
done
