/**
 * ACPI power management (ACPI specification, 4.8.3): status, enable and control registers and the timer, where QEMU's firmware puts them.
 *
 *     600h PM1 status │ 602h PM1 enable │ 604h PM1 control │ 608h timer, 24 bits at 3.579545 MHz
 *
 * Old kernels power off by writing to B004h, where Bochs's firmware had put PM1 control.
 */
import type { PortDevice } from "../bus.ts";
import type { Clock, Timer } from "../clock.ts";
import { loadFields, saveFields } from "../fields.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import type { IrqLine } from "./irq.ts";
import { Rate } from "./rate.ts";

export const PM_BASE = 0x600;
export const PM1_CONTROL_BOCHS = 0xb004;
const PM_HERTZ = 3579545;
const STATUS = 0;
const ENABLE = 2;
const CONTROL = 4;
const TIMER = 8;
/** PM1 status and enable: the timer's top bit changed. */
const TIMER_CARRY = 1;
const HALF = 2 ** 23;
const SCI_ENABLE = 1;
/** Control: sleep type in bits 12 … 10, where 0 is S5 in our tables, and the bit that makes it so. */
const SLEEP_TYPE = 0x1c00;
const SLEEP_ENABLE = 0x2000;

export class AcpiPm implements PortDevice, Stateful {
  enable = 0;
  control = SCI_ENABLE;
  /** The half period of the timer at which the carry was last cleared. */
  clearedHalf = 0;
  readonly #clock: Clock;
  readonly #rate: Rate;
  readonly #irq: IrqLine;
  readonly #timer: Timer;
  readonly #onOff: () => void;

  /** `irq`: the system control interrupt, ISA 9. `onOff`: the guest switched the machine off. */
  constructor(parts: { clock: Clock; hertz: number; irq: IrqLine; onOff: () => void }) {
    this.#clock = parts.clock;
    this.#rate = new Rate(parts.hertz, PM_HERTZ);
    this.#irq = parts.irq;
    this.#onOff = parts.onOff;
    this.#timer = this.#clock.timer(() => this.#update());
  }

  in(port: number): number {
    switch (port === PM1_CONTROL_BOCHS ? CONTROL : port - PM_BASE) {
      case STATUS:
        return this.#status;
      case ENABLE:
        return this.enable;
      case CONTROL:
        return this.control;
      case TIMER:
        return this.#ticks % (2 * HALF);
      default:
        return 0;
    }
  }

  out(port: number, value: number): void {
    switch (port === PM1_CONTROL_BOCHS ? CONTROL : port - PM_BASE) {
      case STATUS:
        if (value & TIMER_CARRY) this.clearedHalf = this.#half;
        break;
      case ENABLE:
        this.enable = value & 0xffff;
        break;
      case CONTROL:
        this.control = value & ~SLEEP_ENABLE & 0xffff;
        if (value & SLEEP_ENABLE && (value & SLEEP_TYPE) === 0) this.#onOff();
        break;
      default:
    }
    this.#update();
  }

  save(out: StateWriter): void {
    out.section("acpi pm");
    saveFields(out, this, FIELDS);
    out.double(this.#timer.deadline);
  }

  load(from: StateReader): void {
    from.section("acpi pm");
    loadFields(from, this, FIELDS);
    this.#timer.deadline = from.double();
  }

  get #ticks(): number {
    return this.#rate.ticks(this.#clock.now);
  }

  get #half(): number {
    return Math.floor(this.#ticks / HALF);
  }

  get #status(): number {
    return this.#half > this.clearedHalf ? TIMER_CARRY : 0;
  }

  #update(): void {
    const waits = (this.enable & TIMER_CARRY) !== 0 && (this.control & SCI_ENABLE) !== 0;
    this.#irq.set(waits && this.#status !== 0);
    if (waits && this.#status === 0) this.#clock.set(this.#timer, this.#rate.cycle((this.#half + 1) * HALF));
    else this.#clock.clear(this.#timer);
  }
}

const FIELDS = "enable control clearedHalf";
