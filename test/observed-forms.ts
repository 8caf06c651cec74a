/**
 * What a finding observed must fit the form that its page reads: a page shows what does not fit as a bare list, and says
 * nothing of it. Values that are written but not foreseen go to the other side with the finding. So every finding that
 * any test makes in its own process is held against the forms of its laboratory.
 */
import { vi } from "vitest";
import type { z } from "zod";
import type { Finding } from "../src/finding/finding.js";

/** By laboratory. Loaded with the first finding, since most tests make none. */
const forms = async (): Promise<Record<string, readonly z.ZodType[]>> => {
  const [answers, origin, endpoint, code, copies, membership, marks, preferences, planted, traffic, weights, anchor] =
    await Promise.all([
      import("../src/labs/behaviour/observations.js"),
      import("../src/labs/behaviour/common-origin/observations.js"),
      import("../src/labs/behaviour/substituted/observations.js"),
      import("../src/labs/code/observations.js"),
      import("../src/labs/code/copies/observations.js"),
      import("../src/labs/membership/observations.js"),
      import("../src/labs/marks/record/observations.js"),
      import("../src/labs/preferences/observations.js"),
      import("../src/labs/preferences/planted/observations.js"),
      import("../src/labs/traffic/observations.js"),
      import("../src/labs/weights/observations.js"),
      import("../src/labs/weights/anchor/observations.js"),
    ]);
  return {
    behaviour: [
      answers.behaviourObservationsSchema,
      origin.commonOriginObservationsSchema,
      endpoint.substitutedObservationsSchema,
    ],
    code: [code.codeObservationsSchema, copies.copyObservationsSchema],
    membership: [membership.membershipObservationsSchema],
    marks: [
      marks.presentObservationsSchema,
      marks.inheritedObservationsSchema,
      marks.canaryObservationsSchema,
      marks.leakObservationsSchema,
    ],
    preferences: [preferences.preferencesObservationsSchema, planted.plantedObservationsSchema],
    traffic: [traffic.trafficObservationsSchema],
    weights: [weights.weightsObservationsSchema, anchor.initAnchorSchema],
  };
};

/** Their few numbers stand on the page as a list, which is what they are meant to be. */
const LISTS = new Set(["traffic/harvest-agreement", "weights/direction"]);

vi.mock("../src/finding/frame.js", async (original) => {
  const frame = await original<typeof import("../src/finding/frame.js")>();
  const known = await forms();
  return {
    ...frame,
    frameFinding: (framed: Parameters<typeof frame.frameFinding>[0]): Finding => {
      const finding = frame.frameFinding(framed);
      const { method, observations, proposition } = finding;
      const of = known[proposition.id.split("/")[0]!] ?? [];
      // As a reader has it: what JSON does not carry is not there.
      const read: unknown = observations === null ? null : JSON.parse(JSON.stringify(observations));
      if (read === null || of.length === 0 || LISTS.has(method.id)) return finding;
      const tried = of.map((form) => form.safeParse(read));
      if (tried.some(({ success }) => success)) return finding;
      const faults = tried.map(({ error }) =>
        error!.issues.slice(0, 2).map((i) => `${i.path.join(".")}: ${i.message}`),
      );
      throw new Error(`observations of ${method.id} fit no form of their laboratory: ${JSON.stringify(faults)}`);
    },
  };
});
