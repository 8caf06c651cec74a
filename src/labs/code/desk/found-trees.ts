/** Source trees that a bundle's request names, found again by their roots among the folders that a reader hands in. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { RecomputeDesk } from "../../../app/laboratory.js";
import { AssayError } from "../../../base/error.js";
import type { ExaminationRequest } from "../../../evidence/request.js";
import { readSourceTree, type SourceTree } from "../host/source-tree.js";

/** Folders among the inputs, and the folders in them, whose root is one that is wanted; under the bundle's names. */
export async function foundTrees(
  request: ExaminationRequest,
  { inputs }: Pick<RecomputeDesk, "inputs">,
): Promise<(role: string) => { tree: SourceTree; path: string }> {
  const wanted = new Map(request.inputs.map(({ role, root, name }) => [role, { root, name }]));
  const roots = new Set([...wanted.values()].map(({ root }) => root));
  const found = new Map<string, { tree: SourceTree; path: string }>();
  const look = async (path: string): Promise<void> => {
    const tree = await readSourceTree(path).catch(() => null);
    if (tree && roots.has(tree.root)) found.set(tree.root, { tree, path });
  };
  for (const folder of inputs) {
    await look(folder);
    const inside = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of inside) if (entry.isDirectory()) await look(join(folder, entry.name));
  }
  return (role) => {
    const { root, name } = wanted.get(role) ?? { root: "", name: "" };
    const held = found.get(root);
    if (held) return { ...held, tree: { ...held.tree, name } };
    throw new AssayError("NOT_FOUND", `verify: expected the ${role}'s tree (${root}) under ${inputs.join(", ")}`);
  };
}
