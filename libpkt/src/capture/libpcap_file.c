/*
 * libpcap's reader for the formats that ours does not know, and for comparison. It is fed from the same
 * window, so that pipes and compressed files work here as well.
 */
#include "fail.h"
#include "file.h"
#include "pkt/packet.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

/* libpcap cannot take up a record again that it began to read: here, and only here, the wait is inside. */
static void wait_for_input(int fd)
{
    struct pollfd input = {.fd = fd, .events = POLLIN};
    poll(&input, 1, -1);
}

/* The read function of a stdio stream over the window. */
static ssize_t stream_read(void *cookie, char *buffer, size_t size)
{
    struct capture_file *file = cookie;
    struct pkt_error *failure = &file->libpcap.failure;
    int result = window_need(&file->window, 1, failure);
    while (result == PKT_E_AGAIN) {
        wait_for_input(file->fd_input.fd);
        result = window_need(&file->window, 1, failure);
    }
    if (result < 0) {
        file->libpcap.input_failed = true;
        errno = EIO;
        return -1;
    }
    struct pkt_view bytes = pkt_view_clip(window_view(&file->window), 0, size);
    pkt_copy(bytes, 0, buffer, bytes.len);
    window_take(&file->window, bytes.len);
    return (ssize_t)bytes.len;
}

static int fail(const struct capture_file *file, int code, const char *text, struct pkt_error *reterr_error)
{
    if (file->libpcap.input_failed) {
        *reterr_error = file->libpcap.failure;
        return reterr_error->code;
    }
    return capture_fail(reterr_error, code, 0, file->name, "libpcap's reader says: %s", text);
}

static int libpcap_next(struct pkt_source *source, struct pkt_event *ret_event,
                        struct pkt_error *reterr_error)
{
    struct capture_file *file = (struct capture_file *)source;
    struct pkt_frame *frame = &ret_event->frame;
    struct pcap_pkthdr *header;
    const u_char *bytes;
    bool saturated;
    int result = pcap_next_ex(file->libpcap.pcap, &header, &bytes);
    if (result == PCAP_ERROR_BREAK)
        return 0;
    if (result < 0)
        return fail(file, PKT_E_FORMAT, pcap_geterr(file->libpcap.pcap), reterr_error);
    *ret_event = (struct pkt_event){.kind = PKT_EVENT_FRAME};
    frame->bytes = pkt_view_make(bytes, header->caplen);
    frame->options = pkt_view_clip(frame->bytes, 0, 0);
    frame->linktype = file->base.info.linktype;
    frame->flags = PKT_FRAME_HAS_TIME;
    frame->time_digits = 9;
    frame->time =
        pkt_wall_from(header->ts.tv_sec, (uint64_t)header->ts.tv_usec, (uint64_t)PKT_NS_PER_S, &saturated);
    if (saturated)
        frame->flags |= PKT_FRAME_TIME_SATURATED;
    source_count_frame(source, frame, header->len);
    return 1;
}

/* libpcap has this system's DLT_ numbers; of those that differ from LINKTYPE_ only raw IP is in use. */
static uint16_t linktype_of(int dlt)
{
    return dlt == DLT_RAW ? PKT_LINKTYPE_RAW : (uint16_t)dlt;
}

int libpcap_begin(struct capture_file *file, struct pkt_error *reterr_error)
{
    char text[PCAP_ERRBUF_SIZE] = "";
    FILE *stream = fopencookie(file, "r", (cookie_io_functions_t){.read = stream_read});
    if (stream == NULL)
        return capture_fail_memory(reterr_error, file->name);
    pcap_t *pcap = pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, text);
    if (pcap == NULL) {
        fclose(stream);
        bool asked_for = file->options.reader == PKT_READER_LIBPCAP;
        return asked_for || file->libpcap.input_failed ? fail(file, PKT_E_UNSUPPORTED, text, reterr_error)
                                                       : 0;
    }
    file->libpcap.pcap = pcap;
    file->base.info.has_linktype = true;
    file->base.info.linktype = linktype_of(pcap_datalink(pcap));
    file->base.info.snap_len = (uint32_t)pcap_snapshot(pcap);
    file_describe(file, "read by libpcap", NULL);
    file->base.next = libpcap_next;
    return 1;
}

void libpcap_end(struct capture_file *file)
{
    if (file->libpcap.pcap != NULL)
        pcap_close(file->libpcap.pcap);
}

bool libpcap_get_interface(const struct capture_file *file, uint32_t number,
                           struct pkt_source_interface *ret_interface)
{
    if (number > 0)
        return false;
    *ret_interface = (struct pkt_source_interface){
        .linktype = file->base.info.linktype,
        .time_digits = 9,
        .snap_len = file->base.info.snap_len,
        .units_per_s = (uint64_t)PKT_NS_PER_S,
    };
    return true;
}
