/* net.h - what the sample does with its peers; each can be told to forget its timeouts. */
#ifndef SAMPLE_NET_H
#define SAMPLE_NET_H

#include <stdbool.h>

void net_reconnect(bool forgets);
void net_upload(bool forgets);

#endif
