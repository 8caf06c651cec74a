/**
 * A model brought in only when it is allowed: its files are taken beside the target under another name, checked against
 * their signature, judged, and then put in place in one step. What is refused stays out, and what was taken stays for the
 * next try. Sources: a folder; a URL under which `model.sig` lies (the signature lists the files); `hf:org/model@revision`
 * on huggingface.co or the server that `HF_ENDPOINT` names.
 */
import { cp, lstat, mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fromUtf8, utf8 } from "../../base/bytes.js";
import { sha256Hex } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import { decodeStatement, shardOf } from "../../evidence/oms-statement.js";
import { decodeSignatureBundle } from "../../evidence/sigstore-bundle.js";
import { download } from "../../host/http/download.js";
import { isUrl, parseUrl } from "../../host/http/http-pin.js";
import { readSmallFile } from "../../host/small-file.js";
import { readWhole } from "../../host/whole-file.js";
import { type Checked, checkModel } from "./check-model.js";
import type { PolicyFolder } from "./policy-folder.js";

const FILES_MAX = 10_000;
const FILE_BYTES_MAX = 2 ** 41;
const SMALL_BYTES_MAX = 64 * 1024 * 1024;
const HF =
  /^hf:([A-Za-z0-9][A-Za-z0-9._-]{0,95}\/[A-Za-z0-9][A-Za-z0-9._-]{0,95})(?:@([A-Za-z0-9][A-Za-z0-9._/-]{0,199}))?$/;

interface FetchOptions {
  source: string;
  into: string;
  register: string;
  folder: PolicyFolder;
  evaluations: string | null;
  audits: string | null;
  env: Readonly<Record<string, string | undefined>>;
  onBytes: (bytes: number) => void;
}

/** @returns the verdict; the target exists afterwards only where it is an allow @throws USAGE where the target is taken */
export async function fetchModel(options: FetchOptions): Promise<Checked> {
  const target = resolve(options.into);
  if (await lstat(target).catch(() => null))
    throw new AssayError("USAGE", `--into: expected a new folder, but ${quoted(options.into)} exists`);
  const beside = join(dirname(target), `.${basename(target)}.fetch-${sha256Hex(utf8(options.source)).slice(0, 16)}`);
  await mkdir(beside, { recursive: true });
  await take(options, beside);
  const checked = await checkModel({
    model: beside,
    register: options.register,
    folder: options.folder,
    signature: null,
    evaluations: options.evaluations,
    audits: options.audits,
    onProgress: () => undefined,
  });
  if (checked.verdict.allow) await rename(beside, target);
  return checked;
}

async function take({ source, env, onBytes }: FetchOptions, into: string): Promise<void> {
  const hub = HF.exec(source);
  if (hub) {
    const base = (env.HF_ENDPOINT ?? "https://huggingface.co").replace(/\/+$/, "");
    const [repository, revision] = [hub[1]!, hub[2] ?? "main"];
    const headers: Record<string, string> = env.HF_TOKEN ? { authorization: `Bearer ${env.HF_TOKEN}` } : {};
    const listing = join(into, "..", `${basename(into)}.json`);
    await rm(listing, { force: true });
    const asked = parseUrl(`${base}/api/models/${repository}/revision/${encodeURIComponent(revision)}`);
    if ((await download({ url: asked, to: listing, bytesMax: SMALL_BYTES_MAX, headers, onBytes })) === null)
      throw new AssayError("NOT_FOUND", `${source}: the server has no such model`);
    const names = siblingsOf(fromUtf8(await readSmallFile(listing, SMALL_BYTES_MAX), source), source);
    await rm(listing);
    for (const name of names)
      await one(`${base}/${repository}/resolve/${encodeURIComponent(revision)}/`, name, into, headers, onBytes);
    return;
  }
  if (!isUrl(source)) {
    const info = await lstat(source).catch(() => null);
    if (!info?.isDirectory())
      throw new AssayError("NOT_FOUND", `expected a folder, a URL or hf:org/model, got ${quoted(source)}`);
    await rm(into, { recursive: true });
    await cp(source, into, { recursive: true, verbatimSymlinks: true });
    return;
  }
  const base = `${source.replace(/\/+$/, "")}/`;
  await one(base, "model.sig", into, {}, onBytes);
  const signature = join(into, "model.sig");
  const { resources, serialization } = decodeStatement(
    decodeSignatureBundle(await readWhole(signature), signature).payload,
  );
  const names = resources.map(({ name }) => (serialization.method === "shards" ? shardOf(name).path : name));
  for (const name of new Set(names)) await one(base, name, into, {}, onBytes);
}

/** Names of a model's files as the hub lists them. */
function siblingsOf(text: string, what: string): string[] {
  let listed: unknown;
  try {
    listed = (JSON.parse(text) as { siblings?: unknown }).siblings;
  } catch {
    listed = null;
  }
  if (!Array.isArray(listed) || listed.length > FILES_MAX)
    throw new AssayError("FORMAT", `${what}: expected a list of at most ${FILES_MAX} files`);
  return listed.map((each) => String((each as { rfilename?: unknown } | null)?.rfilename));
}

/** A name that a server says leads nowhere but into the folder (CWE-22). */
function checkedName(name: string): string {
  const parts = name.split("/");
  if (
    name === "" ||
    name.length > 1000 ||
    parts.some((part) => part === "" || part === "." || part === "..") ||
    /[\\\0]/.test(name)
  )
    throw new AssayError("FORMAT", `expected names of files inside the model, got ${quoted(name)}`);
  return name;
}

async function one(
  base: string,
  name: string,
  into: string,
  headers: Record<string, string>,
  onBytes: (bytes: number) => void,
) {
  const path = checkedName(name).split("/");
  const url = parseUrl(`${base}${path.map(encodeURIComponent).join("/")}`);
  const size = await download({ url, to: join(into, ...path), bytesMax: FILE_BYTES_MAX, headers, onBytes });
  if (size === null) throw new AssayError("NOT_FOUND", `expected the file ${quoted(name)} of the model, got nothing`);
}
