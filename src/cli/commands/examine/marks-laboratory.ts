/** The commands under `assay examine` that ask the marks laboratory. */
import type { Command } from "commander";
import { examineCanariesCommand } from "./examine-canaries.js";
import { examineInheritanceCommand } from "./examine-inheritance.js";
import { examineLeakCommand } from "./examine-leak.js";
import { examineMarksCommand } from "./examine-marks.js";

export function marksLaboratoryCommands(): Command[] {
  return [examineMarksCommand(), examineInheritanceCommand(), examineCanariesCommand(), examineLeakCommand()];
}
