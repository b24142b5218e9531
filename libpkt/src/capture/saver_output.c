/*
 * The bytes below a saver: buffer, marks, writes that are retried, and the cut after one that failed.
 */
#include "saver_output.h"
#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const struct saver_ops saver_system_ops = {write, poll, ftruncate, fsync, close};

/* --- records --- */

void bytes_put(struct saver_bytes *bytes, const void *data, size_t len)
{
    if (len == 0 || len > bytes->room - bytes->len)
        return;
    memcpy(bytes->ptr + bytes->len, data, len);
    bytes->len += len;
}

static void write_number(uint8_t *ptr, uint64_t value, unsigned size, bool big_endian)
{
    for (unsigned i = 0; i < size; i++)
        ptr[big_endian ? size - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

void bytes_put_number(struct saver_bytes *bytes, uint64_t value, unsigned size)
{
    uint8_t octets[8];
    write_number(octets, value, size, bytes->big_endian);
    bytes_put(bytes, octets, size);
}

void bytes_pad(struct saver_bytes *bytes)
{
    bytes_put(bytes, "\0\0\0", (4 - bytes->len % 4) % 4);
}

void bytes_set_u32(struct saver_bytes *bytes, size_t off, uint32_t value)
{
    write_number(bytes->ptr + off, value, 4, bytes->big_endian);
}

/* --- opening --- */

/* Only a regular file can be cut. */
static void look_at(struct saver_output *output)
{
    struct stat status;
    off_t offset = lseek(output->fd, 0, SEEK_CUR);
    int flags = fcntl(output->fd, F_GETFL);
    if (offset < 0 || flags < 0 || fstat(output->fd, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    output->can_cut = true;
    output->start = (uint64_t)((flags & O_APPEND) != 0 ? status.st_size : offset);
}

bool output_open(struct saver_output *output, int fd, const char *name, size_t size)
{
    output->fd = fd;
    output->name = name;
    output->ops = &saver_system_ops;
    output->size = size;
    output->buffer = malloc(size);
    look_at(output);
    return output->buffer != NULL;
}

/* --- writing --- */

/* A non-blocking descriptor that is full: waits for it. */
static bool wait_for_room(const struct saver_output *output)
{
    struct pollfd descriptor = {.fd = output->fd, .events = POLLOUT};
    return output->ops->poll(&descriptor, 1, -1) >= 0 || errno == EINTR;
}

/* Writes everything unless it fails: then the errno. ret_done: what the kernel took. */
static int write_all(const struct saver_output *output, const uint8_t *bytes, size_t len, size_t *ret_done)
{
    *ret_done = 0;
    while (*ret_done < len) {
        ssize_t result = output->ops->write(output->fd, bytes + *ret_done, len - *ret_done);
        if (result > 0)
            *ret_done += (size_t)result;
        else if (result == 0)
            return ENOSPC; /* no error, yet no progress: there is no room */
        else if (errno == EAGAIN && wait_for_room(output))
            continue;
        else if (errno != EINTR)
            return errno;
    }
    return 0;
}

/* Counts the records that end within the first len bytes of the buffer; returns where the last of them ends.
 */
static size_t count_whole(struct saver_output *output, size_t len)
{
    size_t end = 0;
    for (uint32_t i = 0; i < output->mark_count && output->marks[i] / 4 <= len; i++) {
        output->counts[output->marks[i] % 4]++;
        end = output->marks[i] / 4;
    }
    return end;
}

/* Whether the file ends there: what others have written behind us, or had there before, is not ours to cut.
 */
static bool ends_at(const struct saver_output *output, off_t end)
{
    struct stat status;
    return output->can_cut && fstat(output->fd, &status) == 0 && status.st_size == end;
}

/* done bytes of a write that failed are on the file, of which keep may stay. */
static void cut(struct saver_output *output, size_t done, size_t keep)
{
    off_t now = (off_t)(output->start + output->bytes + done);
    off_t then = (off_t)(output->start + output->bytes + keep);
    output->bytes += done;
    if (done == keep)
        return;
    output->torn = !ends_at(output, now) || output->ops->truncate(output->fd, then) != 0;
    if (output->torn)
        return;
    output->bytes -= done - keep;
    (void)lseek(output->fd, then, SEEK_SET); /* for whoever shares the descriptor with us */
}

static int fail_write(const struct saver_output *output, int system_errno, struct pkt_error *reterr_error)
{
    static const char *const whole[] = {"saved", "saved, and part of another"};
    char text[128];
    capture_fail(reterr_error, PKT_E_SYSTEM, output->bytes, output->name, "cannot write: %s; %ju packet%s %s",
                 strerror_r(system_errno, text, sizeof text), (uintmax_t)output->counts[SAVER_PACKET],
                 output->counts[SAVER_PACKET] == 1 ? " is" : "s are", whole[output->torn]);
    reterr_error->system_errno = system_errno;
    return PKT_E_SYSTEM;
}

static void forget(struct saver_output *output)
{
    output->used = 0;
    output->mark_count = 0;
}

static int flush_plain(struct saver_output *output, struct pkt_error *reterr_error)
{
    size_t done;
    int failure = write_all(output, output->buffer, output->used, &done);
    size_t keep = count_whole(output, done);
    cut(output, done, keep);
    forget(output);
    return failure == 0 ? 0 : fail_write(output, failure, reterr_error);
}

/* What is compressed together is on the file together or not at all. */
static int flush_packed(struct saver_output *output, bool last, struct pkt_error *reterr_error)
{
    const uint8_t *packed;
    size_t len, done;
    if (!output->packer->pack(output->packer, output->buffer, output->used, last, &packed, &len))
        return capture_fail_memory(reterr_error, output->name);
    int failure = write_all(output, packed, len, &done);
    if (failure == 0)
        (void)count_whole(output, output->used);
    cut(output, done, failure == 0 ? done : 0);
    forget(output);
    return failure == 0 ? 0 : fail_write(output, failure, reterr_error);
}

int output_flush(struct saver_output *output, struct pkt_error *reterr_error)
{
    if (output->used == 0)
        return 0;
    return output->packer == NULL ? flush_plain(output, reterr_error)
                                  : flush_packed(output, false, reterr_error);
}

/* The buffer is empty, and too small for one record. */
static bool grow(struct saver_output *output, size_t room)
{
    uint8_t *buffer = malloc(room);
    if (buffer == NULL)
        return false;
    free(output->buffer);
    output->buffer = buffer;
    output->size = room;
    return true;
}

int output_begin(struct saver_output *output, size_t room, bool big_endian, struct saver_bytes *ret_bytes,
                 struct pkt_error *reterr_error)
{
    if (room > output->size - output->used || output->mark_count == SAVER_MARKS) {
        int result = output_flush(output, reterr_error);
        if (result < 0)
            return result;
    }
    if (room > output->size && !grow(output, room))
        return capture_fail_memory(reterr_error, output->name);
    *ret_bytes = (struct saver_bytes){output->buffer + output->used, room, 0, big_endian};
    return 0;
}

void output_end(struct saver_output *output, const struct saver_bytes *bytes, enum saver_record kind)
{
    output->used += bytes->len;
    output->marks[output->mark_count++] = (uint32_t)output->used * 4 + (uint32_t)kind;
}

/* --- closing --- */

/* Pipes and devices have nothing to wait for. */
static bool sync_failed(const struct saver_output *output)
{
    return output->ops->sync(output->fd) != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS;
}

static int end(struct saver_output *output, bool sync, struct pkt_error *reterr_error)
{
    int result = output->packer == NULL ? output_flush(output, reterr_error)
                                        : flush_packed(output, true, reterr_error);
    if (result == 0 && sync && sync_failed(output))
        return capture_fail_system(reterr_error, errno, output->name,
                                   "written, but the disk did not confirm it");
    return result;
}

int output_close(struct saver_output *output, bool failed, bool sync, struct pkt_error *reterr_error)
{
    int result = failed ? 0 : end(output, sync, reterr_error);
    /* EINTR too is a failure: on a network file system it can mean that the last bytes are not there. */
    if (output->ops->close(output->fd) != 0 && result == 0 && !failed)
        result = capture_fail_system(reterr_error, errno, output->name, "written, but closing it failed");
    if (output->packer != NULL)
        output->packer->close(output->packer);
    free(output->buffer);
    return result;
}
