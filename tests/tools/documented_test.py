#!/usr/bin/env python3
"""Runs every command of the README's console blocks and of the EXAMPLES of the man pages.

usage: documented_test.py TOOLS_DIRECTORY README [MAN_PAGE...]

In a ```console block a line that begins with "$ " is a command, and the lines up to the next one are what it prints,
standard error included; "..." alone on a line stands for any lines. A command in a man page (.Dl) must succeed and
print something. Commands run in the directory of the README.
"""
import os
import re
import subprocess
import sys


def run(command, directory, tools):
    environment = dict(os.environ, PATH=tools + ":" + os.environ["PATH"], TZ="UTC", LC_ALL="C.UTF-8", COLUMNS="80")
    done = subprocess.run(["sh", "-c", command], cwd=directory, env=environment, text=True, timeout=120,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.rstrip("\n").split("\n")


def console_commands(readme):
    """Yields (command, expected lines)."""
    for block in re.findall(r"^```console\n(.*?)^```", readme, re.M | re.S):
        command, expected = None, []
        for line in block.split("\n")[:-1] + ["$ "]:
            if line.startswith("$ "):
                if command is not None:
                    yield command, expected
                command, expected = line[2:], []
            else:
                expected.append(line)


def matches(expected, got):
    pattern = "\n".join("\0" if line == "..." else re.escape(line) for line in expected)
    return re.fullmatch(pattern.replace("\0", ".*"), "\n".join(got), re.S) is not None


def man_commands(page):
    """Yields the .Dl lines of EXAMPLES that run a tool of ours."""
    with open(page) as file:
        text = file.read()
    examples = re.search(r"^\.Sh EXAMPLES\n(.*?)^\.Sh ", text, re.M | re.S)
    for command in re.findall(r"^\.Dl (.*)$", examples.group(1) if examples else "", re.M):
        yield command.replace("\\-", "-").replace("\\(aq", "'").replace("\\(dq", '"').replace("\\&", "")


def main():
    tools, readme, pages = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3:]
    directory = os.path.dirname(readme)
    passed, failed = 0, 0
    with open(readme) as file:
        documented = list(console_commands(file.read()))
    checks = [(command, expected) for command, expected in documented if not command.startswith("scripts/")]
    checks += [(command, None) for page in pages for command in man_commands(page)]
    for command, expected in checks:
        status, got = run(command, directory, tools)
        if status == 2 and any("ping_group_range" in line for line in got):
            print("skipped, echo requests are not permitted here: " + command)
            continue
        ok = matches(expected, got) if expected is not None else status == 0 and got != [""]
        passed, failed = passed + ok, failed + (not ok)
        if not ok:
            print("not ok: " + command, "  exit status %d, and it printed:" % status, *got[:40], sep="\n  ")
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not checks else 0


if __name__ == "__main__":
    sys.exit(main())
