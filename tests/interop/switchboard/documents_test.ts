// Copyright 2026 the Wirekit authors. MIT license.

/** What a hub tells of its routes, against the schemas of such documents. */

import { assertEquals } from "@std/assert";
import { Gateway } from "@wirekit/openwebnet";
import { jsonRpcDoor, serve } from "@wirekit/switchboard";
import { gatewayDoor } from "@wirekit/switchboard/openwebnet";

Deno.test("rpc.discover of a hub is an OpenRPC document", async () => {
  const { default: Ajv } = await import(`${"npm:ajv@8.17.1"}`);
  const loaded = await import(`${"npm:@open-rpc/meta-schema@1.14.9"}`);
  const { $schema: _, ...schema } = loaded.default?.default ??
    loaded.default ?? loaded;
  // What is inside a JSON Schema is another schema's to say.
  const text = JSON.stringify(schema).replaceAll(
    /\{"\$ref":"https:\/\/meta\.json-schema\.tools[^"]*"\}/g,
    "{}",
  );
  const home = new Gateway({ transport: () => Promise.reject(new Error("")) });
  await using server = await serve({
    port: 0,
    open: [jsonRpcDoor(), gatewayDoor({ home })],
  });
  const response = await fetch(
    `http://127.0.0.1:${server.addr.port}/jsonrpc`,
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}',
    },
  );
  const { result } = await response.json();
  assertEquals(result.methods.length > 20, true);
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const validate = ajv.compile(JSON.parse(text));
  validate(result);
  assertEquals(validate.errors, null);
});
