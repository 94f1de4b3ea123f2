/* SPDX-License-Identifier: MIT */
/*
 * What may block, done on the server's pool, and then what follows from it, back on the main context.
 */
#pragma once

#include <aimx/server.h>

G_BEGIN_DECLS

/**
 * bus_work_run:
 * @server: whose pool
 * @work: called on a pool thread
 * @done: called on the default main context afterwards
 * @data: for both
 */
void bus_work_run (AimxServer *server, AimxWorkFunc work, AimxWorkFunc done, gpointer data);

G_END_DECLS
