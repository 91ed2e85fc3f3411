// Copyright 2026 the Wirekit authors. MIT license.

/** Our documents against OpenRPC's own schema of documents. */

// deno-lint-ignore-file no-explicit-any -- Loaded late, so without types.

import { assertEquals } from "@std/assert";
import {
  contract,
  fromOpenRpc,
  Methods,
  openRpc,
  type OpenRpcDocument,
  param,
  Peer,
  type,
} from "@wirekit/jsonrpc";
import { pair } from "@wirekit/transport/pair";

const number = type<number>({ type: "number" });

const SHOP = contract({
  info: { title: "Shop", version: "1.0.0", description: "Sells." },
  methods: {
    "cart.add": {
      summary: "Puts something into the cart",
      description: "As often as you like.",
      params: [
        param("id", number, { summary: "What" }),
        param("count", number, { optional: true }),
      ],
      result: number,
      errors: [{ code: 7, message: "Sold out" }],
    },
    "cart.find": {
      params: type<{ name: string }>({
        type: "object",
        properties: { name: { type: "string" }, max: { type: "integer" } },
        required: ["name"],
      }),
      stream: number,
      deprecated: true,
    },
    "log": {},
  },
  events: { "cart.changed": { params: [param("count", number)] } },
  subscriptions: { "shop_prices": { event: number } },
});

async function discovered(methods: Methods): Promise<OpenRpcDocument> {
  const [near, far] = pair();
  await using _server = new Peer(far, { methods });
  await using peer = new Peer(near);
  return await peer.request("rpc.discover");
}

const DOCUMENTS: Record<string, () => Promise<OpenRpcDocument>> = {
  "a contract": () => Promise.resolve(openRpc(SHOP)),
  "a contract of a document": () =>
    Promise.resolve(openRpc(fromOpenRpc(openRpc(SHOP)) as any)),
  "an empty contract": () => Promise.resolve(openRpc({ methods: {} })),
  "methods without a contract": () =>
    discovered(
      new Methods().add("sum", () => 0)
        .addSubscription("eth", "newHeads", async function* () {}),
    ),
};

for (const [name, document] of Object.entries(DOCUMENTS)) {
  Deno.test(`OpenRPC's schema accepts the document of ${name}`, async () => {
    const { default: Ajv } = await import(`${"npm:ajv@8.17.1"}`);
    const loaded = await import(`${"npm:@open-rpc/meta-schema@1.14.9"}`);
    const { $schema: _, ...schema } = loaded.default?.default ??
      loaded.default ?? loaded;
    // What is inside a JSON Schema is another schema's to say.
    const text = JSON.stringify(schema).replaceAll(
      /\{"\$ref":"https:\/\/meta\.json-schema\.tools[^"]*"\}/g,
      "{}",
    );
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const validate = ajv.compile(JSON.parse(text));
    validate(await document());
    assertEquals(validate.errors, null);
    validate({ openrpc: "1.3.2", methods: [] });
    assertEquals(validate.errors.length > 0, true);
  });
}
