/** The commands under `assay examine` that ask the marks laboratory. */
import type { Command } from "commander";
import { examineInheritanceCommand } from "./examine-inheritance.js";
import { examineMarksCommand } from "./examine-marks.js";

export function marksLaboratoryCommands(): Command[] {
  return [examineMarksCommand(), examineInheritanceCommand()];
}
