// Copyright 2026 the Wirekit authors. MIT license.

/** The command `openwebnet mqtt`, mosquitto, and a real Home Assistant. */

import { assert, assertEquals } from "@std/assert";
import { ROOT } from "../../_packages.ts";
import { until } from "../../_driver.ts";
import { Program } from "../../_program.ts";
import { Mosquitto } from "../openwebnet/_mosquitto.ts";
import { listen, type Listening } from "../openwebnet/_simulator.ts";
import { HomeAssistant } from "./_home_assistant.ts";

const PLANT = { plant: { travel: 1_000 } };

/** A home, and the bridge to it as a user starts it. */
class Bridge implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync();
  readonly #broker: string;
  #program: Program | undefined;

  constructor(gateway: number, broker: string) {
    this.#broker = broker;
    const home = {
      gateways: { home: { host: "127.0.0.1", port: gateway } },
      names: {
        "kitchen": { light: "12" },
        "hall": { light: "21" },
        "bedroom": { shutter: "31", seconds: 1 },
        "living-room": { zone: "1" },
        "wall": { buttons: "15" },
        "heat-pump": { meter: "1" },
        "garage-door": { contact: "1" },
      },
    };
    Deno.writeTextFileSync(`${this.#folder}/home.json`, JSON.stringify(home));
  }

  get text(): string {
    return this.#program?.text ?? "";
  }

  async start(): Promise<void> {
    const home = `${this.#folder}/home.json`;
    this.#program = new Program(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "--allow-net=127.0.0.1"],
        // In a clone, the command loads itself from files too.
        `--allow-read=${home},${ROOT.pathname}`,
        "--allow-env=OPENWEBNET_HOST,OPENWEBNET_PASSWORD,MQTT_URL,MQTT_USERNAME,MQTT_PASSWORD",
        new URL("openwebnet/cli.ts", ROOT).pathname,
        ...["mqtt", "--broker", this.#broker, "--home", home],
      ],
      env: { NO_COLOR: "1" },
    });
    await this.#program.says(/The plant is ready/);
  }

  /** Ends it, as a crash does or as Ctrl-C. */
  async stop(signal: Deno.Signal): Promise<void> {
    await this.#program?.stop(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Waits until the plant was told something. */
async function told(plant: Listening, frame: string): Promise<void> {
  await until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return plant.simulator.executed.includes(frame);
  });
}

Deno.test("A plant is in Home Assistant, through restarts of each", async (t) => {
  await using broker = new Mosquitto();
  await broker.start();
  let plant = listen(PLANT);
  const { port } = plant;
  await using ha = new HomeAssistant();
  await using bridge = new Bridge(port, broker.url);
  await Promise.all([ha.start(), bridge.start()]);
  await ha.addBroker(broker.port);

  const step = (name: string, fn: () => Promise<void>) =>
    t.step({ name, fn, sanitizeOps: false, sanitizeResources: false });
  const kitchen = "light.home_kitchen";
  const is = (state: string) => (entity: { state: string }) =>
    entity.state === state;

  /** A switch there lights the lamp here. */
  const switches = async (on: boolean) => {
    const before = plant.simulator.executed.length;
    const service = on ? "light.turn_on" : "light.turn_off";
    await ha.call(service, { entity_id: kitchen });
    await ha.shows(kitchen, is(on ? "on" : "off"));
    const after = plant.simulator.executed.slice(before);
    assert(after.includes(`*1*${on ? 1 : 0}*12##`), `${after}`);
  };

  await step("its devices appear, by their names", async () => {
    await ha.shows(kitchen, is("off"));
    await ha.shows(
      "light.home_hall",
      ({ attributes }) =>
        `${attributes.supported_color_modes}` === "brightness",
    );
    await ha.shows(
      "climate.home_living_room",
      ({ state, attributes }) =>
        state === "heat" && attributes.current_temperature === 21.5 &&
        attributes.temperature === 20,
    );
    await ha.shows("sensor.home_living_room_temperature", is("21.5"));
    await ha.shows("sensor.home_heat_pump_power", is("1234"));
    await ha.shows("sensor.home_heat_pump_energy", is("1234567"));
    await ha.shows("binary_sensor.home_garage_door", is("off"));
    await ha.shows("binary_sensor.home_alarm_engaged", is("off"));
    await ha.shows(
      "cover.home_shutter_32",
      ({ attributes }) => attributes.current_position === 0,
    );
    await ha.shows("button.home_scene_1", is("unknown"));
    await ha.shows("event.home_wall", is("unknown"));
    const devices = await ha.ask("config/device_registry/list") as {
      name: string;
      model: string;
      manufacturer: string;
    }[];
    const [device, ...more] = devices.filter(({ manufacturer }) =>
      manufacturer === "BTicino/Legrand"
    );
    assertEquals([device?.name, device?.model, more], ["home", "F452", []]);
  });

  await step(
    "a switch in Home Assistant lights the lamp",
    () => switches(true),
  );

  await step("levels, shutters, the heating and scenes are moved", async () => {
    const hall = "light.home_hall";
    await ha.call("light.turn_on", { entity_id: hall, brightness_pct: 40 });
    await ha.shows(hall, ({ attributes }) => attributes.brightness === 102);

    const cover = "cover.home_shutter_32";
    const states: string[] = [];
    using _following = await ha.follow(
      { type: "subscribe_events", event_type: "state_changed" },
      {
        event(event) {
          const { data } = event as {
            data: { entity_id: string; new_state: { state: string } };
          };
          if (data.entity_id === cover) states.push(data.new_state.state);
        },
      },
    );
    await ha.call("cover.open_cover", { entity_id: cover });
    await ha.shows(
      cover,
      ({ attributes }) => attributes.current_position === 100,
    );
    await ha.shows(cover, is("open"));
    await until(async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return states.includes("opening");
    });
    await ha.call("cover.set_cover_position", {
      entity_id: cover,
      position: 30,
    });
    await ha.shows(
      cover,
      ({ state, attributes }) =>
        state === "open" && attributes.current_position === 30,
    );
    // One that has no position of its own.
    const timed = "cover.home_bedroom";
    await ha.call("cover.set_cover_position", {
      entity_id: timed,
      position: 60,
    });
    await ha.shows(
      timed,
      ({ attributes }) => attributes.current_position === 60,
    );

    const zone = "climate.home_living_room";
    await ha.call("climate.set_temperature", {
      entity_id: zone,
      temperature: 22.5,
    });
    await ha.shows(zone, ({ attributes }) => attributes.temperature === 22.5);
    await ha.call("climate.set_hvac_mode", {
      entity_id: zone,
      hvac_mode: "off",
    });
    await ha.shows(zone, is("off"));
    await ha.call("climate.set_hvac_mode", {
      entity_id: zone,
      hvac_mode: "heat",
    });
    await ha.shows(zone, is("heat"));

    await ha.call("button.press", { entity_id: "button.home_scene_1" });
    await told(plant, "*17*1*1##");
  });

  await step("a press at the wall shows in Home Assistant", async () => {
    plant.simulator.publish("*1*0*12##");
    await ha.shows(kitchen, is("off"));
    plant.simulator.publish("*25*31#1*31##");
    await ha.shows("binary_sensor.home_garage_door", is("on"));
    plant.simulator.publish("*5*15*#1##");
    await ha.shows("binary_sensor.home_alarm_zone_1", is("on"));
    plant.simulator.publish("*15*05*15##");
    await ha.shows(
      "event.home_wall",
      ({ attributes }) =>
        attributes.event_type === "pressed" && attributes.button === 5,
    );
    // The button is known by now: it can be pressed there, and start something.
    await ha.shows("button.home_wall_5", is("unknown"));
    const triggers = async () => {
      const [device] = (await ha.ask("config/device_registry/list") as {
        id: string;
        name: string;
      }[]).filter(({ name }) => name === "home");
      return await ha.ask("device_automation/trigger/list", {
        device_id: device?.id,
      }) as { domain: string; type: string; subtype: string }[];
    };
    const trigger = (await triggers()).find((each) =>
      each.domain === "mqtt" && each.type === "button_short_press"
    );
    assertEquals(trigger?.subtype, "Buttons 15 5");
    const { promise: started, resolve } = Promise.withResolvers<unknown>();
    using _following = await ha.follow({ type: "subscribe_trigger", trigger }, {
      event: resolve,
    });
    plant.simulator.publish("*15*05*15##");
    await started;
    await ha.call("button.press", { entity_id: "button.home_wall_5" });
    await told(plant, "*15*05#1*15##");
  });

  await step("the broker is started again, and has forgotten all", async () => {
    await broker.stop();
    await ha.shows(kitchen, is("unavailable"));
    await broker.start();
    await ha.shows(kitchen, is("off"));
    await switches(true);
  });

  await step("the bridge is started again, after a crash", async () => {
    await bridge.stop("SIGKILL");
    await ha.shows(kitchen, is("unavailable"));
    await bridge.start();
    await ha.shows(kitchen, is("on"));
    await ha.shows(
      "button.home_wall_5",
      ({ state }) => state !== "unavailable",
    );
    await switches(false);
  });

  await step("the gateway is started again, with its lamps off", async () => {
    await switches(true);
    await plant[Symbol.asyncDispose]();
    await ha.shows(kitchen, is("unavailable"));
    plant = listen(PLANT, port);
    await ha.shows(kitchen, is("off"));
    await switches(true);
  });

  await step("Home Assistant is started again", async () => {
    await ha.stop();
    plant.simulator.publish("*1*0*12##");
    await ha.start();
    await ha.shows(kitchen, is("off"));
    await ha.shows("sensor.home_living_room_temperature", is("21.5"));
    await switches(true);
  });

  await step("the bridge says goodbye", async () => {
    await bridge.stop("SIGINT");
    await ha.shows(kitchen, is("unavailable"));
  });

  const complaints = ha.text.split("\n")
    .filter((line) => /\[homeassistant\.components\.mqtt/.test(line));
  assertEquals(complaints, []);
  assert(!/not done|Uncaught/.test(bridge.text), bridge.text);
  await plant[Symbol.asyncDispose]();
});
