/**
 * FRAUDAR (Hooi et al., KDD 2016): the densest block of a bipartite graph of accounts and objects, where an edge to an
 * object of degree d weighs 1 / log(d + 5), so that popular objects are no camouflage (§4.3). Greedy peeling of the node
 * with least weight gives a block of at least half the greatest density (theorem 1). Objects here are prompt templates.
 * Assumes one block that is denser than anything benign; names one block and gives no error rate. Written from the paper.
 */
interface Edge {
  account: number;
  object: number;
}

/** @returns accounts of the densest block, ascending, and its density */
export function fraudar(
  edges: readonly Edge[],
  accounts: number,
  objects: number,
): { block: number[]; density: number } {
  const nodes = accounts + objects;
  const degree = new Uint32Array(objects);
  for (const { object } of edges) degree[object]!++;
  const starts = new Uint32Array(nodes + 1);
  for (const { account, object } of edges) {
    starts[account + 1]!++;
    starts[accounts + object + 1]!++;
  }
  for (let i = 1; i <= nodes; i++) starts[i]! += starts[i - 1]!;
  const fill = starts.slice(0, nodes);
  const other = new Uint32Array(2 * edges.length);
  const cost = new Float64Array(2 * edges.length);
  const weight = new Float64Array(nodes);
  let total = 0;
  for (const { account, object } of edges) {
    const w = 1 / Math.log(degree[object]! + 5);
    const o = accounts + object;
    cost[fill[account]!] = w;
    other[fill[account]!++] = o;
    cost[fill[o]!] = w;
    other[fill[o]!++] = account;
    weight[account]! += w;
    weight[o]! += w;
    total += w;
  }
  const heap = new Heap(weight);
  const removedAt = new Uint32Array(nodes);
  let best = total / Math.max(1, nodes);
  let bestStep = 0;
  for (let step = 1; step < nodes; step++) {
    const node = heap.pop();
    removedAt[node] = step;
    total -= weight[node]!;
    for (let e = starts[node]!; e < starts[node + 1]!; e++) {
      const next = other[e]!;
      if (removedAt[next] !== 0) continue;
      weight[next]! -= cost[e]!;
      heap.lower(next);
    }
    const density = total / (nodes - step);
    if (density > best) {
      best = density;
      bestStep = step;
    }
  }
  const block: number[] = [];
  for (let a = 0; a < accounts; a++) if (removedAt[a] === 0 || removedAt[a]! > bestStep) block.push(a);
  return { block, density: best };
}

/** Binary heap of all nodes by weight, least first, ties by number; weights may fall. */
class Heap {
  readonly #weight: Float64Array;
  readonly #items: Uint32Array;
  readonly #place: Uint32Array;
  #size: number;

  constructor(weight: Float64Array) {
    this.#weight = weight;
    this.#size = weight.length;
    this.#items = Uint32Array.from(weight, (_, i) => i);
    this.#place = this.#items.slice();
    for (let i = (this.#size >> 1) - 1; i >= 0; i--) this.#down(i);
  }

  pop(): number {
    const top = this.#items[0]!;
    this.#size--;
    if (this.#size > 0) {
      this.#put(0, this.#items[this.#size]!);
      this.#down(0);
    }
    return top;
  }

  lower(node: number): void {
    let i = this.#place[node]!;
    while (i > 0 && this.#less(node, this.#items[(i - 1) >> 1]!)) {
      this.#put(i, this.#items[(i - 1) >> 1]!);
      i = (i - 1) >> 1;
    }
    this.#put(i, node);
  }

  #down(from: number): void {
    const node = this.#items[from]!;
    let i = from;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#less(this.#items[child + 1]!, this.#items[child]!)) child++;
      if (!this.#less(this.#items[child]!, node)) break;
      this.#put(i, this.#items[child]!);
      i = child;
    }
    this.#put(i, node);
  }

  #put(i: number, node: number): void {
    this.#items[i] = node;
    this.#place[node] = i;
  }

  #less(a: number, b: number): boolean {
    return this.#weight[a]! < this.#weight[b]! || (this.#weight[a]! === this.#weight[b]! && a < b);
  }
}
