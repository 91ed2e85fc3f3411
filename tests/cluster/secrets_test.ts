// Copyright 2026 the Wirekit authors. MIT license.

/** Servers that ask for a secret, and hubs that are told theirs by the command. */

import { generateKeyPairSync } from "node:crypto";
import { assert, assertEquals, assertMatch } from "@std/assert";

import { Client } from "@wirekit/hub";
import { nkeys } from "../../hub/cluster/testdata/nats.ts";
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";
import { freePort } from "../_port.ts";
import { Engine } from "./_servers.ts";

const KEYS = new URL("transport/testdata/", ROOT);
const file = (name: string) => new URL(name, KEYS).pathname;
const options = { sanitizeOps: false, sanitizeResources: false };

/** What is said of a secret that a URL cannot have as it is. */
const IN_A_SECRET =
  /^hub: --cluster must be URLs .* a secret with \/, #, % or a comma goes into WIREKIT_CLUSTER_TOKEN$/;

/** Starts `hub serve` with these options. */
function serve(
  args: string[],
  env: Record<string, string> = {},
  port = freePort(),
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
        [
          [
            ...trust,
            `--cluster-cert=${file("renewed.crt")}`,
            `--cluster-key=${file("renewed.key")}`,
          ],
          "u:s3cret",
          /has closed the connection, or it does not trust --cluster-cert \S+renewed\.crt$/,
        ],
        // Its servers ask for TLS where the URL does not.
        [
          [trust[0]!.replace("tls:", "nats:")],
          "u:s3cret",
          /is not trusted\. .* authority with --cluster-ca$/,
        ],
        [
          [...trust, ...shown],
          "u:wrong",
          /refuses the secret of this hub, which is from WIREKIT_CLUSTER_TOKEN: Authorization Violation\./,
        ],
        [
          [...trust, ...shown],
          "",
          /asks for more than the certificate of this hub, --cluster-cert \S+localhost\.crt: Authorization Violation\. Give one with WIREKIT_CLUSTER_TOKEN/,
        ],
      ] as const
    ) {
      const { hub } = serve([...args], { WIREKIT_CLUSTER_TOKEN: secret }, 0);
      await using _hub = hub;
      assertEquals((await hub.ends()).code, 3, hub.text);
      await hub.says(/NATS/);
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
    const other = write("tls.key", privateKey);
    const nonsense = write("nonsense.pem", "nonsense");
    const [ca, cert, key] = ["ca.crt", "localhost.crt", "localhost.key"]
      .map(file);
    const plain = engine.urls[0]!;
    const secure = plain.replace("nats:", "tls:");
    const none = `nats://127.0.0.1:${freePort()}`;
    const cases: [string[], number, RegExp][] = [
      [
        [secure, `--cluster-cert=${cert}`, `--cluster-key=${other}`],
        2,
        /: --cluster-key \S+\/tls\.key is not the key of --cluster-cert \S+localhost\.crt$/,
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
        /: the server does not speak TLS, which tls: asks for\. Do without it/,
      ],
      [
        [plain, `--cluster-ca=${ca}`],
        3,
        /: the server does not speak TLS, which --cluster-ca \S+ asks for\. Do/,
      ],
      [
        [plain, `--cluster-cert=${cert}`, `--cluster-key=${key}`],
        3,
        /: the server does not speak TLS, which --cluster-cert \S+ asks for\. Do/,
      ],
      [[none], 3, /: nobody listens there\. /],
      [[plain, "--cluster-prefix=a/b"], 2, /: --cluster-prefix must be /],
      [["http://127.0.0.1"], 2, /: --cluster must be URLs of a host/],
      [["nats://u:a/b@127.0.0.1"], 2, IN_A_SECRET],
      [["nats://u:a#b@127.0.0.1"], 2, IN_A_SECRET],
      [["nats://u:a,b@127.0.0.1"], 2, IN_A_SECRET],
      [["nats://a,b@127.0.0.1"], 2, IN_A_SECRET],
      [["a,b@127.0.0.1"], 2, IN_A_SECRET],
      [["nats://a#b@127.0.0.1"], 2, IN_A_SECRET],
      [["nats://u:a%zz@127.0.0.1"], 2, IN_A_SECRET],
      [
        [plain, `--cluster-credentials=${nonsense}`],
        2,
        /: --cluster-credentials must be .*, is WIREKIT_CLUSTER_TOKEN$/,
      ],
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

Deno.test(
  "hub serve says that a server refuses its secret, where that is from, and how another is given, and shows none",
  options,
  async (test) => {
    await using byPassword = await Engine.start(1, [
      ...["--user", "u", "--pass", "s3cret"],
    ]);
    await using byToken = await Engine.start(1, ["--auth", "s3cret"]);
    const given =
      /with WIREKIT_CLUSTER_TOKEN \(a token or USER:PASSWORD\), or with --cluster-credentials \(a \.creds file\)$/;
    const url = / refuses .* from the URL: Authorization Violation\. /;
    const env =
      / refuses .* from WIREKIT_CLUSTER_TOKEN: Authorization Violation\. /;
    const none =
      / asks for a secret, and this hub has none: Authorization Violation\. /;
    for (
      const [engine, user, token, why] of [
        [byPassword, "u:wr0ng@", "", url],
        [byPassword, "wr0ng:s3cret@", "", url],
        [byPassword, "", "u:wr0ng", env],
        [byPassword, "", "wr0ng", env],
        [byPassword, "", "", none],
        [byToken, "wr0ng@", "", url],
        [byToken, "", "wr0ng", env],
        [byToken, "", "", none],
      ] as const
    ) {
      await test.step(`${user || token} ${why}`, async () => {
        const [server = ""] = engine.urls;
        const { hub } = serve(
          [`--cluster=${server.replace("//", `//${user}`)}`],
          { WIREKIT_CLUSTER_TOKEN: token },
          0,
        );
        await using _hub = hub;
        assertEquals((await hub.ends()).code, 3, hub.text);
        await hub.says(/NATS at/);
        const text = hub.text.trim();
        assertMatch(text, new RegExp(`NATS at ${server.slice(7)} `));
        assertMatch(text, why);
        assertMatch(text, given);
        assert(!/s3cret|wr0ng/.test(text), text);
      });
    }
    // Any of the URLs may have it.
    const [server = ""] = byToken.urls;
    await areOne([
      `--cluster=${server},${server.replace("//", "//s3cret@")}`,
    ]);
  },
);

/** Writes what a server of NATS takes for a signed statement. */
function sign(
  by: nkeys.KeyPair,
  { about, name, nats, exp }: {
    about: string;
    name: string;
    nats: object;
    exp?: number;
  },
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
      exp,
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
    const userText = (by: nkeys.KeyPair, more?: { exp: number }) =>
      sign(by, {
        ...more,
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
    const old = await write("old", userText(account, { exp: 1_700_000_000 }));
    for (
      const [file, why] of [
        [
          strange,
          /refuses the secret of this hub, which is from --cluster-credentials: Authorization Violation\./,
        ],
        [
          old,
          /refuses --cluster-credentials, which expired at 2023-11-14T22:13:20.000Z: \w+/,
        ],
      ] as const
    ) {
      const { hub } = serve([cluster, `--cluster-credentials=${file}`], {}, 0);
      await using _hub = hub;
      assertEquals((await hub.ends()).code, 3);
      await hub.says(/NATS at/);
      assertMatch(hub.text, why);
    }
    await Deno.remove(folder, { recursive: true });
  },
);
