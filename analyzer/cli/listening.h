/*
 * listening.h - a socket to serve a page on.
 */
#ifndef TIMERLEAK_CLI_LISTENING_H
#define TIMERLEAK_CLI_LISTENING_H

#include "base/errors.h"

#include <stddef.h>

#define LISTENING_ADDRESS_SIZE 80

/*
 * Listens at "ADDR:PORT", as pprof's --http has it: without ADDR at the loopback address, without
 * PORT (or 0) at one that is free; NULL: neither. Returns the socket, which the caller closes, and
 * where it listens ("127.0.0.1:4711", "[::1]:4711"); -1, with the error in words, if that can't be.
 */
int listening_open(const char *where, char address[LISTENING_ADDRESS_SIZE], char error[ERROR_SIZE]);

#endif
