/**
 * `BASE+ADAPTER` in place of a path: a model and the folder of a LoRA adapter over it. A path that exists as it is
 * written is never split.
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ADAPTER_CONFIG_NAME } from "../../model/layouts/adapter.js";
import { isUrl } from "../http/http-pin.js";
import { listModelFiles, type ModelFiles } from "./folder.js";

export interface AdapterPath {
  base: string;
  adapter: string;
}

/** Null where the path names one thing, or nothing. */
export async function adapterPath(path: string): Promise<AdapterPath | null> {
  if (!path.includes("+") || path.includes("\0") || isUrl(path) || (await exists(path))) return null;
  for (let at = path.indexOf("+"); at >= 0; at = path.indexOf("+", at + 1)) {
    const [base, adapter] = [path.slice(0, at), path.slice(at + 1)];
    if (base && adapter && (await exists(base)) && (await exists(join(adapter, ADAPTER_CONFIG_NAME))))
      return { base, adapter };
  }
  return null;
}

/** All files of a path, of both parts where it names two: then under `base/` and `adapter/`. */
export async function listAll(path: string, ignore?: readonly string[]): Promise<ModelFiles> {
  const both = await adapterPath(path);
  if (!both) return listModelFiles(path, ignore);
  const [base, adapter] = await Promise.all([listModelFiles(both.base, ignore), listModelFiles(both.adapter, ignore)]);
  const under = (folder: string, listed: ModelFiles) =>
    listed.files.map((f) => ({ ...f, name: `${folder}/${f.name}` }));
  const files = [...under("adapter", adapter), ...under("base", base)];
  return { path: base.path, name: `${base.name}+${adapter.name}`.slice(0, 255), isFolder: true, files };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
