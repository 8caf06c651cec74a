/** Every verb with everything below it, loaded: for completion and for whoever holds the vocabulary together. */
import { Command } from "commander";
import { LABORATORIES } from "../../app/known.js";
import { questionCommand } from "../commands/examine.js";

/** @param verbs loaded, each with what is below it, but for the questions of `examine` */
export async function allCommands(verbs: readonly Command[]): Promise<Command> {
  const program = new Command("assay");
  for (const command of verbs) {
    if (command.name() !== "examine") {
      program.addCommand(command);
      continue;
    }
    const examine = new Command("examine").description(command.description());
    for (const laboratory of LABORATORIES)
      for (const question of laboratory.questions)
        examine.addCommand(questionCommand({ laboratory, question }, await question.load()));
    program.addCommand(examine);
  }
  return program;
}

interface Leaf {
  /** "register sign" */
  path: string;
  command: Command;
}

/** Commands and their groups, in order. */
export function leaves(command: Command, path: readonly string[] = []): Leaf[] {
  return command.commands.flatMap((child) => {
    const at = [...path, child.name()];
    return [{ path: at.join(" "), command: child }, ...leaves(child, at)];
  });
}
