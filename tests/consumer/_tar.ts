// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Reads the tarballs that `deno publish` and `deno pack` make. By hand: they hold
 * plain files only, and what stands in for a registry is to need none.
 */

const BLOCK = 512;

/**
 * Unpacks a gzipped tar archive of plain files.
 *
 * @param archive Its bytes.
 * @returns The files by path, as they stand in the archive.
 */
export async function unpack(
  archive: Blob,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const stream = archive.stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0;) {
    const field = (start: number, length: number): string =>
      new TextDecoder().decode(bytes.subarray(at + start, at + start + length))
        .replace(/\0.*$/s, "");
    const [name, size, type] = [field(0, 100), field(124, 12), field(156, 1)];
    const prefix = field(257, 5) === "ustar" ? field(345, 155) : "";
    const length = parseInt(size, 8);
    const start = at + BLOCK;
    if (type === "0" || type === "") {
      const path = prefix === "" ? name : `${prefix}/${name}`;
      files.set(path, bytes.slice(start, start + length));
    } else if (type !== "5") {
      throw new Error(`Cannot unpack ${name}: its type is "${type}"`);
    }
    at = start + Math.ceil(length / BLOCK) * BLOCK;
  }
  return files;
}
