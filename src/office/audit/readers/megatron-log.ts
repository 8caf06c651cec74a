/**
 * What Megatron-LM and Megatron-DeepSpeed print (`iteration N/M | consumed samples: … | lm loss: …`), and what DeepSpeed's
 * own engine prints (`step=N, skipped=…, lr=[…], mom=[…]` and `steps: N loss: … iter time (s): …`). Lines of any other
 * shape are passed over; a line's time in brackets has no zone and is left out.
 */
import type { Fields } from "./normal-form.js";

/** A trainer's line is some hundred characters; what is longer is no iteration. */
const LINE_CHARACTERS_MAX = 10_000;

/** Null for a line that is no iteration. */
export function printedFields(line: string): Fields | null {
  if (line.length > LINE_CHARACTERS_MAX) return null;
  return megatronFields(line) ?? engineFields(line) ?? pipelineFields(line);
}

function megatronFields(line: string): Fields | null {
  const [, step] = /(?:^|\s)iteration\s+(\d{1,15})\s*\/\s*\d+\s*\|/.exec(line) ?? [];
  if (step === undefined) return null;
  const fields: Fields = { step: Number(step) };
  for (const part of line.slice(line.indexOf("|")).split("|")) {
    const [, name, text] = /^\s*([^:|]{1,80}?)\s*:\s*(\S+)\s*$/.exec(part) ?? [];
    if (name === undefined) continue;
    fields[name] = numberOr(text!);
  }
  return fields;
}

/** Rates of several groups of weights are the rate where they are one, and stay a text where they differ. */
function engineFields(line: string): Fields | null {
  const [, step, skipped, rates] =
    /(?:^|\s)step=(\d{1,15}), skipped=(\d{1,15}), lr=\[([^\]]{0,1000})\]/.exec(line) ?? [];
  if (step === undefined) return null;
  const [first, ...others] = rates!.split(",").map((each) => each.trim());
  const lr = others.every((each) => each === first) ? first! : `[${rates}]`;
  return { step: Number(step), skipped: Number(skipped), lr: numberOr(lr) };
}

function pipelineFields(line: string): Fields | null {
  const [, step, loss, rest] = /(?:^|\s)steps: (\d{1,15}) loss: (\S{1,40})(.{0,200})/.exec(line) ?? [];
  if (step === undefined) return null;
  const [, seconds] = /iter time \(s\): (\S{1,40})/.exec(rest!) ?? [];
  const [, rate] = /samples\/sec: (\S{1,40})/.exec(rest!) ?? [];
  return {
    step: Number(step),
    loss: numberOr(loss!),
    ...(seconds === undefined ? {} : { "iter time (s)": numberOr(seconds) }),
    ...(rate === undefined ? {} : { "samples/sec": numberOr(rate) }),
  };
}

function numberOr(text: string): number | string {
  const value = Number(text);
  return text !== "" && Number.isFinite(value) ? value : text;
}
