// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { CalmLogger } from "./logger.ts";
import { FakeTime } from "./testing.ts";

function calm() {
  const lines: string[] = [];
  const logger = new CalmLogger({
    info: (line) => lines.push(`info ${line}`),
    warn: (line) => lines.push(`warn ${line}`),
    error: (line) => lines.push(`error ${line}`),
  });
  return { lines, logger };
}

Deno.test("CalmLogger writes a few lines of a kind in a second, then how many more", async () => {
  using time = new FakeTime();
  const { lines, logger } = calm();
  for (let i = 1; i <= 1_500; i++) logger.warn(`refused ${i}`, "refused");
  logger.info("another kind", "joined");
  logger.error("no kind");
  assertEquals(lines.length, 22);
  assertEquals(lines[19], "warn refused 20");
  await time.tick(1_000);
  assertEquals(
    lines.at(-1),
    "warn And 1480 more in the last second, such as: refused 1498; refused 1499; refused 1500",
  );
  // As long as it goes on, there is a line a minute.
  const { length } = lines;
  for (let i = 0; i < 150; i++) {
    logger.warn(`refused again ${i}`, "refused");
    await time.tick(1_000);
  }
  assertEquals(lines.slice(length), [
    "warn And 60 more in the last 60 seconds, such as: refused again 57; refused again 58; refused again 59",
    "warn And 60 more in the last 60 seconds, such as: refused again 117; refused again 118; refused again 119",
  ]);
  logger.flush();
  assertEquals(
    lines.at(-1),
    "warn And 30 more in the last 30 seconds, such as: refused again 147; refused again 148; refused again 149",
  );
  assertEquals(time.timers, 0);
});

Deno.test("CalmLogger begins anew after a minute without lines of that kind", async () => {
  using time = new FakeTime();
  const { lines, logger } = calm();
  for (let i = 1; i <= 22; i++) logger.warn(`refused ${i}`, "refused");
  await time.tick(1_000);
  assertEquals(time.timers, 0);
  await time.tick(60_000);
  logger.warn("refused once more", "refused");
  assertEquals(lines.at(-1), "warn refused once more");
});

Deno.test("CalmLogger writes the few lines that were kept back as they are", async () => {
  using time = new FakeTime();
  for (const held of [1, 2, 3]) {
    const { lines, logger } = calm();
    for (let i = 1; i <= 20 + held; i++) logger.info(`joined ${i}`, "joined");
    assertEquals(lines.length, 20);
    await time.tick(1_000);
    const expected = ["info joined 21", "info joined 22", "info joined 23"];
    assertEquals(lines.slice(20), expected.slice(0, held));
    // Whoever comes within the next minute is told of by name, too.
    logger.info("joined late", "joined");
    logger.info("joined later", "joined");
    await time.tick(60_000);
    assertEquals(lines.slice(-2), ["info joined late", "info joined later"]);
    await time.tick(60_000);
  }
});

Deno.test("CalmLogger keeps nothing back of events that are rare", async () => {
  using time = new FakeTime();
  const { lines, logger } = calm();
  for (let i = 0; i < 100; i++) {
    logger.warn(`${i}`, "kind");
    await time.tick(60);
  }
  assertEquals(lines.length, 100);
});

Deno.test("CalmLogger is bounded in kinds, and tells what is left when it is flushed", () => {
  const { lines, logger } = calm();
  for (let i = 0; i < 5_000; i++) logger.warn(`${i}`, `kind ${i}`);
  logger.flush();
  logger.flush();
  assertEquals(lines.length, 100 + 20 + 1);
  assertEquals(
    lines.at(-1),
    "warn And 4880 more in the last second, such as: 4997; 4998; 4999",
  );
  assertEquals(CalmLogger.of(logger), logger);
});

Deno.test("CalmLogger takes a logger that has few levels, or none", () => {
  for (const logger of [new CalmLogger(), CalmLogger.of({})]) {
    for (let i = 0; i < 30; i++) logger.error("", "kind");
    logger.flush();
    logger.debug("");
  }
});
