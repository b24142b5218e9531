/*
 * Runs two commands in turn and prints the best wall time of each in milliseconds.
 *
 *     bench_run [-f] ROUNDS PEER_ROUNDS COMMAND PEER
 *
 * The commands are the shell's; their output goes to /dev/null. -f: the time to the end of the first line,
 * which comes through a pipe, instead of the end of the program.
 */
#include "bench.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void die(const char *what)
{
    perror(what);
    exit(2);
}

/* The shell is replaced by the command: what is timed is one program. output: -1 for /dev/null. */
static pid_t start(const char *command, int output)
{
    char line[4096];
    char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, line, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    (void)snprintf(line, sizeof line, "exec %s", command);
    posix_spawn_file_actions_init(&actions);
    if (output >= 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    else
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (posix_spawn(&pid, "/bin/sh", &actions, NULL, argv, environ) != 0)
        die("sh");
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static void wait_for(pid_t pid, const char *command, bool may_be_killed)
{
    int status;
    if (waitpid(pid, &status, 0) != pid)
        die("waitpid");
    if (!may_be_killed && !(WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
        fprintf(stderr, "bench_run: %s failed\n", command);
        exit(2);
    }
}

static double whole_ms(const char *command)
{
    uint64_t begin = bench_now_ns();
    wait_for(start(command, -1), command, false);
    return (double)(bench_now_ns() - begin) / 1e6;
}

static double first_line_ms(const char *command)
{
    char buffer[65536];
    int ends[2];
    ssize_t n;
    if (pipe2(ends, O_CLOEXEC) != 0)
        die("pipe");
    uint64_t begin = bench_now_ns();
    pid_t pid = start(command, ends[1]);
    close(ends[1]);
    while ((n = read(ends[0], buffer, sizeof buffer)) > 0)
        if (memchr(buffer, '\n', (size_t)n) != NULL)
            break;
    uint64_t end = bench_now_ns();
    close(ends[0]);
    wait_for(pid, command, true);
    return (double)(end - begin) / 1e6;
}

static double run_ms(const char *command, bool first_line)
{
    return first_line ? first_line_ms(command) : whole_ms(command);
}

int main(int argc, char **argv)
{
    bool first_line = argc > 1 && strcmp(argv[1], "-f") == 0;
    if (argc != 5 + first_line)
        return 2;
    argv += first_line;
    int rounds[2] = {atoi(argv[1]), atoi(argv[2])};
    double best[2] = {1e18, 1e18};
    for (int round = 0; round < rounds[0] || round < rounds[1]; round++) {
        for (int i = 0; i < 2; i++) {
            double ms = round < rounds[i] ? run_ms(argv[3 + i], first_line) : best[i];
            best[i] = ms < best[i] ? ms : best[i];
        }
    }
    printf("%.3f %.3f\n", best[0], best[1]);
    return 0;
}
