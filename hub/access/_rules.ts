// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { isToolName, type Matcher, matcherOf } from "./_pattern.ts";
import type { Pass } from "./pass.ts";
import type { Rule } from "./rules.ts";

/** The hub itself decides about its own routes. */
const HUB = "@hub";

/** A rule that has been read. */
interface Law {
  readonly rule: Rule;
  readonly isFor: Matcher;
  readonly mayAsk: (name: string, route: string | undefined) => boolean;
  readonly mayInform: Matcher;
}

/** What a rule allows. */
const NO_RULE: Law = {
  rule: { names: [] },
  isFor: () => true,
  mayAsk: () => false,
  mayInform: () => false,
};

/**
 * Returns a function that narrows passes to what rules allow.
 *
 * @throws {TypeError} If a rule is not valid. The message says which.
 */
export function ruledBy(
  rules: readonly Rule[],
): (pass: Pass, hasToken: boolean) => Pass {
  const laws = rules.map((rule, at) => lawOf(rule, `rules[${at}]`));
  return (pass, hasToken) => {
    const lawFor = (name: string) =>
      laws.find(({ isFor }) => isFor(name)) ?? NO_RULE;
    const under = (law: Law, reachesAll = false): Pass => ({
      label: pass.label,
      mayWatch: pass.mayWatch || (law.rule.watch ?? law.rule.operate ?? false),
      mayOperate: pass.mayOperate || (law.rule.operate ?? false),
      mayReachAll: false,
      mayTake: (name) => pass.mayTake(name),
      mayAsk: (name, route) =>
        name === HUB || reachesAll || law.mayAsk(name, route),
      mayInform: (name) =>
        reachesAll ||
        (name === undefined
          ? law.rule.broadcast ?? false
          : law.mayInform(name)),
      // An operator may do by a command what they may do at the page.
      named: (name) =>
        under(lawFor(name), hasToken && pass.mayOperate && isToolName(name)),
    });
    // Somebody at the hub's page has no name, and may operate it.
    return under(lawFor(""), pass.mayOperate);
  };
}

function lawOf(rule: Rule, where: string): Law {
  const { names, ask = [], inform = [] } = rule;
  if (names.length === 0) throw new TypeError(`${where} names nobody`);
  const isFor = matcherOf(names);
  const mayInform = matcherOf(inform);
  if (Array.isArray(ask)) {
    return { rule, isFor, mayInform, mayAsk: matcherOf(ask) };
  }
  const asks = Object.entries(ask as Record<string, readonly string[]>)
    .map(([name, routes]) => ({
      isFor: matcherOf([name]),
      has: matcherOf(routes),
    }));
  return {
    rule,
    isFor,
    mayInform,
    mayAsk: (name, route) =>
      asks.some((each) =>
        // A function of an object has no route: whoever may ask for the object
        // may call it.
        each.isFor(name) && (route === undefined || each.has(route))
      ),
  };
}
