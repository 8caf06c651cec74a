/** Programs drawn by a seed, as unlike one another as their seeds: makers, a claimant, and copies with every name changed. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { prng } from "../../../src/base/prng.js";

const KEYWORDS = new Set("def return if else for in while not and or class pass None True False self".split(" "));

/** A Python file of so many functions. */
export function pythonProgram(seed: string, functions: number): string {
  const random = prng("python-program", seed);
  const pick = <T>(of: readonly T[]): T => of[random.below(of.length)]!;
  const name = (): string => `${pick(["row", "unit", "head", "mask", "step", "size"])}_${random.below(30)}`;
  const value = (depth: number): string => {
    if (depth === 0 || random.below(4) === 0) return pick([name(), `${random.below(100)}`, `"${name()}"`]);
    const inner = () => value(depth - 1);
    return pick([
      () => `${inner()} ${pick(["+", "-", "*", "/", "//", "%", "<<", "|"])} ${inner()}`,
      () => `${name()}(${inner()}, ${inner()})`,
      () => `${name()}.${name()}(${inner()})`,
      () => `${name()}[${inner()}]`,
      () => `[${name()} for ${name()} in ${inner()}]`,
      () => `(${inner()} if ${inner()} else ${inner()})`,
      () => `not ${inner()}`,
      () => `lambda ${name()}: ${inner()}`,
    ])();
  };
  const statement = (indent: string, depth: number): string => {
    const block = () => statement(`${indent}    `, depth - 1) + statement(`${indent}    `, depth - 1);
    if (depth > 0 && random.below(3) === 0)
      return pick([
        () => `${indent}if ${value(2)}:\n${block()}`,
        () => `${indent}for ${name()} in ${value(1)}:\n${block()}`,
        () => `${indent}while ${value(1)}:\n${block()}`,
      ])();
    return pick([
      () => `${indent}${name()} = ${value(3)}\n`,
      () => `${indent}${name()} += ${value(2)}  # ${name()}\n`,
      () => `${indent}return ${value(3)}\n`,
      () => `${indent}${name()}(${value(2)})\n`,
    ])();
  };
  return Array.from({ length: functions }, () => {
    const lines = Array.from({ length: 12 }, () => statement("    ", 2)).join("");
    return `def ${name()}(${name()}, ${name()}):\n    """${name()} of ${name()}."""\n${lines}\n`;
  }).join("\n");
}

/** Every name another, comments gone: what a copyist does first. */
export function renamed(text: string): string {
  return text
    .replace(/ *#.*/g, "")
    .replace(/"""[^"]*"""/g, "pass")
    .replace(/[A-Za-z_]\w*/g, (word) =>
      KEYWORDS.has(word) || word === "lambda" ? word : `z${[...word].reverse().join("")}`,
    );
}

export function writeTree(root: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
