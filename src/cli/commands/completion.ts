/** `assay completion SHELL`: a script that completes verbs and options. */
import { Argument, Command } from "commander";
import { allCommands } from "../flags/all-commands.js";
import { completion, SHELLS, type Shell } from "../flags/completion.js";

export function completionCommand(): Command {
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
      process.stdout.write(completion(await allCommands(), shell));
    });
}
