import { mean } from "d3-array";
import { type Cell, done } from "../cells.ts";
import { at, type Check, type Finding } from "../finding.ts";
import { MEASURES, measuresFor, valuesOf } from "../measures.ts";

/** A processor that executes the guest's own instructions loses a few percent on arithmetic; an emulator loses most. */
const NATIVE = 0.6;

export const emulation: Check = {
  name: "emulation",
  mistake: "TCG taken for KVM, so that an emulator's slowness is reported as that of virtual machines",
  blind: (_run, cells) =>
    cells.some(({ target, case: { workload } }) => target.kind === "host" && workload.kind === "cpu")
      ? undefined
      : "it takes CPU work on the host",
  look({ facts }, cells) {
    const cpu = cells.filter((cell) => cell.case.workload.kind === "cpu" && done(cell).length > 0);
    const found: Finding[] = cpu.flatMap((cell) => {
      const host = cpu.find(
        ({ target, scenario, case: { name } }) =>
          target.kind === "host" && scenario === cell.scenario && name === cell.case.name,
      );
      const ratio = host && ratioOf(cell, host);
      return ratio === undefined ? [] : judge(cell, ratio);
    });
    for (const { name, kind, probe } of facts.targets) {
      if (kind === "emulator" && probe.state === "works")
        found.push({
          check: "emulation",
          severity: "note",
          target: name,
          what: "every instruction is translated by software: this is an emulator, not hardware virtualization",
          todo: "don't conclude from it how a virtual machine with KVM, Xen or Hyper-V performs",
        });
      if (probe.state === "unusable")
        found.push({
          check: "emulation",
          severity: "note",
          target: name,
          what: `it was tried and is not usable: ${probe.reason}`,
          todo: "say so in the report; figures of another target don't stand for it",
        });
    }
    return found;
  },
};

function ratioOf(cell: Cell, host: Cell): number | undefined {
  const [measure = MEASURES.eventsPerSecond] = measuresFor(cell.case.workload, [cell, host]);
  const [of, by] = [valuesOf(cell, measure), valuesOf(host, measure)];
  return of && by && mean(of)! / mean(by)!;
}

function judge(cell: Cell, ratio: number): Finding[] {
  const { kind } = cell.target;
  const finding = { check: "emulation", ...at(cell) };
  const share = `${(ratio * 100).toFixed(0)} % of the host's rate`;
  if (kind === "virtual machine" && ratio < NATIVE)
    return [
      {
        ...finding,
        severity: "refuse",
        what: `it has ${share}: it was emulated, although hardware virtualization was asked for`,
        todo: 'look for "failed to initialize kvm" in the log, give -accel kvm alone (no fallback), and see that /dev/kvm works by a timed boot',
      },
    ];
  if (kind === "emulator" && ratio >= NATIVE)
    return [
      {
        ...finding,
        severity: "warn",
        what: `it has ${share}, too much for an emulator: hardware virtualization may have been on`,
        todo: "give -accel tcg alone",
      },
    ];
  if (kind === "container" && ratio < NATIVE)
    return [
      {
        ...finding,
        severity: "warn",
        what: `it has ${share}; a container runs on the host's own kernel and processor`,
        todo: "see whether the engine runs in a virtual machine (Docker Desktop), or a CPU limit (--cpus) is below the scenario's",
      },
    ];
  return [];
}
