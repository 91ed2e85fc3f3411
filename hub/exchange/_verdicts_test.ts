// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import type { Pass } from "../access/pass.ts";
import type { Content } from "./participant.ts";
import { plain, Verdicts } from "./_verdicts.ts";

const NAMES = ['"a"', '"b"', '"zoë"', '"a b"', '""', '"null"'];
const ROUTES = ['"r"', '"\\u0072"', '"b"', '""', "null", "7", "", '"a b"'];

/** A pass that says the same to the same question, and counts them. */
function makePass(seed: number) {
  const say = (...question: unknown[]) =>
    new Random(seed ^ hash(JSON.stringify(question))).below(2) === 0;
  const pass: Pass & { asked: number } = {
    asked: 0,
    label: "test",
    mayWatch: false,
    mayOperate: false,
    mayReachAll: false,
    mayTake: () => true,
    mayAsk(name, route) {
      pass.asked++;
      return say(name, route ?? 0);
    },
    mayInform(name) {
      pass.asked++;
      return say(name ?? 0);
    },
  };
  return pass;
}

function hash(text: string): number {
  let sum = 7;
  for (const character of text) {
    sum = Math.imul(sum, 31) + character.codePointAt(0)! | 0;
  }
  return sum;
}

/** What is asked; its route is compared as it stands in a message. */
function contentOf(route: string): Content {
  const bytes = new TextEncoder().encode(route);
  return {
    ...{ route, data: "1", traceback: "null", pseudoObject: "null" },
    hasRoute: (other) => `${other}` === `${bytes}`,
  };
}

Deno.test("Verdicts says what the pass says, and asks it seldom", () => {
  const random = new Random();
  const pass = makePass(random.seed);
  const truth = makePass(random.seed);
  const verdicts = new Verdicts(pass);
  const long = `"${"x".repeat(2_000)}"`;
  for (let n = 0; n < 30_000; n++) {
    const name = random.pick(NAMES);
    const route = random.below(50) > 0 ? random.pick(ROUTES) : long;
    const content = contentOf(route);
    const asked = route === "" ? undefined : plain(route);
    const may = truth.mayAsk(plain(name), asked);
    const what = `seed ${random.seed}: ${name} ${route.slice(0, 20)}`;
    // As the exchange asks: first whether it is the same again.
    const again = route !== "" && verdicts.mayAskAgain({ name }, content);
    assertEquals(again || verdicts.mayAsk({ name }, route), may, what);
    if (random.below(3) === 0) {
      assertEquals(
        verdicts.mayInform(name),
        truth.mayInform(plain(name)),
        what,
      );
    }
  }
  assert(pass.asked < 2_000, `${pass.asked} questions`);
});

Deno.test("Verdicts forgets, and still says what the pass says", () => {
  const random = new Random();
  const verdicts = new Verdicts(makePass(random.seed));
  const truth = makePass(random.seed);
  for (let n = 0; n < 12_000; n++) {
    const name = `"name ${random.below(6_000)}"`;
    assertEquals(
      verdicts.mayAsk({ name }, '"r"'),
      truth.mayAsk(plain(name), "r"),
      `seed ${random.seed}`,
    );
  }
});
