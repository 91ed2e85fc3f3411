// Copyright 2026 the Wirekit authors. MIT license.

/** Chromium as a person uses it: pages, clicks, keys and pictures. */

import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";

/** The browser. */
export const CHROMIUM: string = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";

/** What it is started with. */
export const FLAGS: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** How long anything may take. */
const PATIENCE = 30_000;

type Params = Record<string, unknown>;

interface Message {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: Params;
  result?: Params;
  error?: { message: string };
}

/** A running browser. Disposing ends it. */
export class Chromium implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #socket: WebSocket;
  readonly #home: string;
  readonly #calls = new Map<number, PromiseWithResolvers<Params>>();
  readonly #pages = new Map<string, Page>();
  readonly #output: Promise<unknown>;
  #lastId = 0;

  private constructor(
    child: Deno.ChildProcess,
    socket: WebSocket,
    home: string,
    output: Promise<unknown>,
  ) {
    this.#child = child;
    this.#socket = socket;
    this.#home = home;
    this.#output = output;
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
  }

  /** Starts the browser. */
  static async start(): Promise<Chromium> {
    const home = await Deno.makeTempDir();
    const child = new Deno.Command(CHROMIUM, {
      args: [...FLAGS, "--remote-debugging-port=0", `--user-data-dir=${home}`],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const found = Promise.withResolvers<string>();
    const output = (async () => {
      let text = "";
      const lines = child.stderr.pipeThrough(new TextDecoderStream());
      for await (const part of lines) {
        text = (text + part).slice(-20_000);
        const [, url] = /DevTools listening on (\S+)\s/.exec(text) ?? [];
        if (url) found.resolve(url);
      }
      found.reject(new Error(`Chromium has ended: ${text}`));
    })();
    const url = await deadline(found.promise, PATIENCE);
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("Cannot reach Chromium"));
    });
    return new Chromium(child, socket, home, output);
  }

  /**
   * Opens a page.
   *
   * @param url Its address.
   * @param options Its size, and whether the system is dark.
   */
  async open(url: string, options: PageOptions = {}): Promise<Page> {
    const { targetId } = await this.call("Target.createTarget", {
      url: "about:blank",
    });
    const { sessionId } = await this.call("Target.attachToTarget", {
      targetId,
      flatten: true,
    });
    const page = new Page(this, String(sessionId), String(targetId));
    this.#pages.set(String(sessionId), page);
    await page.prepare(options);
    await page.go(url);
    return page;
  }

  /** Calls a method of the protocol of its developer tools. */
  async call(
    method: string,
    params: Params = {},
    sessionId?: string,
  ): Promise<Params> {
    const id = ++this.#lastId;
    const call = Promise.withResolvers<Params>();
    this.#calls.set(id, call);
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return await deadline(call.promise, PATIENCE);
  }

  #take({ id, sessionId, method, params, result, error }: Message): void {
    if (id === undefined) {
      this.#pages.get(sessionId ?? "")?.heard(method ?? "", params ?? {});
      return;
    }
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result ?? {});
  }

  /** Ends the browser. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.onclose = resolve);
    this.#socket.close();
    this.#child.kill("SIGTERM");
    await deadline(this.#child.status, PATIENCE);
    await this.#output.catch(() => {});
    await closed;
    // Its helpers may write for a moment longer.
    for (let i = 0; i < 20; i++) {
      try {
        return await Deno.remove(this.#home, { recursive: true });
      } catch {
        await delay(50);
      }
    }
  }
}

/** How a page is opened. */
export interface PageOptions {
  /** Its size in pixels. */
  size?: readonly [width: number, height: number];
  /** Whether the system is dark. */
  dark?: boolean;
  /** Whether it is a phone. */
  mobile?: boolean;
}

/** A page in the browser. */
export class Page {
  readonly #browser: Chromium;
  readonly #session: string;
  readonly #target: string;
  /** What it has written to its console, and what it could not load. */
  readonly complaints: string[] = [];
  /** The addresses that it has asked for. */
  readonly requests: string[] = [];
  #loaded: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(browser: Chromium, session: string, target: string) {
    this.#browser = browser;
    this.#session = session;
    this.#target = target;
  }

  /** Calls a method of the protocol for this page. */
  call(method: string, params: Params = {}): Promise<Params> {
    return this.#browser.call(method, params, this.#session);
  }

  /** Sets its size and its colours. */
  async prepare(
    { size: [width, height] = [1440, 900], dark = false, mobile = false }:
      PageOptions,
  ): Promise<void> {
    for (const each of ["Page", "Runtime", "Log", "Network"]) {
      await this.call(`${each}.enable`);
    }
    await this.call("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      mobile,
      deviceScaleFactor: 1,
    });
    const value = dark ? "dark" : "light";
    await this.call("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value }],
    });
  }

  /** Goes to an address. */
  async go(url: string): Promise<void> {
    this.#loaded = Promise.withResolvers();
    await this.call("Page.navigate", { url });
    await deadline(this.#loaded.promise, PATIENCE);
  }

  /** Takes an event of the protocol. */
  heard(method: string, params: Params): void {
    const text = (value: unknown) => JSON.stringify(value);
    switch (method) {
      case "Page.loadEventFired":
        return this.#loaded.resolve();
      case "Runtime.exceptionThrown":
        this.complaints.push(text(params.exceptionDetails));
        return;
      case "Runtime.consoleAPICalled":
        if (params.type === "error" || params.type === "warning") {
          this.complaints.push(text(params.args));
        }
        return;
      case "Log.entryAdded": {
        const { level, text: words, url } = params.entry as Record<
          string,
          string
        >;
        if (level === "error" || level === "warning") {
          this.complaints.push(`${words} ${url ?? ""}`);
        }
        return;
      }
      case "Network.requestWillBeSent":
        this.requests.push((params.request as { url: string }).url);
        return;
    }
  }

  /** Runs a script in the page, and returns what it returns. */
  async run<T>(script: string): Promise<T> {
    const { result, exceptionDetails } = await this.call("Runtime.evaluate", {
      expression: `(async () => { ${script} })()`,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value: T }).value;
  }

  /** Waits until a condition of the page is met, and returns what it gives. */
  async until<T>(condition: string): Promise<T> {
    const end = performance.now() + PATIENCE;
    for (;;) {
      // It fails while another page is loaded.
      const value = await this.run<T>(`return ${condition}`).catch(() => {});
      if (value) return value;
      if (performance.now() > end) {
        const text = await this.text();
        const words = `${condition}; the page says: ${text}`;
        throw new Error(`Not met: ${words} ${this.complaints.join("\n")}`);
      }
      await delay(50);
    }
  }

  /** Waits until the page has some words. */
  async says(words: string): Promise<void> {
    await this.until(
      `document.body.innerText.includes(${JSON.stringify(words)})`,
    );
  }

  /** All words of the page. */
  text(): Promise<string> {
    return this.run("return document.body.innerText");
  }

  /** Clicks in the middle of what a selector finds, by its words if given. */
  async click(selector: string, words?: string): Promise<void> {
    const find = `[...document.querySelectorAll(${JSON.stringify(selector)})]
      .find((each) => ${JSON.stringify(words ?? "")} === "" ||
        each.innerText.includes(${JSON.stringify(words ?? "")}))`;
    await this.until(`Boolean(${find})`);
    const [x, y] = await this.run<[number, number]>(`
      let before = "";
      for (;;) {
        const found = ${find};
        found.scrollIntoView({ block: "center", behavior: "instant" });
        const { left, top, width, height } = found.getBoundingClientRect();
        const now = [left + width / 2, top + height / 2];
        // What still moves is not hit.
        if (String(now) === before) return now;
        before = String(now);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }`);
    await this.clickAt(x!, y!);
  }

  /** Clicks at a point of the window. */
  async clickAt(x: number, y: number): Promise<void> {
    const at = { x, y, button: "left", clickCount: 1 };
    for (const type of ["mouseMoved", "mousePressed", "mouseReleased"]) {
      await this.call("Input.dispatchMouseEvent", { type, ...at });
    }
  }

  /** Types text where the focus is. */
  async type(text: string): Promise<void> {
    await this.call("Input.insertText", { text });
  }

  /** Presses a key, such as `Enter`, `Escape` or `/`. */
  async press(key: string): Promise<void> {
    const text = key === "Enter" ? "\r" : key.length === 1 ? key : undefined;
    const codes: Record<string, number> = {
      Enter: 13,
      Escape: 27,
      Tab: 9,
      ArrowDown: 40,
      ArrowUp: 38,
    };
    const shared = {
      key,
      windowsVirtualKeyCode: codes[key] ?? key.charCodeAt(0),
    };
    await this.call("Input.dispatchKeyEvent", {
      type: "keyDown",
      ...shared,
      ...(text && { text }),
    });
    await this.call("Input.dispatchKeyEvent", { type: "keyUp", ...shared });
  }

  /** Empties a field and types into it. */
  async fill(selector: string, text: string): Promise<void> {
    await this.click(selector);
    await this.run(
      `document.querySelector(${JSON.stringify(selector)}).select()`,
    );
    await this.type(text);
  }

  /** Writes into several fields at once, before the page is drawn again. */
  async fillTogether(texts: Record<string, string>): Promise<void> {
    await this.run(`
      for (const [selector, text] of Object.entries(${JSON.stringify(texts)})) {
        const field = document.querySelector(selector);
        field.value = text;
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
      }`);
  }

  /** Takes a picture of the window, or of the whole page. */
  async picture(
    whole = false,
    format: "png" | "webp" = "png",
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { data } = await this.call("Page.captureScreenshot", {
      format,
      captureBeyondViewport: whole,
      ...(format === "webp" && { quality: 82 }),
    });
    return Uint8Array.fromBase64(String(data));
  }

  /** Closes it. */
  async close(): Promise<void> {
    await this.#browser.call("Target.closeTarget", { targetId: this.#target });
  }
}
