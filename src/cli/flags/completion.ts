/** Scripts that complete verbs and options in a shell, written from the commands themselves. */
import type { Command } from "commander";
import { leaves } from "./all-commands.js";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

interface Words {
  path: string;
  verbs: { name: string; says: string }[];
  flags: { name: string; says: string }[];
}

/** @returns a script to be sourced; hidden options and earlier names are left out */
export function completion(program: Command, shell: Shell): string {
  const words = [{ path: "", command: program }, ...leaves(program)].map(
    ({ path, command }): Words => ({
      path,
      verbs: command.commands.map((c) => ({ name: c.name(), says: firstSentence(c.description()) })),
      flags: [...command.options, ...(path === "" ? [] : [QUIET]), HELP]
        .filter(({ hidden, long }) => !hidden && long)
        .map(({ long, description }) => ({ name: long!, says: firstSentence(description) })),
    }),
  );
  return shell === "bash" ? bash(words) : shell === "zsh" ? zsh(words) : fish(words);
}

const HELP = { long: "--help", description: "Show what it takes.", hidden: false };
const QUIET = { long: "--quiet", description: "Say nothing but results and errors.", hidden: false };

function firstSentence(text: string): string {
  return text
    .split(/[.:;(\n]/)[0]!
    .replace(/["'`\\$[\]]/g, "")
    .trim();
}

/** Looks up the longest path of verbs that was typed; behind an option that takes a value, files. */
function bash(all: readonly Words[]): string {
  const cases = all.map(
    ({ path, verbs, flags }) =>
      `    "${path}") verbs="${verbs.map((v) => v.name).join(" ")}"; flags="${flags.map((f) => f.name).join(" ")}" ;;`,
  );
  const paths = all
    .filter(({ path }) => path !== "")
    .map(({ path }) => `"${path}"`)
    .join("|");
  return `# assay completion bash > /etc/bash_completion.d/assay
_assay() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word verbs="" flags=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
    ${paths}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=()
  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ -n $verbs ]]; then COMPREPLY=($(compgen -W "$verbs" -- "$current"))
  fi
}
complete -o default -F _assay assay
`;
}

/** zsh runs the function of bash. */
function zsh(all: readonly Words[]): string {
  return `#compdef assay\n# assay completion zsh > "\${fpath[1]}/_assay"\nautoload -U +X bashcompinit && bashcompinit\n${bash(all)}`;
}

function fish(all: readonly Words[]): string {
  const lines = all.flatMap(({ path, verbs, flags }) => {
    const when =
      path === ""
        ? "not __fish_seen_subcommand_from " + all[0]!.verbs.map((v) => v.name).join(" ")
        : path
            .split(" ")
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join("; and ");
    return [
      ...verbs.map(({ name, says }) => `complete -c assay -f -n '${when}' -a ${name} -d '${says}'`),
      ...flags.map(({ name, says }) => `complete -c assay -n '${when}' -l ${name.slice(2)} -d '${says}'`),
    ];
  });
  return `# assay completion fish > ~/.config/fish/completions/assay.fish\n${lines.join("\n")}\n`;
}
