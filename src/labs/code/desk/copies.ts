/** Plan the copies of a source tree, put the draw into a plan, write one recipient's copy, and examine a suspect for them. */
import { cp, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type DatedPaths, datedBy, datedInputs } from "../../../app/log/dated.js";
import { drawAsked } from "../../../app/log/drawing.js";
import { SOFTWARE } from "../../../app/software.js";
import type { Study } from "../../../app/studies.js";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import type { Progress } from "../../../base/progress.js";
import type { ExaminationRequest } from "../../../evidence/request.js";
import type { Finding } from "../../../finding/finding.js";
import { assertFreeFile, readSmallFile, writeNewFile } from "../../../host/small-file.js";
import { examineCopy } from "../copies/examine.js";
import { COPIES_BYTES_MAX, type CopiesPlan, committedCopies, formsOf, readCopies } from "../copies/plan.js";
import { readSourceTree, type SourceTree, treeOf } from "../host/source-tree.js";
import { copyOf, shownPlaces, type VariantTree, variantTree } from "../host/variant-tree.js";

type OnProgress = (progress: Progress) => void;

interface NewCopies {
  tree: string;
  /** Names, one a line. */
  recipients: string;
  out: string;
  round?: number;
  /** Draws in place of a round: a rehearsal. */
  seed?: string;
  name?: string;
  onProgress?: OnProgress;
}

/** Fixes tree, recipients and the round that draws. @throws AssayError USAGE, FORMAT, NOT_FOUND for a tree without places */
export async function planCopies({ round, seed, ...asked }: NewCopies): Promise<CopiesPlan> {
  await assertFreeFile(asked.out);
  const draw = drawAsked({ ...(round === undefined ? {} : { round }), ...(seed === undefined ? {} : { seed }) });
  const recipients = fromUtf8(await readSmallFile(asked.recipients, COPIES_BYTES_MAX), asked.recipients)
    .split(/\r?\n/)
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const tree = await readSourceTree(asked.tree);
  const { kinds } = await variantTree(tree, said("looking for places", asked.onProgress));
  if (kinds.length === 0)
    throw new AssayError(
      "NOT_FOUND",
      `mark code: expected places that can be written in two ways, found none in ${quoted(asked.tree)}`,
    );
  const name = asked.name ?? tree.name;
  const plan = committedCopies({ ...draw, name, original: tree.root, places: kinds.length, recipients });
  const bytes = utf8(`${JSON.stringify(plan)}\n`);
  readCopies(bytes, "mark code");
  await writeNewFile(asked.out, bytes, true);
  return plan;
}

/** Puts the signature of the plan's round into it. @throws AssayError SIGNATURE, USAGE for a plan that names no round */
export async function drawCopies(path: string, signature: string, out: string): Promise<void> {
  const what = basename(path);
  const plan = readCopies(await readSmallFile(path, COPIES_BYTES_MAX), what);
  if (plan.round === null)
    throw new AssayError("USAGE", `${what}: expected a plan that names a round, got one drawn by its seed`);
  const drawn = utf8(`${JSON.stringify({ ...plan, signature })}\n`);
  readCopies(drawn, what);
  await writeNewFile(out, drawn, true);
}

/** The history would give away the original. */
const VERSION_CONTROL = /^\.(git|hg|svn)$/;

/**
 * Writes one recipient's copy: of a folder all of it but its history, of an archive its source files, those that have
 * places in the recipient's forms.
 * @throws AssayError DIGEST for another tree than the plan's, USAGE for a name that is not in it
 */
export async function writeCopy(asked: {
  tree: string;
  plan: string;
  recipient: string;
  out: string;
  onProgress?: OnProgress;
}): Promise<{ recipient: string; root: string; files: number; places: number; asDrawn: number }> {
  const what = basename(asked.plan);
  const plan = readCopies(await readSmallFile(asked.plan, COPIES_BYTES_MAX), what);
  if (!plan.recipients.includes(asked.recipient))
    throw new AssayError("USAGE", `--recipient: expected a recipient of ${what}, got ${quoted(asked.recipient)}`);
  await assertFreeFile(asked.out);
  const forms = formsOf(plan)(asked.recipient);
  const { tree, variants } = await originalOf(asked.tree, plan, what, asked.onProgress);
  const { files, asAsked } = await copyOf(variants, forms);
  const bytes = (path: string, held: Uint8Array) => (files.has(path) ? utf8(files.get(path)!) : held);
  const copied = tree.files.map((file) => ({ path: file.path, bytes: bytes(file.path, file.bytes) }));
  const partial = `${resolve(asked.out)}.partial`;
  try {
    if ((await stat(asked.tree)).isDirectory())
      await cp(asked.tree, partial, {
        recursive: true,
        verbatimSymlinks: true,
        errorOnExist: true,
        force: false,
        filter: (from) => !VERSION_CONTROL.test(basename(from)),
      });
    for (const file of copied) {
      const at = join(partial, file.path);
      await mkdir(dirname(at), { recursive: true });
      await writeFile(at, file.bytes);
    }
    await rename(partial, resolve(asked.out));
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  const { root } = treeOf(
    tree.name,
    copied.map((file) => ({ ...file, digest: sha256Digest(file.bytes) })),
  );
  return { recipient: asked.recipient, root, files: copied.length, places: forms.length, asDrawn: asAsked };
}

/** @throws AssayError DIGEST for another tree than the plan's */
async function originalOf(
  path: string,
  plan: CopiesPlan,
  what: string,
  onProgress?: OnProgress,
): Promise<{ tree: SourceTree; variants: VariantTree }> {
  const tree = await readSourceTree(path);
  if (tree.root !== plan.original)
    throw new AssayError("DIGEST", `${what}: expected the tree ${plan.original}, got ${tree.root} at ${quoted(path)}`);
  const variants = await variantTree(tree, said("looking for places", onProgress));
  if (variants.kinds.length !== plan.places)
    throw new AssayError(
      "DIGEST",
      `${what}: expected ${plan.places} places, got ${variants.kinds.length}: made by other rules`,
    );
  return { tree, variants };
}

/** @param asked paths, tries, and studies at hand */
export async function examineCopyOf(asked: {
  suspect: string;
  original: string;
  plan: string;
  dated: DatedPaths | null;
  tries: number;
  studies: readonly Study[];
  onProgress: OnProgress;
}): Promise<{ findings: Finding[]; inputs: ExaminationRequest["inputs"] }> {
  const what = basename(asked.plan);
  const planBytes = await readSmallFile(asked.plan, COPIES_BYTES_MAX);
  const plan = { digest: sha256Digest(planBytes), value: readCopies(planBytes, what) };
  const { tree, variants } = await originalOf(asked.original, plan.value, what, asked.onProgress);
  const suspect = await readSourceTree(asked.suspect);
  const shown = await shownPlaces(suspect, said("reading the suspect's files", asked.onProgress));
  const dated = asked.dated && (await datedBy(asked.dated, plan.value));
  const artefact = ({ name, root }: SourceTree) => ({ name, kind: "code" as const, root });
  const finding = examineCopy({
    plan,
    original: { artefact: artefact(tree), kinds: variants.kinds, placed: variants.placed },
    suspect: { artefact: artefact(suspect), shown },
    dated,
    tries: asked.tries,
    validations: asked.studies,
    software: SOFTWARE,
  });
  return {
    findings: [finding],
    inputs: [
      { role: "suspect", name: suspect.name, root: suspect.root },
      { role: "original", name: tree.name, root: tree.root },
      { role: "plan", name: what, root: plan.digest },
      ...(await datedInputs(asked.dated)),
    ],
  };
}

const said =
  (stage: string, onProgress?: OnProgress) =>
  (done: number, total: number): void =>
    onProgress?.({ stage, done, total });
