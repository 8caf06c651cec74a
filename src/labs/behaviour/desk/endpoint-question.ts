/** `assay examine endpoint`: what is typed, what is examined, and how a bundle is examined again. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { optionValue } from "../../../app/asked.js";
import { foundInputs } from "../../../app/found-inputs.js";
import type { Examination, Question } from "../../../app/laboratory.js";
import { SOFTWARE } from "../../../app/software.js";
import type { Study } from "../../../app/studies.js";
import { AssayError, quoted } from "../../../base/error.js";
import {
  openPanel,
  readTranscriptFile,
  type TranscriptAt,
  type TranscriptFile,
} from "../../../host/answers/transcripts.js";
import { SEED_DEFAULT } from "../method.js";
import { examineSubstituted, type Host } from "../substituted/examine.js";
import { CONTROL_KINDS, CONTROLS_MIN, type ControlKind } from "../substituted/method.js";
import { endpointTyped } from "./endpoint-typed.js";

export const endpointQuestion: Question = {
  description:
    "Does this endpoint serve the reference's weights? Compares its recorded answers with the reference's and with those of honest hosts of the same weights, request by request; a stop at any time is valid.",
  arguments: [
    { name: "reference", help: "transcript of the reference's own weights" },
    { name: "endpoint", help: "transcript of the endpoint: the same prompts, asked in the same way" },
  ],
  options: [
    {
      flags: "--controls <dir>",
      help: `transcripts of the same weights, at least ${CONTROLS_MIN}, of each kind at least one: ${CONTROL_KINDS.join(", ")}; a file's kind is its folder's name, or begins its own`,
      required: true,
    },
    {
      flags: "--substitute <transcript>",
      help: "answers of what is suspected to serve instead: bounds the share of its answers, and is part of no test",
    },
    {
      flags: "--raw",
      help: "the endpoint was asked through a completions interface: no control of a system prompt or a template is asked for",
    },
    {
      flags: "--seed <text>",
      help: "seed of the order in which answers are looked at, 1 to 200 characters",
      read: optionValue.text(1, 200),
      default: SEED_DEFAULT,
    },
  ],
  help: `
Examples:
  $ assay examine endpoint ours.jsonl endpoint.jsonl --controls controls/
  $ assay examine endpoint ours.jsonl endpoint.jsonl --controls controls/ --json | jq '[.outcome, .observations.foundAt]'
  $ assay examine endpoint ours.jsonl endpoint.jsonl --controls controls/ --substitute small.jsonl --out case-4

Transcripts are recorded by \`assay collect\`, from an endpoint or from a model run here (gguf:, onnx:), one short answer or more
a prompt. controls/ holds host-a.jsonl, quantisation-q8.jsonl, system-prompt-b.jsonl, template-c.jsonl, time-march.jsonl, or a folder a kind.
An outcome of "inconclusive" does not show that the endpoint serves the reference's weights.`,

  async examine({ arguments: [reference, endpoint], options }, { studies }) {
    const { controls, substitute, seed, raw } = options as unknown as {
      controls: string;
      substitute?: string;
      seed: string;
      raw?: boolean;
    };
    const at = (path: unknown): TranscriptAt => ({ path: String(path), name: null });
    return examined({
      reference: at(reference),
      endpoint: at(endpoint),
      controls: await controlsIn(controls),
      substitute: substitute === undefined ? null : at(substitute),
      seed,
      raw: raw === true,
      studies,
    });
  },

  async again(request, desk) {
    const { all } = await foundInputs("files", request, desk);
    const one = (role: string) => {
      const [found] = all(role);
      if (found) return found;
      throw new AssayError("FORMAT", `verify: expected an input in the role "${role}", got none`);
    };
    const { seed, raw } = request.settings;
    if (typeof seed !== "string" || typeof raw !== "boolean")
      throw new AssayError("UNSUPPORTED", "verify: expected a request of `examine endpoint` with seed and raw");
    return examined({
      reference: one("reference"),
      endpoint: one("suspect"),
      controls: CONTROL_KINDS.flatMap((kind) => all(roleOf(kind)).map((at) => ({ at, kind }))),
      substitute: all("substitute")[0] ?? null,
      seed,
      raw,
      studies: desk.studies,
    });
  },
};

const roleOf = (kind: ControlKind) => `control-${kind}`;

interface Sides {
  reference: TranscriptAt;
  endpoint: TranscriptAt;
  controls: readonly { at: TranscriptAt; kind: ControlKind }[];
  substitute: TranscriptAt | null;
  seed: string;
  raw: boolean;
  studies: readonly Study[];
}

async function examined({ seed, raw, studies, ...sides }: Sides): Promise<Examination> {
  const prompts = new Map<string, string>();
  const read = async (at: TranscriptAt) => hostOf(await readTranscriptFile(at), prompts);
  const reference = await read(sides.reference);
  const endpoint = await read(sides.endpoint);
  const controls = [];
  // By kind, then as listed: the same order when a bundle is examined again.
  for (const kind of CONTROL_KINDS)
    for (const control of sides.controls)
      if (control.kind === kind) controls.push({ ...(await read(control.at)), kind });
  const substitute = sides.substitute === null ? null : await read(sides.substitute);
  const finding = examineSubstituted({
    reference,
    endpoint,
    controls,
    substitute,
    prompts,
    seed,
    raw,
    validations: studies,
    software: SOFTWARE,
  });
  const input = (role: string, { artefact: { name, root } }: Host) => ({ role, name, root });
  const inputs = [
    input("reference", reference),
    input("suspect", endpoint),
    ...controls.map((control) => input(roleOf(control.kind), control)),
    ...(substitute ? [input("substitute", substitute)] : []),
  ];
  const settings = { seed, raw };
  return { findings: [finding], inputs, settings, arguments: endpointTyped({ inputs, settings } as never).split(" ") };
}

function hostOf({ name, root, transcript }: TranscriptFile, prompts: Map<string, string>): Host {
  const tokens = new Map<string, number>();
  const records = transcript.records.map(({ promptId, prompt, sample, text, settings }) => {
    if (prompt !== null) {
      const known = prompts.get(promptId);
      if (known === undefined) prompts.set(promptId, prompt);
      else if (!within(known, prompt))
        throw new AssayError(
          "FORMAT",
          `transcripts: expected one prompt under one id in all transcripts, got ${quoted(prompt)} under ${quoted(promptId)} in ${quoted(name)} and ${quoted(known)} elsewhere`,
        );
    }
    const stated = settings?.input_tokens;
    if (typeof stated === "number" && Number.isSafeInteger(stated) && stated >= 0 && !tokens.has(promptId))
      tokens.set(promptId, stated);
    const unanswered = settings?.rejected_with_status !== undefined || settings?.cut_by_reasoning === true;
    return { promptId, sample, text, unanswered };
  });
  return { artefact: { name, kind: "transcript", root }, records, tokens };
}

/** One recorder keeps a prompt whole, another puts a template or a system prompt round it. */
function within(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) => text.normalize("NFC").replace(/\s+/g, " ").trim().toLowerCase());
  return x!.includes(y!) || y!.includes(x!);
}

/** Words that begin the name of a file or a folder, by kind. */
const NAMED: Readonly<Record<ControlKind, RegExp>> = {
  host: /^(?:host|provider|server|hardware|batch|sampling)/i,
  quantisation: /^(?:quanti|gguf|int|fp|bf|q)/i,
  "system-prompt": /^(?:system|prompt)/i,
  template: /^(?:template|chat)/i,
  time: /^(?:time|date|day|later|earlier)/i,
};

async function controlsIn(folder: string): Promise<Sides["controls"]> {
  const kindOf = (name: string) => CONTROL_KINDS.find((kind) => NAMED[kind].test(name));
  const found: { at: TranscriptAt; kind: ControlKind }[] = [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const add = async (from: string, kind: ControlKind | undefined, prefix: string) => {
    for (const { path } of (await openPanel(from)).members) {
      const { name } = splitName(path);
      const its = kind ?? kindOf(name);
      if (its === undefined)
        throw new AssayError(
          "USAGE",
          `--controls: expected the name of ${quoted(name)} to begin with ${CONTROL_KINDS.join(", ")}, or a folder of that name round it`,
        );
      found.push({ at: { path, name: `${prefix}${name}` }, kind: its });
    }
  };
  if (entries.some((entry) => !entry.isDirectory()) || folders.length === 0) await add(folder, undefined, "");
  for (const name of folders.sort()) await add(join(folder, name), kindOf(name), `${name}/`);
  return found;
}

function splitName(path: string): { name: string } {
  const file = path.split(/[\\/]/).at(-1)!;
  return { name: file.replace(/\.(?:jsonl|ndjson|json|eval)(?:\.gz)?$/i, "") || file };
}
