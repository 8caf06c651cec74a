/**
 * The door on scorers that were trained and not made up: those of the half that judges, with the study that stands behind
 * the method. Who is found, who is not, and what is said of two makers who took the same public base and the same set.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { loadStudies } from "../../../src/app/studies.js";
import { sha256Digest } from "../../../src/base/digest.js";
import type { Validation } from "../../../src/finding/validation.js";
import { examinePreferences, type Scorer } from "../../../src/labs/preferences/examine.js";
import { preferences } from "../../../src/labs/preferences/laboratory.js";
import { MARGIN } from "../../../src/labs/preferences/method.js";
import type { PreferencesObservations } from "../../../src/labs/preferences/observations.js";
import type { Lineage } from "../../../src/labs/preferences/scores/lineage.js";
import { keyOf, type Row } from "../../../src/labs/preferences/scores/score-table.js";

interface Model {
  name: string;
  kind: string;
  base: string;
  data: string;
  teacher?: string;
  share?: number;
  scores: string;
}

const file = JSON.parse(gunzipSync(readFileSync("validation/preferences/judge-2.json.gz")).toString());
const models = file.models as Model[];
const named = (name: string) => models.find((model) => model.name === name)!;
let validations: Validation[] = [];
beforeAll(async () => {
  validations = await loadStudies(preferences);
});

function scorer({ name, scores }: Model): Scorer {
  const split = 2 * file.pairs;
  const rows = new Map<string, Row>();
  for (const [i, score] of [...Buffer.from(scores, "base64")].entries()) {
    const at =
      i < split
        ? { probe: "pairs", prompt: `p${i >> 1}`, item: String(i & 1) }
        : {
            probe: "words",
            prompt: `t${Math.floor((i - split) / file.words)}`,
            item: String((i - split) % file.words),
          };
    rows.set(keyOf(at), { ...at, score, length: file.length[i], format: file.format[i] });
  }
  return {
    artefact: { name, kind: "scores", root: sha256Digest(new TextEncoder().encode(name)) },
    table: { rows, template: null },
  };
}

/** @param papers what is documented of sides' data where that is not what they used; null where nothing is */
function examined(reference: Model, suspect: Model, papers: Record<string, string | null> = {}) {
  const panel = models.filter(
    ({ name, kind }) =>
      name !== reference.name && name !== suspect.name && (kind === "own" || (kind === "grid" && name.endsWith("-0"))),
  );
  const all = [...panel, reference, suspect];
  const data = all.flatMap(({ name, data: own }) => {
    const said = name in papers ? papers[name]! : own;
    return said === null ? [] : [[name, said] as const];
  });
  const lineage: Lineage = {
    base: new Map(all.map(({ name, base }) => [name, base])),
    data: new Map(data),
    together: [],
    parameters: new Map(all.map(({ name }) => [name, 300_000])),
    rules: new Set(),
  };
  const finding = examinePreferences({
    reference: scorer(reference),
    suspect: scorer(suspect),
    panel: panel.map(scorer),
    lineage,
    documented: null,
    validations,
    software: { name: "assay", version: "test", commit: "test" },
  });
  return { finding, seen: finding.observations as PreferencesObservations };
}

describe("scorers of the half that judges", () => {
  test("a student of all of another's scores is found, within what the study can carry", () => {
    // One of the 22 of 30 whom the study finds.
    const student = named("student-4-1.0");
    const { finding, seen } = examined(named(student.teacher!), student);
    expect(finding.outcome).toBe("supports-hp");
    expect(seen.statistic).toBeGreaterThan(MARGIN * Math.max(...seen.kinds.map(({ statisticMax }) => statisticMax)));
    const { log10LR, cap } = finding.strength!;
    expect(log10LR.low).toBeGreaterThan(0);
    expect(log10LR.high).toBeLessThanOrEqual(cap.log10LR);
    expect(finding.proposition.hp).toMatch(/no copying where the rule, or base and source, are public/);
    expect(seen.takenOut).toContain("what others of a side's base share");
  });

  test("makers who share a public base alone, or a public set alone, are not", () => {
    const grid = models.filter(({ kind }) => kind === "grid");
    const first = grid.filter(({ name }) => name.endsWith("-0"));
    const suspect = grid.find(({ name }) => name.endsWith("-1"))!;
    const onBase = first.find(({ base, data }) => base === suspect.base && data !== suspect.data)!;
    const onData = first.find(({ base, data }) => base !== suspect.base && data === suspect.data)!;
    for (const other of [onBase, onData]) {
      const { finding } = examined(other, suspect);
      expect(finding.outcome).toBe("inconclusive");
    }
  });

  test("two who are documented as of one base and one set agree as much as any copy, and nothing is concluded", () => {
    const [one] = models.filter(({ kind, name }) => kind === "grid" && name.endsWith("-0"));
    const other = named(one!.name.replace(/-0$/, "-1"));
    const { finding, seen } = examined(one!, other);
    expect(seen.statistic).toBeGreaterThan(MARGIN);
    expect(finding).toMatchObject({ outcome: "uncalibrated", strength: null });
    expect(finding.reason).toMatch(/one base on one preference set/);
    // Whoever says nothing of the reference gets no outcome either.
    expect(examined(one!, other, { [one!.name]: null }).finding.reason).toMatch(
      /the reference's base and preference data/,
    );
    // What no papers say is stated as the first of the alternatives.
    const { finding: silent } = examined(one!, other, { [one!.name]: "a set of its own" });
    expect(silent.outcome).toBe("supports-hp");
    expect(silent.alternatives[0]).toMatch(/one public base on one public preference set.*no copying/);
    expect(silent.proposition.hp).toMatch(
      /one base on preferences of one source, wholly or in part, which is no copying/,
    );
  });
});
