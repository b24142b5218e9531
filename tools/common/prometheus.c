/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text exposition format 0.0.4, and the file that is replaced in one step.
 */
#include "prometheus.h"

#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NS_DECIMALS = 9 };

/* --- the file --- */

static bool fail(struct prometheus_file *file, const char *action, int reason)
{
    file->failed = true;
    message_error("cannot %s %s: %s", action, file->path, strerror(reason));
    return false;
}

/* Where the path leads; a file that is not there yet is expected in its folder. To be freed. */
static char *resolve(const char *path)
{
    struct stat status;
    char *real = realpath(path, NULL);
    if (real != NULL || errno != ENOENT)
        return real;
    /* A link to nothing: nobody says where the file should be. */
    bool is_link = lstat(path, &status) == 0;
    errno = ENOENT;
    return is_link ? NULL : strdup(path);
}

/* What cannot be replaced by renaming. */
static bool check_kind(struct prometheus_file *file, const char *real)
{
    struct stat status;
    if (stat(real, &status) == 0 && !S_ISREG(status.st_mode)) {
        message_error("cannot write %s: it is no regular file, and could not be replaced in one step; give "
                      "the name of a file",
                      file->path);
        return false;
    }
    return true;
}

static bool split(struct prometheus_file *file, char *real)
{
    const char *slash = strrchr(real, '/');
    const char *name = slash == NULL ? real : slash + 1;
    if (*name == '\0' || strlen(name) >= sizeof file->name)
        return fail(file, "write", *name == '\0' ? EISDIR : ENAMETOOLONG);
    memcpy(file->name, name, strlen(name) + 1);
    file->folder = open(dirname(real), O_PATH | O_DIRECTORY | O_CLOEXEC);
    return file->folder >= 0 || fail(file, "open the folder of", errno);
}

/* A name that no other process takes, also one in another container. */
static bool choose_temporary(struct prometheus_file *file)
{
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        return fail(file, "find a temporary name for", errno);
    (void)snprintf(file->temporary, sizeof file->temporary, ".pkt-%016" PRIx64 ".tmp", number);
    return true;
}

bool prometheus_open(struct prometheus_file *file, const char *path)
{
    file->path = path;
    file->folder = -1;
    file->begun = false;
    file->failed = false;
    file->family = "";
    char *real = resolve(path);
    if (real == NULL)
        return fail(file, "write", errno);
    bool is_good = check_kind(file, real) && split(file, real) && choose_temporary(file);
    free(real);
    return is_good;
}

bool prometheus_folder(const struct prometheus_file *file, char *to, size_t size)
{
    char link[64];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", file->folder);
    ssize_t len = readlink(link, to, size);
    if (len < 0 || (size_t)len >= size)
        return false;
    to[len] = '\0';
    return true;
}

static int create(const struct prometheus_file *file)
{
    return openat(file->folder, file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
}

void prometheus_begin(struct prometheus_file *file)
{
    file->failed = false;
    int fd = create(file);
    /* Ours alone: left behind by a version that could not be removed. */
    if (fd < 0 && errno == EEXIST && unlinkat(file->folder, file->temporary, 0) == 0)
        fd = create(file);
    int reason = errno;
    out_open_fd(&file->out, fd, file->path);
    file->begun = fd >= 0;
    if (fd < 0)
        (void)fail(file, "create a file beside", reason);
}

/* The bytes must be on the disk before the name is: else a crash could leave an empty file in its place. */
static bool sync_bytes(struct prometheus_file *file)
{
    out_flush(&file->out);
    if (out_has_failed(&file->out))
        return true; /* out_finish() says it */
    while (fsync(file->out.fd) != 0)
        if (errno != EINTR)
            return fail(file, "sync", errno);
    return true;
}

enum tool_status prometheus_commit(struct prometheus_file *file)
{
    if (!file->begun)
        return file->failed ? TOOL_ERROR : TOOL_OK;
    bool is_good = sync_bytes(file);
    is_good = out_finish(&file->out) == TOOL_OK && is_good;
    file->begun = false;
    if (is_good && renameat(file->folder, file->temporary, file->folder, file->name) != 0)
        is_good = fail(file, "replace", errno);
    if (!is_good)
        (void)unlinkat(file->folder, file->temporary, 0);
    return is_good ? TOOL_OK : TOOL_ERROR;
}

void prometheus_discard(struct prometheus_file *file)
{
    if (file->begun) {
        (void)close(file->out.fd);
        (void)unlinkat(file->folder, file->temporary, 0);
    }
    file->begun = false;
}

void prometheus_close(struct prometheus_file *file)
{
    prometheus_discard(file);
    if (file->folder >= 0)
        (void)close(file->folder);
    file->folder = -1;
}

/* --- the format --- */

static void require_name(const char *name, bool colon_allowed)
{
    for (size_t i = 0; name[i] != '\0' || i == 0; i++) {
        char c = name[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!is_letter && !(c == ':' && colon_allowed) && !(i > 0 && c >= '0' && c <= '9'))
            abort();
    }
}

/* Help escapes backslash and line feed; a label's value the quote too. */
static void put_escaped(struct out *out, const char *text, bool is_label)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\' || (*text == '"' && is_label))
            out_char(out, '\\');
        if (*text == '\n')
            out_string(out, "\\n");
        else
            out_char(out, *text);
    }
}

void prometheus_family(struct prometheus_file *file, const char *name, enum prometheus_type type,
                       const char *help)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
    require_name(name, true);
    file->family = name;
    out_printf(&file->out, "# HELP %s ", name);
    put_escaped(&file->out, help, false);
    out_printf(&file->out, "\n# TYPE %s %s\n", name, types[type]);
}

/* Line feeds have an escape of the format's own; what else may not stand in a line is made visible first. */
static void put_label_value(struct out *out, const char *value)
{
    size_t left = strnlen(value, PROMETHEUS_LABEL_MAX);
    while (left > 0) {
        char visible[4 * PROMETHEUS_LABEL_MAX + 1];
        const char *feed = memchr(value, '\n', left);
        size_t len = feed == NULL ? left : (size_t)(feed - value);
        (void)message_escape(visible, sizeof visible, value, len);
        put_escaped(out, visible, true);
        if (feed != NULL)
            out_string(out, "\\n");
        len += feed != NULL;
        value += len;
        left -= len;
    }
}

static void put_label(struct out *out, bool is_first, const char *name, const char *value)
{
    require_name(name, false);
    out_printf(out, "%s%s=\"", is_first ? "{" : ",", name);
    put_label_value(out, value);
    out_char(out, '"');
}

/* Everything before the value; `bound` is the label le of a histogram's bucket, NULL: none. */
static void put_series(struct prometheus_file *file, const char *suffix,
                       const struct prometheus_label *labels, unsigned label_count, const char *bound)
{
    struct out *out = &file->out;
    out_printf(out, "%s%s", file->family, suffix);
    for (unsigned i = 0; i < label_count; i++)
        put_label(out, i == 0, labels[i].name, labels[i].value);
    if (bound != NULL)
        put_label(out, label_count == 0, "le", bound);
    out_string(out, label_count > 0 || bound != NULL ? "} " : " ");
}

/* value / 10^decimals without a double in between; decimals that are 0 are left out. */
static void write_fixed(char *to, size_t size, int64_t value, unsigned decimals)
{
    uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value, scale = 1;
    for (; decimals > 0 && magnitude % 10 == 0; decimals--)
        magnitude /= 10;
    for (unsigned i = 0; i < decimals; i++)
        scale *= 10;
    const char *sign = value < 0 ? "-" : "";
    if (decimals == 0)
        (void)snprintf(to, size, "%s%" PRIu64, sign, magnitude);
    else
        (void)snprintf(to, size, "%s%" PRIu64 ".%0*" PRIu64, sign, magnitude / scale, (int)decimals,
                       magnitude % scale);
}

void prometheus_u64(struct prometheus_file *file, const struct prometheus_label *labels, unsigned label_count,
                    uint64_t value)
{
    put_series(file, "", labels, label_count, NULL);
    out_printf(&file->out, "%" PRIu64 "\n", value);
}

void prometheus_fixed(struct prometheus_file *file, const struct prometheus_label *labels,
                      unsigned label_count, int64_t value, unsigned decimals)
{
    char text[48];
    write_fixed(text, sizeof text, value, decimals);
    put_series(file, "", labels, label_count, NULL);
    out_printf(&file->out, "%s\n", text);
}

void prometheus_seconds(struct prometheus_file *file, const struct prometheus_label *labels,
                        unsigned label_count, int64_t duration_ns)
{
    prometheus_fixed(file, labels, label_count, duration_ns, NS_DECIMALS);
}

void prometheus_unknown(struct prometheus_file *file, const struct prometheus_label *labels,
                        unsigned label_count)
{
    put_series(file, "", labels, label_count, NULL);
    out_string(&file->out, "NaN\n");
}

void prometheus_histogram(struct prometheus_file *file, const struct prometheus_label *labels,
                          unsigned label_count, const struct prometheus_histogram *histogram)
{
    char text[48];
    for (unsigned i = 0; i < histogram->bound_count; i++) {
        write_fixed(text, sizeof text, histogram->upper_ns[i], NS_DECIMALS);
        put_series(file, "_bucket", labels, label_count, text);
        out_printf(&file->out, "%" PRIu64 "\n", histogram->count[i]);
    }
    put_series(file, "_bucket", labels, label_count, "+Inf");
    out_printf(&file->out, "%" PRIu64 "\n", histogram->total);
    write_fixed(text, sizeof text, histogram->sum_ns, NS_DECIMALS);
    put_series(file, "_sum", labels, label_count, NULL);
    out_printf(&file->out, "%s\n", text);
    put_series(file, "_count", labels, label_count, NULL);
    out_printf(&file->out, "%" PRIu64 "\n", histogram->total);
}
