// Copyright 2026 the Wirekit authors. MIT license.

/** What is typed into a form, as JSON. */
import { layOut, mistakeIn } from "../../../../../pages/app/json_text.ts";
import type { FieldReport, MethodReport } from "../_report.ts";

/** Writes what was typed into the fields of a method as JSON. */
export function jsonOf(
  { fields, byName }: MethodReport,
  typed: Readonly<Record<string, string>>,
): string {
  const given = fields.filter(({ name, required }) =>
    required || (typed[name] ?? "") !== ""
  );
  const values = given.map((field) => {
    const value = valueOf(field, typed[field.name] ?? "");
    return byName ? `${JSON.stringify(field.name)}:${value}` : value;
  });
  return layOut(byName ? `{${values.join()}}` : `[${values.join()}]`);
}

function valueOf({ kind }: FieldReport, text: string): string {
  if (kind === "text") return JSON.stringify(text);
  if (text.trim() === "") return "null";
  return mistakeIn(text) ? JSON.stringify(text) : text;
}
