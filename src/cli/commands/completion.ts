/** `assay completion SHELL`: a script that completes verbs and options. */
import { Argument, Command } from "commander";
import { completion, SHELLS, type Shell } from "../flags/completion.js";

/** @param all every command there is */
export function completionCommand(all: () => Promise<Command>): Command {
  return new Command("completion")
    .addArgument(new Argument("<shell>", "whose script").choices([...SHELLS]))
    .addHelpText(
      "after",
      `
Examples:
  $ eval "$(assay completion bash)"
  $ assay completion zsh > "\${fpath[1]}/_assay"
  $ assay completion fish > ~/.config/fish/completions/assay.fish`,
    )
    .action(async (shell: Shell) => {
      process.stdout.write(completion(await all(), shell));
    });
}
