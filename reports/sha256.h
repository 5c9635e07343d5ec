/* SPDX-License-Identifier: MIT */
/* sha256.h - SHA-256 of a text, as a policy in a page names what may run in it. */
#ifndef RECLAIMDEP_REPORTS_SHA256_H
#define RECLAIMDEP_REPORTS_SHA256_H

#include <stddef.h>

#define RDEP_SHA256_TEXT 45

/* In base64, terminated. */
void rdep_sha256_text(const void *data, size_t n, char text[RDEP_SHA256_TEXT]);

#endif
