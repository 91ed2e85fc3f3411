import {
  generate as originalGenerate,
  validate as originalValidate,
} from "npm:deno-std@1.4.0/uuid/v7.js";

export const generate: (timestamp?: number) => string = originalGenerate;

export const validate: (id: string) => boolean = originalValidate;
