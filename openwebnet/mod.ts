// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Query, control and watch a BTicino or Legrand MyHOME plant over OpenWebNet,
 * and simulate one to test against.
 *
 * ```ts
 * import { Gateway, GatewaySimulator, Light } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * // A real one: tcpGateway("192.168.1.35", { password: "12345" })
 * await using simulator = new GatewaySimulator({ authentication: "open" });
 * await using gateway = new Gateway({
 *   transport: () => simulator.connect(),
 *   password: "12345",
 * });
 *
 * const light = new Light(gateway, "11");
 * await light.on();
 * assertEquals(await light.states(), [{ where: "11", on: true }]);
 * ```
 *
 * @module
 */
export { Gateway } from "./gateway.ts";
export type {
  CommandOptions,
  DialOptions,
  EventHeartbeat,
  GatewayHooks,
  GatewayOptions,
  GatewayState,
  Logger,
  SessionState,
} from "./gateway_options.ts";
export {
  connect,
  type ConnectOptions,
  DEFAULT_PORT,
  tcpGateway,
  type TcpGatewayOptions,
} from "./tcp.ts";
export {
  type GatewayProfile,
  profileOf,
  PROFILES,
} from "./session/profiles.ts";
export { discoverItems, type FoundItem } from "./inventory.ts";
export {
  type Home,
  HOME_KINDS,
  type HomeGateway,
  type HomeItem,
  type HomeKind,
  nameOf,
  parseHome,
} from "./home.ts";
export { States, type StatesOptions } from "./states.ts";
export { areaOf, decode, type GatewayEvent } from "./events.ts";
export {
  describe,
  type DescribeOptions,
  explain,
  type Part,
  WHO_NAMES,
} from "./explain.ts";
export {
  Area,
  type EventBase,
  type EventOf,
  type Purpose,
  type Shape,
  type UnknownEvent,
  type ValueList,
} from "./areas/area.ts";
export { type Caller, Item, type MessageFilter } from "./areas/item.ts";
export { type Colour, Dimmer } from "./areas/light/dimmer.ts";
export {
  type Duration,
  Light,
  type SwitchOptions,
} from "./areas/light/light.ts";
export { LightSensor } from "./areas/light/light_sensor.ts";
export { type LightState, lightState } from "./areas/light/light_state.ts";
export {
  lighting,
  type LightingEvent,
  type LightingEvents,
} from "./areas/light/lighting.ts";
export {
  lightingManagement,
  type LightingManagementEvent,
  type LightingManagementEvents,
  ManagedZone,
} from "./areas/light/lighting_management.ts";
export {
  automation,
  type AutomationEvent,
  type AutomationEvents,
  type AutomationInfo,
  type MoveOptions,
  Shutter,
} from "./areas/automation.ts";
export { TimedShutter, type TravelTimes } from "./timed_shutter.ts";
export {
  CentralUnit,
  type SeasonOptions,
  type ThenOptions,
  type VacationEnd,
} from "./areas/heating/central_unit.ts";
export { Zone, type ZoneMode } from "./areas/heating/zone.ts";
export {
  type ActuatorState,
  type Season,
  thermo,
  type ThermoEvent,
  type ThermoEvents,
} from "./areas/heating/thermo.ts";
export { EnergyActuator, Meter } from "./areas/meters.ts";
export { StopGo } from "./areas/stop_go.ts";
export {
  energy,
  energyDevice,
  type EnergyEvent,
  type EnergyEvents,
  type StopGoState,
} from "./areas/energy.ts";
export {
  Load,
  loadControl,
  type LoadEvent,
  type LoadEvents,
  type LoadQuantity,
} from "./areas/load_control.ts";
export {
  Cen,
  cen,
  type CenAction,
  type CenEvent,
  type CenEvents,
  CenPlus,
  cenPlus,
  type CenPlusAction,
  type CenPlusEvent,
  type CenPlusEvents,
  Contact,
} from "./areas/buttons.ts";
export {
  type ScenarioEvent,
  type ScenarioEvents,
  ScenarioModule,
  scenarios,
  Scene,
  type SceneEvent,
  type SceneEvents,
  scenes,
} from "./areas/scenarios.ts";
export {
  Auxiliary,
  auxiliary,
  type AuxiliaryEvent,
  type AuxiliaryEvents,
  type AuxiliaryState,
} from "./areas/auxiliary.ts";
export { Lock, lock, type LockEvent, type LockEvents } from "./areas/lock.ts";
export {
  Alarm,
  alarm,
  type AlarmEvent,
  type AlarmEvents,
  type AlarmState,
} from "./areas/alarm.ts";
export {
  Camera,
  type CameraControl,
  type CameraEvent,
  type CameraEvents,
  cameras,
} from "./areas/camera.ts";
export {
  Door,
  type DoorEvent,
  type DoorEvents,
  doors,
  Intercom,
  intercom,
  type IntercomEvent,
  type IntercomEvents,
} from "./areas/door_entry.ts";
export {
  Amplifier,
  sound,
  type SoundEvent,
  type SoundEvents,
  type SoundSwitch,
} from "./areas/sound.ts";
export {
  type Medium,
  type Modulation,
  soundDiffusion,
  type SoundDiffusionEvent,
  type SoundDiffusionEvents,
  type ToneChange,
} from "./areas/sound_diffusion.ts";
export {
  type MediumOptions,
  SoundItem,
  SoundSource,
  Speaker,
} from "./areas/sound_sources.ts";
export {
  GatewayUnit,
  gatewayUnit,
  type GatewayUnitEvent,
  type GatewayUnitEvents,
  MODELS,
  type PlainDate,
  type PlainTime,
  type ZigbeeCommand,
} from "./areas/gateway_unit.ts";
export {
  diagnostics,
  type DiagnosticsEvent,
  type DiagnosticsEvents,
  type FoundDevice,
  interviewDevice,
  scanDevices,
  type ScanOptions,
} from "./areas/diagnostics.ts";
export {
  scanZigbee,
  ZIGBEE_TYPES,
  type ZigbeeOptions,
  type ZigbeeUnit,
} from "./areas/zigbee.ts";
export {
  area,
  type AreaWhere,
  type Bus,
  formatWhere,
  GENERAL,
  type GeneralWhere,
  group,
  type GroupWhere,
  parseWhere,
  point,
  type PointWhere,
  reaches,
  type Where,
  type ZigbeeWhere,
} from "./wire/where.ts";
export {
  FrameScanner,
  type FrameScannerOptions,
  isFrame,
  type Junk,
} from "./wire/frame.ts";
export type {
  Ack,
  AuthenticationRequest,
  BusMessage,
  DimensionRequest,
  DimensionValue,
  DimensionWriting,
  Generic,
  HandshakeDigits,
  HandshakeMessage,
  HandshakeProof,
  Message,
  Nack,
  Normal,
  SessionRequest,
  StatusRequest,
  Translation,
} from "./wire/kinds.ts";
export {
  parse,
  parseHandshake,
  parseTag,
  serialize,
  type Tag,
} from "./wire/message.ts";
export {
  type Authentication,
  type HandshakeOptions,
  openSession,
  type Session,
  type SessionKind,
} from "./session/handshake.ts";
export {
  type HmacAlgorithm,
  type HmacInput,
  type HmacProofs,
  hmacProofs,
  openAnswer,
} from "./wire/password.ts";
export {
  type CaptureEntry,
  record,
  replay,
  type ReplayOptions,
} from "./session/capture.ts";
export {
  AuthenticationError,
  type AuthenticationErrorOptions,
  ConnectionLostError,
  HandshakeError,
  LimitError,
  NackError,
  NotConnectedError,
  RemoteError,
  SessionRefusedError,
  type SessionRefusedErrorOptions,
  TimeoutError,
} from "./session/errors.ts";
export { GatewaySimulator } from "./simulator/simulator.ts";
export {
  serve,
  type ServeOptions,
  type SimulatorServer,
} from "./simulator/serve.ts";
export type { GatewaySimulatorOptions } from "./simulator/simulator_options.ts";
export type {
  CommandFault,
  Fault,
  HandshakeFault,
} from "./simulator/faults.ts";
export { Plant, type PlantOptions, type Reaction } from "./simulator/plant.ts";

if (import.meta.main) {
  throw new Error(
    "This is a library: its command is jsr:@wirekit/openwebnet/cli",
  );
}
