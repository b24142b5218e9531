/*
 * Opening a saver: what its name says, and what it may not write over.
 */
#include "fail.h"
#include "saver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

enum {
    BUFFER_DEFAULT = 256 * 1024,
    BUFFER_MIN = 64 * 1024,
    TEXT_MAX = UINT16_MAX,
    CREATE_MODE = 0666,
};

/* --- suffixes --- */

static bool ends_with(const char *name, size_t len, const char *suffix)
{
    size_t suffix_len = strlen(suffix);
    return len > suffix_len && memcmp(name + len - suffix_len, suffix, suffix_len) == 0;
}

static void resolve_suffixes(const char *name, struct pkt_saver_options *options)
{
    size_t len = strlen(name);
    int packing = PKT_SAVER_PLAIN;
    if (ends_with(name, len, ".gz"))
        packing = PKT_SAVER_GZIP;
    if (ends_with(name, len, ".zst"))
        packing = PKT_SAVER_ZSTD;
    if (packing != PKT_SAVER_PLAIN)
        len = (size_t)(strrchr(name, '.') - name);
    if (options->packing == PKT_SAVER_PACKING_AUTO)
        options->packing = packing;
    if (options->format == PKT_SAVER_FORMAT_AUTO)
        options->format = ends_with(name, len, ".pcapng") ? PKT_SAVER_PCAPNG : PKT_SAVER_PCAP;
}

/* --- options --- */

static bool is_in(int value, int last)
{
    return value >= 0 && value <= last;
}

static bool fits(const char *text)
{
    return text == NULL || strlen(text) <= TEXT_MAX;
}

static int take_options(const struct pkt_saver_options *options, const char *name,
                        struct pkt_saver_options *ret_options, struct pkt_error *reterr_error)
{
    struct pkt_saver_options taken = {0};
    if (options != NULL)
        memcpy(&taken, options, options->size < sizeof taken ? options->size : sizeof taken);
    if (taken.buffer_size == 0)
        taken.buffer_size = BUFFER_DEFAULT;
    if (taken.buffer_size < BUFFER_MIN || taken.buffer_size > PKT_CAPTURE_RECORD_MAX)
        return capture_fail(reterr_error, PKT_E_ARGUMENT, 0, name,
                            "a buffer of %zu bytes: it must have %d to %ju", taken.buffer_size, BUFFER_MIN,
                            (uintmax_t)PKT_CAPTURE_RECORD_MAX);
    if (!is_in(taken.format, PKT_SAVER_PCAPNG) || !is_in(taken.packing, PKT_SAVER_ZSTD) ||
        !is_in(taken.resolution, PKT_SAVER_NANOSECONDS))
        return capture_fail(reterr_error, PKT_E_ARGUMENT, 0, name,
                            "a format, packing or resolution that is not known");
    if (!fits(taken.application) || !fits(taken.hardware) || !fits(taken.system))
        return capture_fail(reterr_error, PKT_E_ARGUMENT, 0, name,
                            "a text for the section header of more than %d bytes", TEXT_MAX);
    resolve_suffixes(name, &taken);
    *ret_options = taken;
    return 0;
}

/* --- descriptors --- */

/* "-", also with a suffix that tells the format. */
static bool is_standard(const char *path)
{
    static const char *const names[] = {"-",        "-.pcap",      "-.pcap.gz",    "-.pcap.zst",
                                        "-.pcapng", "-.pcapng.gz", "-.pcapng.zst", "/dev/stdout"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(path, names[i]) == 0)
            return true;
    }
    return false;
}

/* The name as messages have it, whose suffix does not count. */
static const char *shown_name(const char *path)
{
    return is_standard(path) ? "standard output" : path;
}

/* Two descriptors of one pipe or terminal are harmless; of one file or disk they are not. */
static bool is_same_file(const struct stat *ours, const struct stat *theirs)
{
    return (S_ISREG(ours->st_mode) || S_ISBLK(ours->st_mode)) && ours->st_dev == theirs->st_dev &&
           ours->st_ino == theirs->st_ino;
}

static bool is_read(int fd, const struct pkt_saver_options *options)
{
    struct stat ours, theirs;
    const char *keep = options->keep;
    if (fstat(fd, &ours) != 0)
        return false;
    if (options->reading != NULL && pkt_source_fd(options->reading) >= 0 &&
        fstat(pkt_source_fd(options->reading), &theirs) == 0 && is_same_file(&ours, &theirs))
        return true;
    if (keep == NULL)
        return false;
    int result = strcmp(keep, "-") == 0 ? fstat(STDIN_FILENO, &theirs) : stat(keep, &theirs);
    return result == 0 && is_same_file(&ours, &theirs);
}

static int check_target(int fd, const char *name, const struct pkt_saver_options *options,
                        struct pkt_error *reterr_error)
{
    if (isatty(fd))
        return capture_fail(reterr_error, PKT_E_ARGUMENT, 0, name,
                            "a terminal: a capture is no text; name a file, or put a command behind a pipe");
    if (is_read(fd, options))
        return capture_fail(reterr_error, PKT_E_ARGUMENT, 0, name,
                            "the file that is being read, which would be lost: save to another");
    return 0;
}

/* Opens without truncating: what is refused stays as it was. -1: errno. */
static int open_target(const char *path)
{
    if (is_standard(path))
        return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    return open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, CREATE_MODE);
}

static bool empty_target(int fd, const char *path)
{
    struct stat status;
    if (is_standard(path) || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return true;
    return ftruncate(fd, 0) == 0;
}

/* --- the saver --- */

static char *text_or(const char *text, const char *otherwise)
{
    return strdup(text != NULL ? text : otherwise);
}

static bool set_texts(struct pkt_saver *saver, const char *name)
{
    struct utsname machine = {0};
    char kernel[sizeof machine.sysname + sizeof machine.release];
    (void)uname(&machine);
    (void)snprintf(kernel, sizeof kernel, "%s %s", machine.sysname, machine.release);
    saver->name = strdup(name);
    saver->application = text_or(saver->options.application, "libpkt " PKT_VERSION_STRING);
    saver->hardware = text_or(saver->options.hardware, machine.machine);
    saver->system = text_or(saver->options.system, kernel);
    return saver->name != NULL && saver->application != NULL && saver->hardware != NULL &&
           saver->system != NULL;
}

static int set_packer(struct pkt_saver *saver, struct pkt_error *reterr_error)
{
    if (saver->options.packing == PKT_SAVER_PLAIN)
        return 0;
    saver->output.packer = saver->options.packing == PKT_SAVER_GZIP
                               ? saver_packer_gzip(saver->name, reterr_error)
                               : saver_packer_zstd(saver->name, reterr_error);
    return saver->output.packer == NULL ? reterr_error->code : 0;
}

static void discard(struct pkt_saver *saver)
{
    if (saver->output.packer != NULL)
        saver->output.packer->close(saver->output.packer);
    free(saver->output.buffer);
    free(saver->application);
    free(saver->hardware);
    free(saver->system);
    free(saver->name);
    free(saver);
}

/* Makes a saver over fd, which may be -1 yet. options are complete. */
static int make(const char *name, const struct pkt_saver_options *options, int fd,
                struct pkt_saver **ret_saver, struct pkt_error *reterr_error)
{
    struct pkt_saver *saver = calloc(1, sizeof *saver);
    if (saver == NULL)
        return capture_fail_memory(reterr_error, name);
    saver->options = *options;
    saver->format = options->format == PKT_SAVER_PCAPNG ? &saver_format_pcapng : &saver_format_pcap;
    int result = 0;
    if (!set_texts(saver, name) || !output_open(&saver->output, fd, saver->name, options->buffer_size))
        result = capture_fail_memory(reterr_error, name);
    if (result == 0)
        result = set_packer(saver, reterr_error);
    if (result < 0) {
        discard(saver);
        return result;
    }
    *ret_saver = saver;
    return 0;
}

int pkt_saver_open_fd(int fd, const char *name, const struct pkt_saver_options *options,
                      struct pkt_saver **ret_saver, struct pkt_error *reterr_error)
{
    struct pkt_saver_options taken;
    int result = take_options(options, name, &taken, reterr_error);
    if (result == 0)
        result = check_target(fd, name, &taken, reterr_error);
    return result < 0 ? result : make(name, &taken, fd, ret_saver, reterr_error);
}

/* With everything else in hand: a file is only emptied when nothing can fail any more. */
static int take_target(int fd, const char *path, const struct pkt_saver_options *options,
                       struct pkt_saver **ret_saver, struct pkt_error *reterr_error)
{
    const char *name = shown_name(path);
    int result = check_target(fd, name, options, reterr_error);
    if (result == 0)
        result = make(name, options, fd, ret_saver, reterr_error);
    if (result < 0 || empty_target(fd, path))
        return result;
    result = capture_fail_system(reterr_error, errno, name, "cannot be emptied");
    discard(*ret_saver);
    return result;
}

int pkt_saver_open_file(const char *path, const struct pkt_saver_options *options,
                        struct pkt_saver **ret_saver, struct pkt_error *reterr_error)
{
    struct pkt_saver_options taken;
    int result = take_options(options, path, &taken, reterr_error);
    if (result < 0)
        return result;
    int fd = open_target(path);
    if (fd < 0)
        return capture_fail_system(reterr_error, errno, shown_name(path), "cannot be created");
    struct pkt_saver *saver = NULL;
    result = take_target(fd, path, &taken, &saver, reterr_error);
    if (result < 0) {
        close(fd);
        return result;
    }
    *ret_saver = saver;
    return 0;
}
