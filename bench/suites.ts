// Copyright 2026 the Wirekit authors. MIT license.

/** All parts of the benchmark, in the order of the table. */

import type { Suite } from "./suite.ts";
import * as burst from "./suites/burst.ts";
import * as calls from "./suites/calls.ts";
import * as cluster from "./suites/cluster.ts";
import * as early from "./suites/early.ts";
import * as fairness from "./suites/fairness.ts";
import * as fanout from "./suites/fanout.ts";
import * as hub from "./suites/hub.ts";
import * as jsonrpc from "./suites/jsonrpc.ts";
import * as memory from "./suites/memory.ts";
import * as native from "./suites/native.ts";
import * as openwebnet from "./suites/openwebnet.ts";
import * as pages from "./suites/pages.ts";
import * as plots from "./suites/plots.ts";
import * as requests from "./suites/requests.ts";
import * as rules from "./suites/rules.ts";
import * as start from "./suites/start.ts";
import * as stock from "./suites/stock.ts";
import * as switchboard from "./suites/switchboard.ts";
import * as watch from "./suites/watch.ts";
import * as wsrpc from "./suites/wsrpc.ts";

/** The suites. */
export const suites: Suite[] = [
  hub,
  calls,
  requests,
  stock,
  burst,
  fanout,
  early,
  fairness,
  cluster,
  native,
  rules,
  watch,
  switchboard,
  jsonrpc,
  wsrpc,
  openwebnet,
  memory,
  start,
  pages,
  plots,
].map(({ suite }) => suite);
