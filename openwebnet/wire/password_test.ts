// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  fromDigits,
  type HmacAlgorithm,
  hmacProofs,
  makeNonce,
  openAnswer,
  sameProof,
  toDigits,
} from "./password.ts";

// Password, nonce, answer: from other libraries' tests and from the field.
const KNOWN = `
12345 603356072 25280520
12345 461695564 4288646655
12345 410501656 119537670
12345 864771381 268665345
12345 630292165 4269684735
12345 844308954 4294506975
12345 523781130 537331200
12345 620942509 12641280
12345 771219008 4294049715
12345 392005583 4022796255`;

// Computed, and agreed upon by six implementations.
const AGREED = `
12345 0 0
12345 1 1912602720
12345 2 2415919875
12345 3 536872455
12345 4 24690
12345 5 395040
12345 6 50565120
12345 7 956313600
12345 8 809041920
12345 9 4294954950
12345 000000 0
12345 0603356072 25280520
12345 6033560720 25280520
00012345 603356072 25280520
12345 472726 117841920
12345 9938080 2098950
12345 7169706 4294942605
12345 234161812 119539200
12345 614741851 1074659340
0 603356072 0
1 123456789 4294967279
99999 123456789 2531786511
999999999 987654321 1130778636
54321 1847290365 4093557999
2147483647 78787878 2147483647
4294967295 1111111111 4294967295`;

for (const vector of (KNOWN + AGREED).trim().split("\n")) {
  const [password = "", nonce = "", answer = ""] = vector.split(" ");
  Deno.test(`openAnswer() answers ${nonce} for the password ${password}`, () => {
    assertEquals(openAnswer(password, nonce), answer);
  });
}

Deno.test("openAnswer() refuses what is no number of 32 bits", () => {
  for (const password of ["", "abc", "-1", "1.5", "4294967296", "1e3", " 1"]) {
    assertThrows(() => openAnswer(password, "1"), RangeError, "OPEN password");
  }
  assertThrows(() => openAnswer("12345", "12a"), RangeError, "nonce");
  assertThrows(() => openAnswer("12345", ""), RangeError, "nonce");
});

interface Vector {
  algorithm: HmacAlgorithm;
  password: string;
  serverNonce: Uint8Array;
  clientNonce: Uint8Array;
  client: string;
  server: string;
  frames?: [string, string, string];
}

function count(length: number, from: number, by: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => from + i * by);
}

const VECTORS: Record<string, Vector> = {
  V1: {
    algorithm: "sha256",
    password: "12345",
    serverNonce: count(32, 0, 1),
    clientNonce: count(32, 255, -1),
    client: "0dc120254c69a29ee5afa67d0edef349f2c001cf32c2845483415937e1ee0a53",
    server: "eef3cb7da0757e0506177895cb58c1e3e24b3122a6ce2388ed804693fc1e928c",
    frames: [
      "*#00000001000200030004000500060007000800090010001100120013001400150100010101020103010401050106010701080109011001110112011301140115##",
      "*#15151514151315121511151015091508150715061505150415031502150115001415141414131412141114101409140814071406140514041403140214011400*00131201020002050412060910020914140510151006071300141314150304091502120000011215030212020804050408030401050903071401141400100503##",
      "*#14141503121107131000070507140005000601070708090512110508120114031402041103010202100612140203080814130800040609031512011409020812##",
    ],
  },
  V2: {
    algorithm: "sha256",
    password: "Abc12345",
    serverNonce: fromHex(
      "b3eacd33433b31b5252351032c9b3e7a2e7aa7738d5decdf0dd6c62680853c06",
    ),
    clientNonce: fromHex(
      "948fe603f61dc036b5c596dc09fe3ce3f3d30dc90f024c85f3c82db2ccab679d",
    ),
    client: "b30cc4b151915007eac3a435aeee4a1d9cebf537b74694f1bcd41729acc6032e",
    server: "2118cf64e16cad3e04409aff575f0201f7bc94a55b4a789c1bdb09ffe172c263",
  },
  V3: {
    algorithm: "sha1",
    password: "12345",
    serverNonce: count(20, 0, 1),
    clientNonce: count(20, 255, -1),
    client: "07dcef6b14832aa4c6f8d52388dcf369c2b03764",
    server: "ab20d79011f5b4c52aaca04fead4c7b1c5485c75",
    frames: [
      "*#00000001000200030004000500060007000800090010001100120013001400150100010101020103##",
      "*#15151514151315121511151015091508150715061505150415031502150115001415141414131412*00071312141506110104080302101004120615081305020308081312150306091202110003070604##",
      "*#10110200130709000101150511041205021010121000041514101304120711011205040805120705##",
    ],
  },
  V4: {
    algorithm: "sha1",
    password: "Abc12345",
    serverNonce: fromHex("3de4f901fffb30ac720b0e7eb654b4faa2dd03fa"),
    clientNonce: fromHex("d2a04d71301a8915217dd5faf81d12cffd6cd958"),
    client: "44ac293eed0d1b31bdf12f5ec6bf9213dbd8b710",
    server: "699b8aeab2b0e67b2cfd01d268757978c998972e",
  },
  V5: {
    algorithm: "sha256",
    password: "0123456789abcdefghijABCDEFGHIJ",
    serverNonce: new Uint8Array(32),
    clientNonce: new Uint8Array(32).fill(255),
    client: "06a9318105abc038241a8f863899e3b911a8a1f59bb18236a5c26efba0194957",
    server: "80d1e1bc0a8e37908438b298dfb2fb742d4df4f00660689dbc0c282fb203c9ac",
  },
};

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

for (const [name, vector] of Object.entries(VECTORS)) {
  Deno.test(`hmacProofs() computes the vector ${name}`, async () => {
    const { client, server } = await hmacProofs(vector);
    assertEquals(toHex(client), vector.client);
    assertEquals(toHex(server), vector.server);
    if (vector.frames === undefined) return;
    const { serverNonce, clientNonce, frames } = vector;
    assertEquals([
      `*#${toDigits(serverNonce)}##`,
      `*#${toDigits(clientNonce)}*${toDigits(client)}##`,
      `*#${toDigits(server)}##`,
    ], frames);
  });
}

Deno.test("hmacProofs() refuses a nonce of another length", async () => {
  await assertRejects(
    () =>
      hmacProofs({
        algorithm: "sha1",
        password: "12345",
        serverNonce: new Uint8Array(32),
        clientNonce: new Uint8Array(20),
      }),
    RangeError,
    "20 bytes",
  );
});

Deno.test("fromDigits() reads what toDigits() writes", () => {
  for (const algorithm of ["sha1", "sha256"] as const) {
    const nonce = makeNonce(algorithm);
    assertEquals(fromDigits(toDigits(nonce), algorithm), nonce);
  }
});

Deno.test("fromDigits() refuses another length, letters and pairs over 15", () => {
  for (
    const digits of ["", "0".repeat(79), "0".repeat(84), "0a".repeat(40)]
  ) {
    assertThrows(() => fromDigits(digits, "sha1"), SyntaxError, "80 digits");
  }
  const digits = "16" + "0".repeat(78);
  assertThrows(() => fromDigits(digits, "sha1"), SyntaxError, "over 15");
});

Deno.test("sameProof() sees every difference", () => {
  const proof = makeNonce("sha256");
  assert(sameProof(proof, proof.slice()));
  for (let i = 0; i < proof.length; i++) {
    const other = proof.slice();
    other[i]! ^= 1;
    assert(!sameProof(proof, other));
  }
  assert(!sameProof(proof, proof.subarray(1)));
  assert(!sameProof(proof.subarray(1), proof));
});
