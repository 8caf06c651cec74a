/** The closed list of declarations: their predicate types and schemas. One schema gives types, checks and JSON Schema. */
import { z } from "zod";
import { typeUri, typeUris } from "../../../evidence/type-name.js";
import { type Derivation, derivationSchema } from "./derivation.js";
import { type Evaluation, type EvaluationCriteria, evaluationCriteriaSchema, evaluationSchema } from "./evaluation.js";
import {
  type Order,
  type OrderExtended,
  type OrderLifted,
  orderExtendedSchema,
  orderLiftedSchema,
  orderSchema,
} from "./order.js";
import { needsVersion2, type Origin, originSchema, originSchemaV1 } from "./origin.js";
import {
  type Audit,
  auditSchema,
  type Challenge,
  type ChallengeClosed,
  type Correction,
  challengeClosedSchema,
  challengeSchema,
  correctionSchema,
  type FindingRecord,
  findingRecordSchema,
  type Withdrawal,
  withdrawalSchema,
} from "./procedure.js";
import { type TrainingContent, trainingContentSchema } from "./training-content.js";
import { type TrainingRun, trainingRunSchema } from "./training-run.js";

export interface Predicates {
  "training-run": TrainingRun;
  "training-content": TrainingContent;
  derivation: Derivation;
  origin: Origin;
  evaluation: Evaluation;
  "evaluation-criteria": EvaluationCriteria;
  correction: Correction;
  withdrawal: Withdrawal;
  challenge: Challenge;
  "challenge-closed": ChallengeClosed;
  audit: Audit;
  finding: FindingRecord;
  order: Order;
  "order-lifted": OrderLifted;
  "order-extended": OrderExtended;
}
export type Kind = keyof Predicates;

interface KindOf {
  /** Written first, then those that are read as well. */
  predicateTypes: readonly [string, ...string[]];
  schema: z.ZodType;
  title: string;
  /** Names of a later version of the type, by which what it alone can say is written. */
  later?: {
    predicateTypes: readonly [string, ...string[]];
    isNeeded: (predicate: never) => boolean;
    before: z.ZodType;
  };
}

const own = (name: string) => typeUris(`${name}/v1`);

export const KINDS: Record<Kind, KindOf> = {
  "training-run": {
    predicateTypes: ["https://slsa.dev/provenance/v1"],
    schema: trainingRunSchema,
    title: "Training run",
  },
  "training-content": {
    predicateTypes: own("training-content"),
    schema: trainingContentSchema,
    title: "Training content",
  },
  derivation: { predicateTypes: own("derivation"), schema: derivationSchema, title: "Derivation" },
  origin: {
    predicateTypes: own("origin"),
    schema: originSchema,
    title: "Origin",
    later: { predicateTypes: [typeUri("origin/v2")], isNeeded: needsVersion2, before: originSchemaV1 },
  },
  evaluation: { predicateTypes: own("evaluation"), schema: evaluationSchema, title: "Evaluation" },
  "evaluation-criteria": {
    predicateTypes: own("evaluation-criteria"),
    schema: evaluationCriteriaSchema,
    title: "Criteria of an evaluation",
  },
  correction: { predicateTypes: own("correction"), schema: correctionSchema, title: "Correction" },
  withdrawal: { predicateTypes: own("withdrawal"), schema: withdrawalSchema, title: "Withdrawal" },
  challenge: { predicateTypes: own("challenge"), schema: challengeSchema, title: "Challenge" },
  "challenge-closed": {
    predicateTypes: own("challenge-closed"),
    schema: challengeClosedSchema,
    title: "Challenge closed",
  },
  audit: { predicateTypes: own("audit"), schema: auditSchema, title: "Audit" },
  finding: { predicateTypes: own("finding"), schema: findingRecordSchema, title: "Finding" },
  order: { predicateTypes: own("order"), schema: orderSchema, title: "Order" },
  "order-lifted": { predicateTypes: own("order-lifted"), schema: orderLiftedSchema, title: "Order lifted" },
  "order-extended": { predicateTypes: own("order-extended"), schema: orderExtendedSchema, title: "Order extended" },
};
export const KIND_NAMES = Object.keys(KINDS) as Kind[];

/** Null for a predicate type of nobody's kind; earlier addresses of a type are known too. */
export function kindOfPredicate(predicateType: string): Kind | null {
  const isOf = ({ predicateTypes, later }: KindOf) =>
    predicateTypes.includes(predicateType) || later?.predicateTypes.includes(predicateType);
  return KIND_NAMES.find((kind) => isOf(KINDS[kind])) ?? null;
}

/** The type that a predicate is written as: the earliest that can say it, so that earlier readers can read it. */
export function predicateTypeOf<K extends Kind>(kind: K, predicate: Predicates[K]): string {
  const { predicateTypes, later } = KINDS[kind];
  return later?.isNeeded(predicate as never) ? later.predicateTypes[0] : predicateTypes[0];
}

/** What a statement of this type may say: what a later version added is none of an earlier one's. */
export function schemaOfType(kind: Kind, predicateType: string): z.ZodType {
  const { schema, later } = KINDS[kind];
  return later && !later.predicateTypes.includes(predicateType) ? later.before : schema;
}

/** The published JSON Schema (2020-12) of a kind's predicate. */
export function kindJsonSchema(kind: Kind, version: 1 | 2 = 1): unknown {
  const { schema, later } = KINDS[kind];
  return z.toJSONSchema(version === 1 && later ? later.before : schema, { io: "input" });
}

/** When a statement says it was made, RFC 3339. */
export function issuedOf(kind: Kind, predicate: Predicates[Kind]): string {
  if (kind === "training-run") return (predicate as TrainingRun).runDetails.metadata.finishedOn;
  return (predicate as Origin).issued;
}

/** Whether a statement says of itself that it was compiled, and from how many sources. */
export function standingOf(kind: Kind, predicate: Predicates[Kind]): { compiled: boolean; sources: number } {
  if (kind === "training-run") {
    const { assay_standing, assay_sources } = (predicate as TrainingRun).runDetails.metadata;
    return { compiled: assay_standing === "compiled", sources: assay_sources?.length ?? 0 };
  }
  const { standing, sources } = predicate as Origin;
  return { compiled: standing === "compiled", sources: sources?.length ?? 0 };
}
