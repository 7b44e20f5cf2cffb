/** Runs a batch on our processor: RAM, an exit port and nothing else, as QEMU is asked to have (qemu.ts). */
import type { Gpa } from "../../src/machine/address.ts";
import { Bus } from "../../src/machine/bus.ts";
import { Clock } from "../../src/machine/clock.ts";
import { Cpu } from "../../src/machine/cpu/cpu.ts";
import { RINGLAB } from "../../src/machine/cpu/model.ts";
import { resetCpu } from "../../src/machine/cpu/reset.ts";
import { Interpreter } from "../../src/machine/cpu/run.ts";
import { setSegment } from "../../src/machine/cpu/segments.ts";
import { ExitPort } from "../../src/machine/devices/exit-port.ts";
import { CS } from "../../src/machine/isa/index.ts";
import { Mmu } from "../../src/machine/mmu/mmu.ts";
import { PENTIUM_4 } from "../../src/machine/profiles/pentium4.ts";
import { Trace } from "../../src/machine/trace.ts";
import type { Run } from "./batch.ts";
import { CONTROL, LOG, RAM } from "./layout.ts";

const ROM = 0xffff0000;

/** Steps in which a case must end: most do in a few thousand. */
const PATIENCE = 200_000;
/** Cycles for each of these steps: a REP that goes over a gigabyte is few steps. */
const CYCLES = 50;

/** What QEMU's model has (qemu.ts). */
const PRICES = { ...PENTIUM_4, physicalBits: 40, gigabytePages: true };
const MODEL = { ...RINGLAB, features: new Set([...RINGLAB.features].filter((name) => !/pcid/.test(name))) };

/** `bytes` is the whole RAM; it is copied. */
export function runOurs(bytes: Uint8Array, patience = PATIENCE): Run {
  const bus = new Bus(RAM);
  bus.ram.set(bytes);
  const clock = new Clock();
  const trace = new Trace(clock);
  const memory = new Mmu({ bus, clock, trace, profile: PRICES });
  const cpu = new Cpu({ bus, clock, trace, memory, prices: PRICES, model: MODEL });
  bus.mapPorts(
    0xf4,
    0xf7,
    new ExitPort((code) => {
      cpu.stop = { reason: "exit", code };
      clock.attend();
    }),
  );
  // As QEMU answers where no device is: ports all ones, but zero when the access
  // is not aligned; memory zero.
  const nothing = {
    in: (port: number, size: number) => (port % size === 0 ? 2 ** (8 * size) - 1 : 0),
    out: () => {},
  };
  bus.mapPorts(0, 0xf3, nothing);
  bus.mapPorts(0xf8, 0xffff, nothing);
  bus.mapMmio(RAM, ROM - RAM, { read: () => 0, write: () => {} });
  // The firmware below 4 GiB is the RAM below 1 MiB.
  bus.mapMmio(ROM, 0x10000, {
    read: (offset, size) => bus.read((0xf0000 + offset) as Gpa, size),
    write: (offset, value, size) => bus.write((0xf0000 + offset) as Gpa, value, size),
  });
  const interpreter = new Interpreter(cpu);
  resetCpu(cpu);
  setSegment(cpu, CS, 0xf000, 0xf0000, 0xffff, 0x9b00);
  const index = () => bus.view.getUint32(CONTROL, true);
  const ended = (end: Run["end"], detail: string): Run => ({
    end,
    index: index(),
    log: bus.ram.slice(LOG, bus.view.getUint32(CONTROL + 8, true)),
    detail,
  });
  const watch = clock.timer(() => {
    cpu.stop = { reason: "limit" };
  });
  for (let last = -1; ; ) {
    clock.set(watch, clock.now + CYCLES * patience);
    let stop: ReturnType<Interpreter["run"]>;
    try {
      stop = interpreter.run(patience);
    } catch (error) {
      return ended("crash", error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    if (stop.reason === "exit") return ended(stop.code === 0x21 ? "done" : "stuck", `exit ${stop.code}`);
    if (stop.reason === "shutdown") return ended("shutdown", stop.detail);
    if (stop.reason !== "limit" || index() === last) return ended("stuck", stop.reason);
    last = index();
  }
}
