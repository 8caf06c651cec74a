/** From an examination to a bundle: a page for each finding, its figures, how to repeat it, and a signature when a key is given. */
import { keyIdOf, publicKeyOf } from "../../evidence/ed25519.js";
import type { Finding } from "../../finding/finding.js";
import { commitmentText } from "../../labs/weights/making/commitment.js";
import type { Settings } from "../../labs/weights/method.js";
import { figures } from "../../report/figures.js";
import { renderPage } from "../../report/page.js";
import type { PageInput } from "../../report/page-input.js";
import { makeBundle } from "../bundle/bundle.js";
import { type Study, studyOf } from "../validation-data.js";
import type { Examination } from "./examine.js";

export function bundleOf(
  { findings, inputs }: Examination,
  settings: Settings,
  studies: readonly Study[],
  key?: Uint8Array,
): Map<string, Uint8Array> {
  const keyId = key ? keyIdOf(publicKeyOf(key)) : null;
  const parts = findings.map((finding) => {
    const study = studyOf(finding, studies);
    const page = pageInput(finding, settings, study, keyId);
    return { finding, page: renderPage(page), validation: study?.bytes ?? null, figures: figures(page) };
  });
  return makeBundle({
    parts,
    request: {
      type: "assay/request/v1",
      command: "examine weights",
      arguments: [
        "REFERENCE",
        "SUSPECT",
        ...(settings.seedBits === undefined ? [] : ["--init", "INIT"]),
        ...inputs.flatMap(({ role }) => (role.startsWith("also-") ? ["--also", role.toUpperCase()] : [])),
      ],
      settings: requestSettings(settings),
      inputs,
    },
    ...(key ? { key } : {}),
  });
}

/** As texts and numbers: commitments were checked when they were handed in, and stand here by what they showed. */
function requestSettings({ committed, ...settings }: Settings) {
  return { ...settings, ...(committed ? { committed: committed.map(commitmentText) } : {}) };
}

/** What the page of a finding is made from; the same input gives the same bytes. */
export function pageInput(finding: Finding, settings: Settings, study: Study | null, keyId: string | null): PageInput {
  return {
    finding,
    validation: study,
    reproduce: { command: reproduceCommand(settings) },
    signed: keyId === null ? null : { keyId },
  };
}

/** Paths are the reader's own; settings are the examination's. */
function reproduceCommand({ seed, rows, seedBits, exhibits, committed }: Settings): string {
  const plain = /^[\w./:-]+$/.test(seed) ? seed : `'${seed.replaceAll("'", "'\\''")}'`;
  const init = seedBits === undefined ? "" : ` --init INIT --seed-bits ${seedBits}`;
  return `assay examine weights REFERENCE SUSPECT --seed ${plain} --rows ${rows}${init}${exhibits ? " --exhibits" : ""}${committed ? " --committed RECEIPT --policy POLICY" : ""}`;
}
