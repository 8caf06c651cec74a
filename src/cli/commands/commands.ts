/**
 * The verbs of the command line, one line each, loaded when they are used: `--version` and the list of commands read
 * nothing but this table. A verb's description stands here alone; its own file says the rest.
 */
import { Command } from "commander";
import { LABORATORIES } from "../../app/known.js";

interface Verb {
  name: string;
  description: string;
  /** @param words what was typed behind the verb */
  load: (words: readonly string[]) => Promise<Command>;
}

const VERBS: readonly Verb[] = [
  {
    name: "examine",
    description: "Examine evidence; prints findings.",
    load: async (words) => (await import("./examine.js")).examineCommand(words),
  },
  {
    name: "collect",
    description:
      "Ask endpoints that speak the OpenAI or Anthropic HTTP API the same prompts, interleaved, and write a transcript of each.",
    load: async () => (await import("./collect.js")).collectCommand(),
  },
  {
    name: "verify",
    description: "Check a bundle offline: structure, digests, schema, coherence and signature.",
    load: async () => (await import("./verify.js")).verifyCommand(),
  },
  {
    name: "log",
    description: "A verifiable log (C2SP tlog-tiles): write, prove, check, witness, follow.",
    load: async () => (await import("./log.js")).logCommand(),
  },
  {
    name: "register",
    description: "Where a model comes from: sign its files, declare its making, look it up.",
    load: async () => (await import("./register/register.js")).registerCommand(),
  },
  {
    name: "case",
    description: "A dispute from complaint to order: file, answer, plan, find, decide, replay.",
    load: async () => (await import("./case/case.js")).caseCommand(),
  },
  {
    name: "verdict",
    description: "An expert's report drawn from a case, signed by a person.",
    load: async () => (await import("./verdict.js")).verdictCommand(),
  },
  {
    name: "docket",
    description: "Cases as a site: the public docket.",
    load: async () => (await import("./docket.js")).docketCommand(),
  },
  {
    name: "audit",
    description: "A training run committed to while it runs, opened to a challenge: contradictions and exact bounds.",
    load: async () => (await import("./audit/audit.js")).auditCommand(),
  },
  {
    name: "gate",
    description: "A model allowed or refused by its papers, its tests and the orders on it.",
    load: async () => (await import("./gate/gate.js")).gateCommand(),
  },
  {
    name: "evaluate",
    description: "Ask a model a suite of paired questions and triggers: counts with exact bounds, never a finding.",
    load: async () => (await import("./evaluate.js")).evaluateCommand(),
  },
  {
    name: "pact",
    description: "What states and laboratories promised each other, held against logs: status, reasons, drafts.",
    load: async () => (await import("./pact/pact.js")).pactCommand(),
  },
  {
    name: "completion",
    description: "A script that completes verbs and options in a shell.",
    load: async () => (await import("./completion.js")).completionCommand(everyCommand),
  },
  {
    name: "serve",
    description: "Serve a folder of pages (from --out or the demo), or a register's public site, on localhost.",
    load: async () => (await import("./serve.js")).serveCommand(),
  },
  {
    name: "demo",
    description: "Examine the small trained models that ship with the repository and write their pages.",
    load: async () => (await import("./demo.js")).demoCommand(),
  },
  // What a laboratory brings beside its questions.
  ...LABORATORIES.flatMap(({ tools }) =>
    tools.flatMap(({ name, summary, load, under }) =>
      under === undefined ? [{ name, description: summary, load: async () => withOthers(name, (await load())()) }] : [],
    ),
  ),
];

/** A laboratory's verb with what others bring below it. */
async function withOthers(verb: string, command: Command): Promise<Command> {
  for (const { tools } of LABORATORIES)
    for (const { under, load } of tools) if (under === verb) command.addCommand((await load())());
  return command;
}

/** Every verb with everything below it: for completion, and for whoever holds the vocabulary together. */
export async function everyCommand(): Promise<Command> {
  const { allCommands } = await import("../flags/all-commands.js");
  return allCommands(await commandsFor(VERBS.map(({ name }) => name)));
}

/**
 * Every verb; those named among the arguments whole, the others by name and description alone. (An option's value that
 * happens to be a verb's name loads one more.)
 */
export function commandsFor(argv: readonly string[]): Promise<Command[]> {
  return Promise.all(
    VERBS.map(async ({ name, description, load }) =>
      (argv.includes(name) ? await load(argv.slice(argv.indexOf(name) + 1)) : new Command(name)).description(
        description,
      ),
    ),
  );
}
