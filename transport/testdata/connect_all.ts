// Copyright 2026 the Wirekit authors. MIT license.

// Connects to each URL in turn and prints what it is sent.
import { connect } from "@wirekit/transport/connect";

for (const url of Deno.args) {
  for await (const message of await connect(url)) {
    await Deno.stdout.write(new TextEncoder().encode(`${message}\n`));
  }
}
