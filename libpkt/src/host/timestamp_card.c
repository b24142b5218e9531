/*
 * What stamps an interface can have, and the set-up of its card.
 */
#include "fail.h"
#include "pkt/timestamp.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* One ioctl on an interface, with argument behind the name. */
static int ask(const char *interface, unsigned long command, void *argument, const char *what,
               struct pkt_error *reterr_error)
{
    struct ifreq request = {.ifr_data = argument};
    size_t len = interface == NULL ? 0 : strnlen(interface, sizeof request.ifr_name);
    if (len == 0 || len == sizeof request.ifr_name)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "an interface has a name of 1 to %d bytes",
                         IFNAMSIZ - 1);
    memcpy(request.ifr_name, interface, len);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return host_fail_system(reterr_error, errno, "socket");
    int failed = ioctl(fd, command, &request) < 0 ? errno : 0;
    close(fd);
    if (failed == 0)
        return 0;
    host_fail_system(reterr_error, failed, "interface %s: %s", interface, what);
    if (failed == EOPNOTSUPP || failed == ERANGE || failed == ENOTTY)
        reterr_error->code = PKT_E_UNSUPPORTED;
    return reterr_error->code;
}

int pkt_timestamp_get_ability(const char *interface, struct pkt_timestamp_ability *ret_ability,
                              struct pkt_error *reterr_error)
{
    struct ethtool_ts_info info = {.cmd = ETHTOOL_GET_TS_INFO, .phc_index = -1};
    int result = ask(interface, SIOCETHTOOL, &info, "what timestamps it can take", reterr_error);
    if (result < 0)
        return result;
    *ret_ability = (struct pkt_timestamp_ability){
        .transmit = PKT_STAMP_SCHEDULED, /* taken by the stack, whatever the driver */
        .receive = (info.so_timestamping & SOF_TIMESTAMPING_RX_SOFTWARE) != 0,
        .receive_hardware = (info.so_timestamping & SOF_TIMESTAMPING_RX_HARDWARE) != 0,
        .clock = info.phc_index,
    };
    if (info.so_timestamping & SOF_TIMESTAMPING_TX_SOFTWARE)
        ret_ability->transmit |= PKT_STAMP_SOFTWARE;
    if (info.so_timestamping & SOF_TIMESTAMPING_TX_HARDWARE)
        ret_ability->transmit |= PKT_STAMP_HARDWARE;
    return 0;
}

int pkt_timestamp_get_card(const char *interface, struct pkt_timestamp_card *ret_card,
                           struct pkt_error *reterr_error)
{
    struct hwtstamp_config config = {0};
    int result = ask(interface, SIOCGHWTSTAMP, &config, "how its card takes timestamps", reterr_error);
    if (result == 0)
        *ret_card = (struct pkt_timestamp_card){config.tx_type, config.rx_filter};
    return result;
}

int pkt_timestamp_set_card(const char *interface, struct pkt_timestamp_card *card,
                           struct pkt_error *reterr_error)
{
    struct hwtstamp_config config = {.tx_type = card->transmit, .rx_filter = card->receive};
    int result = ask(interface, SIOCSHWTSTAMP, &config, "timestamps of its card", reterr_error);
    if (result == 0)
        *card = (struct pkt_timestamp_card){config.tx_type, config.rx_filter};
    return result;
}
