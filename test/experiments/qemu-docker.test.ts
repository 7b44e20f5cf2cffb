/** The homework, simulated: what a container adds and what it does not, the law of the divisions, and QEMU's distance. */
import { expect, test } from "vitest";
import { experiment, run } from "../../src/experiments/index.ts";
import { slope } from "../../src/experiments/virtual/slope.ts";
import { placeOf } from "../../src/experiments/virtual/systems.ts";

interface Row {
  readonly perSecond: number;
  readonly fewer: number;
  readonly divisions: number;
}
const known = new Map<string, Row>();

function at(target: string, scenario: string): Row {
  const key = `${target}: ${scenario}`;
  let row = known.get(key);
  if (row === undefined) {
    const rows = run(experiment("qemu-docker"), { target, scenario });
    expect(rows).toHaveLength(1);
    row = rows[0] as unknown as Row;
    known.set(key, row);
  }
  return row;
}
const cost = (system: string, workload: string, times: number) =>
  slope(placeOf(system, "zen5")!, { workload }, times);

test("a program that asks nothing of the kernel costs in a container what it costs anyway", () => {
  expect(at("docker", "cpu 1000").fewer).toBe(1);
});

test.each([
  ["null-call", 50, 15],
  ["context-switch", 20, 50],
  ["disk-read", 4, 80],
] as const)("%s has the container's instructions besides", (workload, times, least) => {
  const [bare, contained] = [cost("native", workload, times), cost("docker", workload, times)];
  expect(contained.instructions - bare.instructions).toBeGreaterThan(least);
  expect(contained.instructions - bare.instructions).toBeLessThan(4 * least);
  expect(contained.cycles).toBeGreaterThan(bare.cycles);
});

test("events are as many as the divisions of an event let them be, within 6 %", () => {
  for (const [target, few, many] of [
    ["native", "cpu 5000", "cpu 10000"],
    ["qemu", "cpu 1000", "cpu 5000"],
  ] as const) {
    const law = at(target, many).divisions / at(target, few).divisions;
    expect(Math.abs(law - 1)).toBeLessThan(0.06);
  }
});

test("QEMU's distance is the measured 7.3 within a quarter", () => {
  const { fewer } = at("qemu", "cpu 1000");
  expect(Math.abs(fewer - 7.3)).toBeLessThan(7.3 / 4);
});

test("files: a container's are the bare machine's, a KVM's IDE disk costs more, QEMU's most", () => {
  const [native, docker, kvm, qemu] = ["native", "docker", "kvm", "qemu"].map(
    (target) => at(target, "file write").perSecond,
  ) as [number, number, number, number];
  expect(docker).toBeLessThan(native);
  expect(docker / native).toBeGreaterThan(0.99);
  expect(kvm).toBeLessThan(docker);
  expect(qemu).toBeLessThan(kvm);
});

test("kvm-virtio has kvm's processor, and no row for it", () => {
  expect(run(experiment("qemu-docker"), { target: "kvm-virtio", scenario: "cpu 1000" })).toEqual([]);
});
