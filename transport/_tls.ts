// Copyright 2026 the Wirekit authors. MIT license.

import type * as NodeCrypto from "node:crypto";
import { builtin } from "./_node.ts";
import type { ClientTls } from "./transport.ts";

/**
 * Checks a certificate and its key before they are used: the runtimes report a
 * bad one only at the first handshake, if at all.
 *
 * @param tls Both, in PEM.
 * @throws {TypeError} If one cannot be read, or if they do not belong together.
 */
export function checkTls({ cert, key }: { cert: string; key: string }): void {
  const { X509Certificate, createPrivateKey } = builtin<typeof NodeCrypto>(
    "node:crypto",
  );
  const read = <T>(what: string, make: () => T): T => {
    try {
      return make();
    } catch (cause) {
      throw new TypeError(`Cannot use TLS: ${what}`, { cause });
    }
  };
  const certificate = read(
    "tls.cert is not a certificate in PEM",
    () => new X509Certificate(pemOf(cert, "CERTIFICATE")),
  );
  const privateKey = read(
    key.includes("ENCRYPTED")
      ? "tls.key is encrypted. Store it without a passphrase"
      : "tls.key is not a private key in PEM",
    () => createPrivateKey(pemOf(key, "PRIVATE KEY")),
  );
  if (certificate.checkPrivateKey(privateKey)) return;
  throw new TypeError("Cannot use TLS: tls.key is not the key of tls.cert");
}

/**
 * Checks what a client trusts and what it shows of itself before it connects:
 * the runtimes pass over what they cannot read, or say something else.
 *
 * @param tls The certificates and the key, in PEM.
 * @throws {TypeError} If one cannot be read, if the certificate or its key is
 * missing, or if they do not belong together.
 *
 * @category Other carriers
 */
export function checkClientTls({ ca, cert, key }: ClientTls): void {
  // One of many may be of a kind that cannot be read here.
  if (ca?.split(/^(?=-----BEGIN )/m).some(isCertificate) === false) {
    throw new TypeError("Cannot use TLS: tls.ca has no certificate in PEM");
  }
  if (cert !== undefined && key !== undefined) return checkTls({ cert, key });
  if (cert !== undefined || key !== undefined) {
    throw new TypeError("Cannot use TLS: tls.cert and tls.key go together");
  }
}

function isCertificate(text: string): boolean {
  try {
    const { X509Certificate } = builtin<typeof NodeCrypto>("node:crypto");
    return !!new X509Certificate(text);
  } catch {
    return false;
  }
}

/**
 * Returns what the runtimes take of a file in PEM, which may hold a certificate
 * and its key, parameters of a curve, and other text: Deno reads one block alone.
 *
 * @param text The content of the file.
 * @param label What to look for.
 * @returns The first of these; all of the text if there is none.
 *
 * @category Other carriers
 */
export function pemOf(
  text: string,
  label: "CERTIFICATE" | "PRIVATE KEY",
): string {
  const block = new RegExp(
    `^-----BEGIN ((?:[A-Z0-9]+ )?${label})-----[^]*?^-----END \\1-----`,
    "m",
  );
  return block.exec(text)?.[0] ?? text;
}
