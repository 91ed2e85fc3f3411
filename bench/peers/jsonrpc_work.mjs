// Copyright 2026 the Wirekit authors. MIT license.

/** What every JSON-RPC client is asked to do. */

import { checked, work } from "./worker.mjs";

/** Adds two numbers, alone or a hundred times in a batch; or echoes a text. */
export function workCalls({ call, batch }) {
  const sum = {
    call: () => call("sum", [1, 2]),
    check(answer) {
      if (answer !== 3) throw new Error(`Wrong answer: ${answer}`);
    },
  };
  work((command) => {
    if (command.size > 0) {
      return checked((text) => call("echo", [text]))(command);
    }
    if (!command.batch) return sum;
    return {
      call: () => batch("sum", [1, 2], command.batch),
      check(answers) {
        if (answers.length !== command.batch || answers.at(-1) !== 3) {
          throw new Error(`Wrong answers: ${answers}`);
        }
      },
    };
  });
}
