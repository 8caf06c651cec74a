/**
 * Verify inclusion and consistency proofs (RFC 9162 §2.1.3.2, §2.1.4.2) and their subtree forms
 * (draft-ietf-plants-merkle-tree-certs, "Subtrees"), from hashes alone. False, never an error, for whatever is
 * malformed: proofs come from outside.
 */
import { equalBytes } from "../base/bytes.js";
import { EMPTY_ROOT, HASH_BYTES, nodeHash } from "./merkle-hash.js";

/** A tree of 2⁶³ entries has paths of 63 hashes; C2SP tlog-witness allows no more. */
export const PROOF_HASHES_MAX = 63;

interface InclusionProof {
  index: number;
  size: number;
  leaf: Uint8Array;
  root: Uint8Array;
  proof: readonly Uint8Array[];
}

/** RFC 9162 §2.1.3.2: does `proof` lead from the leaf's hash at `index` to `root`, in a tree of `size` entries? */
export function verifyInclusion({ index, size, leaf, root, proof }: InclusionProof): boolean {
  return verifySubtreeInclusion({ index, start: 0, end: size, leaf, root, proof });
}

interface SubtreeInclusionProof extends Omit<InclusionProof, "size"> {
  start: number;
  end: number;
}

/** The same within the subtree [start, end), whose root is `root`; `index` counts from the tree's beginning. */
export function verifySubtreeInclusion({ index, start, end, leaf, root, proof }: SubtreeInclusionProof): boolean {
  if (!isSubtree(start, end) || !Number.isSafeInteger(index) || index < start || index >= end) return false;
  if (root.length !== HASH_BYTES || leaf.length !== HASH_BYTES || !wellFormed(proof, leaf)) return false;
  let [at, last, hash] = [index - start, end - start - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else hash = nodeHash(hash, sibling);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && equalBytes(hash, root);
}

interface ConsistencyProof {
  oldSize: number;
  size: number;
  oldRoot: Uint8Array;
  root: Uint8Array;
  proof: readonly Uint8Array[];
}

/** Every tree begins with the empty one: there is no proof of it, and a claim of one is refused. */
export function verifyConsistency({ oldSize, size, oldRoot, root, proof }: ConsistencyProof): boolean {
  if (oldSize === 0) return false;
  return verifySubtreeConsistency({ start: 0, end: oldSize, size, subtreeRoot: oldRoot, root, proof });
}

interface SubtreeConsistencyProof {
  start: number;
  end: number;
  size: number;
  subtreeRoot: Uint8Array;
  root: Uint8Array;
  proof: readonly Uint8Array[];
}

/**
 * Is the subtree [start, end) with its root part of the tree of `size` entries with `root`? A whole tree's own growth
 * is the case start = 0 (RFC 9162 §2.1.4.2).
 */
export function verifySubtreeConsistency(given: SubtreeConsistencyProof): boolean {
  const { start, end, size, subtreeRoot, root, proof } = given;
  if (start === end) return isEmptySubtree(given);
  if (!isSubtree(start, end) || !Number.isSafeInteger(size) || end > size) return false;
  if (!wellFormed(proof, subtreeRoot)) return false;
  let [first, last, treeLast] = [start, end - 1, size - 1];
  const down = () => {
    [first, last, treeLast] = [half(first), half(last), half(treeLast)];
  };
  if (last === treeLast) while (first !== last) down();
  else while (first !== last && last % 2 === 1) down();
  const rest = [...proof];
  const from = first === last ? subtreeRoot : rest.shift();
  if (from === undefined) return false;
  let [inSubtree, inTree] = [from, from];
  for (const hash of rest) {
    if (treeLast === 0) return false;
    if (last % 2 === 1 || last === treeLast) {
      if (first < last) inSubtree = nodeHash(hash, inSubtree);
      inTree = nodeHash(hash, inTree);
      while (last % 2 === 0 && last !== 0) down();
    } else inTree = nodeHash(inTree, hash);
    down();
  }
  return treeLast === 0 && equalBytes(inSubtree, subtreeRoot) && equalBytes(inTree, root);
}

/** An empty subtree lies in every tree, with nothing to show. */
function isEmptySubtree({ start, size, subtreeRoot, proof }: SubtreeConsistencyProof): boolean {
  const inside = Number.isSafeInteger(start) && Number.isSafeInteger(size) && start >= 0 && start <= size;
  return inside && proof.length === 0 && equalBytes(subtreeRoot, EMPTY_ROOT);
}

/** [start, end) is a subtree when start is a multiple of the size rounded up to a power of two. */
export function isSubtree(start: number, end: number): boolean {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end <= start) return false;
  let power = 1;
  while (power < end - start) power *= 2;
  return start % power === 0;
}

/** What is hashed has the length of a hash. */
function wellFormed(proof: readonly Uint8Array[], hashed: Uint8Array): boolean {
  if (proof.length === 0) return true;
  return proof.length <= PROOF_HASHES_MAX && [hashed, ...proof].every((hash) => hash.length === HASH_BYTES);
}

function half(n: number): number {
  return Math.floor(n / 2);
}
