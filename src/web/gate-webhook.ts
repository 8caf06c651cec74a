/**
 * A Kubernetes validating admission webhook (kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers,
 * admission.k8s.io/v1). A workload names its model by digest in an annotation, on itself or on its pods' template. Under
 * `/enforce` what is refused is denied; under `/warn` it is let through with a warning. Names and tags are no digests and
 * are denied. It cannot see what is mounted in the end: an init container checks the files again there.
 */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { GateVerdict } from "../office/gate/verdict.js";
import { answerFaults } from "./aborted.js";

/** The annotation that names the model. */
export const ANNOTATION = "assay.example/model";
const BODY_BYTES_MAX = 3 * 1024 * 1024;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

type Judged = (model: `sha256:${string}`) => Promise<GateVerdict>;

interface Review {
  apiVersion: "admission.k8s.io/v1";
  kind: "AdmissionReview";
  response: { uid: string; allowed: boolean; status?: { code: number; message: string }; warnings?: string[] };
}

/** @param ready whether the log was read: the cluster's own question before it sends anything */
export function gateWebhook(judged: Judged, ready: () => boolean): Hono {
  const app = new Hono();
  answerFaults(app, "gate");
  app.get("/ready", (c) => (ready() ? c.text("ready\n") : c.text("the log was not read\n", 503)));
  app.use("*", bodyLimit({ maxSize: BODY_BYTES_MAX, onError: (c) => c.text("too large\n", 413) }));
  for (const mode of ["enforce", "warn"] as const)
    app.post(`/${mode}`, async (c) => {
      const request = requestOf(await c.req.json().catch(() => null));
      if (request === null) return c.text("expected an AdmissionReview of admission.k8s.io/v1\n", 400);
      return c.json(await reviewed(request, mode, judged));
    });
  return app;
}

interface Request {
  uid: string;
  models: string[];
}

/** @returns null where it is no admission review */
function requestOf(body: unknown): Request | null {
  const review = record(body);
  const request = record(review?.request);
  if (
    review?.apiVersion !== "admission.k8s.io/v1" ||
    review.kind !== "AdmissionReview" ||
    typeof request?.uid !== "string"
  )
    return null;
  return { uid: request.uid, models: modelsOf(request.object) };
}

function record(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** Every model that a workload names: on itself, on the template of its pods, and on that of its jobs. */
function modelsOf(object: unknown): string[] {
  const spec = record(record(object)?.spec);
  const template = record(spec?.template) ?? record(record(record(spec?.jobTemplate)?.spec)?.template);
  const named = [object, record(spec?.jobTemplate), template].flatMap((each) => {
    const value = record(record(record(each)?.metadata)?.annotations)?.[ANNOTATION];
    return value === undefined ? [] : [String(value)];
  });
  return [...new Set(named.flatMap((value) => value.split(",").map((each) => each.trim())))];
}

async function reviewed({ uid, models }: Request, mode: "enforce" | "warn", judged: Judged): Promise<Review> {
  const faults: string[] = [];
  if (models.length === 0) faults.push(`no model is named: annotate ${ANNOTATION} with its digest`);
  for (const model of models) {
    if (!DIGEST.test(model)) {
      faults.push(`${model.slice(0, 100)}: expected a digest sha256:…; a name or tag may mean other weights tomorrow`);
      continue;
    }
    const { allow, reasons } = await judged(model as `sha256:${string}`);
    if (!allow)
      faults.push(...reasons.map(({ rule, says, cure }) => `${model.slice(0, 19)}…: ${rule}: ${says}; cure: ${cure}`));
  }
  const review = (response: Omit<Review["response"], "uid">): Review => ({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    response: { uid, ...response },
  });
  if (faults.length === 0) return review({ allowed: true });
  const message = faults.join("; ").slice(0, 4000);
  // Kubernetes cuts a warning at 256 characters.
  return mode === "enforce"
    ? review({ allowed: false, status: { code: 403, message } })
    : review({ allowed: true, warnings: faults.slice(0, 10).map((fault) => fault.slice(0, 250)) });
}
