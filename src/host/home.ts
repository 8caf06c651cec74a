/**
 * Where Assay keeps its state: `ASSAY_HOME`, else the platform's data folder (XDG Base Directory Specification 0.8 on
 * Linux and the like, Apple's File System Programming Guide, Windows known folder LocalAppData).
 */
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/** @param env the environment; injected in tests */
export function assayHome(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  if (env.ASSAY_HOME) return resolve(env.ASSAY_HOME);
  if (platform === "darwin") return join(home, "Library", "Application Support", "assay");
  if (platform === "win32") return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), "assay");
  // The specification: a relative path here is invalid and ignored.
  const data = env.XDG_DATA_HOME && isAbsolute(env.XDG_DATA_HOME) ? env.XDG_DATA_HOME : join(home, ".local", "share");
  return join(data, "assay");
}
