// Copyright 2026 the Wirekit authors. MIT license.

import { UsageError } from "./_usage_error.ts";

/**
 * Reports a file that a command cannot use. The frame adds which option it was
 * given with.
 */
export class FileError extends UsageError {
  /** The file. */
  readonly path: string;

  /**
   * Makes an error.
   *
   * @param path The file.
   * @param message What is wrong with it: it begins with `Cannot`, one word and
   * the path.
   * @param options What caused it.
   */
  constructor(path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.path = path;
  }
}

/**
 * Returns why the system refused a file, as the end of a sentence.
 *
 * @param error What it threw.
 * @param missing What is not there if nothing is: a file to read, or the folder
 * of one to write.
 * @returns Why.
 */
export function whyRefused(error: unknown, missing = "file"): string {
  if (error instanceof Deno.errors.NotFound) {
    return `there is no such ${missing}`;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "the system does not allow it";
  }
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  const { message } = error as Error;
  const [, said] = /^(.+) \(os error \d+\)/.exec(message) ?? [];
  return said === undefined
    ? String(error)
    : `${said.charAt(0).toLowerCase()}${said.slice(1)}`;
}

/**
 * Says of a file that cannot be used which setting of another one names it.
 *
 * @typeParam T What is read.
 * @param file The file with the settings; nothing if there is none.
 * @param settings The files that it names, by the setting.
 * @param reading The reading.
 * @returns What was read.
 */
export async function namedIn<T>(
  file: string | undefined,
  settings: Readonly<Record<string, string | undefined>>,
  reading: Promise<T>,
): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const [setting] = Object.entries(settings)
      .find(([, path]) => path === error.path) ?? [];
    if (setting === undefined) throw error;
    const [first, ...lines] = error.message.split("\n");
    const text = [`${first}. ${file} names it as ${setting}`, ...lines];
    throw new UsageError(text.join("\n"), { cause: error });
  }
}
