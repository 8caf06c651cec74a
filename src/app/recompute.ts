/**
 * The strongest check of a bundle: find the examined models by digest, examine them again with the bundle's settings,
 * and compare each finding and its page bit for bit. Only the software's own name may differ, and then it is said.
 */
import { AssayError, quoted } from "../base/error.js";
import type { Files } from "../evidence/bag.js";
import { decodeRequest, type ExaminationRequest } from "../evidence/request.js";
import type { Finding } from "../finding/finding.js";
import { isUrl } from "../host/http/http-pin.js";
import { findModels } from "../host/model/find-models.js";
import { statedUrl } from "../host/model/remote-files.js";
import { commitmentOf } from "../labs/weights/making/commitment.js";
import type { Settings } from "../labs/weights/method.js";
import type { Progress } from "../labs/weights/work.js";
import { recomputeBehaviour } from "./behaviour/recompute-behaviour.js";
import { findingCount, findingFolder } from "./bundle/bundle-layout.js";
import { compare, storedPart } from "./bundle/compare-findings.js";
import type { Check } from "./bundle/verify-bundle.js";
import { isMarksCommand } from "./marks/marks-request.js";
import { recomputeMarks } from "./marks/recompute-marks.js";
import type { Study } from "./validation-data.js";
import { examine } from "./weights/examine.js";
import { pageInput } from "./weights/publish.js";
import { urlOf } from "./weights/remote-side.js";

export async function recompute(
  files: Files,
  options: {
    /** Folders in which models are looked for by digest, and URLs that may be read again. */
    inputs: readonly string[];
    home: string;
    keyId: string | null;
    onProgress: (progress: Progress) => void;
  },
): Promise<Check[]> {
  const request = decodeRequest(files.get("data/request.json")!, "data/request.json");
  const count = findingCount(files.keys()) ?? 1;
  const parts = Array.from({ length: count }, (_, n) => storedPart(files, findingFolder(n)));
  if (isMarksCommand(request.command)) return recomputeMarks(request, request.command, parts, options);
  if (request.command === "examine behaviour") return recomputeBehaviour(request, parts, options);
  const settings = settingsOf(request);
  const paths = await findModels(
    options.inputs.filter((input) => !isUrl(input)),
    request.inputs,
    options.home,
  );
  for (const { root, url } of behindUrls(parts[0]!.finding)) {
    // A server learns that it is asked, so only the caller may say so.
    const allowed = options.inputs.find((input) => isUrl(input) && statedUrl(input) === url);
    if (allowed !== undefined) paths.set(root, allowed);
    else if (!paths.has(root))
      throw new AssayError(
        "NOT_FOUND",
        `verify: expected leave to read ${quoted(url)} again, as the examination did; give --inputs ${url}`,
      );
  }
  const withInit = request.inputs.some((input) => input.role === "init");
  const roles = ["reference", "suspect", ...(withInit ? ["init"] : [])];
  const also = request.inputs.map(({ role }) => role).filter((role) => /^also-\d+$/.test(role));
  const [reference, suspect, ...others] = [...roles, ...also].map((role) => {
    const path = paths.get(request.inputs.find((input) => input.role === role)?.root ?? "");
    if (path) return path;
    throw new AssayError(
      "NOT_FOUND",
      `verify: expected the ${role}'s files under ${options.inputs.join(", ")}; give --inputs FOLDER`,
    );
  });
  const studies = parts.flatMap((part) => (part.study ? [part.study] : []));
  const { home, onProgress } = options;
  const again = await examine({
    reference: reference!,
    suspect: suspect!,
    ...(withInit ? { init: others[0]! } : {}),
    also: others.slice(withInit ? 1 : 0),
    settings,
    studies,
    home,
    onProgress,
  });
  if (again.findings.length !== count) {
    const detail = `the bundle holds ${count} findings, this version makes ${again.findings.length}`;
    return [{ name: "recomputed findings", holds: false, detail }];
  }
  const pageOf = (finding: Finding, study: Study | null) => pageInput(finding, settings, study, options.keyId);
  return parts.flatMap((part, n) => compare(part, again.findings[n]!, pageOf, n));
}

/** Sides that were read over HTTP, by the words that remote-side.ts writes. */
function behindUrls({ subject }: Finding): { root: string; url: string }[] {
  if (subject.kind !== "pair") return [];
  return [subject.reference, subject.suspect].flatMap(({ root, obtained }) => {
    const url = urlOf(obtained ?? "");
    return url === null ? [] : [{ root, url }];
  });
}

function settingsOf(request: ExaminationRequest): Settings {
  const { seed, rows, seedBits, exhibits, committed } = request.settings;
  if (
    request.command !== "examine weights" ||
    typeof seed !== "string" ||
    (rows !== "sampled" && rows !== "all" && rows !== "screened")
  )
    throw new AssayError("UNSUPPORTED", "verify: expected a request of `examine weights` with a seed and rows");
  return {
    seed,
    rows,
    ...(typeof seedBits === "number" ? { seedBits } : {}),
    ...(exhibits === true ? { exhibits } : {}),
    ...(Array.isArray(committed) ? { committed: committed.flatMap((text) => commitmentOf(text) ?? []) } : {}),
  };
}
