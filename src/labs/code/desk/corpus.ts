/** `assay code corpus`: an index of public code made, shown, and grown by makers. */
import { readdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { asAssayError } from "../../../host/files.js";
import { assertFreeFile } from "../../../host/small-file.js";
import { type Corpus, type IndexedMaker, printsOfUnits, readCorpus, writeIndex, writeMaker } from "../host/corpus.js";
import { printTree } from "../host/printed-tree.js";
import { readSourceTree } from "../host/source-tree.js";

interface BuildRequest {
  /** One folder a maker; in it source files, or one folder a project. */
  sources: string;
  out: string;
  dated: string;
  say: (line: string) => void;
}

/** @returns the index's root */
export async function buildCorpus({ sources, out, dated, say }: BuildRequest): Promise<Digest> {
  await assertFreeFile(out);
  const partial = `${resolve(out)}.partial-${process.pid}`;
  try {
    const root = await writeIndex(partial, dated, await indexMakers(sources, partial, new Set(), say));
    await rename(partial, resolve(out));
    return root;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Adds makers to an index; those it has stay as they are. */
export async function growCorpus(index: string, { sources, dated, say }: Omit<BuildRequest, "out">): Promise<Digest> {
  const { makers } = await readCorpus(index);
  const held = new Set(makers.map(({ maker }) => maker));
  const added = await indexMakers(sources, index, held, say);
  return writeIndex(index, dated, [...makers.map(({ indexed }) => indexed), ...added]);
}

/** The index whole, its digests checked as for an examination. */
export const showCorpus = (index: string): Promise<Corpus> => readCorpus(index);

async function indexMakers(
  sources: string,
  out: string,
  held: ReadonlySet<string>,
  say: (line: string) => void,
): Promise<IndexedMaker[]> {
  const names = await readdir(resolve(sources), { withFileTypes: true }).catch((error) => {
    throw asAssayError(error, sources, "code corpus");
  });
  const made: IndexedMaker[] = [];
  for (const entry of names.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory()) continue;
    const maker = entry.name.toLowerCase();
    if (!/^[a-z0-9][a-z0-9._-]{0,99}$/.test(maker))
      throw new AssayError(
        "USAGE",
        `code corpus: expected a maker's folder named in a-z, 0-9, . _ and -, got ${quoted(maker)}`,
      );
    if (held.has(maker)) {
      say(`${maker}: in the index already`);
      continue;
    }
    const tree = await readSourceTree(join(sources, entry.name)).catch((error) => {
      if (error instanceof AssayError && error.code === "NOT_FOUND") return null;
      throw error;
    });
    if (!tree) {
      say(`${maker}: no source files`);
      continue;
    }
    const printed = await printTree(tree, "files", () => {});
    const { files, tokens, languages } = printed.seen;
    made.push(
      await writeMaker(out, {
        maker,
        sources: [{ name: tree.name, root: tree.root, files: tree.files.length }],
        languages,
        prints: printsOfUnits(printed.units),
      }),
    );
    say(`${maker}: ${files} files, ${tokens} tokens`);
  }
  if (made.length === 0 && held.size === 0)
    throw new AssayError("NOT_FOUND", `code corpus: expected a folder a maker, got none at ${quoted(sources)}`);
  return made;
}
