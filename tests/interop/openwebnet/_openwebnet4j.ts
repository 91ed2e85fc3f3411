// Copyright 2026 the Wirekit authors. MIT license.

/** The real openwebnet4j, from Maven, and the JDK that runs it. */

/** What is needed, by its coordinates. */
const ARTIFACTS = [
  "io.github.openwebnet4j:openwebnet4j:0.12.0",
  "org.slf4j:slf4j-api:1.7.36",
  "org.slf4j:slf4j-nop:1.7.36",
];

/** Longest time that one step of the installation may take. */
const PATIENCE = 120_000;

async function run(program: string, args: string[]): Promise<void> {
  const signal = AbortSignal.timeout(PATIENCE);
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    signal,
  }).output();
  if (success) return;
  const text = [stdout, stderr].map((part) => new TextDecoder().decode(part))
    .join("");
  throw new Error(
    `Cannot install openwebnet4j: ${program} ${args.join(" ")}: ${text}`,
  );
}

/** Installs it, and compiles what drives it: returns the arguments of `java`. */
export async function installOpenwebnet4j(): Promise<string[]> {
  const repository = `${Deno.env.get("HOME")}/.m2/repository`;
  const path: string[] = [];
  for (const artifact of ARTIFACTS) {
    const [group = "", name, version] = artifact.split(":");
    const folder = `${repository}/${group.replaceAll(".", "/")}/${name}`;
    const jar = `${folder}/${version}/${name}-${version}.jar`;
    path.push(jar);
    try {
      await Deno.stat(jar);
    } catch {
      const goal = "dependency:get";
      // Of what it needs besides, this is all that a bus uses.
      const args = [goal, "-Dtransitive=false", `-Dartifact=${artifact}`];
      await run("mvn", ["--batch-mode", "--quiet", ...args]);
    }
  }
  const classes = await Deno.makeTempDir();
  addEventListener("unload", () => {
    Deno.removeSync(classes, { recursive: true });
  });
  const source = new URL("Peer.java", import.meta.url).pathname;
  await run("javac", ["-d", classes, "-cp", path.join(":"), source]);
  return ["-cp", [...path, classes].join(":"), "Peer"];
}
