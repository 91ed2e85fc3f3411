// Copyright 2026 the Wirekit authors. MIT license.

/** The page as a whole. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useDrawn } from "../../../pages/app/drawn.ts";
import { useArrival } from "../../../pages/app/gate.tsx";
import { Themes } from "../../../pages/app/themes.tsx";
import { Icon } from "./icons.tsx";
import { type Device, Model } from "./model.ts";
import { ofHub, top } from "./server.ts";
import { Refusal, SignIn } from "./sign_in.tsx";
import { DeviceTile } from "./tiles.tsx";
import { celsius, numberIn, sentence, watts } from "./words.ts";

/** The page. */
export function Page(): JSX.Element {
  const model = useDrawn((changed) => new Model(changed));
  useEffect(() => {
    void model.start();
  }, []);
  const title = titleOf(model);
  useEffect(() => {
    document.title = title;
  }, [title]);
  if (model.connection === "locked") return <SignIn model={model} />;
  if (model.connection === "refused") return <Refusal model={model} />;
  return <Home model={model} title={title} />;
}

function titleOf({ plants }: Model): string {
  const names = plants.map(({ name }) => name);
  const title = names.length === 0 ? "Home" : names.join(", ");
  return sentence(title.replaceAll(/[-_]+/g, " "));
}

/** With more tiles, a room takes the whole width. */
const MANY = 14;

function Home({ model, title }: { model: Model; title: string }): JSX.Element {
  const { rooms } = model;
  const heading = useArrival();
  const isLong = rooms.some(({ devices }) => devices.length > MANY);
  const devices = rooms.flatMap(({ devices }) => devices);
  return (
    <>
      <header class="bar">
        {ofHub && (
          <nav aria-label="Pages of this hub">
            <a class="back" href={top}>Hub</a>
          </nav>
        )}
        <h1 ref={heading} tabIndex={-1}>
          <Icon name="home" />
          {title}
        </h1>
        <Summary devices={devices} />
        <Themes />
        {model.session && !model.session.isOpen && !ofHub && (
          <button
            type="button"
            class="act bare"
            aria-label="Sign out"
            title="Sign out"
            onClick={() => void model.signOut()}
          >
            <Icon name="out" />
          </button>
        )}
      </header>
      <main>
        <Trouble model={model} />
        <div class={isLong ? "rooms long" : "rooms"}>
          {rooms.map(({ name, devices }, at) => (
            <section key={name} aria-labelledby={`room-${at}`}>
              <h2 id={`room-${at}`}>{name}</h2>
              <ul class="tiles">
                {devices.map((device) => (
                  <DeviceTile
                    key={device.key}
                    device={device}
                    give={(part, text) => void model.order(device, part, text)}
                  />
                ))}
              </ul>
            </section>
          ))}
        </div>
        {rooms.length === 0 && <Empty model={model} />}
      </main>
      <footer>
        <a href="page/licences.txt">Licences</a>
      </footer>
      <Announcer devices={devices} />
    </>
  );
}

/** What the home is like, in a line. */
function Summary({ devices }: { devices: readonly Device[] }): JSX.Element {
  const lit =
    devices.filter(({ kind, state }) =>
      kind === "light" && state["state"] === "ON"
    ).length;
  // The first of each, which the home names first.
  const zone = devices.find(({ kind }) => kind === "zone");
  const warmth = zone && numberIn(zone, "current");
  const meter = devices.find(({ kind }) => kind === "meter");
  const power = meter && numberIn(meter, "power");
  const lights = devices.some(({ kind }) => kind === "light");
  return (
    <ul class="summary">
      {lights && (
        <li class={lit > 0 ? "lit" : ""}>
          <Icon name="bulb" />
          {lit === 0
            ? "No light on"
            : lit === 1
            ? "1 light on"
            : `${lit} lights on`}
        </li>
      )}
      {zone && warmth !== undefined && (
        <li>
          <Icon name="thermometer" />
          {zone.name} {celsius(warmth)}
        </li>
      )}
      {meter && power !== undefined && (
        <li>
          <Icon name="energy" />
          {meter.name} {watts(power)}
        </li>
      )}
    </ul>
  );
}

/** What is wrong with the server or a gateway. */
function Trouble({ model }: { model: Model }): JSX.Element {
  const { connection, plants } = model;
  const several = plants.length > 1;
  return (
    <div role="status">
      {connection === "lost" && (
        <p class="trouble">
          <Icon name="warning" />
          <span>
            <strong>No connection to the server.</strong>{" "}
            Trying again. What you see may be out of date.
          </span>
        </p>
      )}
      {connection === "live" &&
        plants.filter(({ isOnline, fault, isKnown }) =>
          !isOnline && (fault !== undefined || isKnown)
        ).map(({ name, fault }) => (
          <p class="trouble" key={name}>
            <Icon name="warning" />
            <span>
              <strong>
                The gateway{several ? ` of ${name}` : ""} cannot be reached.
              </strong>{" "}
              Trying again.{" "}
              {fault !== undefined && <span class="why">{fault}</span>}
            </span>
          </p>
        ))}
    </div>
  );
}

function Empty({ model: { connection, plants } }: { model: Model }) {
  if (connection === "lost") return null;
  const isKnown = connection === "live" &&
    plants.every(({ isKnown }) => isKnown);
  return (
    <p class="empty">
      {isKnown
        ? "Nothing was found on the bus. Name your devices in home.json."
        : "Asking the plant what it has …"}
    </p>
  );
}

/** Tells those who cannot see it what has failed. */
function Announcer({ devices }: { devices: readonly Device[] }): JSX.Element {
  const faults = devices.filter(({ fault }) => fault !== undefined)
    .map(({ name, fault }) => `${name}: ${fault}`);
  return <p class="sr" role="log">{faults.join(". ")}</p>;
}
