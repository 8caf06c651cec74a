/** Functions drawn by a seed, in each language that is read: as unlike one another as their seeds. */
import { prng } from "../../../src/base/prng.js";
import type { Language } from "../../../src/labs/code/tokens/languages.js";
import { pythonProgram } from "./programs.js";

interface Syntax {
  extension: string;
  head: string;
  /** Of a function with two arguments, an assignment, a condition and a loop. */
  def: (name: string, one: string, other: string, body: string) => string;
  set: (name: string, value: string) => string;
  when: (value: string, body: string) => string;
  loop: (name: string, value: string, body: string) => string;
  end: string;
}
const braces = { end: ";", when: (value: string, body: string) => `if (${value}) {\n${body}}` };
const SYNTAX: Readonly<Record<Exclude<Language, "python">, Syntax>> = {
  typescript: {
    ...braces,
    extension: ".ts",
    head: "",
    def: (name, one, other, body) => `function ${name}(${one}: number, ${other}: string) {\n${body}}\n`,
    set: (name, value) => `const ${name} = ${value};`,
    loop: (name, value, body) => `for (const ${name} of ${value}) {\n${body}}`,
  },
  rust: {
    extension: ".rs",
    end: ";",
    head: "",
    def: (name, one, other, body) => `fn ${name}(${one}: u32, ${other}: u32) -> u32 {\n${body}}\n`,
    set: (name, value) => `let ${name} = ${value};`,
    when: (value, body) => `if ${value} {\n${body}}`,
    loop: (name, value, body) => `for ${name} in ${value} {\n${body}}`,
  },
  go: {
    extension: ".go",
    end: "",
    head: "package parts\n",
    def: (name, one, other, body) => `func ${name}(${one} int, ${other} string) int {\n${body}}\n`,
    set: (name, value) => `${name} := ${value}`,
    when: (value, body) => `if ${value} {\n${body}}`,
    loop: (name, value, body) => `for _, ${name} := range ${value} {\n${body}}`,
  },
  cpp: {
    ...braces,
    extension: ".cc",
    head: "",
    def: (name, one, other, body) => `int ${name}(int ${one}, int ${other}) {\n${body}}\n`,
    set: (name, value) => `auto ${name} = ${value};`,
    loop: (name, value, body) => `for (auto ${name} : ${value}) {\n${body}}`,
  },
};

/** Functions, one text each; fileOf makes a file of some. */
export function functionsIn(language: Language, seed: string, count: number): string[] {
  if (language === "python")
    return pythonProgram(seed, count)
      .split(/^(?=def )/m)
      .filter((part) => part.startsWith("def "));
  const { def, set, when, loop, end } = SYNTAX[language];
  const random = prng(`${language}-program`, seed);
  const pick = <T>(of: readonly T[]): T => of[random.below(of.length)]!;
  const name = (): string => `${pick(["row", "unit", "head", "mask", "step", "size"])}${random.below(30)}`;
  const value = (depth: number): string => {
    if (depth === 0 || random.below(4) === 0) return pick([name(), `${random.below(100)}`, `"${name()}"`]);
    const inner = () => value(depth - 1);
    return pick([
      () => `${inner()} ${pick(["+", "-", "*", "/", "%", "<<", "|", "&&", "=="])} ${inner()}`,
      () => `${name()}(${inner()}, ${inner()})`,
      () => `${name()}.${name()}(${inner()})`,
      () => `${name()}[${inner()}]`,
      () => `!(${inner()})`,
    ])();
  };
  const statement = (depth: number): string => {
    const block = () => statement(depth - 1) + statement(depth - 1);
    if (depth > 0 && random.below(3) === 0)
      return `${pick([() => when(`${name()} > ${random.below(9)}`, block()), () => loop(name(), name(), block())])()}\n`;
    return `${pick([() => set(name(), value(3)), () => `return ${value(3)}${end}`, () => `${name()}(${value(2)})${end}`])()}\n`;
  };
  return Array.from({ length: count }, () =>
    def(name(), name(), name(), Array.from({ length: 12 }, () => statement(2)).join("")),
  );
}

export function fileOf(language: Language, functions: readonly string[]): { extension: string; text: string } {
  const { extension, head } = language === "python" ? { extension: ".py", head: "" } : SYNTAX[language];
  return { extension, text: `${head}\n${functions.join("\n")}` };
}
