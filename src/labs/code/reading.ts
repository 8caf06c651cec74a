/**
 * What a reader is given who is to say which shared units a third source explains: units side by side, in an order drawn by
 * their digests, and a record to fill in. No score, count, rank, outcome or name of a maker stands in it; units that stand
 * far below any bound are among them, so that being shown says nothing.
 */
import { utf8 } from "../../base/bytes.js";
import { type Digest, sha256Digest } from "../../base/digest.js";
import type { CodeObservations, DirectionSeen } from "./observations.js";
import type { Unit } from "./prints/containment.js";
import { meet } from "./prints/prints.js";
import type { Review } from "./review.js";

type Named = Pick<Unit, "path" | "name" | "line"> & {
  /** Of a passage, its last line. */
  last?: number;
};
interface ToRead {
  ours: Named;
  /** The other side's unit that shares most with it. */
  theirs: Named;
}

/**
 * @param shown the claimant's units that share anything @param passages likewise
 * @param ours @param theirs units of both sides with their prints
 */
export function pairsToRead(
  shown: DirectionSeen["units"],
  passages: NonNullable<CodeObservations["passages"]>,
  ours: readonly Unit[],
  theirs: readonly Unit[],
  roots: readonly Digest[],
): ToRead[] {
  const key = ({ path, name, line }: Named) => `${path}:${line} ${name}`;
  const known = new Map(ours.map((unit) => [key(unit), unit]));
  const pairs = shown.flatMap((one): ToRead[] => {
    const unit = known.get(key(one));
    if (!unit) return [];
    let best: { unit: Unit; share: number } | null = null;
    for (const other of theirs) {
      if (other.language !== unit.language) continue;
      let met = 0;
      meet(unit.prints[0]!, other.prints[0]!, () => met++);
      // Of two units that share as much the smaller: the function, not the file around it.
      const share = met - other.prints[0]!.length / 1e9;
      if (met > 0 && share > (best?.share ?? 0)) best = { unit: other, share };
    }
    return best ? [{ ours: named(unit), theirs: named(best.unit) }] : [];
  });
  for (const { claimant, suspect } of passages)
    pairs.push({ ours: { ...claimant, name: "" }, theirs: { ...suspect, name: "" } });
  const drawn = ({ ours: unit }: ToRead) => sha256Digest(utf8(`assay-code-reading ${roots.join(" ")} ${key(unit)}`));
  return pairs.sort((a, b) => (drawn(a) < drawn(b) ? -1 : 1));
}

const named = ({ path, name, line }: Named): Named => ({ path, name, line });

/** To be filled in: without a reader's name it is no record. */
export function recordToFill(pairs: readonly ToRead[], claimant: Digest, suspect: Digest, corpus: Digest): Review {
  return {
    type: "assay/code-review/v1",
    claimant,
    suspect,
    corpus,
    reader: "",
    units: pairs.map(({ ours: { path, line } }) => ({ path, line, verdict: "unexplained", words: "" })),
  };
}

/** A page of text: HTML without script. */
export function pageToRead(pairs: readonly (ToRead & { texts: readonly [string, string] })[]): string {
  const side = (title: string, { path, name, line, last }: Named, text: string) =>
    `<section><h3>${title}: ${plain(`${path}:${line}${last ? ` to ${last}` : ""} ${name}`)}</h3><pre>${plain(text)}</pre></section>`;
  const body = pairs.map(
    ({ ours, theirs, texts }, i) =>
      `<article><h2>${i + 1} of ${pairs.length}</h2><div>${side("One side", ours, texts[0])}${side("Other side", theirs, texts[1])}</div></article>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Units to read</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{font:16px/1.4 sans-serif;margin:2rem}article>div{display:grid;grid-template-columns:1fr 1fr;gap:1rem}pre{overflow:auto;background:#f3f2f1;padding:1rem;font-size:13px}</style>
<h1>Units to read</h1>
<p>Each number shows two pieces of source code side by side. Say of each whether something other than one side's own work explains
what is alike: a third source that both may have used ("third-source"), a standard, format or interface that dictates it
("dictated"), a program that wrote it ("generated"), or nothing that you know of ("unexplained"), with the words or lines that
you lean on. Write it into record.json, with your name as "reader". The order is drawn; being shown says nothing.</p>
${body.join("\n")}
</html>
`;
}

const plain = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    // What turns the direction of text or controls a terminal (Unicode's Cc and Cf), but for line ends and tabs.
    .replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, "\ufffd");
