// Copyright 2026 the Wirekit authors. MIT license.

/** The command `hub check`. */

import {
  command,
  hostAndPort,
  optionInFlags,
  readFile,
  toggle,
} from "@wirekit/internal/command";
import { isLoopback } from "@wirekit/transport/pages";
import { pemOf } from "@wirekit/transport/tcp";
import { matcherOf } from "../access/_pattern.ts";
import type { Token } from "../access/tokens.ts";
import {
  checkLabel,
  checkPrefix,
  readList,
  readUrl,
} from "../cluster/nats/_options.ts";
import { type Config, readConfig } from "./_config.ts";
import { described, type Fault, parseJson } from "./_json_file.ts";
import { settingOf } from "./_cluster.ts";
import { readTokens } from "./_token_file.ts";
import type { Written } from "./_written.ts";
import type * as NodeCrypto from "node:crypto";

/** The fewest characters of a token that cannot be guessed. */
const MIN_TOKEN_LENGTH = 20;

/** What has to be in files, and what is said of those that have it not. */
const CERTIFICATE = [
  "-----BEGIN CERTIFICATE-----",
  "has no certificate in PEM",
] as const;
const CREDENTIALS = [
  "-----BEGIN NATS USER JWT-----",
  "is no .creds file of NATS: it has no JWT",
] as const;

/** How many days before its end a certificate is worth a warning. */
const SOON = 14 * 86_400_000;

/** Checks the settings of a hub. */
export const checkCommand = command({
  name: "check",
  summary: "Check settings, and say what is wrong, line by line",
  operands: "[FILE]",
  details:
    "FILE is a settings file for --config (hub.json), or a file of tokens. " +
    "The files that it names are checked, too. Warnings do not fail it.",
  options: { strict: toggle("Treat warnings as errors") },
  examples: [
    "hub check",
    "hub check tokens.json",
  ],
  async run({ words: [path = "hub.json"], options: { strict } }, terminal) {
    const { value } = parseJson(await readFile(path));
    const found = Array.isArray(value)
      ? await checkTokens(path)
      : await checkConfig(path);
    for (const line of found.lines) terminal.log(line);
    const { errors, warnings } = found;
    const isFine = errors === 0 && (warnings === 0 || !strict);
    terminal.error(
      errors + warnings === 0
        ? `${path} is fine: ${found.summary}`
        : `${path}: ${count(errors, "error")}, ${count(warnings, "warning")}`,
    );
    return isFine ? 0 : 1;
  },
});

/** What was found in one file or more. */
class Findings {
  readonly lines: string[] = [];
  errors = 0;
  warnings = 0;
  summary = "";

  add(path: string, faults: readonly Fault[]): void {
    for (const fault of faults) {
      this.lines.push(described(path, fault));
      if (fault.isWarning) this.warnings++;
      else this.errors++;
    }
  }
}

async function checkTokens(path: string): Promise<Findings> {
  const findings = new Findings();
  const { value, faults } = await readTokens(path);
  findings.add(path, faults);
  const { locate } = parseJson(await readFile(path));
  if (faults.length === 0) {
    findings.add(path, warningsOf(value, "").map(locate));
    findings.add(path, await openness(path, value));
  }
  if (value.length === 0 && faults.length === 0) {
    const text =
      "There is no token in it: nobody could come in. Settings, for " +
      "--config, are an object";
    findings.add(path, [{ path: "", text, isWarning: true }]);
  }
  findings.summary = count(value.length, "token");
  return findings;
}

async function checkConfig(path: string): Promise<Findings> {
  const findings = new Findings();
  const { value: config, faults } = await readConfig(path);
  findings.add(path, faults);
  const { locate } = parseJson(await readFile(path));
  const { options, files } = config;
  const found = [
    ...await tlsFaults("/tls", config.files),
    ...await clusterFaults(config),
    ...await homeFaults(config),
  ];
  const { tokens: inline = [] } = options;
  let tokens = inline.length;
  if (files.tokens !== undefined) {
    try {
      const more = await checkTokens(files.tokens);
      findings.lines.push(...more.lines);
      findings.errors += more.errors;
      findings.warnings += more.warnings;
      tokens = (await readTokens(files.tokens)).value.length;
    } catch (error) {
      found.push({ path: "/tokens", text: (error as Error).message });
    }
  } else if (inline.some(({ token }) => token !== undefined)) {
    findings.add(path, await openness(path, inline));
  }
  // What a setting that is wrong would change is not known.
  if (faults.length > 0) {
    findings.add(path, found.map(locate));
    return findings;
  }
  found.push(...warningsOf(inline, "/tokens"), ...ruleWarnings(options));
  const isLocked = files.tokens !== undefined || options.tokens !== undefined;
  const { hostname = "127.0.0.1", port = 13254, rules } = options;
  const isLocal = isLoopback(hostname);
  if (!isLocal && !isLocked) {
    found.push({
      path: "/hostname",
      text: `${hostname} is for other machines, which needs tokens; ` +
        "WIREKIT_TOKEN would do, too",
      isWarning: true,
    });
  }
  if (!isLocal && !files.cert) {
    found.push({
      path: "/hostname",
      text:
        "tokens and messages travel in the clear: set tls, or let a proxy " +
        "with TLS listen for other machines",
      isWarning: true,
    });
  }
  if (rules && !isLocked) {
    found.push({
      path: "/rules",
      text:
        "without tokens, rules prevent mistakes only: any program of this " +
        "machine may take any name",
      isWarning: true,
    });
  }
  findings.add(path, found.map(locate));
  findings.summary = [
    `it listens on ${hostAndPort(hostname, port)}` +
    (files.cert ? " with TLS" : ""),
    isLocked ? `has ${count(tokens, "token")}` : "is open to this machine",
    rules
      ? `has ${count(rules.length, "rule")}`
      : "lets everybody ask everybody",
    ...config.command.doors ? ["opens doors"] : [],
    ...findings.errors === 0 ? inCluster(config) : [],
  ].join(", ");
  return findings;
}

function warningsOf(tokens: readonly Token[], path: string): Fault[] {
  const found: Fault[] = [];
  const labels = new Map<string, number>();
  tokens.forEach(({ label, token, expires }, n) => {
    const say = (text: string) =>
      found.push({
        path: `${path}/${n}`,
        text: `the token ${JSON.stringify(label)} ${text}`,
        isWarning: true,
      });
    if (token !== undefined && token.length < MIN_TOKEN_LENGTH) {
      say("is short enough to be guessed: hub token makes one");
    }
    if (expires !== undefined && Date.parse(expires) < Date.now()) {
      say(`has ended on ${expires}`);
    }
    if (labels.has(label)) say("has the label of another one");
    labels.set(label, n);
  });
  return found;
}

function ruleWarnings({ rules = [] }: Written): Fault[] {
  const found: Fault[] = [];
  rules.forEach(({ names }, n) => {
    const before = rules.slice(0, n).findIndex((rule) =>
      names.every(matcherOf(rule.names))
    );
    if (before < 0) return;
    found.push({
      path: `/rules/${n}`,
      text:
        `rules[${n}] never counts: rules[${before}] names the same before it`,
      isWarning: true,
    });
  });
  return found;
}

/** Warns if others of this machine can read tokens that stand in the clear. */
async function openness(
  path: string,
  tokens: readonly Token[],
): Promise<Fault[]> {
  const { mode } = await Deno.stat(path);
  const isClear = tokens.some(({ token }) => token !== undefined);
  if (!isClear || mode === null || (mode & 0o077) === 0) return [];
  return [{
    path: "",
    text: "others of this machine can read the tokens in it: chmod 600",
    isWarning: true,
  }];
}

/** Whether a certificate and its key, which stand in `place`, can be used. */
async function tlsFaults(
  place: string,
  { cert, key }: { cert?: string | undefined; key?: string | undefined },
): Promise<Fault[]> {
  if (cert === undefined || key === undefined) return [];
  const { X509Certificate, createPrivateKey }: typeof NodeCrypto = await import(
    "node:crypto"
  );
  const found: Fault[] = [];
  const read = async <T>(
    path: string,
    file: string,
    what: string,
    make: (text: string) => T,
  ): Promise<T | undefined> => {
    try {
      const text = await readFile(file);
      try {
        return make(text);
      } catch {
        found.push({ path, text: `${file} is not ${what} in PEM` });
      }
    } catch (error) {
      found.push({ path, text: (error as Error).message });
    }
    return undefined;
  };
  const certificate = await read(
    `${place}/cert`,
    cert,
    "a certificate",
    (text) => new X509Certificate(pemOf(text, "CERTIFICATE")),
  );
  const privateKey = await read(
    `${place}/key`,
    key,
    "a private key",
    (text) => createPrivateKey(pemOf(text, "PRIVATE KEY")),
  );
  if (!certificate) return found;
  if (privateKey && !certificate.checkPrivateKey(privateKey)) {
    found.push({
      path: `${place}/key`,
      text: `${key} is not the key of ${cert}`,
    });
  }
  const ends = Date.parse(certificate.validTo);
  if (ends < Date.now() + SOON) {
    const verb = ends < Date.now() ? "ended" : "ends";
    found.push({
      path: `${place}/cert`,
      text: `${cert} ${verb} on ${new Date(ends).toISOString().slice(0, 10)}`,
      isWarning: ends > Date.now(),
    });
  }
  return found;
}

/** Whether the settings of a cluster, and the files in them, can be used. */
async function clusterFaults({ command }: Config): Promise<Fault[]> {
  const { clusterCredentials, clusterCa, clusterCert, clusterKey } = command;
  const found = [
    ...settingFaults(command.cluster, (text) => readList(text).map(readUrl)),
    ...settingFaults(command.clusterPrefix, checkPrefix),
    ...settingFaults(command.node, checkLabel),
  ];
  const look = async (
    name: string,
    file: string | undefined,
    [mark, lacks]: readonly [mark: string, lacks: string] = ["", ""],
  ) => {
    if (file === undefined) return;
    const path = `/cluster/${name}`;
    try {
      if ((await readFile(file)).includes(mark)) return;
      found.push({ path, text: `${file} ${lacks}` });
    } catch (error) {
      found.push({ path, text: (error as Error).message });
    }
  };
  await look("credentials", clusterCredentials, CREDENTIALS);
  await look("ca", clusterCa, CERTIFICATE);
  if ((clusterCert === undefined) !== (clusterKey === undefined)) {
    await look("cert", clusterCert);
    await look("key", clusterKey);
    found.push({
      path: "/cluster",
      text: "cluster needs cert and key together",
    });
  }
  const own = { cert: clusterCert, key: clusterKey };
  return [...found, ...await tlsFaults("/cluster", own)];
}

/** Says which cluster a hub is in; not the secrets in the URLs. */
function inCluster({ command }: Config): string[] {
  const { cluster, clusterPrefix = "hub" } = command;
  if (cluster === undefined) return [];
  const hosts = readList(cluster).map((server) => readUrl(server).host);
  return [`is one of the cluster ${clusterPrefix} on ${hosts.join(" and ")}`];
}

/** What a check throws at a setting of a cluster, if that is there. */
function settingFaults(
  value: string | undefined,
  check: (value: string) => unknown,
): Fault[] {
  if (value === undefined) return [];
  try {
    check(value);
    return [];
  } catch (error) {
    const { message } = error as Error;
    const [option = ""] = message.split(" ");
    const name = settingOf(option);
    const text = optionInFlags(message, () => `cluster.${name}`)
      .replace("the option token", "WIREKIT_CLUSTER_TOKEN");
    return [{ path: `/cluster/${name}`, text }];
  }
}

/** Whether the file of the home can be read. */
async function homeFaults({ command }: Config): Promise<Fault[]> {
  const { home } = command.doors ?? {};
  if (home === undefined) return [];
  try {
    const { faults: [first] } = parseJson(await readFile(home));
    if (!first) return [];
    return [{ path: "/doors/home", text: described(home, first) }];
  } catch (error) {
    return [{ path: "/doors/home", text: (error as Error).message }];
  }
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
