/** Two model folders through the laboratory's door on one thread, digests and all, as `assay examine weights --json` prints it. */
import { utf8 } from "../../dist/base/bytes.js";
import { decodeFinding, encodeFinding } from "../../dist/finding/codec.js";
import type { Finding } from "../../dist/finding/finding.js";
import type { Validation } from "../../dist/finding/validation.js";
import { FileReader } from "../../dist/host/files.js";
import { intake } from "../../dist/host/model/intake.js";
import { openModel } from "../../dist/host/model/open-model.js";
import { LocalCompute } from "../../dist/kernels/compute.js";
import { examineWeights, type Side } from "../../dist/labs/weights/examine.js";

export interface StoredPair {
  reference: string;
  suspect: string;
  studies: readonly Validation[];
  /** Published likenesses too, which take longer than all else. */
  exhibits?: boolean;
}

/** @throws as the commands do */
export async function examineStored({ reference, suspect, studies, exhibits = false }: StoredPair): Promise<Finding[]> {
  const files = new FileReader();
  try {
    const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
    return await examineSides(await side(reference), await side(suspect), { studies, exhibits, compute });
  } finally {
    await files.close();
  }
}

export async function examineSides(
  reference: Side,
  suspect: Side,
  { studies, exhibits, compute }: { studies: readonly Validation[]; exhibits: boolean; compute: LocalCompute },
): Promise<Finding[]> {
  const findings = await examineWeights({
    reference,
    suspect,
    ...(exhibits ? { exhibits: "small" as const } : {}),
    settings: { seed: "assay-weights-1", rows: "sampled" },
    validations: studies,
    software: { name: "assay", version: "0", commit: "0" },
    compute,
    work: { concurrency: 1, onProgress: () => {} },
  });
  return findings.map((finding) => decodeFinding(utf8(encodeFinding(finding)), "finding"));
}

export async function side(path: string): Promise<Side> {
  const { reading, vocabulary, name } = await openModel(path);
  const { root, files, notFinite } = await intake(path, { home: null });
  const artefact = { name, kind: "model" as const, root };
  return {
    reading,
    vocabulary,
    identity: Promise.resolve({ artefact, evidence: files.map((f) => f.digest), notFinite }),
  };
}
