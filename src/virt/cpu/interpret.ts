/**
 * Complete software interpretation: no instruction of the guest's is ever executed by the processor. Popek and Goldberg's other extreme: equivalent and in
 * control, but not efficient, so no virtual machine monitor in their sense (Popek and Goldberg 1974, section 2).
 */
import type { Engine } from "./engine.ts";
import type { Host } from "./host.ts";
import { Vmm } from "./vmm.ts";

class Interpretation extends Vmm {
  readonly name = "interpretation";

  protected executable(): boolean {
    return false;
  }

  protected enter(): void {
    throw new Error("invariant: interpretation never enters the guest");
  }

  protected leave(): void {}

  protected save(): void {}

  protected handle(): string {
    throw new Error("invariant: interpretation is never visited");
  }

  protected afterInterpretation(): void {}
}

export const interpretation = (host: Host): Engine => new Interpretation(host);
