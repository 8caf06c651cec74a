/**
 * A pact as one zip that another party checks offline: every signed entry of its log, the checkpoint and its keys, the pact
 * itself, the facts that were read from other logs with each log's head, and what they come to. Checking admits every entry
 * anew and folds again; with the other logs at hand the facts are read again too.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { equalBytes, fromUtf8, hex } from "../../base/bytes.js";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import type { Files } from "../../evidence/bag.js";
import { type StatedPact, statedPact } from "../../office/pact/fold/stated.js";
import { type Fact, LOG_KINDS, type Source } from "../../office/pact/schema/facts.js";
import type { Policy } from "../../tlog/policy.js";
import { EMPTY_EDGE, grow } from "../../tlog/tree-growth.js";
import { trustCheckpoint } from "../../tlog/trusted-checkpoint.js";
import type { Check } from "../bundle/check.js";
import { HEAD_FILE } from "./pact-files.js";
import { foldEntries, openPact, ownPolicy, pactOf, readPactFile } from "./pact-folder.js";
import { readSources } from "./sources.js";

const CHECKPOINT_FILE = "checkpoint";
const KEYS_FILE = "log-keys.txt";
const PACT_DATA_FILE = "pact.json";
const FACTS_FILE = "facts.json";
const STATED_FILE = "state.json";
const entryPath = (seq: number) => `entries/${String(seq).padStart(6, "0")}.bundle.json`;
const PATHS =
  /^(accord\.json|checkpoint|log-keys\.txt|pact\.json|facts\.json|state\.json|entries\/[0-9]{6}\.bundle\.json)$/;
const FACTS_MAX = 1_000_000;

const value = z.union([z.string().max(2100), z.number(), z.boolean()]);
const factsSchema = z.strictObject({
  type: z.literal("assay/pact-facts/v1"),
  asOf: z.int().nonnegative(),
  until: z.int().nonnegative(),
  witnessed: z.array(z.int().nonnegative().nullable()).max(FACTS_MAX),
  sources: z
    .array(
      z.strictObject({
        id: z.string().max(80),
        log: z.enum(LOG_KINDS),
        origin: z.string().max(4000),
        run: z.string().max(100).optional(),
        size: z.int().nonnegative(),
        root: z.string().max(100),
        holds: z.boolean(),
        says: z.string().max(2000),
        until: z.int().nonnegative(),
      }),
    )
    .max(10_000),
  facts: z
    .array(
      z.strictObject({
        log: z.enum(LOG_KINDS),
        source: z.string().max(80),
        entry: z.int().nonnegative(),
        kind: z.string().max(40),
        at: z.number(),
        clock: z.enum(["witness", "operator", "signer"]),
        by: z.string().max(100),
        withdrawnAt: z.number().optional(),
        attributes: z.record(z.string().max(40), value),
      }),
    )
    .max(FACTS_MAX),
});

interface PackAsked {
  folder: string;
  logs: readonly string[];
  policy: Policy | null;
  /** Unix seconds at which it is stated. */
  asOf: number;
}

/** @throws NOT_FOUND, DIGEST where pact or logs cannot be read */
export async function packPact({ folder, logs, policy, asOf }: PackAsked): Promise<Map<string, Uint8Array>> {
  const held = await openPact(folder, policy);
  const { sources, facts } = await readSources(held.state, logs, policy);
  const { state, pact, source } = held;
  const until = Math.floor(source.until);
  const stated = statedPact({ state, pact, facts, sources: [{ ...source, until }, ...sources], own: source.id, asOf });
  const files = new Map<string, Uint8Array>([
    [HEAD_FILE, canonicalJsonBytes(held.file)],
    [CHECKPOINT_FILE, held.checkpoint],
    [KEYS_FILE, new Uint8Array(await readFile(join(folder, "verifier-keys.txt")))],
    [PACT_DATA_FILE, held.text],
    [
      FACTS_FILE,
      canonicalJsonBytes({
        type: "assay/pact-facts/v1",
        asOf,
        until,
        witnessed: held.entries.map(({ witnessed }) => witnessed),
        sources,
        facts,
      }),
    ],
    [STATED_FILE, canonicalJsonBytes(stated)],
  ]);
  for (const [seq, { bytes }] of held.entries.entries()) files.set(entryPath(seq), bytes);
  return files;
}

interface PactReport {
  holds: boolean;
  checks: Check[];
  state: StatedPact | null;
  cannotSee: string[];
}

/** @param logs the other logs, where they are at hand; null: facts are taken as they were packed, and it says so */
export async function verifyPact(
  files: Files,
  policy: Policy | null,
  logs: readonly string[] | null,
): Promise<PactReport> {
  const checks: Check[] = [];
  let state: StatedPact | null = null;
  const cannotSee = ["entries made after this bundle was packed, and entries that were refused"];
  try {
    const say = (name: string, detail: string) => checks.push({ name, holds: true, detail });
    const stray = [...files.keys()].find((path) => !PATHS.test(path));
    if (stray !== undefined) throw fault("layout", `a pact has no file ${stray}`);
    const entries: Uint8Array[] = [];
    for (let seq = 0; files.has(entryPath(seq)); seq++) entries.push(files.get(entryPath(seq))!);
    if (
      entries.length === 0 ||
      [...files.keys()].filter((path) => path.startsWith("entries/")).length !== entries.length
    )
      throw fault("layout", "entries are not numbered from 0 without a gap");
    say("layout", `${entries.length} entries, numbered without a gap`);
    const file = readPactFile(required(files, HEAD_FILE), HEAD_FILE);
    const text = required(files, PACT_DATA_FILE);
    if (sha256Digest(text) !== file.pact) throw fault("pact", `${PACT_DATA_FILE} is not ${file.pact}`);
    const pact = pactOf(text, PACT_DATA_FILE);
    say("pact", `${pact.data.id}, ${file.pact}`);
    const keys = fromUtf8(required(files, KEYS_FILE), KEYS_FILE).split("\n").filter(Boolean);
    const head = trustCheckpoint(required(files, CHECKPOINT_FILE), policy ?? ownPolicy(keys), CHECKPOINT_FILE);
    const { root } = grow(EMPTY_EDGE, entries);
    if (head.origin !== file.origin || head.size !== entries.length || !equalBytes(root, head.root))
      throw fault("log", "the checkpoint is of another log, or of other entries");
    if (policy === null)
      cannotSee.push("whether the pact's log showed others another tree: its keys are those that the bundle brings");
    say("log", `${head.origin}, ${head.size} entries under one root`);
    const said = readFacts(required(files, FACTS_FILE));
    const folded = foldEntries(
      entries.map((bytes, seq) => ({ bytes, witnessed: said.witnessed[seq] ?? null })),
      pact,
      file,
    );
    say("entries", "each admitted anew, with its signature");
    if (said.witnessed.some((time) => time !== null))
      cannotSee.push("when witnesses saw entries of the pact's own log: those times are the packer's word");
    if (logs) {
      const again = await readSources(folded, logs, policy);
      if (
        !equalBytes(canonicalJsonBytes({ ...again }), canonicalJsonBytes({ sources: said.sources, facts: said.facts }))
      )
        throw fault("facts", "the logs at hand say something else, or were not given in the same order");
      say("facts", `${said.facts.length} read again from ${said.sources.length} logs`);
    } else cannotSee.push("whether the other logs say what the facts say: hand them over with --recompute --inputs");
    const source: Source = {
      id: "pact",
      log: "pact",
      origin: head.origin,
      size: head.size,
      root: hex(head.root),
      holds: true,
      says: `${head.size} entries, each admitted anew with its signature`,
      until: said.until,
    };
    const stated = statedPact({
      state: folded,
      pact,
      facts: said.facts,
      sources: [source, ...said.sources],
      own: "pact",
      asOf: said.asOf,
    });
    if (!equalBytes(canonicalJsonBytes(stated), required(files, STATED_FILE)))
      throw fault("standings", "folded again they come to something else");
    say("standings", `${stated.standings.length} folded again to the same bytes, as of ${stated.asOf}`);
    state = stated;
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    const { check, detail } = error instanceof CheckFault ? error : { check: "form", detail: error.message };
    checks.push({ name: check, holds: false, detail });
  }
  return {
    holds: checks.every(({ holds }) => holds),
    checks,
    state,
    cannotSee: [...cannotSee, ...(state?.cannotSee ?? [])],
  };
}

class CheckFault extends AssayError {
  readonly check: string;
  readonly detail: string;
  constructor(check: string, detail: string) {
    super("DIGEST", detail);
    this.check = check;
    this.detail = detail;
  }
}

function fault(check: string, detail: string): CheckFault {
  return new CheckFault(check, detail);
}

function required(files: Files, path: string): Uint8Array {
  const bytes = files.get(path);
  if (!bytes) throw fault("layout", `expected ${path}`);
  return bytes;
}

function readFacts(bytes: Uint8Array) {
  const parsed = factsSchema.safeParse(parseStrictJson(fromUtf8(bytes, FACTS_FILE), FACTS_FILE));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw fault("facts", `${FACTS_FILE}: at ${issue.path.map(String).join(".")}: ${issue.message}`);
  }
  if (!equalBytes(canonicalJsonBytes(parsed.data), bytes)) throw fault("facts", `${FACTS_FILE} is not canonical JSON`);
  return parsed.data as unknown as {
    asOf: number;
    until: number;
    witnessed: (number | null)[];
    sources: Source[];
    facts: Fact[];
  };
}
