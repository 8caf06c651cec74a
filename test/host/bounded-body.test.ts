/** A body is read up to its bound, and never kept beyond it. */
import { describe, expect, test } from "vitest";
import { boundedBody } from "../../src/host/bounded-body.js";

/** A body of so many chunks of 10 bytes, and how many of them were asked for. */
function body(chunks: number) {
  const asked = { chunks: 0 };
  async function* stream(): AsyncGenerator<Uint8Array> {
    for (; asked.chunks < chunks; ) {
      asked.chunks++;
      yield new Uint8Array(10).fill(asked.chunks);
    }
  }
  return { stream: stream(), asked };
}

describe("a body", () => {
  test("up to the bound is whole, none is empty", async () => {
    expect(await boundedBody(body(3).stream, 30)).toHaveLength(30);
    expect(await boundedBody(null, 30)).toHaveLength(0);
  });

  test("beyond the bound is nothing, and no more of it is asked for", async () => {
    const { stream, asked } = body(1000);
    expect(await boundedBody(stream, 25)).toBeNull();
    expect(asked.chunks).toBe(3);
  });

  test("beyond the bound may be read on for a while", async () => {
    const { stream, asked } = body(1000);
    expect(await boundedBody(stream, 25, 200)).toBeNull();
    expect(asked.chunks).toBe(21);
    expect(await boundedBody(body(5).stream, 25, 200)).toBeNull();
  });

  test("that breaks off throws what broke", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1);
      throw new Error("broke off");
    }
    await expect(boundedBody(broken(), 10)).rejects.toThrow("broke off");
  });
});
