// Copyright 2026 the Wirekit authors. MIT license.

/** Why no NATS server was of use, in words. */

import { reasonOf } from "@wirekit/transport/tcp";
import type { ClientTls } from "@wirekit/transport/transport";
import { StrangerError } from "./_greeting.ts";
import { CLOSED, HEADLESS, SPEECHLESS, type Stage } from "./_transport.ts";

/** Why a server was of no use. */
export interface Failure {
  readonly error: unknown;
  readonly stage: Stage;
}

/** What a hub shows to servers. */
export interface Shown {
  /** Where its secret is from, if it has one. */
  readonly from?: string;
  /** When that has expired. */
  readonly expired?: Date;
  readonly tls: ClientTls | undefined;
  /** Whether it asks for TLS. */
  readonly isSecure: boolean;
}

/** What is said before and after the servers that it is said of. */
type Words = readonly [before: string, after: string];

const PORT = "Give the port of a NATS server for clients: 4222, if not set";
const BY_TOKEN = "with the option token (a token or USER:PASSWORD)";
const BY_CREDENTIALS = "with the option credentials (a .creds file)";

/**
 * Says why none of some servers was of use.
 *
 * @param failures Why each was not, with its host and port.
 */
export function whyNone(
  failures: readonly (Failure & { readonly host: string })[],
  shown: Shown,
): string {
  const said = Map.groupBy(
    failures,
    (failure) => JSON.stringify(whyNot(failure, shown)),
  );
  const sentences = [...said].map(([words, some]) => {
    const [before, after]: Words = JSON.parse(words);
    return `${before} ${some.map(({ host }) => host).join(", ")}${after}`;
  });
  return sentences.join(". ").replaceAll("?. ", "? ");
}

function whyNot({ error, stage }: Failure, shown: Shown): Words {
  if (!(error instanceof Error)) return unreached(String(error));
  const { name, message } = error;
  if (name.startsWith("Auth") || name.startsWith("UserAuth")) {
    return refused(message, shown);
  }
  if (name === "ProtocolError") return unwanted(message);
  if (error instanceof StrangerError) return strange(message);
  if (message === SPEECHLESS) return wordless(message);
  if (message === HEADLESS) {
    return [
      "NATS at",
      `: ${message}, which hubs need. nats-server 2.9 and newer do, without ` +
      "no_header_support in its settings",
    ];
  }
  if (message !== "timeout") return unreached(reason(error, shown));
  if (stage === "dialing") {
    return unreached(
      "nobody answers there. Is the address right, and does a firewall let " +
        "this hub through?",
    );
  }
  return stage === "greeted"
    ? ["NATS at", ` does not answer: it hangs${orCertificate(shown)}`]
    : wordless("it says nothing");
}

function unreached(why: string): Words {
  return ["Cannot reach a NATS server at", `: ${why}`];
}

function strange(message: string): Words {
  const said = message.endsWith("TLS")
    ? `, or one with handshake_first, which hubs cannot use: ${message}`
    : `: ${message}`;
  return ["What listens at", ` is no NATS server${said}. ${PORT}`];
}

function wordless(message: string): Words {
  return [
    "What listens at",
    ` is no NATS server, hangs, or has handshake_first, which hubs cannot ` +
    `use: ${message}, and a NATS server speaks first. ${PORT}`,
  ];
}

/** It refuses who the hub is. */
function refused(words: string, { from, expired, tls }: Shown): Words {
  if (/timeout/i.test(words)) return unwanted(words);
  if (expired) {
    const date = expired.toISOString();
    return ["NATS at", ` refuses ${from}, which expired at ${date}: ${words}`];
  }
  if (from !== undefined) {
    return [
      "NATS at",
      ` refuses the secret of this hub, which is from ${from}: ${words}. Is ` +
      "it right, and what the server asks for? It is given " +
      `${BY_TOKEN}, or ${BY_CREDENTIALS}`,
    ];
  }
  const none = tls?.cert === undefined
    ? " asks for a secret, and this hub has none"
    : " asks for more than the certificate of this hub, tls.cert";
  return [
    "NATS at",
    `${none}: ${words}. Give one ${BY_TOKEN}, or ${BY_CREDENTIALS}`,
  ];
}

/** It refuses for another reason. */
function unwanted(words: string): Words {
  if (/maximum .*connections/i.test(words)) {
    return [
      "NATS at",
      ` lets nobody else in: ${words}. Raise max_connections in its ` +
      "settings, or the limit of the account",
    ];
  }
  return /\bport\b/i.test(words)
    ? ["NATS at", ` lets no clients in there: ${words}. ${PORT}`]
    : ["NATS at", ` does not let this hub in: ${words}`];
}

/** Why it could not be reached. */
function reason(error: Error, shown: Shown): string {
  const { code, hostname } = error as { code?: string; hostname?: string };
  if (code === "ENOTFOUND") return `no such host: ${hostname}`;
  if (code === "EAI_AGAIN") return `nobody can say now where ${hostname} is`;
  const said = reasonOf(error);
  if (said.includes("closed the connection")) {
    return CLOSED + orCertificate(shown);
  }
  if (error.message !== "server does not support 'tls'") return said;
  const [asked = "tls:"] = Object.keys(shown.tls ?? {})
    .map((name) => `tls.${name}`);
  return `the server does not speak TLS, which ${asked} asks for. Do without ` +
    "it, or let the server speak TLS";
}

function orCertificate({ isSecure, tls }: Shown): string {
  if (!isSecure) return "";
  return tls?.cert === undefined
    ? ", or it asks for a certificate of this hub: tls.cert and tls.key"
    : ", or it does not trust tls.cert";
}
