/**
 * Writes the page and the figures of a finding as this version does, from what its bundle holds and nothing else. Where
 * laboratories are records, `inputOf` is `pages(askingOf(command), request, keyId)`, the same for all.
 */
import { decodeRequest } from "../../evidence/request.js";
import { decodeFinding } from "../../finding/codec.js";
import type { Settings } from "../../labs/weights/method.js";
import { figures } from "../../report/figures.js";
import { renderPage } from "../../report/page.js";
import type { PageInput } from "../../report/page-input.js";
import { behaviourPage } from "../behaviour/publish-behaviour.js";
import { isMarksCommand, type MarksSettings, reproduceMarks } from "../marks/marks-request.js";
import { marksPage } from "../marks/publish-marks.js";
import { parseStudy } from "../validation-data.js";
import { pageInput } from "../weights/publish.js";
import type { StoredPage, WrittenPage } from "./page.js";

/** Null for a command whose pages this version does not write. */
export function writePage(stored: StoredPage): WrittenPage | null {
  const input = inputOf(stored);
  return input && { page: renderPage(input), figures: figures(input) };
}

function inputOf({ finding: bytes, request: asked, study: studied, keyId }: StoredPage): PageInput | null {
  const finding = decodeFinding(bytes, "finding.json");
  const { command, settings, inputs } = decodeRequest(asked, "request.json");
  const study = studied ? parseStudy(studied, "validation.json") : null;
  if (isMarksCommand(command))
    return marksPage(finding, study, reproduceMarks(command, settings as MarksSettings, inputs), keyId);
  if (command === "examine behaviour") {
    const roles = inputs.map(({ role }) => role);
    return behaviourPage(finding, roles, { seed: String(settings.seed) }, study, keyId);
  }
  if (command === "examine weights") return pageInput(finding, settings as unknown as Settings, study, keyId);
  if (command !== "examine traffic") return null;
  const line = `assay examine traffic LOG --key KEY${settings.reveal ? " --reveal" : ""}`;
  return { finding, validation: study, reproduce: { command: line }, signed: keyId === null ? null : { keyId } };
}
