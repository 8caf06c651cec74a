/** The inputs of a bundle's request, found again by their digests in the folders somebody gave. */
import { AssayError } from "../base/error.js";
import type { ExaminationRequest } from "../evidence/request.js";
import { findFiles } from "../host/find-files.js";
import { isUrl } from "../host/http/http-pin.js";
import { findModels } from "../host/model/find-models.js";

export interface Found {
  /** @throws AssayError NOT_FOUND where the input in this role is missing, FORMAT where the request has none */
  at: (role: string) => string;
  /** All inputs in a role, in the request's order, under the names it gives them. */
  all: (role: string) => { path: string; name: string }[];
  has: (role: string) => boolean;
  /** Where was looked. */
  folders: readonly string[];
}

/** @param more paths by root beyond the folders: of a side that lies behind a URL */
export async function foundInputs(
  kind: "models" | "files",
  request: ExaminationRequest,
  { inputs, home }: { inputs: readonly string[]; home: string | null },
  more: ReadonlyMap<string, string> = new Map(),
): Promise<Found> {
  const folders = inputs.filter((input) => !isUrl(input));
  const found =
    kind === "models" ? await findModels(folders, request.inputs, home) : await findFiles(folders, request.inputs);
  const all = (role: string) =>
    request.inputs
      .filter((input) => input.role === role)
      .map(({ root, name }) => {
        const path = more.get(root) ?? found.get(root);
        if (path !== undefined) return { path, name };
        throw new AssayError(
          "NOT_FOUND",
          `verify: expected the ${role}'s files (${root}) under ${folders.join(", ")}; give --inputs FOLDER`,
        );
      });
  const has = (role: string) => request.inputs.some((input) => input.role === role);
  const at = (role: string): string => {
    if (!has(role)) throw new AssayError("FORMAT", `verify: expected an input in the role "${role}", got none`);
    return all(role)[0]!.path;
  };
  return { at, all, has, folders };
}
