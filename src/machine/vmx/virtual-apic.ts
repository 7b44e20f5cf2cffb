/**
 * APIC virtualization (SDM Vol. 3, chapter 29): what the processor does with a guest's local APIC without an exit.
 *
 *                                         without       virtual interrupts      … and posted ones
 *     a device's interrupt arrives        exit          exit                    noted by the processor (29.6)
 *     it goes through the guest's IDT     injected      by the processor, as soon as the guest can take it (29.2.2)
 *     EOI                                 exit          none, but for level-triggered ones (29.1.4)
 *     a read of a register                exit          none (29.4.2)
 *     a write to another register         exit          exit after it (29.4.3.3)
 *
 * VIRR and VISR are those of a local APIC's model here, where a real processor has them in the virtual-APIC page; VTPR is in the page.
 */
import type { MmioDevice } from "../bus.ts";
import { REASON } from "./reasons.ts";

const TPR = 0x80;
const EOI = 0xb0;

/** The guest's local APIC, as far as the processor acts for it. */
export interface VirtualApic {
  /** Its registers, as they are in memory. */
  readonly registers: MmioDevice;
  /** RVI's class is above the processor's priority (29.2.1). */
  requests(): boolean;
  /** That vector is in service now, as SVI. */
  take(): number;
  /** The vector in service was level-triggered: its bit in the EOI-exit bitmaps. −1: it was not, or there is none. */
  levelInService(): number;
  /** VTPR is this now. */
  setTaskPriority(value: number): void;
  /** The notification vector came: what is posted in the descriptor is requested from now on (29.6). */
  processPosted(): void;
}

/** An exit that comes after the instruction which asked for it. */
export interface ApicTrap {
  readonly reason: number;
  readonly qualification: number;
  /** What was written: a real processor leaves it in the virtual-APIC page. */
  readonly value: number;
}

/** What answers at the APIC-access address while the guest runs. */
export class ApicAccessPage implements MmioDevice {
  /** The processor's to take at its next boundary. */
  trap: ApicTrap | null = null;
  readonly #apic: VirtualApic;
  readonly #attend: () => void;

  /** `attend`: an instruction has asked for an exit. */
  constructor(apic: VirtualApic, attend: () => void) {
    this.#apic = apic;
    this.#attend = attend;
  }

  read(offset: number, size: number): number {
    return this.#apic.registers.read(offset, size);
  }

  write(offset: number, value: number, size: number): void {
    const apic = this.#apic;
    if (offset === TPR) {
      apic.registers.write(offset, value, size);
      apic.setTaskPriority(value & 0xff);
      return;
    }
    const level = offset === EOI ? apic.levelInService() : -1;
    if (offset === EOI && level < 0) {
      apic.registers.write(offset, value, size);
      return;
    }
    this.trap =
      level >= 0
        ? { reason: REASON.virtualizedEoi, qualification: level, value }
        : { reason: REASON.apicWrite, qualification: offset, value };
    this.#attend();
  }
}
