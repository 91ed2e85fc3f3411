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
  await using program = new Program(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--allow-net", "--allow-env"],
      `--allow-read=${folder}`,
      // The package of this checkout, and not the published one.
      `--config=${new URL("deno.json", ROOT).pathname}`,
      new URL("addon/run.ts", HOME).pathname,
    ],
    env: {
      SUPERVISOR_TOKEN: "t0ken",
      SUPERVISOR_URL: `http://127.0.0.1:${supervisor.addr.port}`,
      ADDON_OPTIONS: `${folder}/options.json`,
      ADDON_CONFIG: folder,
    },
  });
  await program.says(/The plant is there; devices: 1\n/);
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
