/**
 * Admission requests that others published, replayed through the gate's webhook: as they are (no model named), naming a
 * model that is allowed, and naming one that is refused. Requests alone, without their envelope, are given one.
 *
 *   npm run build && node validation/gate-admission.study.ts CLONE…    git clones or bare repositories; writes gate-admission.json
 *
 * Names of repositories, commits and digests are kept, the files are not.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { ANNOTATION, gateWebhook } from "../dist/web/gate-webhook.js";

// biome-ignore lint/suspicious/noExplicitAny: files of others have any form
type Json = Record<string, any>;
const clones = process.argv.slice(2);
const [GOOD, BAD] = [`sha256:${"a".repeat(64)}`, `sha256:${"b".repeat(64)}`];
const app = gateWebhook(
  async (model) =>
    ({
      allow: model === GOOD,
      reasons: model === GOOD ? [] : [{ rule: "order", says: "suspend", cure: "have it lifted" }],
    }) as never,
  () => true,
);
const git = (clone: string, ...args: string[]) => execFileSync("git", ["-C", clone, ...args], { maxBuffer: 1 << 28 });

/** Where an annotation of the pods stands, by the kind of object. */
function annotated(request: Json, model: string): Json {
  const copy = structuredClone(request);
  const { spec } = copy.object;
  const pods = spec?.template ?? spec?.jobTemplate?.spec?.template ?? copy.object;
  pods.metadata = { ...pods.metadata, annotations: { ...pods.metadata?.annotations, [ANNOTATION]: model } };
  return copy;
}
async function replayed(path: string, request: Json) {
  const response = await app.request(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request }),
  });
  const body = (await response.json()) as Json;
  return { allowed: body.response.allowed as boolean, uid: body.response.uid === request.uid };
}

const rows: Json[] = [];
for (const clone of clones) {
  const commit = git(clone, "rev-parse", "HEAD").toString().trim();
  const repository = (basename(clone) === "repo" ? basename(dirname(clone)) : basename(clone)).replace("+", "/");
  for (const path of git(clone, "ls-tree", "-r", "--name-only", "HEAD").toString().split("\n")) {
    if (!path.endsWith(".json") || path.startsWith("vendor/")) continue;
    const bytes = git(clone, "show", `HEAD:${path}`);
    let value: Json;
    try {
      value = JSON.parse(bytes.toString());
    } catch {
      continue;
    }
    const request: Json | undefined = value?.kind === "AdmissionReview" ? value.request : value;
    if (typeof request?.uid !== "string" || typeof request.object !== "object") continue;
    const [asPublished, warned, allowed, refused] = [
      await replayed("/enforce", request),
      await replayed("/warn", request),
      await replayed("/enforce", annotated(request, GOOD)),
      await replayed("/enforce", annotated(request, BAD)),
    ];
    rows.push({
      repository,
      commit,
      path,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      kind: request.kind?.kind ?? null,
      operation: request.operation ?? null,
      asPublished: { enforced: asPublished.allowed, warned: warned.allowed },
      namingAllowed: allowed.allowed,
      namingRefused: refused.allowed,
      uidsEchoed: [asPublished, warned, allowed, refused].every(({ uid }) => uid),
    });
  }
}
const study = {
  measuredOn: new Date().toISOString().slice(0, 10),
  requests: rows.length,
  kinds: Object.fromEntries(
    [...new Set(rows.map(({ kind }) => kind))]
      .sort()
      .map((kind) => [kind, rows.filter((row) => row.kind === kind).length]),
  ),
  asExpected: rows.filter(
    ({ asPublished, namingAllowed, namingRefused, uidsEchoed }) =>
      !asPublished.enforced && asPublished.warned && namingAllowed && !namingRefused && uidsEchoed,
  ).length,
  rows,
};
writeFileSync("validation/gate-admission.json", `${JSON.stringify(study, null, 1)}\n`);
process.stdout.write(
  `${JSON.stringify({ ...study, rows: rows.filter((row) => !row.namingAllowed || row.namingRefused) }, null, 1)}\n`,
);
