/**
 * The verbs of the command line, one line each, loaded when they are used: `--version` and the list of commands read
 * nothing but this table. A verb's description stands here alone; its own file says the rest.
 */
import { Command } from "commander";

interface Verb {
  name: string;
  description: string;
  load: () => Promise<Command>;
}

const VERBS: readonly Verb[] = [
  {
    name: "examine",
    description: "Examine evidence; prints findings.",
    load: async () => (await import("./examine/examine.js")).examineCommand(),
  },
  {
    name: "collect",
    description:
      "Ask endpoints that speak the OpenAI or Anthropic HTTP API the same prompts, interleaved, and write a transcript of each.",
    load: async () => (await import("./collect.js")).collectCommand(),
  },
  {
    name: "sketch",
    description: "Make a sketch of a model: what an exact examination of weights needs, without the weights.",
    load: async () => (await import("./sketch.js")).sketchCommand(),
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
    name: "mark",
    description: "Mark what a model serves, and the weights it hands out.",
    load: async () => (await import("./mark/mark.js")).markCommand(),
  },
  {
    name: "traffic",
    description: "Usage of an API, and templates of prompts.",
    load: async () => (await import("./traffic.js")).trafficCommand(),
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
];

/**
 * Every verb; those named among the arguments whole, the others by name and description alone. (An option's value that
 * happens to be a verb's name loads one more.)
 */
export function commandsFor(argv: readonly string[]): Promise<Command[]> {
  return Promise.all(
    VERBS.map(async ({ name, description, load }) =>
      (argv.includes(name) ? await load() : new Command(name)).description(description),
    ),
  );
}
