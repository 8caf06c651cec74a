/** The weights laboratory: do two models share ancestral weights, and which was made from which? */
import type { Laboratory } from "../../app/laboratory.js";
import { WEIGHTS_PAST_VERSIONS } from "./past-versions.js";
import { WEIGHTS_PROPOSITIONS } from "./propositions.js";
import { WEIGHTS_STUDIES } from "./studies.js";

export const weights: Laboratory = {
  id: "weights",
  propositions: WEIGHTS_PROPOSITIONS,
  descents: {
    "weights/shared-ancestry": { by: "weights" },
    "weights/direction": { by: "weights", directed: true },
  },
  descentOfWeights: "weights",
  studies: WEIGHTS_STUDIES,
  formerStudies: [
    {
      method: "weights/aligned-units",
      version: "2",
      file: "validation/weights-aligned-units-2.json",
      says: null,
      measuredOn: "trained models below 1 million parameters",
    },
    {
      method: "weights/aligned-units",
      version: "3",
      file: "validation/weights-aligned-units-3.json",
      says: null,
      measuredOn: "trained models below 1 million parameters",
    },
    {
      method: "weights/aligned-units",
      version: "4",
      file: "validation/weights-aligned-units-4.json",
      says: null,
      measuredOn: "trained models below 1 million parameters",
    },
    {
      method: "weights/direction",
      version: "1",
      file: "validation/weights-direction.json",
      says: "Version 1 was studied: it named none of 1,000 pairs of 60 lineages in which it should have named none. It then named a forged origin, so that nothing is concluded from values since.",
      measuredOn: null,
    },
    {
      method: "weights/init-anchor",
      version: "2",
      file: "validation/weights-init-anchor-2.json",
      says: null,
      measuredOn: "trained models below 1 million parameters",
    },
    {
      method: "weights/init-anchor",
      version: "1",
      file: "validation/weights-init-anchor-1.json",
      says: null,
      measuredOn: "trained models below 1 million parameters",
    },
    {
      method: "weights/permuted-units",
      version: "4",
      file: "validation/weights-permuted-units-4.json",
      says: null,
      measuredOn: "trained models below 1 million parameters",
    },
    {
      method: "weights/permuted-units",
      version: "3",
      file: "validation/weights-permuted-units-3.json",
      says: null,
      measuredOn: "trained models below 1 million parameters",
    },
    {
      method: "weights/permuted-units",
      version: "2",
      file: "validation/weights-permuted-units-2.json",
      says: null,
      measuredOn: "trained models below 1 million parameters",
    },
    {
      method: "weights/permuted-units",
      version: "1",
      file: "validation/weights-permuted-units-1.json",
      says: null,
      measuredOn: "trained models below 1 million parameters",
    },
    {
      method: "weights/unit-labels",
      version: "8",
      file: "validation/weights-unit-labels-8.json",
      says: null,
      measuredOn: "trained models of 0.1 to 1 million parameters",
    },
    {
      method: "weights/rotated-units",
      version: "1",
      file: "validation/weights-rotated-units-1.json",
      says: null,
      measuredOn: "trained models below 1 million parameters",
    },
    {
      method: "weights/unit-labels",
      version: "7",
      file: "validation/weights-unit-labels-7.json",
      says: null,
      measuredOn: "trained models of 0.1 to 1 million parameters",
    },
    {
      method: "weights/unit-labels",
      version: "6",
      file: "validation/weights-unit-labels-6.json",
      says: null,
      measuredOn: "trained models of 0.1 to 1 million parameters",
    },
    {
      method: "weights/unit-labels",
      version: "5",
      file: "validation/weights-unit-labels-5.json",
      says: null,
      measuredOn: "trained models of 0.1 to 1 million parameters",
    },
    {
      method: "weights/unit-labels",
      version: "4",
      file: "validation/weights-unit-labels-4.json",
      says: null,
      measuredOn: "trained models of 0.1 to 1 million parameters",
    },
  ],
  pastVersions: WEIGHTS_PAST_VERSIONS,
  questions: [
    {
      name: "weights",
      summary: "Do two models share ancestral weights?",
      typed: async () => (await import("./desk/typed.js")).weightsTyped,
      load: async () => (await import("./desk/question.js")).weightsQuestion,
    },
  ],
  tools: [
    {
      name: "sketch",
      summary: "Fold a model's weights under a joint seed, so that two parties compare without handing weights over.",
      load: async () => (await import("./tools/sketch.js")).sketchCommand,
    },
    {
      name: "scan",
      summary: "Which of a library's bases is a model made of?",
      load: async () => (await import("./tools/scan.js")).scanCommand,
    },
  ],
  example: { typed: "weights ./base ./suspect", gives: "two model folders, a readable summary" },
  demonstration: {
    question: "weights",
    folder: "fixtures/demo",
    reference: "base",
    suspects: [
      { name: "finetune", made: "the base, fine-tuned on another domain" },
      {
        name: "disguised",
        made: "the fine-tune with its residual stream rotated and all its units reordered and rescaled",
      },
      { name: "deeper", made: "the base with four layers repeated, then trained on" },
      { name: "independent-twin", made: "another random initialisation, trained on the same data in the same order" },
      { name: "text-student", made: "another random initialisation, trained on text sampled from the base" },
    ],
    dispute: {
      proposition: "weights/shared-ancestry",
      methods: WEIGHTS_STUDIES.slice(0, 2).map(({ method, version }) => `${method} ${version}`),
      slots: { suspect: "disguised", independent: "independent-twin", "positive-control": "deeper" },
    },
  },
  view: async () => (await import("./page/view.js")).weightsView,
};
