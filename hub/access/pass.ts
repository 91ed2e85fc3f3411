// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What a client may do.
 *
 * @module
 */

/**
 * What a client may do, by the secret that it has shown.
 *
 * @category Tokens and rules
 */
export interface Pass {
  /**
   * What let it in, for the log: `"open"`, `"token"`, or the label of the
   * secret.
   */
  readonly label: string;
  /** Whether it may see the clients, their traffic and the limits. */
  readonly mayWatch: boolean;
  /** Whether it may disconnect clients, block names and drain the hub. */
  readonly mayOperate: boolean;
  /**
   * Whether it may ask and inform everybody. Then the hub does not ask it about
   * each message.
   */
  readonly mayReachAll: boolean;
  /**
   * Returns whether it may take a name, or wait for it.
   *
   * @param name The name.
   */
  mayTake(name: string): boolean;
  /**
   * Returns whether it may ask another participant. The hub keeps the answer
   * for as long as the client has its name.
   *
   * @param name The name of the other.
   * @param route The route, which may be empty; none for a function of an object
   * that the other has shared.
   */
  mayAsk(name: string, route: string | undefined): boolean;
  /**
   * Returns whether it may inform another participant. The hub keeps the
   * answer, too.
   *
   * @param name The name of the other; none for all at once.
   */
  mayInform(name: string | undefined): boolean;
  /**
   * Returns what it may do under a name that it has taken, if that differs.
   *
   * @param name The name.
   */
  named?(name: string): Pass;
}

/**
 * Makes a pass that allows everything.
 *
 * @param label What let the client in.
 * @returns The pass.
 *
 * @category Tokens and rules
 */
export function fullPass(label: string): Pass {
  return {
    label,
    mayWatch: true,
    mayOperate: true,
    mayReachAll: true,
    mayTake: () => true,
    mayAsk: () => true,
    mayInform: () => true,
  };
}
