/** A marked copy that was disguised before it leaked is brought back and traced; the original disguised names nobody. */
import { mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { writeDisguised } from "../../materials/weights/write-disguised.ts";
import { examineLeakedWeights, markWeights } from "../../src/labs/marks/desk/leak.js";
import { temporary } from "../host/temporary.js";

const inTemporary = temporary();
const onProgress = () => {};

test("gains folded, stream rotated, units permuted and rescaled", { timeout: 120_000 }, async () => {
  const original = "fixtures/demo/base";
  mkdirSync(inTemporary("leak"));
  const recipients = inTemporary("leak", "recipients.json");
  for (const recipient of ["Institute A", "Institute B"])
    await markWeights({ model: original, recipient, key: recipients, out: inTemporary("leak", recipient), onProgress });
  const traced = async (model: string, name: string) => {
    const suspect = inTemporary("leak", name);
    await writeDisguised(model, suspect, name, null);
    const asked = {
      suspect,
      original,
      recipients,
      studies: [],
      freshWords: 1000,
      home: inTemporary("home"),
      onProgress,
    };
    return (await examineLeakedWeights(asked)).findings[0]!;
  };
  const found = await traced(inTemporary("leak", "Institute B"), "suspect");
  expect(found.observations).toMatchObject({ named: ["Institute B"], aligned: true });
  const control = await traced(original, "control");
  expect(control.observations).toMatchObject({ named: [] });
  expect(control.outcome).not.toBe("supports-hp");
});
