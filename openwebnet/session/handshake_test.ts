// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import { pair } from "@wirekit/transport/pair";
import type { Transport } from "@wirekit/transport/transport";
import { makeDial } from "./_dial.ts";
import {
  AuthenticationError,
  SessionRefusedError,
  TimeoutError,
} from "./errors.ts";
import { type Authentication, openSession } from "./handshake.ts";
import { GatewaySimulator } from "../simulator/simulator.ts";

const AUTHENTICATIONS: Authentication[] = ["none", "open", "sha1", "sha256"];
const SIGNAL = new AbortController().signal;

/** A gateway that says what it is told to, each line after a frame of ours. */
async function script(
  greeting: string,
  ...answers: string[]
): Promise<{ near: Transport; heard: Promise<string[]> }> {
  const [near, far] = pair();
  await far.send(greeting);
  const heard = (async () => {
    const frames: string[] = [];
    for await (const frame of far) {
      frames.push(frame);
      const answer = answers.shift();
      if (answer === undefined) continue;
      if (answer === "close") await far.close();
      else if (answer !== "") await far.send(answer);
    }
    return frames;
  })();
  return { near, heard };
}

for (const authentication of AUTHENTICATIONS) {
  for (const session of ["command", "event"] as const) {
    Deno.test(`openSession() opens a ${session} session with ${authentication}`, async () => {
      await using simulator = new GatewaySimulator({ authentication });
      await using transport = await simulator.connect();
      assertEquals(
        await openSession(transport, { session, password: "12345" }),
        { selector: session === "event" ? "1" : "9", authentication },
      );
    });
  }

  if (authentication === "none") continue;

  Deno.test(`openSession() rejects when the password for ${authentication} is wrong or missing`, async () => {
    await using simulator = new GatewaySimulator({ authentication });
    const wrong = await simulator.connect();
    const error = await assertRejects(
      () => openSession(wrong, { password: "54321" }),
      AuthenticationError,
      "rejected the password",
    );
    assert(error.rejected);
    assert(!error.message.includes("54321"));
    const missing = await simulator.connect();
    const other = await assertRejects(
      () => openSession(missing),
      AuthenticationError,
      "asks for a password",
    );
    assert(!other.rejected);
    await missing.close();
  });
}

Deno.test("openSession() takes letters for HMAC and refuses them for OPEN", async () => {
  const password = "Abc12345";
  await using hmac = new GatewaySimulator({
    authentication: "sha256",
    password,
  });
  await openSession(await hmac.connect(), { password });
  await using open = new GatewaySimulator({ authentication: "open" });
  await using transport = await open.connect();
  await assertRejects(
    () => openSession(transport, { password }),
    AuthenticationError,
    "which must be a number",
  );
});

Deno.test("openSession() falls back to the selector 0, unless one is forced", async () => {
  await using simulator = new GatewaySimulator({ selectors: ["0"] });
  assertEquals(
    await openSession(await simulator.connect()),
    { selector: "0", authentication: "none" },
  );
  assertEquals(
    await openSession(await simulator.connect(), { selector: "0" }),
    { selector: "0", authentication: "none" },
  );
  await using forced = await simulator.connect();
  const error = await assertRejects(
    () => openSession(forced, { selector: "9" }),
    SessionRefusedError,
  );
  assertEquals(error.selector, "9");
});

Deno.test("openSession() refuses an authentication that is not accepted", async () => {
  await using simulator = new GatewaySimulator({ authentication: "open" });
  await using transport = await simulator.connect();
  await assertRejects(
    () =>
      openSession(transport, {
        password: "12345",
        authentication: ["sha256"],
      }),
    AuthenticationError,
    'asks for authentication "open"',
  );
});

Deno.test("openSession() finds out a gateway that does not know the password", async () => {
  await using simulator = new GatewaySimulator({
    authentication: "sha256",
    faults: [{ at: "password", fault: "lie" }],
  });
  await using transport = await simulator.connect();
  const error = await assertRejects(
    () => openSession(transport, { password: "12345" }),
    AuthenticationError,
    "has not proved",
  );
  assert(!error.rejected);
});

Deno.test("openSession() sends NACK to a gateway with a wrong proof", async () => {
  const zeros = "0".repeat(80);
  const { near, heard } = await script(
    "*#*1##",
    "*98*1##",
    `*#${zeros}##`,
    `*#${zeros}##`,
  );
  await assertRejects(
    () => openSession(near, { password: "12345" }),
    AuthenticationError,
  );
  await near.close();
  assertEquals((await heard).at(-1), "*#*0##");
});

Deno.test("openSession() says when the gateway refuses, leaves or talks nonsense", async () => {
  const cases: [
    string[],
    typeof SessionRefusedError | typeof AuthenticationError,
    string,
  ][] = [
    [["*#*0##"], SessionRefusedError, "refused the connection"],
    [["*1*1*12##"], SessionRefusedError, "refused the connection"],
    [
      ["*#*1##", "*#*0##", "*#*0##"],
      SessionRefusedError,
      "refused the session: other programs may have all that it gives",
    ],
    [["*#*1##", "close"], SessionRefusedError, "during the handshake"],
    [
      ["*#*1##", "*#*0##", "close"],
      SessionRefusedError,
      "during the handshake",
    ],
    [["*#*1##", "*98*3##"], AuthenticationError, "unknown kind"],
    [["*#*1##", "*1*1*12##"], AuthenticationError, "unknown kind"],
    [
      ["*#*1##", "*98*2##", "close"],
      SessionRefusedError,
      "during the handshake",
    ],
    [["*#*1##", "*98*2##", "*#*0##"], AuthenticationError, "broke off"],
    [["*#*1##", "*98*2##", "*#123##"], AuthenticationError, "broke off"],
    [
      ["*#*1##", "*98*1##", `*#${"16".repeat(40)}##`],
      AuthenticationError,
      "broke",
    ],
    [["*#*1##", "*#123##", "*#*0##"], AuthenticationError, "rejected"],
    [["*#*1##", "*#123##", "close"], AuthenticationError, "rejected"],
    [
      ["*#*1##", "*98*1##", `*#${"0".repeat(80)}##`, "*#*0##"],
      AuthenticationError,
      "rejected",
    ],
    [
      ["*#*1##", "*98*1##", `*#${"0".repeat(80)}##`, "*#12##"],
      AuthenticationError,
      "broke off",
    ],
  ];
  for (const [[greeting, ...answers], type, message] of cases) {
    const { near, heard } = await script(greeting!, ...answers);
    await assertRejects(
      () => openSession(near, { password: "12345" }),
      type as new (message: string) => Error,
      message,
    );
    await near.close();
    await heard;
  }
});

Deno.test("openSession() ends in time, and when it is aborted", async () => {
  const { near, heard } = await script("*#*1##");
  await assertRejects(
    () => openSession(near, { connectTimeout: 20 }),
    TimeoutError,
    "within 20 ms",
  );
  await near.close();
  await heard;

  const silent = await script("*#*1##");
  const reason = new Error("enough");
  const controller = new AbortController();
  const opening = openSession(silent.near, { signal: controller.signal });
  controller.abort(reason);
  assertEquals(await opening.catch((error) => error), reason);
  await silent.near.close();
  await silent.heard;
});

Deno.test("makeDial() leaves a gateway alone that has rejected the password", async () => {
  using time = new FakeTime();
  await using simulator = new GatewaySimulator({ authentication: "open" });
  let opened = 0;
  const dial = makeDial({
    transport: () => {
      opened++;
      return simulator.connect();
    },
    password: "1",
    lockout: 1_000,
  });
  for (let i = 0; i < 3; i++) {
    await assertRejects(() => dial("command", SIGNAL), AuthenticationError);
  }
  assertEquals(opened, 1);
  await time.tick(1_000);
  await assertRejects(() => dial("event", SIGNAL), AuthenticationError);
  assertEquals(opened, 2);
});

Deno.test("makeDial() waits a minute unless told otherwise", async () => {
  await using simulator = new GatewaySimulator({ authentication: "sha256" });
  const dial = makeDial({
    transport: () => simulator.connect(),
    password: "1",
  });
  await assertRejects(() => dial("command", SIGNAL), AuthenticationError);
  await assertRejects(
    () => dial("command", SIGNAL),
    AuthenticationError,
    "next attempt in 60 s",
  );
});

Deno.test("makeDial() connects again for the selector 0 if the gateway closed after refusing 9", async () => {
  const first = await script("*#*1##", "*#*0##", "close");
  const second = await script("*#*1##", "*#*1##");
  const transports = [first.near, second.near];
  const dial = makeDial({
    transport: () => Promise.resolve(transports.shift()!),
  });
  await using _transport = await dial("command", SIGNAL);
  assertEquals((await first.heard).slice(0, 1), ["*99*9##"]);
  await second.near.close();
  assertEquals(await second.heard, ["*99*0##"]);
});

Deno.test("makeDial() closes what it cannot use", async () => {
  const { near, heard } = await script("*#*0##");
  const dial = makeDial({ transport: () => Promise.resolve(near) });
  await assertRejects(() => dial("command", SIGNAL), SessionRefusedError);
  assertEquals(await heard, []);
});

Deno.test("GatewaySimulator locks everybody out after three wrong passwords", async () => {
  using time = new FakeTime();
  await using simulator = new GatewaySimulator({
    authentication: "open",
    speed: 40, // A minute is 1.5 s.
  });
  for (let i = 0; i < 3; i++) {
    const transport = await simulator.connect();
    await assertRejects(() => openSession(transport, { password: "1" }));
  }
  const locked = await simulator.connect();
  await assertRejects(
    () => openSession(locked, { password: "12345" }),
    AuthenticationError,
  );
  await time.tick(1_600);
  await openSession(await simulator.connect(), { password: "12345" });
});
