// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A network namespace with two links: one to the engine, which is cut as a cable
 * is, and one to the clients.
 */

/** Tells one from another of this machine, and of other runs. */
let count = 0;

async function run(...args: string[]): Promise<string> {
  const { success, stderr } = await new Deno.Command(args[0]!, {
    args: args.slice(1),
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return "";
  return new TextDecoder().decode(stderr).trim() || `${args[0]} failed`;
}

/**
 * Finds out whether this machine lets us make namespaces.
 *
 * @returns Why it does not, if it does not.
 */
export async function whyNoNamespaces(): Promise<string | undefined> {
  try {
    await using _namespace = await Namespace.make();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A namespace. Disposing removes it, with its links. */
export class Namespace implements AsyncDisposable {
  readonly name: string;
  /** The end of the link to the engine that is on this side. */
  readonly #engineLink: string;
  readonly #clientLink: string;
  /** Addresses: on this side of the link to the engine, and inside, of clients. */
  readonly engineHost: string;
  readonly clientHost: string;

  private constructor(number: number) {
    const id = `${Deno.pid}n${number}`;
    this.name = `wirekit-${id}`;
    // At most 15 characters.
    this.#engineLink = `we${id}`;
    this.#clientLink = `wc${id}`;
    const third = 4 * (Deno.pid % 30) + number % 4;
    this.engineHost = `198.18.${third}.1`;
    this.clientHost = `198.19.${third}.2`;
  }

  /** Makes one. Rejects where this machine does not allow it. */
  static async make(): Promise<Namespace> {
    const made = new Namespace(++count);
    try {
      await made.#make();
      return made;
    } catch (error) {
      await made[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #make(): Promise<void> {
    const inside = ["ip", "netns", "exec", this.name, "ip"];
    const network = (host: string) => host.replace(/\.\d$/, "");
    const commands = [["ip", "netns", "add", this.name]];
    for (
      const [link, host] of [
        [this.#engineLink, this.engineHost],
        [this.#clientLink, this.clientHost],
      ] as const
    ) {
      const [peer, base] = [`${link}i`, network(host)];
      commands.push(
        ["ip", "link", "add", link, "type", "veth", "peer", "name", peer],
        ["ip", "link", "set", peer, "netns", this.name],
        ["ip", "address", "add", `${base}.1/30`, "dev", link],
        ["ip", "link", "set", link, "up"],
        [...inside, "address", "add", `${base}.2/30`, "dev", peer],
        [...inside, "link", "set", peer, "up"],
      );
    }
    commands.push([...inside, "link", "set", "lo", "up"]);
    for (const command of commands) {
      const error = await run(...command);
      if (error) throw new Error(`${command.join(" ")}: ${error}`);
    }
  }

  /** What runs a program inside. */
  get command(): string[] {
    return ["ip", "netns", "exec", this.name];
  }

  /** Cuts the link to the engine: nothing gets through, and nobody is told. */
  async cut(): Promise<void> {
    await run("ip", "link", "set", this.#engineLink, "down");
  }

  /** Joins it again. */
  async join(): Promise<void> {
    await run("ip", "link", "set", this.#engineLink, "up");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("ip", "link", "delete", this.#engineLink);
    await run("ip", "link", "delete", this.#clientLink);
    await run("ip", "netns", "delete", this.name);
  }
}
