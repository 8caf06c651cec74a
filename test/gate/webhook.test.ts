/** The admission webhook: digests alone, enforced or warned, and nothing but admission reviews. */
import { expect, test } from "vitest";
import type { GateVerdict } from "../../src/office/gate/verdict.js";
import { ANNOTATION, gateWebhook } from "../../src/web/gate-webhook.js";

const [GOOD, BAD] = [`sha256:${"a".repeat(64)}`, `sha256:${"b".repeat(64)}`];
const verdict = (allow: boolean): GateVerdict => ({
  type: "assay/gate-verdict/v1",
  allow,
  model: null,
  reasons: allow ? [] : [{ rule: "order", says: "suspend by court.example", cure: "have it lifted" }],
  facts: "sha256:0" as never,
  policy: "sha256:0" as never,
  schema: "sha256:0" as never,
  checkpoint: null,
  engine: "test",
  at: "2026-11-29T00:00:00Z",
  validUntil: "2026-11-29T01:00:00Z",
});
interface Answer {
  response: { uid: string; allowed: boolean; status?: object; warnings?: string[] };
}
let ready = true;
const app = gateWebhook(
  async (model) => verdict(model === GOOD),
  () => ready,
);

const annotated = (value: string | undefined) => ({
  metadata: value === undefined ? {} : { annotations: { [ANNOTATION]: value } },
});
const review = (object: unknown) => ({
  apiVersion: "admission.k8s.io/v1",
  kind: "AdmissionReview",
  request: {
    uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
    kind: { group: "apps", version: "v1", kind: "Deployment" },
    namespace: "ward",
    operation: "CREATE",
    object,
  },
});
async function reviewed(path: string, body: object) {
  return { body: (await asked(path, body)).body as Answer };
}
async function asked(path: string, body: unknown) {
  const response = await app.request(path, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  return {
    status: response.status,
    body: response.headers.get("content-type")?.includes("json")
      ? ((await response.json()) as Answer)
      : await response.text(),
  };
}

test.each([
  ["a pod", annotated(GOOD), true],
  ["a pod of a refused model", annotated(BAD), false],
  ["no annotation", annotated(undefined), false],
  ["a tag", annotated("northwind/m:latest"), false],
  ["two, one refused", annotated(`${GOOD}, ${BAD}`), false],
  ["a deployment by its template", { spec: { template: annotated(GOOD) } }, true],
  ["a deployment whose template is refused", { ...annotated(GOOD), spec: { template: annotated(BAD) } }, false],
  ["a cron job by its inner template", { spec: { jobTemplate: { spec: { template: annotated(BAD) } } } }, false],
  ["an annotation that is no text", { metadata: { annotations: { [ANNOTATION]: { a: 1 } } } }, false],
  ["no object", null, false],
])("%s", async (_, object, allowed) => {
  const enforced = await reviewed("/enforce", review(object));
  expect(enforced.body).toMatchObject({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    response: { uid: "705ab4f5-6393-11e8-b7cc-42010a800002", allowed },
  });
  if (!allowed) expect(enforced.body.response.status).toMatchObject({ code: 403, message: expect.stringMatching(/./) });
  const warned = await reviewed("/warn", review(object));
  expect(warned.body.response.allowed).toBe(true);
  expect((warned.body.response.warnings ?? []).length > 0).toBe(!allowed);
});

test("what is no admission review is refused, and so is a body beyond 3 MB", async () => {
  for (const body of [
    "",
    "{",
    "[]",
    JSON.stringify({ ...review({}), apiVersion: "admission.k8s.io/v1beta1" }),
    JSON.stringify({ kind: "AdmissionReview" }),
  ])
    expect((await asked("/enforce", body)).status).toBe(400);
  expect((await asked("/enforce", "x".repeat(4 * 1024 * 1024))).status).toBe(413);
});

test("it is not ready before it read the log", async () => {
  expect((await app.request("/ready")).status).toBe(200);
  ready = false;
  expect((await app.request("/ready")).status).toBe(503);
});
