// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { bytesOf, isIn, isOwn, machineAt, toRange } from "./_address.ts";
import { Admission } from "../admission.ts";

Deno.test("toRange() takes addresses and ranges of both kinds, and nothing else", () => {
  const has = (range: string, address: string) =>
    isIn(bytesOf(address)!, toRange(range));
  assert(has("192.0.2.7", "192.0.2.7"));
  assert(!has("192.0.2.7", "192.0.2.8"));
  assert(has("192.0.2.0/24", "192.0.2.255"));
  assert(!has("192.0.2.0/24", "192.0.3.0"));
  assert(has("192.0.2.128/25", "192.0.2.129"));
  assert(!has("192.0.2.128/25", "192.0.2.127"));
  assert(has("0.0.0.0/0", "203.0.113.9"));
  assert(!has("0.0.0.0/0", "2001:db8::1"));
  // A server on `::` sees IPv4 clients so.
  assert(has("192.0.2.0/24", "::ffff:192.0.2.1"));
  assert(has("::ffff:192.0.2.0/120", "192.0.2.1"));
  assert(has("2001:db8::/32", "2001:db8:ffff::1"));
  assert(!has("2001:db8::/32", "2001:db9::1"));
  assert(has("2001:DB8::1", "2001:db8:0:0:0:0:0:1"));
  assert(has("fe80::/10", "fe80::1%eth0"));
  assert(has("::/0", "192.0.2.1"));
  for (
    const text of [
      "",
      "localhost",
      "192.0.2",
      "192.0.2.256",
      "192.0.2.0/33",
      "192.0.2.0/-1",
      "192.0.2.0/",
      "192.0.2.0/24/1",
      "192.0.2.0/1e1",
      "2001:db8::/129",
      "::1::",
      "[::1]",
      "::1]/@a",
      "1:2",
    ]
  ) assertThrows(() => toRange(text), TypeError, "allowedAddresses", text);
});

Deno.test("isOwn() and machineAt() tell machines apart", () => {
  const own = (address: string) => isOwn(bytesOf(address)!);
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
    assert(own(address), address);
  }
  for (const address of ["128.0.0.1", "::2", "::", "0.0.0.0", "2001:db8::1"]) {
    assert(!own(address), address);
  }
  const machine = (address: string) => machineAt(bytesOf(address)!);
  assertEquals(machine("192.0.2.1"), machine("::ffff:192.0.2.1"));
  assert(machine("192.0.2.1") !== machine("192.0.2.2"));
  assertEquals(machine("2001:db8::1"), machine("2001:db8::2:3"));
  assert(machine("2001:db8::1") !== machine("2001:db8:0:1::1"));
});

Deno.test("Admission counts the connections of each machine", () => {
  const lines: string[] = [];
  const admission = new Admission({
    maxConnections: 6,
    maxConnectionsPerAddress: 2,
    logger: { warn: (line) => lines.push(line) },
  });
  const enter = (hostname: string) => {
    const entered = admission.enter({ remoteAddr: { hostname } });
    return entered instanceof Response ? entered.status : () => entered.leave();
  };
  const leave = enter("192.0.2.1") as () => void;
  enter("::ffff:192.0.2.1");
  for (let n = 0; n < 100; n++) assertEquals(enter("192.0.2.1"), 503);
  assertEquals(lines.length, 20);
  assertEquals(
    lines[0],
    "Refused a connection from 192.0.2.1: it has 2 connections already",
  );
  for (let n = 0; n < 4; n++) assert(typeof enter("127.0.0.1") === "function");
  assertEquals(enter("192.0.2.2"), 503);
  leave();
  leave();
  assert(typeof enter("192.0.2.1") === "function");
  assertEquals(
    admission.limits.map(({ option, limit, peak, now, hits }) => [
      option,
      limit,
      peak,
      now,
      hits,
    ]),
    [["maxConnections", 6, 6, 6, 1], [
      "maxConnectionsPerAddress",
      2,
      2,
      2,
      100,
    ]],
  );
  admission.flushLog();
  assertEquals(lines.length, 22);
});

Deno.test("Admission refuses addresses that are not allowed, and none of a Unix socket", async () => {
  const admission = new Admission({
    allowedAddresses: ["192.0.2.0/24", "::1"],
  });
  const status = async (remoteAddr: object) => {
    const entered = admission.enter({ remoteAddr });
    const admitted = await admission.admit(new Request("http://127.0.0.1/"), {
      remoteAddr,
    });
    return [entered, admitted].map((each) =>
      each instanceof Response ? each.status : 200
    );
  };
  assertEquals(await status({ hostname: "192.0.2.9" }), [200, 200]);
  assertEquals(await status({ hostname: "::1" }), [200, 200]);
  assertEquals(await status({ hostname: "127.0.0.1" }), [403, 403]);
  assertEquals(await status({}), [403, 403]);
  assertEquals(await status({ transport: "unix" }), [200, 200]);
});
