/**
 * A virtual-machine control structure (SDM Vol. 3, 24.1 – 24.2). How a processor lays it out in its region is its own affair, and
 * software reaches fields by encoding alone; so here it is an object and no memory.
 *
 *     (new) ──VMCLEAR──▶ clear ──VMLAUNCH──▶ launched ──VMCLEAR──▶ clear
 */
import { supportedFields, type VmxCapabilities } from "./capabilities.ts";
import { FIELDS, isHighAccess, isReadOnly, SLOTS, slotOf, widthOf } from "./fields.ts";
import { VM_ERROR } from "./reasons.ts";

export class Vmcs {
  /** Halves of the fields, by slot; a field's high half is 0 where it has none. */
  readonly low = new Int32Array(SLOTS);
  readonly high = new Int32Array(SLOTS);
  launched = false;
  readonly #supported: ReadonlySet<number>;

  constructor(capabilities: VmxCapabilities) {
    this.#supported = supportedFields(capabilities);
    this.set(FIELDS.vmcsLink, -1, -1);
  }

  /** VMCLEAR. */
  clear(): void {
    this.launched = false;
  }

  /** The processor has the field. */
  has(encoding: number): boolean {
    return this.#supported.has(isHighAccess(encoding) ? encoding - 1 : encoding);
  }

  /** VMREAD: low and high half; a VM-instruction error's number when there is no such field. */
  read(encoding: number): readonly [low: number, high: number] | number {
    if (!this.has(encoding)) return VM_ERROR.unsupportedField;
    const high = this.getHigh(encoding);
    return isHighAccess(encoding) ? [high, 0] : [this.get(encoding), high];
  }

  /** VMWRITE: 0, or a VM-instruction error's number. What is wider than the field is cut off. */
  write(encoding: number, low: number, high: number): number {
    if (!this.has(encoding)) return VM_ERROR.unsupportedField;
    if (isReadOnly(encoding)) return VM_ERROR.readOnlyField;
    if (isHighAccess(encoding)) this.high[slotOf(encoding)] = low;
    else {
      const width = widthOf(encoding);
      this.set(encoding, width === 2 ? low & 0xffff : low, width === 8 ? high : 0);
    }
    return 0;
  }

  /** The processor's own access, which pays nothing and is never refused: low half, high half, both. */
  get(encoding: number): number {
    return this.low[encoding >> 1] as number;
  }

  getHigh(encoding: number): number {
    return this.high[encoding >> 1] as number;
  }

  set(encoding: number, low: number, high = 0): void {
    this.low[encoding >> 1] = low;
    this.high[encoding >> 1] = high;
  }
}
