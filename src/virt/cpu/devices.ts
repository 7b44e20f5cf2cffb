/**
 * Who answers when a guest touches a device: the monitor, a process beside it, another domain. The models are the same (machine/devices);
 * what differs is the way to them, and so the price.
 */
import type { Ledger } from "../../machine/ledger.ts";
import { EVENT, Trace } from "../../machine/trace.ts";

export interface DeviceOwner {
  /** The guest accessed a port, or a device in memory at this guest-physical address, once. */
  access(kind: "port" | "memory", at: number, ledger: Ledger): void;
  /** A string instruction accessed a port so many times, one after the other; as many accesses unless the owner has a shorter way. */
  string?(port: number, times: number, ledger: Ledger): void;
  /** A device of the host's interrupted the processor. */
  interrupt(ledger: Ledger): void;
}

/** Every device model is part of the monitor. */
export const IN_MONITOR: DeviceOwner = {
  access: (_kind, at, ledger) => ledger.pay("device", at),
  interrupt: (ledger) => ledger.pay("device"),
};

/** What V does by itself, in place of a trace: accesses to devices wait here until they are paid for. */
export class DeviceTrace extends Trace {
  readonly #ports: number[] = [];
  readonly #memory: number[] = [];

  override event(number: number, detail: number): void {
    super.event(number, detail);
    if (number === EVENT.portIn || number === EVENT.portOut) this.#ports.push(detail);
    else if (number === EVENT.mmio) this.#memory.push(detail);
  }

  settle(owner: DeviceOwner, ledger: Ledger): void {
    const ports = this.#ports;
    for (let from = 0, to = 0; from < ports.length; from = to) {
      const port = ports[from] as number;
      while (ports[to] === port) to++;
      if (to - from > 1 && owner.string !== undefined) owner.string(port, to - from, ledger);
      else for (let i = from; i < to; i++) owner.access("port", port, ledger);
    }
    for (const at of this.#memory) owner.access("memory", at, ledger);
    this.#ports.length = this.#memory.length = 0;
  }
}
