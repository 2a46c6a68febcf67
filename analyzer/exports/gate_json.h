/*
 * gate_json.h - the gate as JSON: the report of json.h, and what the gate makes of it.
 *
 * Beside the keys of the report: `check` (result: passes, fails or in-doubt; sites by outcome;
 * live, max_live, doubts, gone, unused_rules, broad_rules), and of each site `outcome`,
 * `fingerprint` (as in the baseline; null where it passes), `state` (null where
 * none is live) and `rule`.
 */
#ifndef TIMERLEAK_EXPORTS_GATE_JSON_H
#define TIMERLEAK_EXPORTS_GATE_JSON_H

#include "exports/exports.h"

gate_export gate_json_write;

#endif
