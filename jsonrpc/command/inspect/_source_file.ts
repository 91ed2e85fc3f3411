// Copyright 2026 the Wirekit authors. MIT license.

/** Files that a person names, whose text is shown to a language server. */

const MAX_MIB = 4;
const MAX_BYTES = MAX_MIB * 1_048_576;

/**
 * Reads a text file.
 *
 * @param file Its path.
 * @param signal Ends the reading.
 * @returns The text.
 * @throws {TypeError} If it cannot be read. It names the file, and says why.
 */
export async function readSourceFile(
  file: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    const { isDirectory, isFile } = await Deno.stat(file);
    if (isDirectory) throw new TypeError(`${file} is a folder, not a file`);
    // A pipe may never have a writer, a device may never end.
    if (!isFile) throw new TypeError(`${file} is a device or a pipe, no file`);
    return await textOf(file, signal);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new TypeError(`There is no file ${file}`, { cause });
    }
    if (cause instanceof Deno.errors.PermissionDenied) {
      const text = `Cannot read ${file}: the system does not allow it`;
      throw new TypeError(text, { cause });
    }
    throw cause;
  }
}

async function textOf(file: string, signal: AbortSignal): Promise<string> {
  using opened = await Deno.open(file);
  const bytes = new Uint8Array(MAX_BYTES + 1);
  let length = 0;
  for (;;) {
    signal.throwIfAborted();
    const count = await opened.read(bytes.subarray(length));
    if (count === null) break;
    length += count;
    // What the system tells of its own, as in /proc, says no size before.
    if (length > MAX_BYTES) {
      throw new TypeError(`${file} is larger than ${MAX_MIB} MiB`);
    }
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}
