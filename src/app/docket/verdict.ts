/**
 * `assay verdict`: an expert's report drawn from a case and signed by a person. What follows from the case is computed;
 * the signature is over the page, its data and the head of the case.
 */
import { z } from "zod";
import { fromUtf8 } from "../../base/bytes.js";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { sha256Digest, sha256Hex } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import type { EcdsaPublicKey } from "../../evidence/ecdsa-key.js";
import { encodeSignedStatement, openSignedStatement, toBeSigned } from "../../evidence/signed-statement.js";
import { typeUris } from "../../evidence/type-name.js";
import { unzipStrict } from "../../evidence/zip.js";
import { decodeFinding } from "../../finding/codec.js";
import { validationSchema } from "../../finding/validation.js";
import type { Tier } from "../../office/docket/pack/names.js";
import { view } from "../../office/docket/view/case-view.js";
import { faultsOfOpinion, ITEMS, type Opinion, opinionSchema } from "../../report/verdict/opinion.js";
import { VERDICT_TYPE, type Verdict, type VerdictFinding } from "../../report/verdict/verdict.js";
import { faultOfForm } from "../../report/verdict/verdict-form.js";
import { verdictPage } from "../../report/verdict/verdict-page.js";
import { findingCount, findingFolder } from "../bundle/bundle-layout.js";
import { verifyBundleZip } from "../bundle/verify-bundle.js";
import type { Signer } from "../register/declare.js";
import { SOFTWARE } from "../software.js";
import type { CaseFolder } from "./case-folder.js";
import { logOfVerdict } from "./verdict-log.js";
import { wholeCase } from "./whole-case.js";

const PREDICATE_TYPE = typeUris("verdict/v1")[0];
const OPINION_BYTES_MAX = 1024 * 1024;
/** Findings with their studies; a story's report takes about 2 MB. */
const VERDICT_BYTES_MAX = 256 * 1024 * 1024;
/** More pairs than any study has. */
const PAIRS_MAX = 1_000_000;

/** Entries that tell the examiner what is asked. */
const INSTRUCTING = ["complaint", "response", "plan.adopted", "question", "inspection.ordered"];

/**
 * Reads the form alone; empty items and refused words stand in the way of a signature, not of a draft.
 * @throws LIMIT or SCHEMA
 */
export function readOpinion(bytes: Uint8Array, what: string): Opinion {
  if (bytes.length > OPINION_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${OPINION_BYTES_MAX} bytes`);
  const parsed = opinionSchema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
}

/** @param tier of the reader: what is sealed to narrower circles stays out @param asOf Unix seconds */
export async function verdictOf(open: CaseFolder, opinion: Opinion, tier: Tier, asOf: number): Promise<Verdict> {
  const whole = await wholeCase(open, asOf);
  const shown = view(whole, tier);
  const { stated, entries } = shown;
  const plan = whole.state.plan;
  const findings = await Promise.all(
    whole.state.findings.map(async ({ seq, run, slot, finding, bundle }, n): Promise<VerdictFinding> => {
      const { about, standing, recomputed } = stated.findings[n]!;
      return {
        entry: seq,
        run,
        slot,
        about,
        standing,
        recomputed,
        finding,
        bundle,
        ...(await carried(open, finding, bundle)),
      };
    }),
  );
  const done = new Set(whole.state.findings.filter(({ planned }) => planned).map(({ run }) => run));
  const last = entries.at(-1);
  const custody = shown.exhibits.flatMap(({ exhibit, root, custody: events }, n) =>
    events.map(({ entry, event, purpose, rehash }) => {
      const { received } = entries[entry]!;
      return { row: n + 1, exhibit, entry, received, event, purpose, rehash, same: rehash === root };
    }),
  );
  const leanedOn = [
    ...findings.map(({ entry }) => entry),
    ...shown.exhibits.map(({ entry }) => entry),
    ...custody.map(({ entry }) => entry),
    ...(shown.decision ? [shown.decision.entry] : []),
    ...(last ? [last.seq] : []),
  ];
  return {
    type: VERDICT_TYPE,
    case: shown.case,
    title: shown.title,
    origin: shown.origin,
    rehearsal: shown.rehearsal,
    asOf: stated.asOf,
    head: last ? { entry: last.seq, record: last.record } : null,
    instructions: entries
      .filter(({ kind }) => INSTRUCTING.includes(kind))
      .map(({ seq, received, title, text }) => ({ entry: seq, received, what: title, text })),
    parties: shown.parties,
    exhibits: shown.exhibits,
    custody: custody.sort((a, b) => a.entry - b.entry),
    plan: stated.plan,
    runs: (plan?.runs ?? []).map(({ id, proposition, slot }) => ({ id, proposition, slot, done: done.has(id) })),
    findings,
    unplanned: stated.unplanned,
    triedBefore: stated.triedBefore,
    deadlines: shown.deadlines,
    decision: shown.decision,
    log: await logOfVerdict(open.folder, leanedOn),
    software: SOFTWARE,
    opinion,
  };
}

/** The finding of a bundle that lies beside the case and holds, with its study; nulls where it is not carried. */
async function carried(
  open: CaseFolder,
  digest: string,
  bundle: string,
): Promise<Pick<VerdictFinding, "says" | "study">> {
  const zip = await open.object(bundle);
  if (!zip) return { says: null, study: null };
  const fault = verifyBundleZip(zip).checks.find(({ holds }) => !holds);
  if (fault)
    throw new AssayError("DIGEST", `verdict: a finding's bundle does not hold: ${fault.name}: ${fault.detail}`);
  const files = unzipStrict(zip);
  for (let n = 0; n < findingCount(files.keys())!; n++) {
    const path = `data/${findingFolder(n)}finding.json`;
    const bytes = files.get(path)!;
    if (sha256Digest(bytes) !== digest) continue;
    return { says: decodeFinding(bytes, path), study: studyIn(files, findingFolder(n)) };
  }
  throw new AssayError("DIGEST", `verdict: the bundle ${bundle} does not hold the finding that the case names`);
}

/** Log10 p of each pair of a study; a bundle of another hand may leave them out, or give what no p is, and is not drawn then. */
const pairsSchema = z.object({
  nullLog10P: z.array(z.number().max(0)).max(PAIRS_MAX),
  positiveLog10P: z.array(z.number().max(0)).max(PAIRS_MAX),
});

/** The study that a bundle which holds carries for a finding. */
function studyIn(files: ReadonlyMap<string, Uint8Array>, at: string): VerdictFinding["study"] {
  const path = `data/${at}validation.json`;
  const bytes = files.get(path);
  if (!bytes) return null;
  const study = parseStrictJson(fromUtf8(bytes, path), path);
  const pairs = pairsSchema.safeParse(study).data ?? { nullLog10P: [], positiveLog10P: [] };
  return { summary: validationSchema.parse(study), digest: sha256Digest(bytes), ...pairs };
}

/** The decision as a file of its own; null where there is none. */
export function decisionOf({ case: id, origin, head, decision, log }: Verdict): Uint8Array | null {
  if (decision === null) return null;
  const proof = log?.proofs.find(({ entry }) => entry === decision.entry) ?? null;
  return canonicalJsonBytes({
    type: "assay/docket-decision/v1",
    case: id,
    origin,
    head,
    decision,
    proof: proof && { ...proof, size: log!.size, checkpoint: log!.checkpoint },
  });
}

/** What stands against signing, one line an item. */
export function faultsOfVerdict({ opinion, findings, runs, exhibits, head, plan }: Verdict): string[] {
  const carried = findings.flatMap(({ says }) => says ?? []);
  const counts = [findings.length, runs.length, exhibits.length, plan?.labels?.length ?? 0, (head?.entry ?? 0) + 1];
  const entries = findings.flatMap(({ entry, slot }) => [entry, slot ?? entry]);
  return faultsOfOpinion(opinion, carried, [...counts, ...entries]).map(
    ({ item, says }) => `${ITEMS[item].title} (${item}) ${says}`,
  );
}

/** @throws SCHEMA where data of the right form cannot be drawn: numbers that no study has, words that are no term */
function pageOf(verdict: Verdict): string {
  try {
    return verdictPage(verdict, true);
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw new AssayError(
      "SCHEMA",
      `verdict.json: expected data of a report that can be drawn: ${(error as Error).message}`,
    );
  }
}

interface SignedVerdict {
  html: Uint8Array;
  json: Uint8Array;
  signature: Uint8Array;
}

/** Page and data without a signature; the page says that it is a draft. */
export function draftOfVerdict(verdict: Verdict): Omit<SignedVerdict, "signature"> {
  return { html: new TextEncoder().encode(verdictPage(verdict, false)), json: canonicalJsonBytes(verdict) };
}

/** @throws USAGE while something stands against it */
export function signVerdict(verdict: Verdict, signer: Signer): SignedVerdict {
  const faults = faultsOfVerdict(verdict);
  if (faults.length > 0) throw new AssayError("USAGE", `verdict sign: refused: ${faults.join("; ")}`);
  const html = new TextEncoder().encode(verdictPage(verdict, true));
  const json = canonicalJsonBytes(verdict);
  const statement = statementOf(verdict, html, json);
  return { html, json, signature: encodeSignedStatement(statement, signer.sign(toBeSigned(statement)), signer.keyId) };
}

function statementOf(verdict: Verdict, html: Uint8Array, json: Uint8Array): Uint8Array {
  return canonicalJsonBytes({
    _type: "https://in-toto.io/Statement/v1",
    subject: [
      { name: "verdict.html", digest: { sha256: sha256Hex(html) } },
      { name: "verdict.json", digest: { sha256: sha256Hex(json) } },
    ],
    predicateType: PREDICATE_TYPE,
    predicate: { case: verdict.case, head: verdict.head },
  });
}

/** Null for data of another version. @throws LIMIT, FORMAT or SCHEMA naming the place */
function readVerdict(bytes: Uint8Array, what: string): Verdict | null {
  if (bytes.length > VERDICT_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${VERDICT_BYTES_MAX} bytes`);
  const data = parseStrictJson(fromUtf8(bytes, what), what);
  const { type } = (data ?? {}) as { type?: unknown };
  if (typeof type === "string" && /^assay\/verdict\/v[0-9]+$/.test(type) && type !== VERDICT_TYPE) return null;
  const fault = faultOfForm(data);
  if (fault !== null) throw new AssayError("SCHEMA", `${what}: ${fault}`);
  return data as Verdict;
}

/**
 * Whether a signed report is what its key signed, and its page what its data say. @returns faults, in sentences
 * @throws SCHEMA where what was signed has not the form of a report: there is nothing to hold the page against
 */
export function checkVerdict({ html, json, signature }: SignedVerdict, key: EcdsaPublicKey): string[] {
  const signed = openSignedStatement(signature, "verdict.sig");
  if (!signed.verify(key)) return ["the signature does not hold under this key"];
  const verdict = readVerdict(json, "verdict.json");
  if (verdict === null)
    return [`the report is of another version than ${VERDICT_TYPE}: check it with the program that wrote it`];
  const faults: string[] = [];
  if (fromUtf8(signed.payload, "statement") !== fromUtf8(statementOf(verdict, html, json), "statement"))
    faults.push("the files are not those that were signed");
  if (fromUtf8(html, "verdict.html") !== pageOf(verdict)) faults.push("the page does not say what its data say");
  return [...faults, ...faultsOfVerdict(verdict)];
}
