/** Disjoint sets over 0..n-1 (Tarjan 1975, path halving). The representative is the smallest member: order-free. */
export class UnionFind {
  readonly parent: Uint32Array;

  constructor(n: number) {
    this.parent = Uint32Array.from({ length: n }, (_, i) => i);
  }

  find(item: number): number {
    const { parent } = this;
    let i = item;
    while (parent[i]! !== i) {
      parent[i] = parent[parent[i]!]!;
      i = parent[i]!;
    }
    return i;
  }

  union(a: number, b: number): void {
    const x = this.find(a);
    const y = this.find(b);
    if (x < y) this.parent[y] = x;
    else if (y < x) this.parent[x] = y;
  }
}
