/**
 * A witness's desk: its state is one small file a log, written durably before an answer leaves; requests are judged one
 * after another, so that comparing with the last tree and storing the next are one step (C2SP tlog-witness).
 */
import { createHash } from "node:crypto";
import { AssayError } from "../../base/error.js";
import { lockLogFolder } from "../../host/log/log-folder.js";
import { parseCheckpoint } from "../../tlog/checkpoint.js";
import { cosignSubtree, signerOf } from "../../tlog/cosignature.js";
import { keyIdOf, type NoteKey, type SecretNoteKey } from "../../tlog/note-keys.js";
import {
  encodeNote,
  type Note,
  type NoteSignature,
  parseNote,
  signatureLine,
  signNote,
} from "../../tlog/signed-note.js";
import { judge, parseAddCheckpoint, type Witnessed } from "../../tlog/witness.js";
import { judgeSubtree, parseSignSubtree } from "../../tlog/witness-subtree.js";

export interface WitnessAnswer {
  status: number;
  contentType: string;
  body: string;
}

export interface Witness {
  addCheckpoint: (body: Uint8Array) => Promise<WitnessAnswer>;
  /** A cosignature of part of a tree it cosigned; null where its key signs whole trees only (Ed25519). */
  signSubtree: ((body: Uint8Array) => WitnessAnswer) | null;
  /** For monitors: the latest checkpoint of a log with its own and this witness's signatures; null where there is none. */
  latest: (originHash: string) => Promise<Uint8Array | null>;
  close: () => void;
}

/**
 * Holds the folder's lock until it is closed. @param now Unix seconds, which a cosignature carries @throws USAGE for a
 * log's key in place of a cosigner's
 */
export async function openWitness(options: {
  folder: string;
  key: SecretNoteKey;
  logs: readonly NoteKey[];
  now: () => number;
}): Promise<Witness> {
  const { folder, key, logs, now } = options;
  if (key.type === "ed25519") throw new AssayError("USAGE", "witness: expected a cosigner's key (type 4 or 6)");
  const store = await lockLogFolder(folder);
  const last = new Map<string, Witnessed>();
  const cosigned = (note: Note): Note => ({
    text: note.text,
    signatures: [...note.signatures, ...signNote(note.text, [signerOf(key, now())]).signatures],
  });
  const isOwn = ({ name, keyId }: NoteSignature) => name === key.name && keyId === keyIdOf(key);
  const keep = (origin: string, note: Note) => store.write(new Map([[pathOf(origin), encodeNote(note)]]));
  for (const origin of new Set(logs.map(({ name }) => name))) {
    const bytes = await store.read(pathOf(origin));
    if (!bytes) continue;
    const note = parseNote(bytes);
    const { size, root, ...head } = parseCheckpoint(note.text);
    if (head.origin !== origin)
      throw new AssayError("DIGEST", `witness: expected the checkpoint of ${origin} in its own file`);
    last.set(origin, { size, root });
    // Older state files lack the cosignature: it is made anew, since nothing larger was seen.
    if (!note.signatures.some(isOwn)) await keep(origin, cosigned(note));
  }
  let turn: Promise<unknown> = Promise.resolve();
  const answer = async (body: Uint8Array): Promise<WitnessAnswer> => {
    let request: ReturnType<typeof parseAddCheckpoint>;
    try {
      request = parseAddCheckpoint(body);
    } catch (error) {
      if (error instanceof AssayError) return plain(400, error.message);
      throw error;
    }
    const verdict = judge(request, logs, (origin) => last.get(origin) ?? null);
    if (verdict.status === 409) return { status: 409, contentType: "text/x.tlog.size", body: `${verdict.size}\n` };
    if (verdict.status !== 200) return plain(verdict.status, verdict.reason);
    const { note, checkpoint } = verdict;
    const signed = cosigned(note);
    await keep(checkpoint.origin, signed);
    last.set(checkpoint.origin, { size: checkpoint.size, root: checkpoint.root });
    return {
      status: 200,
      contentType: "text/plain; charset=utf-8",
      body: signed.signatures.filter(isOwn).map(signatureLine).join(""),
    };
  };
  const origins = new Set(logs.map(({ name }) => name));
  const subtree = (body: Uint8Array): WitnessAnswer => {
    let request: ReturnType<typeof parseSignSubtree>;
    try {
      request = parseSignSubtree(body);
    } catch (error) {
      if (error instanceof AssayError) return plain(400, error.message);
      throw error;
    }
    const verdict = judgeSubtree(request, origins, key);
    if (verdict.status !== 200) return plain(verdict.status, verdict.reason);
    const signature = cosignSubtree(verdict.subtree, key);
    return {
      status: 200,
      contentType: "text/plain; charset=utf-8",
      body: signatureLine({ name: key.name, keyId: keyIdOf(key), signature }),
    };
  };
  return {
    signSubtree: key.type === "ml-dsa-44" ? subtree : null,
    addCheckpoint: (body) => {
      const answered = turn.then(() => answer(body));
      turn = answered.catch(() => undefined);
      return answered;
    },
    latest: (originHash) => store.read(`logs/${originHash}`),
    close: store.close,
  };
}

function plain(status: number, reason: string): WitnessAnswer {
  return { status, contentType: "text/plain; charset=utf-8", body: `${reason}\n` };
}

/** Origins are free text: their digest is a file's name. */
function pathOf(origin: string): string {
  return `logs/${createHash("sha256").update(origin).digest("hex")}`;
}
