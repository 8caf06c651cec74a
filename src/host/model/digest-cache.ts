/**
 * Digests of files that were read and checked before, under ASSAY_HOME/intake, one small JSON file each. An entry
 * holds for one path with one size, mtime, ctime and inode. It is a convenience: whatever is wrong with it, the file
 * is read again. It trusts the file system's times and whoever may write to ASSAY_HOME.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { utf8 } from "../../base/bytes.js";
import { type Digest, sha256Hex } from "../../base/digest.js";
import { parseStrictJson } from "../../base/strict-json.js";

/** What identifies the state of a file; bigint fields of fs.Stats as decimal text. */
export interface FileState {
  path: string;
  sizeBytes: number;
  mtimeNs: string;
  ctimeNs: string;
  inode: string;
}

/** Changes when the check that an entry vouches for changes. */
const CHECK = "sha256+finite/2";
/** A change within the tick of the file system's clock leaves the times as they were (2 s on FAT, 4 ms on ext4). */
const SETTLED_MS = 2_000;

const entrySchema = z.strictObject({
  check: z.literal(CHECK),
  path: z.string(),
  sizeBytes: z.int(),
  mtimeNs: z.string(),
  ctimeNs: z.string(),
  inode: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
});

/** Null when nothing is known, or when what is stored cannot be used. */
export async function cachedDigest(home: string, state: FileState): Promise<Digest | null> {
  try {
    const entry = entrySchema.parse(
      parseStrictJson(await readFile(entryPath(home, state.path), "utf8"), "digest-cache"),
    );
    const keys = ["path", "sizeBytes", "mtimeNs", "ctimeNs", "inode"] as const;
    return keys.every((key) => entry[key] === state[key]) ? (entry.digest as Digest) : null;
  } catch {
    return null;
  }
}

/** Complete or absent: written beside and renamed. Never fails. A file changed just now is not remembered. */
export async function rememberDigest(
  home: string,
  state: FileState,
  digest: Digest,
  readFromMs: number,
): Promise<void> {
  if (readFromMs - Number(BigInt(state.ctimeNs) / 1_000_000n) < SETTLED_MS) return;
  const path = entryPath(home, state.path);
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await makeFolder(join(home, "intake"));
    await writeFile(temporary, JSON.stringify({ check: CHECK, ...state, digest }), { mode: 0o600 });
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Step by step: Node 24's own recursive mkdir does not come back from a place such as /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

function entryPath(home: string, path: string): string {
  return join(home, "intake", `${sha256Hex(utf8(path))}.json`);
}
