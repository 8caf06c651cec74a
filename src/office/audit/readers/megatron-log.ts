/**
 * What Megatron-LM and Megatron-DeepSpeed print: `iteration N/M | consumed samples: … | learning rate: … | lm loss: …`.
 * Lines of any other shape are passed over; a line's time in brackets has no zone and is left out.
 */
import type { Fields } from "./normal-form.js";

/** Null for a line that is no iteration. */
export function megatronFields(line: string): Fields | null {
  const [, step] = /(?:^|\s)iteration\s+(\d{1,15})\s*\/\s*\d+\s*\|/.exec(line) ?? [];
  if (step === undefined) return null;
  const fields: Fields = { step: Number(step) };
  for (const part of line.slice(line.indexOf("|")).split("|")) {
    const [, name, text] = /^\s*([^:|]{1,80}?)\s*:\s*(\S+)\s*$/.exec(part) ?? [];
    if (name === undefined) continue;
    const value = Number(text);
    fields[name] = Number.isFinite(value) ? value : text!;
  }
  return fields;
}
