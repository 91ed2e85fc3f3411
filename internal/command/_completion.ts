// Copyright 2026 the Wirekit authors. MIT license.

import { type Command, whole, type WholeCommand } from "./_command.ts";
import { nameOf, type Option } from "./_option.ts";
import { COMMON } from "./_parse.ts";
import { UsageError } from "./_usage_error.ts";

/** A command as its completion sees it. */
interface Node {
  /** What is typed to get to it. */
  readonly path: string;
  readonly commands: readonly WholeCommand[];
  readonly options: readonly (Option & { name: string })[];
  /** What its operands can be, as far as its usage spells it out. */
  readonly choices: readonly string[];
  /** Whether one of its operands is a file. */
  readonly takesFile: boolean;
}

const SHELLS = { bash, zsh, fish };

/** Makes the command that prints completions of a group of commands. */
export function completionOf(root: Command): Command {
  const { name } = root;
  return {
    name: "completion",
    summary: "Print the completion script for bash, zsh or fish",
    details: "A new shell reads it where it looks for such files. The folder " +
      "has to be there: mkdir -p makes it; and zsh looks into ~/.zfunc once " +
      "its fpath has it, before compinit.",
    operands: Object.keys(SHELLS).join("|"),
    examples: [
      `${name} completion bash > ~/.local/share/bash-completion/completions/${name}`,
      `${name} completion zsh > ~/.zfunc/_${name}`,
      `${name} completion fish > ~/.config/fish/completions/${name}.fish`,
    ],
    async run({ words: [shell = ""] }, terminal) {
      const found = Object.entries(SHELLS).find(([name]) => name === shell);
      if (!found) {
        const names = Object.keys(SHELLS).join(", ");
        throw new UsageError(`There is no completion for "${shell}": ${names}`);
      }
      terminal.log(found[1](await whole(root)));
    },
  };
}

/** All commands below one, itself first. */
function nodesOf(command: WholeCommand, path = command.name): Node[] {
  const { commands = [], fallback, operands = "" } = command;
  const preset = commands.find(({ name }) => name === fallback);
  const options = { ...(preset ?? command).options, ...COMMON };
  const node: Node = {
    path,
    commands,
    options: Object.entries(options)
      .filter(([, { isHidden }]) => !isHidden)
      .map(([key, option]) => ({ ...option, name: nameOf(key) })),
    choices: operands.split(/[ |[\]…]+/).filter((word) =>
      /^[a-z]+$/.test(word)
    ),
    takesFile: operands.includes("FILE"),
  };
  return [
    node,
    ...commands.flatMap((each) => nodesOf(each, `${path} ${each.name}`)),
  ];
}

/** A text as a word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A `case` of bash and zsh that walks down to the command that is typed. */
function walk(nodes: readonly Node[], word: string): string {
  const inner = nodes.slice(1).map(({ path }) => quoted(path)).join("|");
  return `case "$at ${word}" in\n      ${inner}) at="$at ${word}" ;;\n    esac`;
}

/** The arms of a `case` for what comes after each option that takes a value. */
function arms(
  nodes: readonly Node[],
  reply: (option: Option) => string,
): string {
  const patterns = new Map<string, string[]>();
  for (const { path, options } of nodes) {
    for (const option of options) {
      if (option.value === undefined) continue;
      const { name, short } = option;
      const arm = patterns.get(reply(option)) ?? [];
      patterns.set(reply(option), arm);
      arm.push(quoted(`${path} ${name}`));
      if (short) arm.push(quoted(`${path} -${short}`));
    }
  }
  return [...patterns].map(([reply, arm]) =>
    `    ${arm.join("|")}) ${reply} ;;`
  )
    .join("\n");
}

function bash(root: WholeCommand): string {
  const nodes = nodesOf(root);
  const name = `_${root.name}_completion`;
  const values = arms(
    nodes,
    ({ file, choices }) =>
      file
        ? `COMPREPLY=($(compgen -f -- "$word")); return`
        : choices
        ? `COMPREPLY=($(compgen -W ${
          quoted(choices.join(" "))
        } -- "$word")); return`
        : "return",
  );
  const lists = nodes.map((node) => {
    const { path, commands, options, choices, takesFile } = node;
    const names = options.map(({ name }) => name).join(" ");
    const words = [...commands.map(({ name }) => name), ...choices].join(" ");
    return `    ${quoted(path)}) options=${quoted(names)} words=${
      quoted(words)
    } files=${takesFile ? "-f" : ""} ;;`;
  });
  return `${name}() {
  local at=${quoted(root.name)} word="\${COMP_WORDS[COMP_CWORD]}" i
  local options= words= files=
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    ${walk(nodes, "${COMP_WORDS[i]}")}
  done
  case "$at \${COMP_WORDS[COMP_CWORD - 1]}" in
${values}
  esac
  case "$at" in
${lists.join("\n")}
  esac
  if [[ $word == -* ]]; then words=$options files=; fi
  COMPREPLY=($(compgen -W "$words" $files -- "$word"))
}
complete -F ${name} ${root.name}`;
}

function zsh(root: WholeCommand): string {
  const nodes = nodesOf(root);
  const name = `_${root.name}`;
  const described = (names: string, help: string) => quoted(`${names}:${help}`);
  const values = arms(
    nodes,
    ({ file, choices }) =>
      file
        ? "_files; return"
        : choices
        ? `compadd -- ${choices.map(quoted).join(" ")}; return`
        : "return",
  );
  const lists = nodes.map((node) => {
    const { path, commands, options, choices, takesFile } = node;
    const names = options.map(({ name, help }) => described(name, help));
    const words = [
      ...commands.map(({ name, summary }) => described(name, summary)),
      ...choices.map(quoted),
    ];
    return `    ${quoted(path)})
      options=(${names.join(" ")})
      commands=(${words.join(" ")})
      files=${takesFile ? 1 : ""} ;;`;
  });
  return `#compdef ${root.name}
${name}() {
  local at=${quoted(root.name)} files= i
  local -a options commands
  for ((i = 2; i < CURRENT; i++)); do
    ${walk(nodes, "${words[i]}")}
  done
  case "$at \${words[CURRENT - 1]}" in
${values}
  esac
  case "$at" in
${lists.join("\n")}
  esac
  if [[ $PREFIX == -* ]]; then
    _describe option options
  else
    (($#commands)) && _describe command commands
    [[ -n $files ]] && _files
  fi
  return 0
}
if [[ $funcstack[1] == ${name} ]]; then ${name} "$@"; else compdef ${name} ${root.name}; fi`;
}

function fish(root: WholeCommand): string {
  const nodes = nodesOf(root);
  const at = `__${root.name}_at`;
  // In single quotes, fish knows a backslash before a quote and a backslash.
  const word = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;
  const lines = nodes.flatMap((node) => {
    const { path, commands, options, choices, takesFile } = node;
    const start = `complete -c ${root.name} -n ${
      word(`test (${at}) = '${path}'`)
    }`;
    return [
      ...takesFile ? [`${start} -F`] : [],
      ...choices.length > 0 ? [`${start} -a ${word(choices.join(" "))}`] : [],
      ...commands.map(({ name, summary }) =>
        `${start} -a ${word(name)} -d ${word(summary)}`
      ),
      ...options.map(({ name, short, value, file, choices, help }) =>
        [
          start,
          ...short ? [`-s ${short}`] : [],
          `-l ${name.slice(2)}`,
          ...file
            ? ["-r -F"]
            : choices
            ? [`-x -a ${word(choices.join(" "))}`]
            : value !== undefined
            ? ["-x"]
            : [],
          `-d ${word(help)}`,
        ].join(" ")
      ),
    ];
  });
  const inner = nodes.slice(1).map(({ path }) => word(path)).join(" ");
  return `function ${at}
  set -l at ${word(root.name)}
  for word in (commandline -opc)[2..-1]
    if contains -- "$at $word" ${inner}
      set at "$at $word"
    end
  end
  echo $at
end
complete -c ${root.name} -f
${lines.join("\n")}`;
}
