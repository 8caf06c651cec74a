/**
 * From an examination to a bundle: a page for each finding, its figures, how to repeat it, and a signature where a key
 * is given. One publisher for all laboratories; the same input gives the same bytes.
 */
import type { Digest } from "../base/digest.js";
import { AssayError } from "../base/error.js";
import { keyIdOf, publicKeyOf } from "../evidence/ed25519.js";
import type { ExaminationRequest } from "../evidence/request.js";
import type { Finding } from "../finding/finding.js";
import { rulesOf } from "../finding/rules.js";
import { figures } from "../report/figures.js";
import { renderPage } from "../report/page.js";
import type { PageInput } from "../report/page-input.js";
import { makeBundle } from "./bundle/bundle.js";
import { type Asking, commandOf, studied } from "./known.js";
import { KNOWN_RULES } from "./known-rules.js";
import type { Examination } from "./laboratory.js";
import { type Study, studyOf } from "./studies.js";

/**
 * @param key 32-byte Ed25519 seed
 * @param plan digest of the plan that was fixed before the run
 */
export async function publish(
  asking: Asking,
  examination: Examination,
  studies: readonly Study[],
  key?: Uint8Array,
  plan?: Digest,
): Promise<Map<string, Uint8Array>> {
  const request = requestOf(asking, examination);
  const pageOf = await pages(asking, request, key ? keyIdOf(publicKeyOf(key)) : null);
  const parts = examination.findings.map((finding) => {
    const study = studyOf(finding, studies);
    const page = pageOf(finding, study);
    return { finding, page: renderPage(page), validation: study?.bytes ?? null, figures: figures(page) };
  });
  return makeBundle({ parts, request, ...(key ? { key } : {}), ...(plan ? { plan } : {}) });
}

function requestOf(asking: Asking, { arguments: given, settings, inputs }: Examination): ExaminationRequest {
  return { type: "assay/request/v1", command: commandOf(asking), arguments: [...given], settings, inputs };
}

/** What the page of a finding is made from, once the laboratory's view and question are loaded. */
export async function pages(
  { laboratory, question }: Asking,
  request: ExaminationRequest,
  keyId: string | null,
): Promise<(finding: Finding, study: Study | null) => PageInput> {
  const [view, typed] = await Promise.all([laboratory.view(), question.typed()]);
  const command = `assay ${request.command} ${typed(request)}`;
  return (finding, study) => ({
    finding,
    proposition: wordsOf(finding),
    view,
    validation: study,
    ...studied(finding),
    reproduce: { command },
    signed: keyId === null ? null : { keyId },
  });
}

/** The question in the words that the finding itself was made by, which may be those of an earlier version. */
function wordsOf(finding: Finding): PageInput["proposition"] {
  const found = rulesOf(finding, KNOWN_RULES);
  if ("unknown" in found)
    throw new AssayError("UNSUPPORTED", `page: rules not known here: ${found.unknown.join(", ")}`);
  const { list, question } = found.rules;
  if (question === null)
    throw new AssayError("UNSUPPORTED", `page: ${finding.proposition.id} is not in list ${list.version}`);
  return { version: list.version, words: question };
}
