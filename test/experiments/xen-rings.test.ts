import { expect, test } from "vitest";
import { experiment, run, type Settings } from "../../src/experiments/index.ts";

const rows = (settings: Settings) => run(experiment("xen-rings"), settings);
const column = (settings: Settings, name: string) => rows(settings).map((row) => row[name] as number);
const falls = (values: readonly number[]) => values.every((value, at) => at === 0 || value < values[at - 1]!);

test("the deeper the ring the cheaper a request, if the front end lets answers gather", () => {
  const settings = { access: "copy", size: 8, depth: [1, 4, 16] };
  expect(falls(column({ ...settings, wake: "half" }, "work"))).toBe(true);
  expect(falls(column({ ...settings, wake: "last" }, "events"))).toBe(true);
  // One event for a batch; each answer is still told of.
  expect(column({ ...settings, wake: "each" }, "events").every((events) => events > 1)).toBe(true);
});

test("copying beats mapping for small requests and loses for large ones; pages that are kept beat both", () => {
  const at = (size: number) => column({ access: ["map", "persistent", "copy"], depth: 16, size }, "work");
  const [map, keep, copy] = at(1) as [number, number, number];
  expect(keep).toBeLessThan(copy);
  expect(copy).toBeLessThan(map);
  const [mapLarge, keepLarge, copyLarge] = at(88) as [number, number, number];
  expect(mapLarge).toBeLessThan(copyLarge);
  expect(keepLarge).toBeLessThan(mapLarge);
});

test("a disk that is slower than the processor bounds the throughput, however deep the ring", () => {
  const [one, many] = column({ access: "copy", size: 8, depth: [1, 32], latency: 50_000 }, "throughput");
  expect(many).toBeGreaterThan(one!);
  expect(many).toBeLessThan(1.3 * one!);
});
