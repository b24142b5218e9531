/*
 * Capture files: opening them, recognising compression and format by the first bytes.
 */
#include "file.h"
#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAGIC_LEN = 4 };

static const struct {
    int (*begin)(struct capture_file *file, struct pkt_error *reterr_error);
    file_interface_getter *get_interface;
} formats[] = {
    {pcap_begin,    pcap_get_interface   },
    {pcapng_begin,  pcapng_get_interface },
    {libpcap_begin, libpcap_get_interface}, /* the last: it takes the bytes that it looks at */
};

const char *file_offset_space(const struct capture_file *file)
{
    return file->packing == NULL ? "" : " of the uncompressed data";
}

void file_describe(struct capture_file *file, const char *format, const char *order)
{
    const char *parts[] = {order, file->packing};
    size_t used = (size_t)snprintf(file->description, sizeof file->description, "%s", format);
    for (size_t i = 0; i < 2 && used < sizeof file->description; i++) {
        if (parts[i] != NULL) {
            used +=
                (size_t)snprintf(file->description + used, sizeof file->description - used, ", %s", parts[i]);
        }
    }
}

/* Puts a decompressor between the bytes and the parser: the window so far becomes its input. */
static int unpack(struct capture_file *file, struct pkt_error *reterr_error)
{
    struct capture_input *unpacker;
    const char *packing;
    int result = unpacker_open(window_view(&file->window), &file->packed, &unpacker, &packing, reterr_error);
    if (result <= 0)
        return result;
    struct capture_window outer;
    if (!window_init(&outer, unpacker, file->name, file->options.buffer_size)) {
        unpacker->close(unpacker);
        return capture_fail_memory(reterr_error, file->name);
    }
    file->packed = file->window;
    file->window = outer;
    file->unpacker = unpacker;
    file->packing = packing;
    return 1;
}

int file_fail_short(const struct capture_file *file, struct pkt_error *reterr_error)
{
    size_t len = window_len(&file->window);
    if (len == 0) {
        return capture_fail(reterr_error, PKT_E_FORMAT, 0, file->name,
                            "empty: not even a capture file's header was written%s",
                            file->packing == NULL ? "" : " before it was compressed");
    }
    return capture_fail(reterr_error, PKT_E_FORMAT, len, file->name,
                        "cut short: it ends after %zu byte%s, within the file header", len,
                        len == 1 ? "" : "s");
}

static int fail_unknown(const struct capture_file *file, uint32_t magic, struct pkt_error *reterr_error)
{
    return capture_fail(
        reterr_error, PKT_E_UNSUPPORTED, 0, file->name,
        "no capture file that is known: it begins with %02x %02x %02x %02x; pcap and pcapng are "
        "read, plain or compressed with gzip or zstd",
        magic >> 24, magic >> 16 & 0xff, magic >> 8 & 0xff, magic & 0xff);
}

/* The first format that takes the file. */
static int begin(struct capture_file *file, struct pkt_error *reterr_error)
{
    const size_t count = sizeof formats / sizeof *formats;
    uint32_t magic = pkt_u32(window_view(&file->window), 0);
    for (size_t i = file->options.reader == PKT_READER_LIBPCAP ? count - 1 : 0; i < count; i++) {
        int result = formats[i].begin(file, reterr_error);
        if (result > 0)
            file->get_interface = formats[i].get_interface;
        if (result != 0)
            return result;
    }
    return fail_unknown(file, magic, reterr_error);
}

static int detect(struct capture_file *file, struct pkt_error *reterr_error)
{
    int result = window_need(&file->window, MAGIC_LEN, reterr_error);
    if (result > 0 && file->packing == NULL) {
        result = unpack(file, reterr_error);
        if (result >= 0)
            result = window_need(&file->window, MAGIC_LEN, reterr_error);
    }
    if (result <= 0)
        return result < 0 ? result : file_fail_short(file, reterr_error);
    return begin(file, reterr_error);
}

/* The step of a source whose first bytes are still to come. */
static int next_undetected(struct pkt_source *source, struct pkt_event *ret_event,
                           struct pkt_error *reterr_error)
{
    int result = detect((struct capture_file *)source, reterr_error);
    return result < 0 ? result : source->next(source, ret_event, reterr_error);
}

static int file_fd(const struct pkt_source *source)
{
    return ((const struct capture_file *)source)->fd;
}

static bool file_get_interface(const struct pkt_source *source, uint32_t number,
                               struct pkt_source_interface *ret_interface)
{
    const struct capture_file *file = (const struct capture_file *)source;
    return file->get_interface != NULL && file->get_interface(file, number, ret_interface);
}

static void file_free(struct capture_file *file)
{
    libpcap_end(file);
    if (file->unpacker != NULL)
        file->unpacker->close(file->unpacker);
    window_free(&file->packed);
    window_free(&file->window);
    free(file->pcapng.interfaces);
    free(file->name);
    free(file);
}

static void file_close(struct pkt_source *source)
{
    struct capture_file *file = (struct capture_file *)source;
    if (file->fd >= 0)
        close(file->fd);
    file_free(file);
}

static const struct pkt_source_ops file_ops = {file_fd, file_get_interface, file_close};

static struct capture_file *file_new(const char *name, const struct pkt_source_options *options)
{
    struct capture_file *file = calloc(1, sizeof *file);
    if (file == NULL)
        return NULL;
    file->name = strdup(name);
    if (file->name == NULL) {
        free(file);
        return NULL;
    }
    file->base.ops = &file_ops;
    file->base.next = next_undetected;
    file->base.info.name = file->name;
    file->base.info.description = file->description;
    file->options = *options;
    file->fd = -1;
    return file;
}

/* Recognises the format, unless the bytes are still to come. */
static int file_begin(struct capture_file *file, struct pkt_source **ret_source,
                      struct pkt_error *reterr_error)
{
    int result = detect(file, reterr_error);
    if (result < 0 && result != PKT_E_AGAIN) {
        file_free(file);
        return result;
    }
    *ret_source = &file->base;
    return 0;
}

int pkt_source_open_memory(struct pkt_view bytes, const char *name, const struct pkt_source_options *options,
                           struct pkt_source **ret_source, struct pkt_error *reterr_error)
{
    struct pkt_source_options taken;
    int result = source_options_take(options, name, &taken, reterr_error);
    if (result < 0)
        return result;
    struct capture_file *file = file_new(name, &taken);
    if (file == NULL)
        return capture_fail_memory(reterr_error, name);
    window_init_memory(&file->window, bytes, file->name);
    return file_begin(file, ret_source, reterr_error);
}

static int open_taken(int fd, const char *name, const struct pkt_source_options *options,
                      struct pkt_source **ret_source, struct pkt_error *reterr_error)
{
    struct capture_file *file = file_new(name, options);
    if (file == NULL)
        return capture_fail_memory(reterr_error, name);
    fd_input_init(&file->fd_input, fd, file->name);
    if (!window_init(&file->window, &file->fd_input.base, file->name, options->buffer_size)) {
        file_free(file);
        return capture_fail_memory(reterr_error, name);
    }
    int result = file_begin(file, ret_source, reterr_error);
    if (result == 0)
        file->fd = fd;
    return result;
}

int pkt_source_open_fd(int fd, const char *name, const struct pkt_source_options *options,
                       struct pkt_source **ret_source, struct pkt_error *reterr_error)
{
    struct pkt_source_options taken;
    struct stat status;
    int result = source_options_take(options, name, &taken, reterr_error);
    if (result < 0)
        return result;
    if (fstat(fd, &status) < 0)
        return capture_fail_system(reterr_error, errno, name, "cannot be read");
    if (S_ISDIR(status.st_mode))
        return capture_fail(reterr_error, PKT_E_ARGUMENT, 0, name, "a directory; name a capture file in it");
    if (isatty(fd)) {
        return capture_fail(reterr_error, PKT_E_ARGUMENT, 0, name,
                            "a terminal; redirect or pipe a capture file into it");
    }
    if (S_ISREG(status.st_mode))
        posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return open_taken(fd, name, &taken, ret_source, reterr_error);
}

int pkt_source_open_file(const char *path, const struct pkt_source_options *options,
                         struct pkt_source **ret_source, struct pkt_error *reterr_error)
{
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard input" : path;
    /* A descriptor of our own in both cases, so that closing the source never closes standard input. */
    int fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return capture_fail_system(reterr_error, errno, name, "cannot be opened");
    int result = pkt_source_open_fd(fd, name, options, ret_source, reterr_error);
    if (result < 0)
        close(fd);
    return result;
}
