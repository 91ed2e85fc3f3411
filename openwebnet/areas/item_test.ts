// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertRejects } from "@std/assert";
import { Alarm } from "./alarm.ts";
import { Auxiliary } from "./auxiliary.ts";
import { Shutter } from "./automation.ts";
import { Cen, CenPlus, Contact } from "./buttons.ts";
import { Camera } from "./camera.ts";
import { interviewDevice, scanDevices } from "./diagnostics.ts";
import { Door, Intercom } from "./door_entry.ts";
import { EnergyActuator, Meter } from "./meters.ts";
import { energyDevice } from "./energy.ts";
import { StopGo } from "./stop_go.ts";
import { Gateway } from "../gateway.ts";
import { GatewayUnit } from "./gateway_unit.ts";
import type { Caller } from "./item.ts";
import { Dimmer } from "./light/dimmer.ts";
import { Light } from "./light/light.ts";
import { LightSensor } from "./light/light_sensor.ts";
import { ManagedZone } from "./light/lighting_management.ts";
import { Load } from "./load_control.ts";
import { Lock } from "./lock.ts";
import { type Message, parse, serialize } from "../wire/message.ts";
import { ScenarioModule, Scene } from "./scenarios.ts";
import { GatewaySimulator } from "../simulator/simulator.ts";
import { Amplifier } from "./sound.ts";
import { SoundSource, Speaker } from "./sound_sources.ts";
import { CentralUnit } from "./heating/central_unit.ts";
import { Zone } from "./heating/zone.ts";

/** Writes down what is sent, and answers with the frames that it is given. */
class Recorder implements Caller {
  readonly sent: string[] = [];
  answers: string[] = [];

  send(message: Message): Promise<void> {
    this.sent.push(serialize(message));
    return Promise.resolve();
  }

  request(message: Message): Promise<Message[]> {
    this.sent.push(serialize(message));
    return Promise.resolve(this.answers.map(parse));
  }

  async ask<T>(
    message: Message,
    take: (message: Message) => T | undefined,
  ): Promise<T> {
    for (const answer of await this.request(message)) {
      const value = take(answer);
      if (value !== undefined) return value;
    }
    throw new Error("There was no answer");
  }

  async collect(
    message: Message,
    take: (message: Message) => boolean | undefined,
  ): Promise<void> {
    for (const answer of await this.request(message)) {
      if (take(answer)) return;
    }
  }

  messages(): never {
    throw new Error("There are no events");
  }
}

const recorder = new Recorder();
const light = new Light(recorder, "12");
const dimmer = new Dimmer(recorder, "21");
const sensor = new LightSensor(recorder, "51");
const shutter = new Shutter(recorder, "31");
const zone = new Zone(recorder, "1");
const central = new CentralUnit(recorder, "#0");
const camera = new Camera(recorder, "4000");
const unit = new GatewayUnit(recorder);
const meter = new Meter(recorder, "51");
const actuator = new EnergyActuator(recorder, "71#0");
const stopGo = new StopGo(recorder, "11");
const module = new ScenarioModule(recorder, "01");
const scene = new Scene(recorder, "3");
const amplifier = new Amplifier(recorder, "11");
const speaker = new Speaker(recorder, "3#1#2");
const source = new SoundSource(recorder, "2#1");
const managed = new ManagedZone(recorder, "1001#8#00#0#8");
const intercom = new Intercom(recorder, "20");
const date = { weekday: 0, day: 18, month: 10, year: 2026 };
const time = { hours: 9, minutes: 5, seconds: 7 };

type Call = () => Promise<unknown>;

// What each method sends, as the official documents have it.
const COMMANDS: [Call, ...string[]][] = [
  [() => light.on(), "*1*1*12##"],
  [() => light.on({ speed: 5 }), "*1*1#5*12##"],
  [() => light.off(), "*1*0*12##"],
  [() => light.off({ speed: 0 }), "*1*0#0*12##"],
  [() => light.toggle(), "*1*32*12##"],
  [() => light.onFor(60), "*1*11*12##"],
  [() => light.onFor(30), "*1*17*12##"],
  [() => light.onFor(0.5), "*1*18*12##"],
  [() => light.timer({ minutes: 2, seconds: 3 }), "*#1*12*#2*0*2*3##"],
  [() => light.blink(0.5), "*1*20*12##"],
  [() => light.setMaxWorkingHours(5000), "*#1*12*#9*5000##"],
  [() => dimmer.setLevel(50), "*#1*21*#1*150*255##"],
  [() => dimmer.setLevel(50, { speed: 5 }), "*#1*21*#1*150*5##"],
  [() => dimmer.setLevel(0, { speed: 5 }), "*1*0#5*21##"],
  [() => dimmer.setStep(20), "*1*2*21##"],
  [() => dimmer.up(), "*1*30*21##"],
  [() => dimmer.up(10, { speed: 20 }), "*1*30#10#20*21##"],
  [() => dimmer.down(10), "*1*31#10*21##"],
  [
    () => dimmer.setColour({ hue: 240, saturation: 80, value: 60 }),
    "*#1*21*#12*240*80*60##",
  ],
  [() => dimmer.setWhite(2700), "*#1*21*#14*370##"],
  [() => sensor.setOnTime({ minutes: 5 }), "*#1*51*#7*0*5*0##"],
  [() => shutter.up(), "*2*1*31##"],
  [() => shutter.down(), "*2*2*31##"],
  [() => shutter.stop(), "*2*0*31##"],
  [() => shutter.step("up", 10), "*2*11#10#001*31##"],
  [
    () => shutter.step("down", 10, { priority: "100" }),
    "*2*12#10#100*31##",
  ],
  [() => shutter.goTo(30), "*#2*31*#11#001*30##"],
  [() => new Load(recorder, "#1").force(), "*3*2*#1##"],
  [() => new Load(recorder, "#1").release(), "*3*3*#1##"],
  [() => zone.setTemperature(20.5, "heating"), "*#4*1*#14*0205*1##"],
  [() => zone.setFan(2), "*#4*1*#11*2##"],
  [() => zone.setMode("off"), "*4*303*1##"],
  [() => zone.setMode("protection", "heating"), "*4*102*1##"],
  [() => zone.release(), "*4*40*1##"],
  [() => central.setMode("automatic"), "*4*311*#0##"],
  [() => central.setTemperature(20), "*#4*#0*#14*0200*3##"],
  [() => central.program(2, { season: "heating" }), "*4*1102*#0##"],
  [() => central.scenario(16), "*4*3216*#0##"],
  [() => central.vacation(5, { then: "3101" }), "*4*33005#3101*#0##"],
  [() => central.holiday({ then: "3101" }), "*4*315#3101*#0##"],
  [() => new Alarm(recorder).status(), "*#5*0##"],
  [() => new Alarm(recorder, "#3").status(), "*#5*#3##"],
  [() => new Door(recorder, "4000").open(), "*6*10*4000##"],
  [() => camera.receive(), "*7*0*4000##"],
  [() => camera.free(), "*7*9**##"],
  [() => camera.adjust("zoom", false), "*7*121##"],
  [() => camera.adjust("quality", true), "*7*180##"],
  [() => camera.dial(2, 3), "*7*323##"],
  [() => intercom.openLock(), "*8*19*20##", "*8*20*20##"],
  [() => intercom.stairLight(true), "*8*21*20##"],
  [() => new Auxiliary(recorder, "2").set("toggle"), "*9*2*2##"],
  [() => unit.setTime(time), "*#13**#0*09*05*07*000##"],
  [() => unit.setTime({ ...time, zone: -2 }), "*#13**#0*09*05*07*102##"],
  [() => unit.setDate(date), "*#13**#1*00*18*10*2026##"],
  [
    () => unit.setDateTime({ ...time, zone: 1, ...date }),
    "*#13**#22*09*05*07*001*00*18*10*2026##",
  ],
  [() => new Lock(recorder, "11").lock(), "*14*0*11##"],
  [() => new Lock(recorder, "11").unlock(), "*14*1*11##"],
  [() => new Cen(recorder, "11").press(5), "*15*05*11##", "*15*05#1*11##"],
  [() => new Cen(recorder, "11").send(31, "held"), "*15*31#3*11##"],
  [() => new CenPlus(recorder, 1).send(31, "long"), "*25*22#31*21##"],
  [() => module.run(3), "*0*3*01##"],
  [() => module.record(3), "*0*40#3*01##"],
  [() => module.stopRecording(3), "*0*41#3*01##"],
  [() => module.erase(3), "*0*42#3*01##"],
  [() => module.erase("all"), "*0*42*01##"],
  [() => module.lock(), "*0*43*01##"],
  [() => module.unlock(), "*0*44*01##"],
  [() => scene.start(), "*17*1*3##"],
  [() => scene.stop(), "*17*2*3##"],
  [() => scene.enable(), "*17*3*3##"],
  [() => scene.disable(), "*17*4*3##"],
  [() => meter.report(60), "*#18*51*#1200#1*60##"],
  [() => meter.report(0), "*#18*51*#1200#1*0##"],
  [() => meter.hours(10, 7), "*18*57#10#7*51##"],
  [() => meter.meanHours(10), "*18*58#10*51##"],
  [() => meter.days(10), "*18*59#10*51##"],
  [() => meter.daysLastYear(10), "*18*510#10*51##"],
  [() => actuator.enable(), "*18*71*71#0##"],
  [() => actuator.force(150), "*18*73#15*71#0##"],
  [() => actuator.force(), "*18*73*71#0##"],
  [() => actuator.release(), "*18*74*71#0##"],
  [() => actuator.reset(1), "*18*75#1*71#0##"],
  [() => stopGo.automaticReset(true), "*18*26*11##"],
  [() => stopGo.automaticReset(false), "*18*27*11##"],
  [() => stopGo.breaker(true), "*18*21*11##"],
  [() => amplifier.switch("on in stereo"), "*16*3*11##"],
  [() => amplifier.louder(), "*16*1001*11##"],
  [() => amplifier.softer(15), "*16*1115*11##"],
  [() => speaker.on(1), "*22*1#4#1*3#1#2##"],
  [() => speaker.off(1, { medium: "left" }), "*22*0#3#1*3#1#2##"],
  [() => speaker.louder(2), "*22*3#2*3#1#2##"],
  [() => speaker.softer(), "*22*4#1*3#1#2##"],
  [() => speaker.setVolume(10), "*#22*3#1#2*#1*10##"],
  [() => speaker.setBalance(32), "*#22*3#1#2*#17*32##"],
  [() => speaker.setPreset(11), "*#22*3#1#2*#19*11##"],
  [() => speaker.setLoudness(true), "*#22*3#1#2*#20*1##"],
  [() => source.on(2), "*22*1#4#2*2#1##"],
  [() => source.off(2), "*22*0#4#2*2#1##"],
  [() => source.station("previous"), "*22*10*2#1##"],
  [() => source.track("next"), "*22*11*2#1##"],
  [() => source.store(5), "*22*33#5*2#1##"],
  [() => managed.profile(5), "*24*1#5*1001#8#00#0#8##"],
  [() => managed.keep(200), "*#24*1001#8#00#0#8*#3*200##"],
  [
    () => managed.set("management.absence", { seconds: 600 }),
    "*#24*1001#8#00#0#8*#8*600##",
  ],
];

for (const [call, ...frames] of COMMANDS) {
  Deno.test(`Item sends ${frames.join(" and ")} for ${call}`, async () => {
    recorder.sent.length = 0;
    recorder.answers = [];
    await call();
    assertEquals(recorder.sent, frames);
  });
}

// What each method asks, an answer, and what it makes of it.
const REQUESTS: [Call, string, string | string[], unknown][] = [
  [() => light.states(), "*#1*12##", "*1*0*12##", [{ where: "12", on: false }]],
  [() => light.remaining(), "*#1*12*2##", "*#1*12*2*1*2*3##", {
    hours: 1,
    minutes: 2,
    seconds: 3,
  }],
  [() => light.workingHours(), "*#1*12*8##", "*#1*12*8*1234##", 1234],
  [() => light.maxWorkingHours(), "*#1*12*9##", "*#1*12*9*5000##", 5000],
  [() => dimmer.level(), "*#1*21*1##", "*#1*21*1*150*255##", 50],
  [() => dimmer.states(), "*#1*21##", "*1*5*21##", [
    { where: "21", on: true, level: 50 },
  ]],
  [() => dimmer.colour(), "*#1*21*12##", "*#1*21*12*240*80*60##", {
    hue: 240,
    saturation: 80,
    value: 60,
  }],
  [() => dimmer.white(), "*#1*21*14##", "*#1*21*14*370##", 2703],
  [() => sensor.illuminance(), "*#1*51*6##", "*#1*51*6*350##", 350],
  [() => sensor.sensitivity(), "*#1*51*5##", "*#1*51*5*3##", 3],
  [() => sensor.onTime(), "*#1*51*7##", "*#1*51*7*0*5*0##", {
    hours: 0,
    minutes: 5,
    seconds: 0,
  }],
  [() => shutter.position(), "*#2*31*10##", "*#2*31*10*10*50*000*0##", {
    state: "stop",
    level: 50,
    priority: "000",
    info: "normal",
  }],
  [() => zone.temperature(), "*#4*1*0##", "*#4*1*0*1048##", -4.8],
  [() => zone.adjustedSetPoint(), "*#4*1*12##", "*#4*1*12*0205*3##", 20.5],
  [() => zone.offset(), "*#4*1*13##", "*#4*1*13*11##", -1],
  [() => zone.humidity(), "*#4*1*60##", "*#4*1*60*45##", 45],
  [() => zone.valves(), "*#4*1*19##", "*#4*1*19*0*1##", {
    cooling: "off",
    heating: "on",
  }],
  [() => zone.fan(), "*#4*1*11##", "*#4*1*11*15##", "off"],
  [() => unit.time(), "*#13**0##", "*#13**0*21*10*00*##", {
    hours: 21,
    minutes: 10,
    seconds: 0,
  }],
  [() => unit.date(), "*#13**1##", "*#13**1*00*18*10*2026##", date],
  [
    () => unit.dateTime(),
    "*#13**22##",
    "*#13**#22*09*05*07*001*00*18*10*2026##",
    { ...time, zone: 1, ...date },
  ],
  [
    () => unit.address(),
    "*#13**10##",
    "*#13**10*192*168*1*35##",
    "192.168.1.35",
  ],
  [
    () => unit.netmask(),
    "*#13**11##",
    "*#13**11*255*255*255*0##",
    "255.255.255.0",
  ],
  [
    () => unit.mac(),
    "*#13**12##",
    "*#13**12*0*3*80*1*2*3##",
    "00:03:50:01:02:03",
  ],
  [() => unit.model(), "*#13**15##", "*#13**15*200##", 200],
  [() => unit.firmware(), "*#13**16##", "*#13**16*1*2*3##", "1.2.3"],
  [() => unit.hardware(), "*#13**17##", "*#13**17*1*0*0##", "1.0.0"],
  [() => unit.kernel(), "*#13**23##", "*#13**23*2*6*39##", "2.6.39"],
  [() => unit.distribution(), "*#13**24##", "*#13**24*1*0*12##", "1.0.12"],
  [() => unit.uptime(), "*#13**19##", "*#13**19*1*2*3*4##", {
    days: 1,
    hours: 2,
    minutes: 3,
    seconds: 4,
  }],
  [
    () => new Contact(recorder, "5").active(),
    "*#25*35##",
    "*25*31#0*35##",
    true,
  ],
  [() => new Contact(recorder, "5").active(), "*#25*35##", [], undefined],
  [() => amplifier.volume(), "*#16*11*1##", "*#16*11*1*20##", 20],
  [() => speaker.volume(), "*#22*3#1#2*1##", [
    "*#22*3#1#3*1*9##",
    "*#22*5#3#1#2*1*15##",
  ], 15],
  [() => source.frequency(), "*#22*2#1*5##", "*#22*5#2#1*5*1*10550##", {
    modulation: "FM",
    frequency: 10550,
  }],
  [
    () => managed.kept(),
    "*#24*1001#8#00#0#8*3##",
    "*#24*0#8#00#1001#8*3*200##",
    200,
  ],
  [
    () => managed.light(65),
    "*#24*1001#8#00#0#8*18#65##",
    "*#24*0#8#00#1001#11*18#65*297*0##",
    297,
  ],
  [() => meter.power(), "*#18*51*113##", "*#18*51*113*1234##", 1234],
  [() => meter.total(), "*#18*51*51##", "*#18*51*51*1234567##", 1234567],
  [() => meter.today(), "*#18*51*54##", "*#18*51*54*3210##", 3210],
  [() => meter.thisMonth(), "*#18*51*53##", "*#18*51*53*43210##", 43210],
  [
    () => meter.month(2026, 3),
    "*#18*51*52#26#3##",
    "*#18*51*52#26#3*54321##",
    54321,
  ],
  [() => actuator.differential(), "*#18*71#0*73##", "*#18*71#0*73*2##", 2],
  [
    async () =>
      (await actuator.sinceReset(1) as { wattHours: number }).wattHours,
    "*#18*71#0*72#1##",
    "*#18*71#0*72#1*4321*1*2*2026*3*4##",
    4321,
  ],
  [() => actuator.state(), "*#18*71#0*71##", "*#18*71#0*71*0*1*0*0*0*1##", {
    disabled: false,
    forcing: true,
    threshold: false,
    protection: false,
    phase: false,
    advanced: true,
  }],
  [
    async () => (await stopGo.state()).waiting,
    "*#18*11*250##",
    "*#18*11*250*0001000000000##",
    true,
  ],
  [() => stopGo.testPeriod(), "*#18*11*212##", "*#18*11*212*30##", 30],
];

for (const [call, request, answer, value] of REQUESTS) {
  Deno.test(`Item asks ${request} for ${call}`, async () => {
    recorder.sent.length = 0;
    recorder.answers = [answer].flat();
    assertEquals(await call(), value);
    assertEquals(recorder.sent, [request]);
  });
}

Deno.test("Item sends nothing for values that do not exist", async () => {
  recorder.sent.length = 0;
  for (
    const call of [
      () => light.onFor(7),
      () => dimmer.setLevel(101),
      () => dimmer.setWhite(0),
      () => shutter.goTo(-1),
      () => zone.setTemperature(4),
      () => zone.setTemperature(20.2),
      () => central.setTemperature(41),
      () => central.vacation(1000, { then: "3101" }),
      () => camera.dial(5, 5),
      () => meter.report(256),
      () => actuator.force(15),
      () => amplifier.louder(16),
    ]
  ) {
    await assertRejects(call, RangeError);
  }
  assertEquals(recorder.sent, []);
});

Deno.test("Meter collects the totals of hours and days", async () => {
  await using simulator = new GatewaySimulator();
  await using gateway = new Gateway({
    transport: () => simulator.connect(),
    pacing: 0,
  });
  const meter = new Meter(gateway, "51");
  assertEquals(await meter.hours(10, 7), Array(24).fill(100));
  assertEquals(await meter.meanHours(10), Array(24).fill(100));
  // How many days come is not known before: silence ends them.
  const options = { timeout: 200 };
  assertEquals(await meter.days(10, options), Array(28).fill(2400));
  assertEquals(await meter.daysLastYear(2, options), Array(28).fill(2400));
});

Deno.test("Alarm says what the unit and the zones say", async () => {
  await using simulator = new GatewaySimulator();
  await using gateway = new Gateway({ transport: () => simulator.connect() });
  const events = await new Alarm(gateway).status();
  const states = events.map((event) =>
    `${event.where} ${event.type === "alarm.state" && event.state}`
  );
  assertEquals(states, [
    " active",
    " network",
    " battery ok",
    " disengaged",
    "#1 zone active",
    "#2 zone active",
  ]);
});

Deno.test("scanDevices() finds each device once, and none where there is none", async () => {
  await using simulator = new GatewaySimulator();
  await using gateway = new Gateway({
    transport: () => simulator.connect(),
    pacing: 0,
  });
  const found = await scanDevices(gateway, 1004, { window: 10 });
  assertEquals(found, [{ who: 1004, id: 0xabcdef, sticker: "00ABCDEF" }]);
  assertEquals(
    (await scanDevices(gateway, 1001, { window: 10, maxDevices: 1 })).length,
    1,
  );
  assertEquals(simulator.executed.at(-1), "*1001*12*0##");
  const events = await interviewDevice(gateway, found[0]!, { window: 50 });
  assertEquals(events.map(({ type }) => type.split(".")[1]), [
    "model",
    "firmware",
    "hardware",
    "id",
    "object",
    "address",
  ]);
  await assertRejects(() => scanDevices(gateway, 1005, { window: 10 }));
});

Deno.test("energyDevice() knows the devices of WHO 18", () => {
  assertEquals(energyDevice("1127"), "stop & go");
  assertEquals(energyDevice("5255"), "meter");
  assertEquals(energyDevice("7255#0"), "actuator");
  for (const where of ["", "1", "71", "51#0", "91", "0"]) {
    assertEquals(energyDevice(where), undefined);
  }
});
