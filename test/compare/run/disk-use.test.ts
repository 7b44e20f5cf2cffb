import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { countOf, diskOf, diskUse } from "../../../src/compare/run/disk-use.ts";
import { diskOver, samplesOf, tickOf } from "../../../src/compare/run/samples.ts";

// reads merged sectors ms, writes merged sectors ms, in flight, busy ms, weighted ms
const BEFORE = [1000, 5, 9000, 700, 200, 3, 4000, 900, 0, 1500, 1600];
const AFTER = [1100, 5, 9900, 800, 300, 3, 5000, 1500, 1, 2500, 2300];

test("utilisation is the share of time with a request, await the time of one", () => {
  expect(diskUse(BEFORE, AFTER, 2)).toEqual({ utilisation: 50, await: 3.5 });
  expect(diskUse(BEFORE, BEFORE, 2)).toEqual({ utilisation: 0 });
  expect(diskUse(BEFORE, AFTER, 0.9)?.utilisation).toBe(100);
  expect(diskUse([], AFTER, 2)).toBeUndefined();
});

test("a guest's lines carry its disk, each as a difference to the line before", () => {
  const tick = (at: number, cpu: number, disk: number[]) =>
    tickOf(`${at} cpu  ${cpu} 0 0 ${cpu} 0 0 0 0 0 0 / ${disk.join(" ")}`.split(" "));
  const ticks = [tick(10, 0, BEFORE), tick(12, 100, AFTER), tick(13, 150, AFTER)];
  expect(samplesOf(ticks).map(({ disk }) => disk)).toEqual([50, 0]);
  expect(diskOver(ticks)).toEqual({ utilisation: 33.33, await: 3.5 });
  expect(diskOver([tickOf("10 cpu 1 2 3 4 5 6 7 8 / ".split(" "))])).toBeUndefined();
});

test("the disk of a folder is one that the kernel counts, or there is none", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ringlab-disk-"));
  const disk = await diskOf(folder);
  if (disk !== undefined) expect((await countOf(disk))?.length).toBeGreaterThanOrEqual(11);
  expect(await diskOf("/proc")).toBeUndefined();
  expect(await diskOf(join(folder, "nothing"))).toBeUndefined();
  await rm(folder, { recursive: true });
});
