/*
 * prometheus.h - the gate as Prometheus's text format, for node_exporter's textfile collector.
 *
 * Processes are told by name, never by number: of several of one name, timers are added up, and
 * of descriptors the highest number is shown.
 */
#ifndef TIMERLEAK_EXPORTS_PROMETHEUS_H
#define TIMERLEAK_EXPORTS_PROMETHEUS_H

#include "exports/exports.h"

gate_export prometheus_write;

#endif
