/**
 * A hosted monitor's two worlds (Sugerman, Venkitachalam, Lim, "Virtualizing I/O Devices on VMware Workstation's Hosted Virtual Machine
 * Monitor", USENIX ATC 2001, sec. 2): at any time either the monitor or the host owns all of the processor.
 *
 *         monitor's world                                  host's world
 *     guest ⇄ monitor ──── world switch (driver) ────▶ host kernel ──▶ the VMX process: device models, system calls
 *             PIC, PIT     ◀──── world switch ──────── ioctl of the VMX process returns to the driver
 *
 * The interrupt controller and the timer are modelled in the monitor, since guests use them all the time; every other device is in the
 * VMX process. A hardware interrupt belongs to the host: the monitor switches worlds, and the host's own handler runs.
 */
import type { Ledger } from "../machine/ledger.ts";
import type { DeviceOwner } from "../virt/cpu/devices.ts";

export type World = "monitor" | "host";

/** PIC, PIT and port 61h; the POST-code port, which goes nowhere. */
const IN_MONITOR = new Set([0x20, 0x21, 0xa0, 0xa1, 0x40, 0x41, 0x42, 0x43, 0x61, 0x80]);
const LAPIC = 0xfee00000;
const PAGE = 4096;

export class HostedDevices implements DeviceOwner {
  world: World = "monitor";
  switches = 0;

  access(kind: "port" | "memory", at: number, ledger: Ledger): void {
    const near = kind === "port" ? IN_MONITOR.has(at) : at >= LAPIC && at < LAPIC + PAGE;
    if (near) {
      ledger.pay("device", at);
      return;
    }
    this.#inHost(ledger, () => {
      ledger.pay("hostCall");
      ledger.pay("device", at);
    });
  }

  interrupt(ledger: Ledger): void {
    this.#inHost(ledger, () => ledger.pay("device"));
  }

  #inHost(ledger: Ledger, work: () => void): void {
    this.#switch(ledger, "monitor", "host");
    work();
    this.#switch(ledger, "host", "monitor");
  }

  #switch(ledger: Ledger, from: World, to: World): void {
    if (this.world !== from)
      throw new Error(
        `invariant: a switch from the ${from}'s world, and the ${this.world} owns the processor`,
      );
    this.world = to;
    this.switches++;
    ledger.pay("worldSwitch");
  }
}
