// Copyright 2026 the Wirekit authors. MIT license.

/** The files of examples/home, as far as they can be tried here. */

import { assert, assertEquals } from "@std/assert";
import { parseHome } from "@wirekit/openwebnet";
import { ROOT } from "../../_packages.ts";
import { Program } from "../../_program.ts";
import { pythonOf } from "../../_python.ts";
import { Listener, Mosquitto } from "../openwebnet/_mosquitto.ts";
import { listen } from "../openwebnet/_simulator.ts";

const HOME = new URL("examples/home/", ROOT);

Deno.test("The files of a home are what those who read them document", async () => {
  const check = new URL("_addon.py", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(
    pythonOf("homeassistant"),
    { args: [check, HOME.pathname] },
  ).output();
  const text = [stdout, stderr].map((part) => new TextDecoder().decode(part))
    .join("");
  assert(success, text);
  assertEquals(text.trim(), "openwebnet ['mosquitto', 'openwebnet']");
  const home = await Deno.readTextFile(new URL("home.json", HOME));
  assertEquals(Object.keys(parseHome(home).gateways), ["home"]);
});

/** What a Dockerfile runs, with other paths in place of those in a container. */
async function programOf(
  file: string,
  instruction: "CMD" | "ENTRYPOINT",
  paths: Record<string, string>,
): Promise<string[]> {
  const text = (await Deno.readTextFile(new URL(file, HOME)))
    .replaceAll(/\\\n\s*/g, "");
  const [, found = ""] = new RegExp(`^${instruction} (.*)$`, "m").exec(text) ??
    [];
  const words: string[] = JSON.parse(found);
  return words.map((word) => {
    for (const [path, other] of Object.entries(paths)) {
      word = word.replaceAll(path, other);
    }
    return word;
  });
}

Deno.test("The container runs the bridge, with what its Dockerfile allows and nothing of the machine", async () => {
  await using broker = new Mosquitto();
  await broker.start();
  await using plant = listen();
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${folder}/home.json`,
    JSON.stringify({
      gateways: { home: { host: "127.0.0.1", port: plant.port } },
      names: { kitchen: { light: "12" } },
    }),
  );
  // It has a deno, and no other program.
  await Deno.mkdir(`${folder}/bin`);
  await Deno.symlink(Deno.execPath(), `${folder}/bin/deno`);
  const [shell = "", ...args] = await programOf("Dockerfile", "ENTRYPOINT", {
    // A checkout is read from files, which those of JSR are not.
    "/home/openwebnet": `${folder},${new URL(".", ROOT).pathname}`,
    // npm's packages come from the cache of this machine.
    "--cached-only": `--cached-only --config=${
      new URL("deno.json", ROOT).pathname
    }`,
  });
  assertEquals(shell, "sh");
  await using program = new Program("/bin/sh", {
    args,
    cwd: folder,
    clearEnv: true,
    env: {
      PATH: `${folder}/bin`,
      HOME: Deno.env.get("HOME") ?? "/",
      NO_COLOR: "1",
      CLI: new URL("openwebnet/cli.ts", ROOT).href,
      MQTT_URL: broker.url,
    },
  });
  await program.says(/The plant is ready/);
  {
    await using me = await Listener.at(broker.url);
    await me.hears("openwebnet/home/availability", /online/);
    await me.say("openwebnet/home/light/12/set", "ON");
    await me.hears("openwebnet/home/light/12", /ON/);
  }
  // As docker stops it: the shell has left its place to deno.
  assertEquals((await program.stop("SIGTERM")).code, 0, program.text);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("The add-on asks the supervisor for the broker, and shows the plant", async () => {
  await using broker = new Mosquitto({
    user: { name: "addons", password: "of-the-supervisor" },
  });
  await broker.start();
  await using plant = listen({ authentication: "open" });
  const folder = await Deno.makeTempDir();
  const home = {
    gateways: { home: { host: "127.0.0.1", port: plant.port } },
    names: { kitchen: { light: "12" } },
  };
  await Deno.writeTextFile(`${folder}/home.json`, JSON.stringify(home));
  const options = { host: "", password: "12345", named: true };
  await Deno.writeTextFile(`${folder}/options.json`, JSON.stringify(options));
  const asked: (string | null)[] = [];
  await using supervisor = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      asked.push(new URL(request.url).pathname);
      asked.push(request.headers.get("authorization"));
      return Response.json({
        result: "ok",
        data: {
          host: "127.0.0.1",
          port: broker.port,
          ssl: false,
          username: "addons",
          password: "of-the-supervisor",
        },
      });
    },
  );
  const [deno, run = "", ...args] = await programOf(
    "addon/Dockerfile",
    "CMD",
    {
      "/data/options.json": `${folder}/options.json`,
      "/config": folder,
      "run.ts": new URL("addon/run.ts", HOME).pathname,
    },
  );
  assertEquals(deno, "deno");
  await using program = new Program(Deno.execPath(), {
    // The package of this checkout, and not the published one.
    args: [run, `--config=${new URL("deno.json", ROOT).pathname}`, ...args],
    env: {
      SUPERVISOR_TOKEN: "t0ken",
      SUPERVISOR_URL: `http://127.0.0.1:${supervisor.addr.port}`,
      ADDON_OPTIONS: `${folder}/options.json`,
      ADDON_CONFIG: folder,
    },
  });
  await program.says(/The plant is ready; devices: 1\n/);
  assertEquals(asked, ["/services/mqtt", "Bearer t0ken"]);
  assert(!/of-the-supervisor|12345/.test(program.text), program.text);
  const url = broker.url.replace("//", "//addons:of-the-supervisor@");
  {
    await using me = await Listener.at(url);
    await me.hears("openwebnet/home/availability", /online/);
    await me.say("openwebnet/home/light/12/set", "ON");
    await me.hears("openwebnet/home/light/12", /ON/);
  }
  // As the supervisor stops it.
  assertEquals((await program.stop("SIGTERM")).code, 0, program.text);
  await Deno.remove(folder, { recursive: true });
});
