/** The init anchor through the verb: initial weights as a file or as a sketch, refused where they are not the reference's. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { KNOWN_RULES } from "../../src/app/known-rules.js";
import { prng } from "../../src/base/prng.js";
import { incoherences } from "../../src/finding/coherence.js";
import { initAnchorSchema } from "../../src/labs/weights/anchor/observations.js";
import { examineModels } from "../../src/labs/weights/desk/examine-models.js";
import { makeSketch } from "../../src/labs/weights/desk/sketch.js";
import { SEED_DEFAULT } from "../../src/labs/weights/method.js";
import { writeSafetensors } from "../../src/model/formats/safetensors-writer.js";
import { temporary } from "../host/temporary.js";
import { HAS_SHARED, SHARED } from "../shared-material.js";

const folder = temporary();
const bank = (...parts: string[]) => join(SHARED, "zoo", "bank", ...parts);
const zoo = (...parts: string[]) => join(SHARED, "zoo", ...parts);
const onProgress = () => {};

async function anchored(reference: string, suspect: string, init: string, seedBits = 64) {
  const settings = { seed: SEED_DEFAULT, rows: "sampled" as const, seedBits };
  const options = { reference, suspect, init, settings, studies: [], home: null, threads: 1, onProgress };
  const { findings, inputs } = await examineModels(options);
  expect(findings.length).toBe(1);
  expect(incoherences(findings[0]!, KNOWN_RULES)).toEqual([]);
  return { finding: findings[0]!, inputs };
}

const combined = ({ finding }: Awaited<ReturnType<typeof anchored>>) =>
  finding.tests.find((t) => t.id === "combined")!.log10P;

async function sketched(model: string, name: string, seed = "ab".repeat(32)): Promise<string> {
  const out = folder(`${name}.sketch`);
  await makeSketch({ model, seed, width: 32, rows: "sampled", out, home: null, threads: 1, onProgress });
  return out;
}

describe.skipIf(!HAS_SHARED)("examine weights --init", () => {
  const init = bank("a00", "init.safetensors");

  test("what was made from the reference leans to the draw, holds the change, and every bit of seed is paid for", {
    timeout: 60_000,
  }, async () => {
    const found = await anchored(zoo("models/base"), zoo("models/finetune"), zoo("inits/base.safetensors"));
    expect(combined(found)).toBeLessThan(-1000);
    expect(found.finding.method.id).toBe("weights/init-anchor");
    const seen = initAnchorSchema.parse(found.finding.observations);
    expect(seen.reference.cosine).toBeGreaterThan(0.3);
    expect(seen.normality!.kurtosisScore).toBeLessThan(6.2);
    expect(seen.heldChange!.whole).toBe(true);
    expect(found.inputs.map((i) => i.role)).toEqual(["reference", "suspect", "init"]);
    const free = await anchored(zoo("models/base"), zoo("models/finetune"), zoo("inits/base.safetensors"), 0);
    expect(combined(free) - combined(found)).toBeCloseTo(-64 * Math.log10(2), 4);
    // Whichever is called the reference.
    const turned = await anchored(zoo("models/finetune"), zoo("models/base"), zoo("inits/base.safetensors"));
    expect(combined(turned)).toBeLessThan(-1000);
  });

  test("whoever started from the same public seed leans to the draw as plainly, and is not accused", {
    timeout: 60_000,
  }, async () => {
    for (const shape of ["a", "b", "c"]) {
      const [one, other] = [bank(`${shape}00`), bank(`${shape}-same-seed`)];
      for (const pair of [[one, other] as const, [other, one] as const]) {
        const { finding } = await anchored(...pair, bank(`${shape}00`, "init.safetensors"));
        expect(finding.tests.find(({ id }) => id === "weights/init-anchor")!.log10P).toBeLessThan(-1000);
        expect(combined({ finding, inputs: [] })).toBe(0);
        expect(finding.reason).toContain("no more than one public seed explains");
        expect(initAnchorSchema.parse(finding.observations).heldChange!.reference.heldByOther).toBeLessThan(0.5);
      }
    }
  });

  test("refused: a draw the reference does not lean to, one of another shape, trained weights", async () => {
    for (const [reference, shown, why] of [
      [bank("a01"), init, /does not lean/],
      [bank("b00"), init, /not the reference's/],
      [bank("a00"), bank("a00"), /do not pass for normal/],
    ] as const) {
      const { finding } = await anchored(reference, bank("a02"), shown);
      expect(finding.outcome).toBe("refused");
      expect(finding.reason).toMatch(why);
      expect(finding.tests).toEqual([]);
    }
  });

  test("a sketch of the draw finds what kept order and basis, and accuses no other draw", {
    timeout: 60_000,
  }, async () => {
    const draw = await sketched(init, "init");
    const own = await anchored(bank("a00"), bank("a00"), draw);
    expect(combined(own)).toBeLessThan(-100);
    expect(initAnchorSchema.parse(own.finding.observations).compared).toBe("folds");
    expect(own.finding.limits.join(" ")).toContain("before they are folded");
    const [a, b] = [await sketched(bank("a00"), "a00"), await sketched(bank("a01"), "a01")];
    expect(combined(await anchored(a, b, draw))).toBe(0);
    // The draw itself whole, the models as sketches: a double holds a quarter of the change, a fine-tune all of it.
    const double = await anchored(a, await sketched(bank("a-same-seed"), "same"), init);
    expect(combined(double)).toBe(0);
    expect(initAnchorSchema.parse(double.finding.observations).heldChange!.reference.heldByOther).toBeLessThan(0.4);
    const [base, tuned] = [await sketched(zoo("models/base"), "base"), await sketched(zoo("models/finetune"), "tuned")];
    const child = await anchored(base, tuned, zoo("inits/base.safetensors"));
    expect(combined(child)).toBeLessThan(-100);
    expect(initAnchorSchema.parse(child.finding.observations).heldChange!.reference.heldByOther).toBeCloseTo(1, 1);
  });
});

/** A draw, what became of it, and what was made from that; no training, so that any size costs next to nothing. */
function lineOf(name: string, layers: number): { init: string; reference: string; suspect: string } {
  const [hidden, units, vocabulary] = [64, 512, 256];
  const proj = (part: string, rows: number, columns: number) => [part, rows, columns] as const;
  const shapes = [
    proj("model.embed_tokens.weight", vocabulary, hidden),
    proj("lm_head.weight", vocabulary, hidden),
    proj("model.norm.weight", 1, hidden),
    ...Array.from({ length: layers }, (_, l) => [
      proj(`model.layers.${l}.mlp.gate_proj.weight`, units, hidden),
      proj(`model.layers.${l}.mlp.up_proj.weight`, units, hidden),
      proj(`model.layers.${l}.mlp.down_proj.weight`, hidden, units),
      ...["q", "k", "v", "o"].map((x) => proj(`model.layers.${l}.self_attn.${x}_proj.weight`, hidden, hidden)),
      ...["input", "post_attention"].map((x) => proj(`model.layers.${l}.${x}_layernorm.weight`, 1, hidden)),
    ]).flat(),
  ];
  const source = prng("test of the anchor", name);
  const normal = () =>
    Math.sqrt(-2 * Math.log((source.uint32() + 1) / 2 ** 32)) * Math.cos((2 * Math.PI * source.uint32()) / 2 ** 32);
  const values = shapes.map(([, rows, columns]) =>
    Float32Array.from({ length: rows * columns }, () => (rows === 1 ? 1 : 0.02 * normal())),
  );
  const changed = (sd: number) => {
    for (const tensor of values) for (let i = 0; i < tensor.length; i++) tensor[i]! += sd * normal();
  };
  const bytes = () =>
    writeSafetensors(
      shapes.map(([tensor, rows, columns], at) => ({
        name: tensor,
        dtype: "F32" as const,
        shape: rows === 1 ? [columns] : [rows, columns],
        data: new Uint8Array(values[at]!.slice().buffer),
      })),
    );
  const config = { model_type: "llama", hidden_size: hidden, intermediate_size: units, num_hidden_layers: layers };
  const heads = { num_attention_heads: 4, num_key_value_heads: 4, head_dim: 16, vocab_size: vocabulary };
  const model = (side: string) => {
    const at = folder(`${name}-${side}`);
    mkdirSync(at);
    writeFileSync(join(at, "model.safetensors"), bytes());
    writeFileSync(join(at, "config.json"), JSON.stringify({ ...config, ...heads }));
    return at;
  };
  const init = folder(`${name}-init.safetensors`);
  writeFileSync(init, bytes());
  changed(0.015);
  const reference = model("reference");
  changed(0.01);
  return { init, reference, suspect: model("suspect") };
}

test("beyond the sizes on which two runs of one seed were seen, that the change is held concludes nothing", {
  timeout: 60_000,
}, async () => {
  const [small, large] = [lineOf("small", 3), lineOf("large", 10)];
  const inside = (await anchored(small.reference, small.suspect, small.init)).finding;
  expect(inside.reason).toContain("more than one public seed explains");
  expect(inside.reason).not.toContain("reference class");
  const { finding } = await anchored(large.reference, large.suspect, large.init);
  expect(combined({ finding, inputs: [] })).toBeLessThan(-1000);
  expect(initAnchorSchema.parse(finding.observations).heldChange!.whole).toBe(true);
  expect(finding.outcome).toBe("uncalibrated");
  expect(finding.reason).toContain("Outside the validated reference class");
  expect(finding.reason).toContain("A seed that was secret rules that out");
});
