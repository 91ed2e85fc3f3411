// Copyright 2026 the Wirekit authors. MIT license.

/** How `hub serve` takes part in a cluster. */

import {
  optionInFlags,
  readCertificates,
  readFile,
  seconds,
  settings,
  type Terminal,
  text,
  tlsInFlags,
  UsageError,
  type Values,
} from "@wirekit/internal/command";
import { NotConnectedError } from "@wirekit/internal/errors";
import type { Backplane } from "../cluster/backplane.ts";
import { readList } from "../cluster/nats/_options.ts";
import type { Logger } from "../hub.ts";

/** The options of a node. */
export const CLUSTER_OPTIONS = {
  cluster: text(
    "URLS",
    "Form one hub with others through these NATS servers: nats://a,b,c or tls://a",
  ),
  clusterPrefix: text(
    "NAME",
    "Name of the cluster, if the servers carry several (hub)",
  ),
  clusterCredentials: text(
    "FILE",
    "File with credentials of NATS (.creds); a token or USER:PASSWORD goes " +
      "into WIREKIT_CLUSTER_TOKEN",
    { file: true },
  ),
  clusterCa: text("FILE", "CA certificate of the NATS servers, in PEM", {
    file: true,
  }),
  clusterCert: text("FILE", "Client certificate to show them, in PEM", {
    file: true,
  }),
  clusterKey: text("FILE", "Private key of that certificate, in PEM", {
    file: true,
  }),
  lease: seconds(
    "How long this hub may be cut off before others take its names (15)",
    { between: [2, 3600] },
  ),
  node: text("NAME", "Name of this hub in the cluster, for people"),
};

/** The flags by their names in a settings file, where they stand together. */
export const CLUSTER_FLAGS = {
  servers: "cluster",
  prefix: "clusterPrefix",
  credentials: "clusterCredentials",
  ca: "clusterCa",
  cert: "clusterCert",
  key: "clusterKey",
  lease: "lease",
  node: "node",
} as const satisfies Record<string, keyof typeof CLUSTER_OPTIONS>;

/** The options of a backplane that have another name in a settings file. */
const IN_FILE: Readonly<Record<string, string>> = { label: "node" };

/**
 * Returns what names an option of a backplane in a settings file; nothing if
 * none does.
 */
export function settingOf(option: string): string | undefined {
  const name = IN_FILE[option] ?? option;
  return name in CLUSTER_FLAGS ? name : undefined;
}

/** What a settings file says of a cluster. */
export type ClusterSettings =
  & { [Name in Exclude<keyof typeof CLUSTER_FLAGS, "lease">]?: string }
  & { lease?: number };

/** Where the settings of a cluster come from. */
export interface ClusterSource {
  /** What was typed. */
  readonly typed: Values<typeof CLUSTER_OPTIONS>;
  /** The file that has the rest, if there is one. */
  readonly config: string | undefined;
}

/** Returns where a setting comes from, as the user knows it. */
function originOf(setting: string, { typed, config }: ClusterSource): string {
  const option = CLUSTER_FLAGS[setting as keyof typeof CLUSTER_FLAGS];
  return typed[option] === undefined && config !== undefined
    ? `cluster.${setting} of ${config}`
    : `--${option.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
}

/** Says what a backplane says, with the names that the user knows. */
function inWordsOf(source: ClusterSource, message: string): string {
  const nameOf = (option: string) => {
    if (option === "token") return "WIREKIT_CLUSTER_TOKEN";
    const setting = settingOf(option);
    return setting && originOf(setting, source);
  };
  const { typed: { clusterCa, clusterCert, clusterKey }, config } = source;
  const tls = { ca: clusterCa, cert: clusterCert, key: clusterKey };
  const typed = Object.entries(tls).filter(([, file]) =>
    file !== undefined || config === undefined
  );
  const options = Object.fromEntries(typed);
  // First, since files that are put in may be called tls.key.
  const inFile = message.replaceAll(
    /\btls\.(ca|cert|key)\b/g,
    (text, name) => name in options ? text : originOf(name, source),
  );
  return tlsInFlags(
    optionInFlags(inFile, nameOf)
      .replaceAll(/the option (\w+)/g, (text, name) => nameOf(name) ?? text),
    "--cluster-",
    options,
  );
}

/**
 * Joins the cluster that the options name.
 *
 * @param given What was typed, and the rest of a settings file.
 * @returns Nothing if they name none.
 */
export async function backplaneOf(
  given: Values<typeof CLUSTER_OPTIONS>,
  source: ClusterSource,
  terminal: Terminal,
  logger: Logger,
): Promise<Backplane | undefined> {
  const { cluster, clusterCert, clusterKey } = given;
  if (cluster === undefined) {
    const [other] = Object.entries(given).find(([name, value]) =>
      name in CLUSTER_OPTIONS && value !== undefined
    ) ?? [];
    if (other === undefined) {
      return undefined;
    }
    const flag = other.replace(/[A-Z]/g, (c) =>
      `-${c.toLowerCase()}`);
    throw new UsageError(`--${flag} is for a hub with --cluster`);
  }
  if ((clusterCert === undefined) !== (clusterKey === undefined)) {
    const { typed } = source;
    const isTyped = (typed.clusterCert ?? typed.clusterKey) !== undefined;
    throw new UsageError(
      isTyped || source.config === undefined
        ? "--cluster-cert and --cluster-key go together"
        : `cluster of ${source.config} needs cert and key together`,
    );
  }
  const { WIREKIT_CLUSTER_TOKEN: secret } = settings(terminal, {
    WIREKIT_CLUSTER_TOKEN: given.clusterCredentials && "",
  });
  const file = async (path: string | undefined) =>
    path === undefined ? undefined : await readFile(path);
  const ca = given.clusterCa === undefined
    ? undefined
    : await readCertificates(given.clusterCa);
  const cert = await file(clusterCert);
  const key = await file(clusterKey);
  const credentials = await file(given.clusterCredentials);
  const tls = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
  // Named at run time: a hub without a cluster downloads nothing for it.
  const path = import.meta.resolve("../cluster/nats.ts");
  const { connectNats }: typeof import("../cluster/nats.ts") = await import(
    /* @vite-ignore */ path
  );
  const { clusterPrefix, lease, node } = given;
  try {
    return await connectNats({
      servers: readList(cluster),
      ...(clusterPrefix !== undefined && { prefix: clusterPrefix }),
      ...(lease !== undefined && { lease }),
      ...(node !== undefined && { label: node }),
      ...(credentials !== undefined && { credentials }),
      ...(secret && { token: secret }),
      ...(Object.keys(tls).length > 0 && { tls }),
      logger,
    });
  } catch (error) {
    const inFlags = (message: string) => inWordsOf(source, message);
    if (error instanceof TypeError || error instanceof RangeError) {
      throw new UsageError(inFlags(error.message));
    }
    if (error instanceof NotConnectedError) {
      throw new NotConnectedError(inFlags(error.message), { cause: error });
    }
    throw error;
  }
}
