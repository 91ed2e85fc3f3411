// Copyright 2026 the Wirekit authors. MIT license.

/** Servers that ask for a secret, and hubs that are told theirs by the command. */

import { generateKeyPairSync } from "node:crypto";
import { assertEquals, assertMatch } from "@std/assert";

import { Client } from "@wirekit/hub";
import { nkeys } from "../../hub/cluster/testdata/nats.ts";
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";
import { Engine, freePorts } from "./_servers.ts";

const KEYS = new URL("transport/testdata/", ROOT);
const file = (name: string) => new URL(name, KEYS).pathname;
const options = { sanitizeOps: false, sanitizeResources: false };

/** Starts `hub serve` with these options. */
function serve(
  args: string[],
  env: Record<string, string> = {},
  port = freePorts(1)[0],
): { hub: Program; url: string } {
  const hub = new Program(Deno.execPath(), {
    args: [
      ...["run", "-A", new URL("hub/cli.ts", ROOT).pathname, "serve"],
      ...[`--port=${port}`, ...args],
    ],
    env: { NO_COLOR: "1", WIREKIT_TOKEN: "", ...env },
  });
  return { hub, url: `ws://127.0.0.1:${port}` };
}

/** Two hubs with these options are one. */
async function areOne(
  args: string[],
  env?: Record<string, string>,
): Promise<void> {
  const one = serve([...args, "--node=one"], env);
  await using _one = one.hub;
  await one.hub.says(/listens on/);
  const two = serve([...args, "--node=two"], env);
  await using _two = two.hub;
  await two.hub.says(/listens on/);
  await using bot = new Client("bot", { url: one.url });
  bot.route("echo", (data) => data);
  await bot.connect();
  await using me = new Client("me", { url: two.url });
  await me.connect();
  assertEquals(await me.request("bot", "echo", { a: 1 }), { a: 1 });
}

Deno.test(
  "Hubs show their certificate and a password to servers that ask for both",
  options,
  async () => {
    await using engine = await Engine.start(1, [
      ...["--tlsverify", "--tlscacert", file("ca.crt")],
      ...["--tlscert", file("localhost.crt")],
      ...["--tlskey", file("localhost.key")],
      ...["--user", "u", "--pass", "s3cret"],
    ]);
    const servers = engine.urls[0]!.replace("nats:", "tls:");
    const trust = [`--cluster=${servers}`, `--cluster-ca=${file("ca.crt")}`];
    const shown = [
      `--cluster-cert=${file("localhost.crt")}`,
      `--cluster-key=${file("localhost.key")}`,
    ];
    const env = { WIREKIT_CLUSTER_TOKEN: "u:s3cret" };
    await areOne([...trust, ...shown, "--cluster-prefix=plant"], env);
    for (
      const [args, secret, why] of [
        [
          trust,
          "u:s3cret",
          /it asks for a certificate of this hub: --cluster-cert and --cluster-key$/,
        ],
        [
          trust.slice(0, 1),
          "u:s3cret",
          /is not trusted\. .* authority with --cluster-ca$/,
        ],
        // Its servers ask for TLS where the URL does not.
        [
          [trust[0]!.replace("tls:", "nats:")],
          "u:s3cret",
          /is not trusted\. .* authority with --cluster-ca$/,
        ],
        [[...trust, ...shown], "u:wrong", /authorization violation/i],
        [[...trust, ...shown], "", /authorization violation/i],
      ] as const
    ) {
      const { hub } = serve([...args], { WIREKIT_CLUSTER_TOKEN: secret }, 0);
      await using _hub = hub;
      assertEquals((await hub.ends()).code, 3, hub.text);
      await hub.says(/Cannot reach a NATS server/);
      assertMatch(hub.text.trim(), why);
    }
  },
);

Deno.test(
  "hub serve says at once which option of a cluster does not fit, and why",
  options,
  async (test) => {
    await using engine = await Engine.start(1);
    const folder = await Deno.makeTempDir();
    const write = (name: string, text: string) => {
      Deno.writeTextFileSync(`${folder}/${name}`, text);
      return `${folder}/${name}`;
    };
    const { privateKey } = generateKeyPairSync("ec", {
      namedCurve: "P-256",
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    const other = write("other.key", privateKey);
    const nonsense = write("nonsense.pem", "nonsense");
    const [ca, cert, key] = ["ca.crt", "localhost.crt", "localhost.key"]
      .map(file);
    const plain = engine.urls[0]!;
    const secure = plain.replace("nats:", "tls:");
    const none = `nats://127.0.0.1:${freePorts(1)[0]}`;
    const cases: [string[], number, RegExp][] = [
      [
        [secure, `--cluster-cert=${cert}`, `--cluster-key=${other}`],
        2,
        /: --cluster-key \S+other\.key is not the key of --cluster-cert \S+localhost\.crt$/,
      ],
      [
        [secure, `--cluster-cert=${nonsense}`, `--cluster-key=${key}`],
        2,
        /: --cluster-cert \S+nonsense\.pem is not a certificate in PEM$/,
      ],
      [
        [secure, `--cluster-cert=${cert}`, `--cluster-key=${nonsense}`],
        2,
        /: --cluster-key \S+nonsense\.pem is not a private key in PEM$/,
      ],
      [
        [secure],
        3,
        /: the server does not speak TLS, which tls: asks for$/,
      ],
      [
        [plain, `--cluster-ca=${ca}`],
        3,
        /: the server does not speak TLS, which --cluster-ca \S+ asks for$/,
      ],
      [
        [plain, `--cluster-cert=${cert}`, `--cluster-key=${key}`],
        3,
        /: the server does not speak TLS, which --cluster-cert \S+ asks for$/,
      ],
      [[none], 3, /: nobody listens there\. /],
    ];
    for (const [[servers, ...args], code, said] of cases) {
      await test.step(`${said}`, async () => {
        const { hub } = serve([`--cluster=${servers}`, ...args], {}, 0);
        await using _hub = hub;
        assertEquals((await hub.ends()).code, code, hub.text);
        assertMatch(hub.text.trim(), said);
      });
    }
    await Deno.remove(folder, { recursive: true });
  },
);

/** Writes what a server of NATS takes for a signed statement. */
function sign(
  by: nkeys.KeyPair,
  { about, name, nats }: { about: string; name: string; nats: object },
): string {
  const written = (bytes: Uint8Array<ArrayBuffer>) =>
    bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  const part = (value: object) =>
    written(new TextEncoder().encode(JSON.stringify(value)));
  const text = [
    part({ typ: "JWT", alg: "ed25519-nkey" }),
    part({
      jti: crypto.randomUUID(),
      iat: Math.floor(Date.now() / 1_000),
      iss: by.getPublicKey(),
      sub: about,
      name,
      nats: { version: 2, ...nats },
    }),
  ].join(".");
  const signature = by.sign(new TextEncoder().encode(text));
  return `${text}.${written(new Uint8Array(signature))}`;
}

Deno.test(
  "Hubs show the credentials of a file to servers that trust an operator",
  options,
  async () => {
    const operator = nkeys.createOperator();
    const [account, system] = [nkeys.createAccount(), nkeys.createAccount()];
    const user = nkeys.createUser();
    const all = Object.fromEntries(
      "mem_storage disk_storage streams consumer conn subs data payload imports exports leaf"
        .split(" ").map((limit) => [limit, -1]),
    );
    const permissions = { default_permissions: { pub: {}, sub: {} } };
    const accountText = (key: nkeys.KeyPair, name: string, limits: object) =>
      sign(operator, {
        about: key.getPublicKey(),
        name,
        nats: {
          type: "account",
          ...permissions,
          limits: { ...limits, wildcards: true },
        },
      });
    const { mem_storage: _m, disk_storage: _d, ...none } = all;
    const folder = await Deno.makeTempDir();
    const operatorText = sign(operator, {
      about: operator.getPublicKey(),
      name: "operator",
      nats: { type: "operator", system_account: system.getPublicKey() },
    });
    await Deno.writeTextFile(
      `${folder}/nats.conf`,
      `operator: ${operatorText}
system_account: ${system.getPublicKey()}
resolver: MEMORY
resolver_preload: {
  ${account.getPublicKey()}: ${accountText(account, "hubs", all)}
  ${system.getPublicKey()}: ${accountText(system, "system", none)}
}
`,
    );
    await using engine = await Engine.start(1, [
      ...["--config", `${folder}/nats.conf`],
    ]);
    const userText = (by: nkeys.KeyPair) =>
      sign(by, {
        about: user.getPublicKey(),
        name: "hub",
        nats: {
          type: "user",
          pub: {},
          sub: {},
          subs: -1,
          data: -1,
          payload: -1,
        },
      });
    const write = async (name: string, text: string) => {
      const seed = new TextDecoder().decode(user.getSeed());
      const path = `${folder}/${name}.creds`;
      await Deno.writeTextFile(
        path,
        `-----BEGIN NATS USER JWT-----\n${text}\n------END NATS USER JWT------\n\n` +
          `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
      );
      return path;
    };
    const cluster = `--cluster=${engine.urls[0]}`;
    const good = await write("good", userText(account));
    await areOne([cluster, `--cluster-credentials=${good}`]);
    const strange = await write("strange", userText(nkeys.createAccount()));
    const { hub } = serve([cluster, `--cluster-credentials=${strange}`], {}, 0);
    await using _hub = hub;
    assertEquals((await hub.ends()).code, 3);
    await hub.says(/Cannot reach a NATS server/);
    assertMatch(hub.text, /authorization violation/i);
    await Deno.remove(folder, { recursive: true });
  },
);
