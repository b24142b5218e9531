#!/usr/bin/env python3
"""Runs cases with ping(8) and with pktping, and compares what they write and how they end.

    ping_text_compare.py [--calm] PKTPING DIRECTORY CASES

CASES has one case a line: HOW, the namespace of ping(8), that of pktping, the scene that both see, the arguments; tabs between
them. HOW is "-", or
    hosts       with the hosts and resolv.conf of DIRECTORY
    user        as nobody in particular
    precise     pktping with -3, which ping(8) of 2022 has not: the same but for three decimals each
    usage       a mistake: both refuse it, each in its own words
    S,S@WORD    these signals, each once WORD, then "packets" on standard error for QUIT, has come
Prints the names of the cases that differ, one a line, on standard output, and the differences on standard error. Exit status 0, or 1
if some differ. Figures that no two runs share are masked; whatever else differs must stand in DIFFERENCES.
"""
import argparse
import concurrent.futures
import difflib
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import time

# Which cases; what of ping(8)'s masked text is written how by pktping; why. One that is listed and does not occur is a failure.
RTT = "rtt min/avg/max/mdev = RTT ms"
DIFFERENCES = [
    (r" -s (0|8|15) ", r"(icmp_seq=1 ttl=64)\n((?:.*\n)*.*Tms\n)\n", rf"\1 time=T ms\n\2{RTT}\n",
     "the clocks are the kernel's: a time takes no room in the packet"),
    (r" -v ", r"ai->ai_family.*\n", "",
     "-v tells of the packets and their clocks, not of the resolver"),
    (r"-  .* -v ", r"ping: sock4.*\n\n?", "ping: datagram socket, sandbox: SANDBOX\n",
     "which sockets, in one line, and what else protects"),
    (r"raw .* -v ", r"ping: sock4.*\n\n?", "ping: raw socket, sandbox: SANDBOX\n", "the same"),
    (r"raw .* -v ", r"(icmp_seq=.*) ms", r"\1 ms (CLOCKS)", "both clocks of a sample"),
    (r"-  .* -v (?!.*-t 1)", r"(icmp_seq=\d) ttl=64 time=T ms", r"\1 ident=ID ttl=64 time=T ms (CLOCKS)",
     "both clocks of a sample, and the identifier of datagram sockets, too"),
    (r"raw .* -I nosuch ::1", "unknown iface: nosuch", "raw ICMP socket: interface nosuch: No such device", "as below"),
    (r"raw .* -I nosuch 127", "SO_BINDTODEVICE nosuch", "raw ICMP socket: interface nosuch", "as below"),
    (r"-  .* -I nosuch 127", "SO_BINDTODEVICE nosuch", "datagram ICMP socket: interface nosuch",
     "trouble with a socket is told in the words of the library: which socket, what it could not have"),
    (r"-  .* -I nosuch ::1", "unknown iface: nosuch", "datagram ICMP socket: interface nosuch: No such device",
     "the same"),
    (r" -I 192.0.2.99 ", "bind:", "datagram ICMP socket: cannot have this address or identifier:", "the same"),
    (r" -I 2001:db8::99 ", "bind icmp socket:", "datagram ICMPv6 socket: cannot have this address or identifier:",
     "the same"),
    (r"^hosts .* -(4 six|6 four)", "Address family for hostname not supported", "Temporary failure in name resolution",
     "a hosts file without an address of that family does not end the search: DNS is asked"),
    (r"^user .*(-f (?!-i)|0\.001 )", r"PING.*\n(--- standard error ---\nping: ).*", r"\1intervals below 2 ms, and -f, need "
     "privilege: give -i 2ms or more", "said before anything else, and what to do"),
    (r"^TERM", r"(?s)(PING (\S+?) ?\(.*\n)(--- standard error ---\n)--- exit.*", r"\1\n--- \2 ping statistics ---\n1 packets "
     rf"transmitted, 1 received, 0% packet loss, time Tms\n{RTT}\n\3--- exit status 0\n",
     "SIGTERM ends a run as SIGINT does: what is counted is not lost where a service is stopped"),
    (r" -r 10", r"received, (100.*time Tms\n\n--- standard error ---\n)", r"received, +1 errors, \1ping: sendmsg: Network "
     "is unreachable\n", "an echo that could not be sent is an error, and is said"),
    (r" 203\.0\.113\.78", "Do you want to ping broadcast.*", "connect: Permission denied",
     "a route that prohibits is no broadcast"),
    (r" (-b 192|-I eth0 224)", r"(rtt .* ms\n)", r"\1\nRESPONDERS 1\n", "who answered a group, in a table"),
    (r" (ff02::1%eth0|-I eth0 ff02::1)$", r"(rtt .* ms\n)", r"\1\nRESPONDERS 2\n", "the same"),
    (r" (ff02::1%eth0|-I eth0 ff02::1)$", r"(.* bytes from .*\n)", r"\1\1", "of a group one answer is not the end: all have their time"),
    (r" (ff02::1%eth0|-I eth0 ff02::1)$", r"1 received", "1 received, +1 duplicates", "the same"),
    (r" -I eth0 ff02::1", r"from ::", "from fe80::MAC", "the source that the echo will have"),
    (r" -I eth0 ff02::1", r"(?m)^ping: Warning: .*\n", "", "-I says it: nothing to warn of"),
    (r"-W 1 (fe80|ff02)::1$", r"(?s)PING (\S+)\(.*", r"--- standard error ---\nping: a link-local destination needs an interface, as in "
     r"\1%eth0\n--- exit status 2\n", "sent into nowhere it would look dead"),
    (r"corrupt checksum", r"(icmp_seq=2 .* ms)\n", r"\1 (BAD CHECKSUM!)\n", "ping(8) takes it for a good one"),
    (r"corrupt checksum", r"3 received, 0%", r"2 received, +1 corrupted, 33.3333%", "the same"),
]

PRECISE = (r"time=\d+\.\d{3} ms", "time=T ms")
MASKS = (
    (r"time=(0\.\d{3}|[1-9]\.\d\d|[1-9]\d\.\d|[1-9]\d{2,}) ms", "time=T ms"),
    (r", time \d+ms", ", time Tms"),
    (r"rtt min/avg/max/mdev = \d+\.\d{3}/\d+\.\d{3}/\d+\.\d{3}/\d+\.\d{3} ms", "rtt min/avg/max/mdev = RTT ms"),
    (r", pipe \d+, ipg", ", ipg"),  # where answers set the pace, how many are under way is a matter of time
    (r"ipg/ewma \d+\.\d{3}/\d+\.\d{3} ms", "ipg/ewma GAP ms"),
    (r"min/avg/ewma/max = \d+\.\d{3}/\d+\.\d{3}/\d+\.\d{3}/\d+\.\d{3} ms", "min/avg/ewma/max = RTT ms"),
    (r"(?m)^\[\d{10}\.\d{6}\] ", "[STAMP] "),
    (r"\t\d+ absolute", "\tMS absolute"),
    (r"(?m)\t-?\d+$", "\tMS"),
    (r" ident=\d+ ", " ident=ID "),
    (r"(?m)^(pkt)?ping: ", "ping: "),
    (r" \((kernel|user) clock(; \d+\.\d{3} ms from call to call)?\)", " (CLOCKS)"),
    (r"sandbox: .+", "sandbox: SANDBOX"),
    (r"fe80::200:5eff:fe00:[0-9a-f]+", "fe80::MAC"),
    (r"\n--- (\d+) responders? ---\naddress  .*\n(\S+ +\S+ +\d+( +\d+\.\d{3}){3}\n)+", r"\nRESPONDERS \1\n"),
)
LONGEST = 40  # seconds that a run may take


class Case:
    def __init__(self, line):
        self.name = line
        self.how, self.ping_host, self.pktping_host, scene, self.arguments = line.split("\t")
        self.told = f"{self.how} {scene} {self.arguments}"

    def wrapped(self, directory, host, program):
        ways = {
            "hosts": ["sh", "-c", 'mount --bind "$1/hosts" /etc/hosts && mount --bind "$1/resolv.conf" /etc/resolv.conf && '
                      'shift && exec "$@"', "sh", str(directory)],
            "user": ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps", "-all"],
        }
        return ["ip", "netns", "exec", host] + ways.get(self.how, []) + program + shlex.split(self.arguments)


def waited_for(path, word):
    end = time.monotonic() + LONGEST
    while word not in path.read_bytes():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def signalled(case, process, out, err):
    """Sends the signals of a case, if it has some, each after its event."""
    if "@" not in case.how:
        return
    names, word = case.how.split("@")
    for name in names.split(","):
        if not waited_for(out, word.encode()):
            return
        process.send_signal(getattr(signal, "SIG" + name))
        if name == "QUIT" and not waited_for(err, b"packets"):
            return


def run(case, directory, host, program):
    """What a program writes and its exit status, masked; a run that does not end is a difference."""
    base = directory / f"{pathlib.Path(program[0]).name}-{abs(hash(case.name))}"
    out, err = base.with_suffix(".out"), base.with_suffix(".err")
    with out.open("wb") as out_file, err.open("wb") as err_file:
        process = subprocess.Popen(case.wrapped(directory, host, program), stdin=subprocess.DEVNULL, stdout=out_file,
                                   stderr=err_file)
        try:
            signalled(case, process, out, err)
            status = process.wait(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            status = f"none in {LONGEST} s"
    return out.read_text(errors="backslashreplace"), err.read_text(errors="backslashreplace"), status


def without_answered_dots(text):
    """A flood without the dots that their replies erased: which come in whatever order."""
    before = None
    while before != text:
        before = text
        text = text.replace(".\b \b", "")
    return text


def masked(result, masks=MASKS):
    out, err, status = result
    text = f"{without_answered_dots(out)}--- standard error ---\n{err}--- exit status {status}\n"
    for pattern, mask in masks:
        text = re.sub(pattern, mask, text)
    return text


def as_expected(case, theirs):
    """ping(8)'s text with the listed differences; what is wrong with the list."""
    for number, (which, pattern, replacement, _) in enumerate(DIFFERENCES):
        if not re.search(which, case.told):
            continue
        used.add(number)
        changed = re.sub(pattern, replacement, theirs)
        if changed == theirs:
            return theirs, f"ping(8) has no {pattern!r}: the listed difference is none\n"
        theirs = changed
    return theirs, ""


def difference_of(case, theirs, ours):
    if case.how == "usage":
        ok = ours[0] == "" and ours[1].count("\n") == 1 and ours[2] == 2 and theirs[0] == "" and theirs[2] in (1, 2)
        return "" if ok else f"ping(8): {theirs}\npktping: {ours}"
    wanted, wrong = as_expected(case, masked(theirs))
    ours = masked(ours, (PRECISE, *MASKS[1:]) if case.how == "precise" else MASKS)
    lines = difflib.unified_diff(wanted.splitlines(), ours.splitlines(), "ping", "pktping", lineterm="")
    return wrong + "\n".join(repr(line)[1:-1] for line in lines)


def compare(case, directory, pktping):
    """Both side by side; the text of the difference, or an empty one."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        theirs = pool.submit(run, case, directory, case.ping_host, ["ping", "-n"])
        ours = pool.submit(run, case, directory, case.pktping_host, [pktping, "--no-why"] + ["-3"] * (case.how == "precise"))
        return difference_of(case, theirs.result(), ours.result())


used = set()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--calm", action="store_true")
    parser.add_argument("pktping")
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("cases", type=pathlib.Path)
    given = parser.parse_args()
    cases = [Case(line) for line in given.cases.read_text().splitlines()]
    failed = False
    with concurrent.futures.ThreadPoolExecutor(2 if given.calm else 20) as pool:
        results = pool.map(lambda case: compare(case, given.directory, given.pktping), cases)
        for case, difference in zip(cases, results):
            if difference:
                failed = True
                print(case.name)
                print(f"differs: {case.told}\n{difference}", file=sys.stderr)
    for number, (which, *_) in enumerate(DIFFERENCES):
        if number not in used and not given.calm:
            failed = True
            print(f"the list of differences has {which!r}, which is no case", file=sys.stderr)
    sys.exit(1 if failed else 0)


main()
