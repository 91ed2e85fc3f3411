// Copyright 2026 the Wirekit authors. MIT license.
import { assertEquals } from "@std/assert";
import type { NodeStatus } from "./backplane.ts";
import { Missing } from "./_missing.ts";

/** A node with a label, that was started at a time. */
function node(id: string, label: string, since: number, signs = 1): NodeStatus {
  return { id, label, since, signs, figures: {} };
}

/** What is missing: a name was lost with its node, and these are back. */
function setup(...before: NodeStatus[]) {
  const missing = new Missing();
  let turn = 100;
  missing.away(before);
  missing.back(turn);
  missing.add('"bot"', turn);
  /** Three seconds pass with these. */
  return (...nodes: NodeStatus[]) => {
    for (let second = 0; second < 3; second++) {
      missing.tick(++turn, () => nodes);
    }
    return missing.has('"bot"');
  };
}

Deno.test("Missing waits for both of two nodes that are called the same", () => {
  const [one, two] = [node("1", "hub", 10), node("2", "hub", 20)];
  // Each comes back under another id, or was started again.
  for (const since of [10, 20, 30]) {
    const isMissing = setup(one, two);
    const first = node("3", "hub", since);
    assertEquals(isMissing(first), true);
    assertEquals(isMissing(first), true);
    const second = node("4", "hub", since === 10 ? 20 : 40);
    assertEquals(isMissing(first, second), false);
  }
});

Deno.test("Missing takes none that was there all the time for another of its name", () => {
  const [one, two] = [node("1", "hub", 10), node("2", "hub", 20)];
  const isMissing = setup(one, two);
  const alive = node("2", "hub", 20, 2);
  assertEquals(isMissing(alive), true);
  assertEquals(isMissing(alive), true);
  assertEquals(isMissing(alive, node("3", "hub", 10)), false);
});

Deno.test("Missing waits no longer for nodes that are back, whatever they are called", () => {
  const isMissing = setup(node("1", "a", 10), node("2", "b", 20));
  assertEquals(isMissing(node("1", "a", 10, 2), node("3", "b", 20)), false);
});

Deno.test("Missing knows a node that came back as another when it is away again", () => {
  const missing = new Missing();
  missing.away([node("1", "hub", 10)]);
  missing.back(1);
  missing.tick(2, () => [node("2", "hub", 10)]);
  missing.away([node("2", "hub", 10)]);
  missing.back(2);
  missing.add('"bot"', 2);
  for (const turn of [3, 4, 5]) {
    missing.tick(turn, () => [node("2", "hub", 10, 2)]);
  }
  assertEquals(missing.has('"bot"'), false);
});

Deno.test("Missing takes a node for all that it was since it was started", () => {
  for (const id of ["2", "3"]) {
    const isMissing = setup(node("1", "hub", 10), node("2", "hub", 10));
    assertEquals(isMissing(node(id, "hub", 10, 2)), false);
  }
});

Deno.test("Missing takes the return of one hub for no other's, whatever ids that had", () => {
  const isMissing = setup(
    node("1", "hub", 10),
    node("2", "hub", 10),
    node("3", "hub", 20),
  );
  // Both are there at the first look.
  assertEquals(isMissing(node("4", "hub", 30), node("5", "hub", 40)), false);
});
