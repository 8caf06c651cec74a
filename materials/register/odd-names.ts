/**
 * Names by their bytes, and trees of files that change after they were signed: what the tests of names and the study of
 * them share. No part of the product.
 */
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type SignOptions, signModel, verifyModel } from "../../dist/app/register/sign-model.js";
import { AssayError } from "../../dist/base/error.js";
import { prng } from "../../dist/base/prng.js";
import { statedName } from "../../dist/host/file-names.js";

const common = {
  ignorePaths: [],
  ignoreGitPaths: true,
  allowSymlinks: false,
  certificateChain: [],
  onProgress: () => undefined,
};

/** A key pair that signs in `folder`. */
export function newSigner(folder: string): void {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(join(folder, "key.pem"), privateKey.export({ format: "pem", type: "pkcs8" }));
  writeFileSync(join(folder, "key.pub"), publicKey.export({ format: "pem", type: "spki" }));
}

export const signed = (folder: string, model: string, method: SignOptions["method"] = "files") =>
  signModel({
    ...common,
    model,
    signature: `${model}.sig`,
    method,
    algorithm: "sha256",
    shardSize: 7,
    privateKey: join(folder, "key.pem"),
  });

export const faults = async (folder: string, model: string): Promise<string[]> =>
  (
    await verifyModel({
      ...common,
      model,
      signature: `${model}.sig`,
      publicKey: join(folder, "key.pub"),
      ignoreUnsignedFiles: false,
      at: 0,
      strictCertificates: false,
    })
  ).faults;

/** RFC 3629 by its table of byte ranges, written apart from the decoder that is tested. */
function isUtf8(bytes: Uint8Array): boolean {
  const tail = (at: number, from = 0x80, to = 0xbf) =>
    bytes[at] !== undefined && bytes[at]! >= from && bytes[at]! <= to;
  for (let i = 0; i < bytes.length; ) {
    const octet = bytes[i]!;
    if (octet < 0x80) i += 1;
    else if (octet >= 0xc2 && octet <= 0xdf && tail(i + 1)) i += 2;
    else if (octet === 0xe0 && tail(i + 1, 0xa0) && tail(i + 2)) i += 3;
    else if (octet === 0xed && tail(i + 1, 0x80, 0x9f) && tail(i + 2)) i += 3;
    else if (octet >= 0xe1 && octet <= 0xef && octet !== 0xed && tail(i + 1) && tail(i + 2)) i += 3;
    else return false;
  }
  return true;
}

export interface NamesSeen {
  names: number;
  stated: number;
  wrong: number;
}

/** Names of up to three bytes that begin with `first`: each is stated as itself, or not at all. */
export function namesBeginning(first: number, third: readonly number[], second = OCTETS): NamesSeen {
  const seen = { names: 0, stated: 0, wrong: 0 };
  const look = (...name: number[]) => {
    const bytes = Buffer.from(name);
    const text = statedName(bytes);
    seen.names++;
    if (text !== null) seen.stated++;
    // Lossless, and so no two names are stated alike.
    const as = text !== null && Buffer.from(text).equals(bytes);
    if (as !== (isUtf8(bytes) && !name.includes(0x5c)) || (text !== null && !as)) seen.wrong++;
  };
  look(first);
  for (const b of second) {
    look(first, b);
    for (const c of third) look(first, b, c);
  }
  return seen;
}

/** All that a name may hold. */
export const OCTETS: readonly number[] = Array.from({ length: 256 }, (_, i) => i).filter(
  (octet) => octet !== 0 && octet !== 0x2f,
);

/**
 * A model that holds every likeness of `count` drawn names, what their bytes decode to with replacement characters; then
 * every drawn name that was not signed is put beside it.
 */
export async function likenesses(folder: string, count: number): Promise<{ added: number; seen: number }> {
  const random = prng("test/names", "1");
  const octet = () => {
    const value = 1 + random.below(255);
    return value === 0x2f ? 0x5c : value;
  };
  const names = new Set<string>();
  for (let i = 0; i < count; i++)
    names.add(Buffer.from(Array.from({ length: 1 + random.below(3) }, octet)).toString("latin1"));
  for (const name of [".", ".."]) names.delete(name);
  const model = join(folder, "likenesses");
  mkdirSync(model);
  for (const name of names) {
    const likeness = Buffer.from(name, "latin1").toString();
    if (!likeness.includes("\\")) writeFileSync(join(model, likeness), likeness);
  }
  const { resources } = await signed(folder, model);
  const stated = new Set(resources.map(({ name }) => name));
  if ((await faults(folder, model)).length > 0) throw new Error("the model does not hold as signed");
  let added = 0;
  for (const name of names) {
    const bytes = Buffer.from(name, "latin1");
    const text = statedName(bytes);
    if (text !== null && stated.has(text)) continue;
    writeFileSync(Buffer.concat([Buffer.from(`${model}/`), bytes]), "");
    added++;
  }
  const seen = (await faults(folder, model)).length;
  rmSync(model, { recursive: true });
  return { added, seen };
}

export const CHANGES = ["add", "remove", "rename", "swap", "write", "link", "name that is not UTF-8"] as const;
export type Change = (typeof CHANGES)[number];

const WORDS = ["a", "b", "A", "é", "e\u0301", "𝔘", "\ufffd", ":", "0", " ", ".", "con", "\n", "%", "~"];

/** Tree `i` is made, signed, checked, changed in one place and checked again. */
export function changedTrees(folder: string): (i: number) => Promise<{ change: Change; seen: boolean }> {
  return async (i) => {
    const random = prng("test/trees", String(i));
    const word = () => Array.from({ length: 1 + random.below(3) }, () => WORDS[random.below(WORDS.length)]).join("");
    const model = join(folder, `t${i}`);
    const files = new Map<string, string>();
    mkdirSync(model);
    for (let j = 1 + random.below(6); j > 0; j--) {
      const [parent, name] = [random.below(3) === 0 ? `${word()}d/` : "", word()];
      if (/^\.{1,2}$/.test(name) || files.has(parent + name) || existsSync(join(model, parent + name))) continue;
      if (parent) mkdirSync(join(model, parent), { recursive: true });
      const contents = "x".repeat(random.below(3)) + j;
      writeFileSync(join(model, parent + name), contents);
      files.set(parent + name, contents);
    }
    if (files.size === 0) {
      writeFileSync(join(model, "one"), "1");
      files.set("one", "1");
    }
    await signed(folder, model, random.below(2) ? "files" : "shards");
    if ((await faults(folder, model)).length > 0) throw new Error(`tree ${i} does not hold as signed`);
    const change = changeOne(folder, model, files, random.below);
    const seen = await faults(folder, model).then(
      (found) => found.length > 0,
      (error) => error instanceof AssayError,
    );
    rmSync(model, { recursive: true });
    rmSync(`${model}.sig`);
    return { change, seen };
  };
}

function changeOne(
  folder: string,
  model: string,
  files: ReadonlyMap<string, string>,
  below: (n: number) => number,
): Change {
  const names = [...files.keys()];
  const name = names[below(names.length)]!;
  const at = join(model, name);
  const change = CHANGES[below(CHANGES.length)]!;
  if (change === "add") writeFileSync(`${at}+`, below(2) ? "" : "x");
  else if (change === "remove") rmSync(at);
  else if (change === "rename") renameSync(at, `${at}~~~`);
  else if (change === "link") {
    rmSync(at);
    symlinkSync(join(folder, "key.pub"), at);
  } else if (change === "name that is not UTF-8")
    writeFileSync(Buffer.concat([Buffer.from(at), Buffer.from([0x80 + below(128)])]), files.get(name)!);
  else {
    const other = change === "swap" ? names.find((each) => files.get(each) !== files.get(name)) : undefined;
    // One file has nothing to be swapped with: its last character is written anew.
    if (other === undefined) {
      writeFileSync(at, `${files.get(name)!.slice(0, -1)}z`);
      return "write";
    }
    writeFileSync(at, files.get(other)!);
    writeFileSync(join(model, other), files.get(name)!);
  }
  return change;
}
