/**
 * A bundle of `examine behaviour` recomputed: its transcripts, and the lineage and prompts beside the panel, are found by
 * digest and go under the names the bundle gives them, since names decide who of the panel is left out.
 */
import { AssayError } from "../../base/error.js";
import type { ExaminationRequest } from "../../evidence/request.js";
import type { Finding } from "../../finding/finding.js";
import { panelOf, type TranscriptAt } from "../../host/answers/transcripts.js";
import { findFiles } from "../../host/find-files.js";
import { isUrl } from "../../host/http/http-pin.js";
import { compare, type StoredPart } from "../bundle/compare-findings.js";
import type { Check } from "../bundle/verify-bundle.js";
import type { Study } from "../validation-data.js";
import { examineTranscripts } from "./examine-behaviour.js";
import { behaviourPage } from "./publish-behaviour.js";

export async function recomputeBehaviour(
  request: ExaminationRequest,
  parts: readonly StoredPart[],
  options: {
    inputs: readonly string[];
    keyId: string | null;
    onProgress: (progress: { stage: string; done: number; total: number }) => void;
  },
): Promise<Check[]> {
  const { seed } = request.settings;
  if (typeof seed !== "string")
    throw new AssayError("UNSUPPORTED", "verify: expected a request of `examine behaviour` with a seed");
  const folders = options.inputs.filter((input) => !isUrl(input));
  const paths = await findFiles(folders, request.inputs);
  const all = (role: string): TranscriptAt[] =>
    request.inputs
      .filter((input) => input.role === role)
      .map(({ root, name }) => {
        const path = paths.get(root);
        if (path !== undefined) return { path, name };
        throw new AssayError(
          "NOT_FOUND",
          `verify: expected the file of the ${role} (${root}) under ${folders.join(", ")}; give --inputs FOLDER`,
        );
      });
  const one = (role: string): TranscriptAt => {
    const [found] = all(role);
    if (found) return found;
    throw new AssayError("FORMAT", `verify: expected an input in the role "${role}", got none`);
  };
  const releases = request.inputs.some(({ role }) => role === "before");
  const { findings } = await examineTranscripts({
    reference: one("reference"),
    suspect: one("suspect"),
    panel: await panelOf(all("panel"), all("panel-lineage")[0]?.path ?? null, all("panel-prompts")[0]?.path ?? null),
    siblings: all("sibling"),
    ...(releases ? { before: one("before"), after: one("after") } : {}),
    settings: { seed },
    studies: parts.flatMap(({ study }) => (study ? [study] : [])),
    onProgress: options.onProgress,
  });
  if (findings.length !== parts.length) {
    const detail = `the bundle holds ${parts.length} findings, this version makes ${findings.length}`;
    return [{ name: "recomputed findings", holds: false, detail }];
  }
  const roles = request.inputs.map(({ role }) => role);
  const pageOf = (finding: Finding, study: Study | null) =>
    behaviourPage(finding, roles, { seed }, study, options.keyId);
  return parts.flatMap((part, n) => compare(part, findings[n]!, pageOf, n));
}
