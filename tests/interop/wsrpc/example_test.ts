// Copyright 2026 the Wirekit authors. MIT license.

import { assertStringIncludes } from "@std/assert";
import { Program } from "../../_program.ts";
import { pythonOf } from "../../_python.ts";
import { PYTHON_PEERS } from "./_peer.ts";

const ROOT = new URL("../../../", import.meta.url);

for (const version of PYTHON_PEERS) {
  Deno.test(`The example of wsrpc says what its README says (${version})`, async () => {
    await using server = new Program(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "--allow-net"],
        ...["examples/wsrpc/server.ts", "0"],
      ],
      cwd: ROOT,
    });
    const [url = ""] = await server.says(/ws:\S+/);
    const { stdout } = await new Deno.Command(pythonOf(version), {
      args: ["examples/wsrpc/client.py", url],
      cwd: ROOT,
    }).output();
    const readme = await Deno.readTextFile(
      new URL("examples/wsrpc/README.md", ROOT),
    );
    const text = new TextDecoder().decode(stdout);
    assertStringIncludes(readme, `\n${text}\`\`\``);
  });
}
