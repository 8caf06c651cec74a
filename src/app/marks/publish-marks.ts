/** From findings of the marks laboratory to a bundle: a page each, and how to repeat it. The key is never in it. */
import { keyIdOf, publicKeyOf } from "../../evidence/ed25519.js";
import type { Finding } from "../../finding/finding.js";
import { figures } from "../../report/figures.js";
import { renderPage } from "../../report/page.js";
import type { PageInput } from "../../report/page-input.js";
import { makeBundle } from "../bundle/bundle.js";
import { loadStudy, type Study, studyOf } from "../validation-data.js";
import {
  argumentsOf,
  type MarksCommand,
  type MarksExamination,
  type MarksSettings,
  reproduceMarks,
} from "./marks-request.js";

export interface MarksPublication {
  command: MarksCommand;
  settings: MarksSettings;
}

export async function marksBundle(
  { findings, inputs }: MarksExamination,
  { command, settings }: MarksPublication,
  key?: Uint8Array,
): Promise<Map<string, Uint8Array>> {
  const keyId = key ? keyIdOf(publicKeyOf(key)) : null;
  const reproduce = reproduceMarks(command, settings, inputs);
  const parts = await Promise.all(
    findings.map(async (finding) => {
      const loaded = await loadStudy(`validation/${finding.method.id.replace("/", "-")}.json`);
      const study = loaded ? studyOf(finding, [loaded]) : null;
      const page = marksPage(finding, study, reproduce, keyId);
      return { finding, page: renderPage(page), validation: study?.bytes ?? null, figures: figures(page) };
    }),
  );
  return makeBundle({
    parts,
    request: { type: "assay/request/v1", command, arguments: [...argumentsOf(command)], settings, inputs },
    ...(key ? { key } : {}),
  });
}

/** What the page of a finding is made from; the same input gives the same bytes. */
export function marksPage(finding: Finding, study: Study | null, reproduce: string, keyId: string | null): PageInput {
  return {
    finding,
    validation: study,
    reproduce: { command: reproduce },
    signed: keyId === null ? null : { keyId },
  };
}
