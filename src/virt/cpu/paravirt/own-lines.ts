/** The event channels of a domain that is alone: interrupt lines of the machine's, and nobody to send anything to. */
import { EINVAL, ENOSYS } from "./interface.ts";
import type { Channels } from "./neighbours.ts";
import type { SharedVcpu } from "./vcpu.ts";

const EVENTS = 32;
const LINES = 16;

export class OwnLines implements Channels {
  readonly #vcpu: SharedVcpu;
  /** Interrupt line → event. */
  readonly #lines = new Map<number, number>();

  constructor(vcpu: SharedVcpu) {
    this.#vcpu = vcpu;
  }

  /** Event 0 is never given out. */
  bindLine(line: number): number {
    if (line >= LINES) return EINVAL;
    const event = this.#lines.get(line) ?? this.#lines.size + 1;
    this.#lines.set(line, event);
    return event;
  }

  unmask(event: number): number {
    if (event >= EVENTS) return EINVAL;
    this.#vcpu.unmask(event);
    return 0;
  }

  interrupt(line: number): void {
    const event = this.#lines.get(line);
    if (event !== undefined) this.#vcpu.raise(event);
  }

  moved(): void {}

  bindVirq(): number {
    return ENOSYS;
  }

  allocUnbound(): number {
    return ENOSYS;
  }

  bindInterdomain(): number {
    return ENOSYS;
  }

  send(): number {
    return ENOSYS;
  }

  close(): number {
    return ENOSYS;
  }

  status(): number {
    return ENOSYS;
  }
}
