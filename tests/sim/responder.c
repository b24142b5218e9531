/*
 * sim_responder: one target, or many, behind a TUN device. README.md tells of scenes and options.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/loop.h"
#include "common/message.h"
#include "common/numbers.h"
#include "pkt/clock.h"
#include "pkt/packet.h"
#include "pkt/saver.h"
#include "sim/sim.h"
#include "sim/tun.h"

enum {
    SCENE_LEN_MAX = 1 << 20,
    READS_A_TURN = 64, /* so that what is due is not late while packets pour in */
    SENDS_A_TURN = 256,
    EXIT_USAGE = 2,
    EXIT_SKIPPED = 77,
};

struct options {
    const char *scene;
    const char *tun;
    const char *ready_file;
    const char *log;
    uint64_t seed;
    uint64_t mtu;
};

struct responder {
    struct sim *sim;
    struct pkt_saver *log; /* NULL: none */
    bool log_failed;
    struct loop_timer timer;
    int fd;
    uint64_t refused; /* packets that the device did not take */
    uint8_t buffer[1 << 16];
};

static const char usage[] =
    "usage: sim_responder [--seed N] [--tun NAME] [--mtu N] [--ready-file FILE] [--log FILE.pcapng] SCENE";

/* --- options and scene --- */

static bool read_count(const char *name, uint64_t least, uint64_t most, uint64_t *ret_value)
{
    if (number_parse_u64(optarg, least, most, false, ret_value).reason == NUMBER_OK)
        return true;
    message_error("--%s '%s' is not a number from %" PRIu64 " to %" PRIu64, name, optarg, least, most);
    return false;
}

static bool read_options(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {
        {"seed",             required_argument, NULL, 's'},
        {"tun",              required_argument, NULL, 't'},
        {"mtu",                  required_argument, NULL, 'm'},
        {"ready-file",required_argument, NULL, 'r'},
        {"log",               required_argument, NULL, 'l'},
        {0             },
    };
    bool ok = true;
    for (int option; ok && (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == 's')
            ok = read_count("seed", 0, UINT64_MAX, &options->seed);
        else if (option == 'm')
            ok = read_count("mtu", 1280, 65535, &options->mtu);
        else if (option == 't')
            options->tun = optarg;
        else if (option == 'r')
            options->ready_file = optarg;
        else if (option == 'l')
            options->log = optarg;
        else
            ok = false;
    }
    options->scene = optind + 1 == argc ? argv[optind] : NULL;
    if (ok && options->scene == NULL)
        fprintf(stderr, "%s\n", usage);
    return ok && options->scene != NULL;
}

static bool read_scene(const char *path, struct sim_scene *ret_scene)
{
    static char text[SCENE_LEN_MAX];
    struct sim_scene_error error;
    FILE *file = fopen(path, "re");
    size_t len = file == NULL ? 0 : fread(text, 1, sizeof text, file);
    bool ok = file != NULL && ferror(file) == 0;
    if (!ok)
        message_error("%s: %s", path, strerror(errno));
    if (file != NULL)
        fclose(file);
    if (!ok || sim_scene_parse(text, len, ret_scene, &error))
        return ok;
    message_error("%s:%u: %s", path, error.line, error.sentence);
    return false;
}

/* --- the log --- */

static void log_packet(struct responder *responder, struct pkt_view packet, uint8_t direction,
                       struct sim_note note)
{
    char text[64];
    struct pkt_error error;
    if (responder->log == NULL || responder->log_failed)
        return;
    struct pkt_frame frame = {
        .bytes = packet,
        .wire_len = (uint32_t)packet.len,
        .time = pkt_wall_now(),
        .time_digits = 9,
        .flags = PKT_FRAME_HAS_TIME,
        .linktype = PKT_LINKTYPE_RAW,
        .direction = direction,
    };
    int len = note.ordinal == 0
                  ? snprintf(text, sizeof text, "%s", note.what)
                  : snprintf(text, sizeof text, "probe %" PRIu64 ": %s", note.ordinal, note.what);
    if (pkt_saver_add_comment(responder->log, pkt_view_make(text, (size_t)len), &error) != 0 ||
        pkt_saver_frame(responder->log, &frame, &error) != 0) {
        message_error("%s", error.sentence);
        responder->log_failed = true;
    }
}

/* --- the work --- */

/* Not the time of the loop's turn: a packet may have come after it, and no answer may be early. */
static uint64_t clock_ns(void)
{
    return (uint64_t)pkt_mono_now().ns;
}

/* Hands over what is due. The device takes a packet or does not want it: it never says wait. */
static void send_due(struct responder *responder, uint64_t now_ns)
{
    struct sim_output output;
    for (unsigned i = 0; i < SENDS_A_TURN && sim_next(responder->sim, now_ns, &output); i++) {
        responder->refused += !sim_tun_write(responder->fd, output.packet);
        log_packet(responder, output.packet, PKT_DIRECTION_OUT, output.note);
    }
}

static void send_and_wait(struct loop *loop, struct responder *responder)
{
    send_due(responder, clock_ns());
    uint64_t due_ns = sim_due(responder->sim);
    if (due_ns == SIM_NEVER)
        loop_timer_stop(loop, &responder->timer);
    else if (!loop_timer_start(loop, &responder->timer, (struct pkt_mono){(int64_t)due_ns}))
        loop_stop(loop, -ENOMEM);
}

static void on_due(struct loop *loop, void *context, int64_t late_ns)
{
    (void)late_ns;
    send_and_wait(loop, context);
}

static void on_packets(struct loop *loop, void *context, int fd, short events)
{
    struct responder *responder = context;
    (void)events;
    for (unsigned i = 0; i < READS_A_TURN; i++) {
        ptrdiff_t len = sim_tun_read(fd, responder->buffer, sizeof responder->buffer);
        if (len < 0)
            loop_stop(loop, -errno);
        if (len <= 0)
            break;
        struct pkt_view packet = pkt_view_make(responder->buffer, (size_t)len);
        struct sim_note note = sim_receive(responder->sim, clock_ns(), packet);
        log_packet(responder, packet, PKT_DIRECTION_IN, note);
    }
    send_and_wait(loop, responder);
}

static void on_signal(struct loop *loop, void *context, int number)
{
    (void)context;
    (void)number;
    loop_stop(loop, 0);
}

static bool write_ready(const char *path, const char *device)
{
    FILE *file = path == NULL ? NULL : fopen(path, "we");
    if (path == NULL)
        return true;
    bool ok = file != NULL && fprintf(file, "%s\n", device) > 0;
    ok = (file == NULL || fclose(file) == 0) && ok;
    if (!ok)
        message_error("%s: %s", path, strerror(errno));
    return ok;
}

static int serve(struct responder *responder, const struct options *options, const char *device)
{
    struct loop *loop = loop_open();
    responder->timer = (struct loop_timer){.on_timer = on_due, .context = responder};
    bool ok = loop != NULL && loop_signal(loop, SIGTERM, on_signal, NULL) &&
              loop_signal(loop, SIGINT, on_signal, NULL) &&
              loop_watch(loop, responder->fd, POLLIN, on_packets, responder);
    if (!ok)
        message_error("event loop: %s", strerror(errno));
    int status = ok && write_ready(options->ready_file, device) ? loop_run(loop) : -EINVAL;
    if (status < 0)
        message_error("%s: %s", device, strerror(-status));
    loop_close(loop);
    return status < 0 ? EXIT_USAGE : 0;
}

static int tell(const struct responder *responder)
{
    const struct sim_statistics *counted = sim_counted(responder->sim);
    printf("{\"type\":\"statistics\"");
#define TELL(name) printf(",\"" #name "\":%" PRIu64, counted->name);
    SIM_COUNTERS(TELL)
#undef TELL
    printf(",\"refused\":%" PRIu64 ",\"pending\":%u}\n", responder->refused, sim_pending(responder->sim));
    if (fflush(stdout) == 0)
        return 0;
    message_error("standard output: %s", strerror(errno));
    return EXIT_USAGE;
}

/* --- beginning and end --- */

static int open_device(const struct options *options, char name[SIM_TUN_NAME])
{
    int fd = sim_tun_open(options->tun, (unsigned)options->mtu, name);
    if (fd < 0)
        message_error("TUN device %s: %s", options->tun, strerror(errno));
    return fd;
}

static bool open_log(const char *path, struct pkt_saver **ret_log)
{
    struct pkt_error error;
    struct pkt_saver_options options = {.size = sizeof options, .format = PKT_SAVER_PCAPNG};
    if (path == NULL || pkt_saver_open_file(path, &options, ret_log, &error) == 0)
        return true;
    message_error("%s", error.sentence);
    return false;
}

static int run(struct responder *responder, const struct options *options)
{
    char device[SIM_TUN_NAME];
    struct pkt_error error;
    if (!open_log(options->log, &responder->log))
        return EXIT_USAGE;
    responder->fd = open_device(options, device);
    if (responder->fd < 0)
        return errno == ENOENT || errno == ENODEV || errno == EPERM ? EXIT_SKIPPED : EXIT_USAGE;
    int status = serve(responder, options, device);
    if (tell(responder) != 0)
        status = EXIT_USAGE;
    if (pkt_saver_close(responder->log, &error) != 0) {
        if (!responder->log_failed)
            message_error("%s", error.sentence);
        status = EXIT_USAGE;
    }
    status = responder->log_failed ? EXIT_USAGE : status;
    close(responder->fd);
    return status;
}

int main(int argc, char **argv)
{
    static struct sim_scene scene;
    static struct responder responder;
    struct options options = {.tun = "sim0", .seed = 1};
    message_set_program(argv[0]);
    if (!read_options(argc, argv, &options) || !read_scene(options.scene, &scene))
        return EXIT_USAGE;
    responder.sim = sim_create(&scene, options.seed, clock_ns());
    if (responder.sim == NULL) {
        message_error("no memory");
        return EXIT_USAGE;
    }
    int status = run(&responder, &options);
    sim_destroy(responder.sim);
    return status;
}
