/**
 * C2PA manifests in plain text: texts that another implementation signed (c2patxt 0.2.0, materials/makers/marks/make_c2pa_texts.py;
 * encypher-c2pa 1.7.1 says "Trusted" of all three under their root) hold, and whatever is changed in them does not.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { prng } from "../../../src/base/prng.js";
import { readCertificates } from "../../../src/host/signing/signature-keys.js";
import { textManifest } from "../../../src/labs/marks/credentials/text-manifest.js";
import { textWrappers, withoutWrappers } from "../../../src/labs/marks/credentials/text-wrapper.js";
import { readCredentials } from "../../../src/labs/marks/desk/read-credentials.js";

const { root, texts } = JSON.parse(readFileSync(new URL("c2pa-texts.json", import.meta.url), "utf8")) as {
  root: string;
  texts: Record<"plain" | "accents" | "emoji", string>;
};
const roots = readCertificates(new TextEncoder().encode(root), "root");
const at = Date.UTC(2027, 0, 1);
const read = (text: string, trust = { roots, at }) => readCredentials(text, trust);

it("texts that another implementation signed hold, under SHA-256, -384 and -512, and lead to their root", async () => {
  for (const text of Object.values(texts)) {
    const found = await read(text);
    expect(found).toMatchObject({ state: "holds", generator: "c2patxt" });
    expect(found.signer).toContain("Harbour Texts");
    expect(found.line).toContain('leads to "');
    expect(found.line).toContain("trainedAlgorithmicMedia");
    expect(textWrappers(withoutWrappers(text))).toEqual([]);
  }
  expect(withoutWrappers(texts.emoji)).toBe("Sunny ☀️ at noon, rain later 🌧️.");
});

it("who vouches is asked of the roots given, at the moment given", async () => {
  expect((await readCredentials(texts.plain, null)).line).toContain("was not asked");
  expect((await read(texts.plain, { roots: [], at })).line).toContain("nobody vouches");
  expect((await read(texts.plain, { roots, at: Date.UTC(2050, 0, 1) })).line).toContain("nobody vouches");
});

it("a text without one is absent, and says nothing", async () => {
  for (const text of ["", "plain words", "\uFEFFa byte order mark", "a heart ❤️ and \uFEFF\u{FE0F}\u{FE0F}"])
    expect((await read(text)).state).toBe("absent");
});

it("a changed word, a second manifest and a cut one do not hold, each for its reason", async () => {
  const { plain } = texts;
  const broken = async (text: string) => {
    const { state, line, signer } = await read(text);
    expect([state, signer]).toEqual(["broken", null]);
    return line;
  };
  expect(await broken(plain.replace("nine", "ten"))).toContain("leave out the wrapper alone");
  expect(await broken(plain.replace("nine", "five"))).toContain("the text is not the one that was signed");
  expect(await broken(`${plain} And more.`)).toContain("the text is not the one that was signed");
  expect(await broken(plain + plain)).toContain("expected one in the text, got 2");
  expect(await broken(plain.slice(0, -20))).toContain("cut short");
  const { from } = textWrappers(plain)[0]!;
  // Version 2 of the wrapper: the ninth selector.
  expect(await broken(`${plain.slice(0, from + 1)}${bump(plain.slice(from + 1), 8, 2)}`)).toContain("version 2");
  // Another's manifest under these words.
  const borrowed = texts.accents.slice(textWrappers(texts.accents)[0]!.from);
  expect(await broken(withoutWrappers(plain) + borrowed)).toContain("wrapper alone");
});

/** The run with the selector number `n` replaced by that of `byte`. */
function bump(run: string, n: number, byte: number): string {
  const points = Array.from(run);
  points[n] = String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16);
  return points.join("");
}

it("of 150 manifests with one byte changed, none holds but where the byte is outside of what is signed", async () => {
  const source = prng("credentials", "bytes");
  const { from, ...wrapper } = textWrappers(texts.plain)[0]!;
  const manifest = wrapper.manifest!;
  const head = texts.plain.slice(0, from + 1);
  const whole = textManifest(texts.plain)!;
  for (let n = 0; n < 150; n++) {
    const place = source.below(manifest.length);
    const changed = head + bump(texts.plain.slice(from + 1), 13 + place, manifest[place]! ^ (1 + source.below(255)));
    const found = await read(changed);
    if (found.state !== "holds") continue;
    // Padding of the signature, which nobody signs: what was claimed and by whom is as it was.
    expect(found.signer).toContain("Harbour Texts");
    expect(textManifest(changed)!.claim).toEqual(whole.claim);
  }
});

it("hostile manifests end in one line", async () => {
  const selectors = (bytes: readonly number[]) =>
    bytes.map((b) => String.fromCodePoint(b < 16 ? 0xfe00 + b : 0xe0100 + b - 16)).join("");
  const wrapped = (payload: readonly number[]) => {
    const n = payload.length;
    const header = [...new TextEncoder().encode("C2PATXT\0"), 1, 0, (n >> 16) & 255, (n >> 8) & 255, n & 255];
    return `words\uFEFF${selectors([...header, ...payload])}`;
  };
  const box = (type: string, inside: readonly number[]): number[] => {
    const n = inside.length + 8;
    return [n >> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255, ...new TextEncoder().encode(type), ...inside];
  };
  let deep = box("jumd", new Array(17).fill(0));
  for (let i = 0; i < 50; i++) deep = box("jumb", [...box("jumd", new Array(17).fill(0)), ...deep]);
  const payloads = [[], [0, 0, 0, 1], box("jumb", []), box("jumb", [0, 0, 0, 255, 106, 117, 109, 100]), deep];
  for (const payload of payloads) expect((await read(wrapped(payload))).state).toBe("broken");
});
