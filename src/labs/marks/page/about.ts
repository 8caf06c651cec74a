/** Whom the laboratory's findings name: recipients of copies, accounts of canaries, texts that carry the mark. */
import type { Finding } from "../../../finding/finding.js";
import { type About, namesRow, subjectAbout } from "../../../report/about.js";
import { whole } from "../../../report/figure-words.js";
import {
  canaryObservationsSchema,
  inheritedObservationsSchema,
  type KeyObservation,
  leakObservationsSchema,
  type PresentObservations,
  presentObservationsSchema,
} from "../record/observations.js";

/** Null where the observations are of another method; nobody is named unless the outcome supports it. */
export function marksAbout(finding: Finding): About | null {
  const supported = finding.outcome === "supports-hp";
  const { names, rows } = subjectAbout(finding);
  switch (finding.proposition.id) {
    case "marks/leak": {
      const seen = leakObservationsSchema.safeParse(finding.observations).data;
      if (!seen) return null;
      return supported && seen.named.length > 0
        ? { names: seen.named, rows: [namesRow("Recipients named", seen.named), ...rows] }
        : { names, rows: [...rows, { label: "Recipients named", values: ["none"] }] };
    }
    case "marks/canary": {
      const seen = canaryObservationsSchema.safeParse(finding.observations).data;
      if (!seen) return null;
      const plan = { label: "Accounts in the plan", values: [whole(seen.accounts)] };
      return supported && seen.named.length > 0
        ? { names, rows: [...rows, namesRow("Accounts named", seen.named), plan] }
        : { names, rows: [...rows, { label: "Accounts named", values: ["none"] }, plan] };
    }
    case "marks/inherited": {
      const seen = inheritedObservationsSchema.safeParse(finding.observations).data;
      return seen?.key ? { names, rows: [...rows, keyRow(seen.key)] } : null;
    }
    case "marks/present": {
      const seen = presentObservationsSchema.safeParse(finding.observations).data;
      if (!seen) return null;
      const texts = { label: "Texts read", values: [whole(seen.textsInAll)] };
      const found = supported ? seen.ring?.best : `none of the ring's ${whole(seen.ring?.marks ?? 0)}`;
      const ring = seen.ring && found ? [{ label: "Mark of the ring", values: [found] }] : [];
      const key = [...(seen.reading ? [readingRow(seen.reading)] : []), ...(seen.key ? [keyRow(seen.key)] : [])];
      const marked = [...new Set(seen.passages.map(({ id }) => id))];
      return supported && marked.length > 0
        ? { names, rows: [...rows, ...ring, namesRow("Texts with a marked passage", marked), texts, ...key] }
        : { names, rows: [...rows, ...ring, texts, ...key] };
    }
    default:
      return null;
  }
}

/** In which of several ways the texts were read. */
function readingRow({ readings, name }: NonNullable<PresentObservations["reading"]>): About["rows"][number] {
  return { label: "Texts as read", values: [`${name}: the best of ${whole(readings)} readings, each paid for`] };
}

/** Over what the error rate is: a reader of the first screen must know who could have chosen the key. */
function keyRow({ round, log10Choices }: KeyObservation): About["rows"][number] {
  const drawn = `the draw of the key by round ${round} of a public beacon, which a log's witnesses had named before it was out`;
  const chosen =
    "every mark that could have been written and tried: nothing shows that nobody chose this key with the text at hand";
  return { label: "Error rate is over", values: [log10Choices === 0 ? drawn : chosen] };
}
