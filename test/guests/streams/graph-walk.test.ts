import { describe, expect, test } from "vitest";
import { GraphWalk, rmat } from "../../../src/guests/streams/graph-walk.ts";
import { Draw } from "../../../src/guests/streams/random.ts";
import { take } from "./take.ts";

describe("the graph", () => {
  const { offsets, edges } = rmat(12, new Draw(3));

  test("has sixteen edges for each vertex, in both directions", () => {
    expect(edges.length).toBe(2 * 16 * 4096);
    expect(offsets[4096]).toBe(edges.length);
    const pairs = new Map<number, number>();
    for (let from = 0; from < 4096; from++)
      for (let edge = offsets[from] as number; edge < (offsets[from + 1] as number); edge++) {
        const to = edges[edge] as number;
        const [a, b] = from < to ? [from, to] : [to, from];
        pairs.set(a * 4096 + b, (pairs.get(a * 4096 + b) ?? 0) + 1);
      }
    for (const count of pairs.values()) expect(count % 2).toBe(0);
  });

  test("has few vertices with most of the edges", () => {
    const degrees = Array.from(offsets.slice(1), (end, vertex) => end - (offsets[vertex] as number));
    degrees.sort((a, b) => b - a);
    const tenth = degrees.slice(0, 410).reduce((sum, degree) => sum + degree, 0);
    expect(tenth / edges.length).toBeGreaterThan(0.45);
    expect(degrees.filter((degree) => degree === 0).length).toBeGreaterThan(200);
  });
});

test("the search is breadth-first: each edge of what it reaches is read once, each vertex found once", () => {
  const stream = new GraphWalk({ scale: 8, seed: 5 });
  const { offsets, edges } = stream.graph;
  const page = (words: number) => Math.ceil(words / 512) * 512;
  const parents = page(offsets.length) + page(edges.length);
  const queue = parents + page(256);
  const { lines } = take(stream, 60_000);
  // A search begins where the queue's first line is written after a parent's.
  const chunk = new Uint32Array(60_000);
  new GraphWalk({ scale: 8, seed: 5 }).fill(chunk);
  const isEdge = (line: number) => line * 8 >= page(offsets.length) && line * 8 < parents;
  const isParent = (line: number) => line * 8 >= parents && line * 8 < queue;
  const found = chunk.reduce(
    (sum, access) => sum + ((access & 1) === 1 && isParent(access >>> 1) ? 1 : 0),
    0,
  );
  const visited = lines.filter((line) => line * 8 < page(offsets.length)).length;
  // Everything found is visited in its turn; the last search is cut off.
  expect(found - visited).toBeGreaterThanOrEqual(0);
  expect(found - visited).toBeLessThan(256);
  const read = lines.filter(isEdge).length;
  expect(lines.filter(isParent).length).toBe(read + found);
  expect(read).toBeGreaterThan(10_000);
  expect(Math.max(...new Set(lines)) * 64).toBeLessThan(stream.span);
});

test("neighbours of a vertex lie one after the other", () => {
  const { lines } = take(new GraphWalk({ scale: 10, seed: 6 }), 20_000);
  const offsets = Math.ceil(1025 / 512) * 64;
  const edges = lines.filter((line) => line >= offsets && line < offsets + (32 * 1024) / 8);
  const near = edges
    .slice(1)
    .filter((line, n) => line - (edges[n] as number) === 0 || line - (edges[n] as number) === 1);
  expect(near.length / edges.length).toBeGreaterThan(0.9);
});

test("a scale that is none is refused", () => {
  expect(() => new GraphWalk({ scale: 0, seed: 1 })).toThrow("a graph of scale 0");
});
