/**
 * When memory gets scarce: targets for all, balloons towards them, and the swap file for what cannot wait (Waldspurger 2002,
 * section 6.3). Free frames fall through four states, and rise back only when the one above is left behind clearly:
 *
 *     high ──6 %── soft ──4 %── hard ──2 %── low ──1 %──
 *      balloons shrink   balloons grow    swapping    swapping
 */
import type { Balloon, Targets } from "./contract.ts";
import type { Host } from "./host.ts";
import type { Vm } from "./vm.ts";

/** Fractions of the host's frames. */
const HIGH = 0.06;
const SOFT = 0.04;
const HARD = 0.02;

export interface ReclaimOptions {
  readonly policy: Targets;
  /** τ, 0 ≤ τ < 1. */
  readonly tax: number;
  /** The balloon of a machine that has one. */
  balloon(vm: Vm): Balloon | undefined;
}

export class Reclaimer {
  readonly #host: Host;
  readonly #options: ReclaimOptions;

  constructor(host: Host, options: ReclaimOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** To be called now and then, when no guest is in the middle of an access. */
  tick(): void {
    const { frames, vms } = this.#host;
    const [high, soft, hard] = [HIGH, SOFT, HARD].map((part) => Math.ceil(part * frames.total));
    const inflated = vms.some(({ ballooned }) => ballooned > 0);
    if (frames.free < soft! || (frames.free > high! && inflated) || this.#options.tax > 0)
      this.retarget(high! - frames.free);
    // What has no balloon can be asked for nothing: it is swapped as early as others are asked.
    const without = vms.filter((vm) => this.#options.balloon(vm) === undefined);
    if (without.length > 0 && frames.free < soft!) this.swap(without, high!);
    if (frames.free < hard!) this.swap(vms, soft!);
  }

  /** `need`: frames that are missing; below 0, to spare. */
  private retarget(need: number): void {
    const { vms } = this.#host;
    const resident = vms.reduce((sum, vm) => sum + vm.resident, 0);
    const targets = this.#options.policy.targets(vms, resident - need, this.#options.tax);
    vms.forEach((vm, at) => {
      vm.target = targets[at]!;
    });
    // First those that give, so that there is something for those that get.
    for (const vm of [...vms].sort((a, b) => b.pages - b.target - (a.pages - a.target)))
      this.#options.balloon(vm)?.setTarget(vm.pages - vm.target);
  }

  private swap(vms: readonly Vm[], until: number): void {
    while (this.#host.frames.free < until) {
      const rich = vms.filter(({ resident, min }) => resident > min);
      if (rich.length === 0) return;
      const above = (vm: Vm) => vm.resident - vm.target;
      const richest = rich.reduce((most, vm) => (above(vm) > above(most) ? vm : most));
      if (!this.#host.swapOut(richest)) return;
    }
  }
}
