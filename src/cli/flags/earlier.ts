/**
 * Flags that had several meanings until each got one: what was typed for them still works, and a line on standard error
 * says how it is typed now.
 */
import { type Command, Option } from "commander";

const told = new Set<string>();

/** The lines to say, once each; read when the command runs, after --quiet has been seen. */
export function saidEarlier(): readonly string[] {
  return [...told];
}

/**
 * @param was flags as they were, such as "--key <file>"; hidden from help
 * @param now the long flag of one of the command's options, whose value it becomes
 */
export function earlierFlag(command: Command, was: string, now: string): Command {
  const old = new Option(was).hideHelp();
  const option = command.options.find(({ long }) => long === now)!;
  command.addOption(old);
  command.on(`option:${old.name()}`, (value: string) => {
    told.add(`${old.long} is ${now} now`);
    const before = command.getOptionValue(option.attributeName());
    const parsed = option.parseArg ? option.parseArg(value, before) : value;
    const many = option.variadic && !option.parseArg;
    command.setOptionValue(option.attributeName(), many ? [...(Array.isArray(before) ? before : []), value] : parsed);
  });
  return command;
}
