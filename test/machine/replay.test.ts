/**
 * Same image, same run: on every machine and every version of Node. The recording holds what each workload came to, by two
 * price lists; RINGLAB_RECORD=1 records anew, which is due when the guest, the BIOS, a device, a price or an event has changed on purpose.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { buildGuest, workloads } from "../../src/guests/index.ts";
import { boot, PROFILES } from "../../src/machine/index.ts";

const FILE = new URL("../fixtures/machine/replay.json", import.meta.url);

/** [trace hash, cycles, instructions] by "workload on profile". */
type Recording = Record<string, [hash: string, cycles: number, retired: number]>;

function record(): Recording {
  const runs: Recording = {};
  for (const { name } of workloads) {
    const { image } = buildGuest({ workload: name });
    for (const profile of PROFILES.filter(({ id }) => id === "pentium4" || id === "haswell")) {
      const machine = boot(image.slice(), { memory: 32 << 20, profile });
      expect(machine.run({ limit: 1e9 })).toEqual({ reason: "exit", code: 1 });
      runs[`${name} on ${profile.id}`] = [machine.trace.hash, machine.clock.now, machine.cpu.retired];
    }
  }
  return runs;
}

test("every workload takes the recorded cycles and instructions and leaves the recorded trace", {
  timeout: 120_000,
}, () => {
  const runs = record();
  if (process.env.RINGLAB_RECORD) writeFileSync(FILE, `${JSON.stringify(runs, null, 1)}\n`);
  expect(runs).toEqual(JSON.parse(readFileSync(FILE, "utf8")));
});
