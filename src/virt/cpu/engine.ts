/**
 * The contract of the cpu room: an engine executes a guest that believes to have the machine for itself.
 *
 *     Machine.run ──▶ engine.run ──▶ P, the processor that executes ── event ──▶ engine ──▶ V, what the guest believes ──▶ P …
 *
 * V (machine.cpu) is always what the guest would see on the bare machine: its ring, its control registers, its interrupt flag. The
 * conformance suite in test/virt/cpu says what every engine must do.
 */
import type { Executor } from "../../machine/executor.ts";
import type { Machine } from "../../machine/machine.ts";
import { Host, type VmOptions } from "./host.ts";

export interface Engine extends Executor {
  /** kebab-case: "trap-and-emulate". */
  readonly name: string;
  /** Ways out of the guest so far, by cause: "hlt", "#PF (hidden)", "out". */
  readonly crossings: ReadonlyMap<string, number>;
  /** Instructions of the guest's that P has executed as they are: neither translated, emulated nor interpreted. */
  readonly untouched: number;
}

export type EngineFactory = (host: Host) => Engine;

export interface Vm<E extends Engine = Engine> {
  readonly machine: Machine;
  readonly engine: E;
  readonly host: Host;
}

/** A machine whose guest is executed by an engine: run it with machine.run(). */
export function createVm<E extends Engine>(options: VmOptions, factory: (host: Host) => E): Vm<E> {
  const host = new Host(options);
  const engine = factory(host);
  host.machine.executor = engine;
  return { machine: host.machine, engine, host };
}
