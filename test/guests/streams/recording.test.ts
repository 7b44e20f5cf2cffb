/** A guest's accesses recorded, and replayed through the same TLB as the guest had. */
import { expect, test } from "vitest";
import { buildGuest } from "../../../src/guests/build.ts";
import { Recorded, Recorder, type Recording } from "../../../src/guests/streams/recording.ts";
import { boot } from "../../../src/machine/load/boot.ts";
import type { Machine } from "../../../src/machine/machine.ts";
import { Drive } from "../../../src/machine/mmu/drive.ts";
import { PENTIUM_4 } from "../../../src/machine/profiles/pentium4.ts";

interface Run {
  readonly machine: Machine;
  readonly recording: Recording | undefined;
  /** Misses of the data TLB while recording. */
  readonly misses: number;
}

/** Runs lat_mem_rd's chase between its marks, recorded or not. */
function chase(records: boolean): Run {
  const parameters = { nodes: 300, stride: 4096, steps: 20_000, seed: 7 };
  const { image } = buildGuest({ workload: "pointer-chase", parameters });
  const machine = boot(image, { profile: PENTIUM_4 });
  let recorder: Recorder | undefined;
  let recording: Recording | undefined;
  let misses = 0;
  machine.board.marker.onMark = () => {
    if (misses === 0) {
      misses = -machine.trace.count("dtlbMiss");
      if (records) recorder = new Recorder(machine);
    } else {
      misses += machine.trace.count("dtlbMiss");
      recording = recorder?.end();
    }
  };
  expect(machine.run({ limit: 500_000_000 }).reason).toBe("exit");
  return { machine, recording, misses };
}

const plain = chase(false);
const recorded = chase(true);

test("the guest does not notice", () => {
  expect(recorded.machine.trace.hash).toBe(plain.machine.trace.hash);
  expect(recorded.machine.clock.now).toBe(plain.machine.clock.now);
  expect([...recorded.machine.trace.counts]).toEqual([...plain.machine.trace.counts]);
});

test("what was recorded misses as often in the same TLB", () => {
  const recording = recorded.recording as Recording;
  expect(recording.outside).toBe(0);
  expect(recording.accesses).toBeGreaterThan(20_000);
  expect(recording.bytes.length / recording.accesses).toBeLessThan(4);
  const drive = new Drive({ profile: PENTIUM_4, span: recording.span, page: 12 });
  drive.run(new Recorded(recording), recording.accesses);
  // The guest's TLB was not empty at the first mark, and the timer's interrupts touch descriptors, which are no explicit accesses.
  expect(Math.abs(drive.counts.firstLevelMisses / plain.misses - 1)).toBeLessThan(0.02);
});

test("a replay goes round", () => {
  const recording = recorded.recording as Recording;
  const chunk = new Uint32Array(2 * recording.accesses);
  new Recorded(recording).fill(chunk);
  expect(chunk.slice(recording.accesses)).toEqual(chunk.slice(0, recording.accesses));
  expect(() => new Recorded({ ...recording, bytes: new Uint8Array() })).toThrow(
    "a recording without accesses",
  );
});
