// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What a server needs that has a page of its own: rules that keep the pages of
 * strangers away, sessions of people who have signed in, and the files of the
 * page.
 *
 * ```ts
 * import { PageAdmission } from "@wirekit/transport/pages";
 * import { assertEquals } from "@std/assert";
 *
 * const admission = new PageAdmission({ what: "hub", showsToken: () => false });
 * const rebound = new Request("http://evil.example/api/report");
 * assertEquals(admission.checkOrigin(rebound)?.status, 403);
 * ```
 *
 * @module
 */

export { type Asset, serveAsset } from "./_assets.ts";
export { canHash, fingerprint, isSame } from "./_fingerprint.ts";
export { Guesses } from "./_guesses.ts";
export { readJson, refused, toRefused } from "./_json.ts";
export {
  isLoopback,
  isOfPage,
  isOwnOrigin,
  PageAdmission,
  type PageAdmissionOptions,
  SECURE_HEADERS,
  secureResponse,
} from "./_page_admission.ts";
export { type PageStay, type ReportSource, sendReports } from "./_reports.ts";
export { cookieFor, secret, type Session, Sessions } from "./_sessions.ts";
export { SignIn, type SignInHooks, type SignInOptions } from "./_sign_in.ts";
export { MAX_TOKEN_LENGTH, tokenFault } from "./_token_fault.ts";
