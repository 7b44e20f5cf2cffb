/**
 * A virtual-machine control structure (SDM Vol. 3, 24.1 – 24.2). How a processor lays it out in its region is its own affair, and
 * software reaches fields by encoding alone; so here it is an object and no memory.
 *
 *     (new) ──VMCLEAR──▶ clear ──VMLAUNCH──▶ launched ──VMCLEAR──▶ clear
 */
import type { VmxCapabilities } from "./capabilities.ts";
import { supportedFields } from "./capabilities.ts";
import {
  FIELD_NAMES,
  FIELDS,
  type FieldName,
  isHighAccess,
  isReadOnly,
  SLOT,
  slotOf,
  widthOf,
} from "./fields.ts";
import { VM_ERROR } from "./reasons.ts";

export class Vmcs {
  /** Halves of the fields, by SLOT; a field's high half is 0 where it has none. */
  readonly low = new Int32Array(FIELD_NAMES.length);
  readonly high = new Int32Array(FIELD_NAMES.length);
  launched = false;
  readonly #supported: ReadonlySet<number>;

  constructor(capabilities: VmxCapabilities) {
    this.#supported = supportedFields(capabilities);
    this.low[SLOT.vmcsLink] = -1;
    this.high[SLOT.vmcsLink] = -1;
  }

  /** VMCLEAR. */
  clear(): void {
    this.launched = false;
  }

  has(encoding: number): boolean {
    return this.#supported.has(isHighAccess(encoding) ? encoding - 1 : encoding);
  }

  hasField(name: FieldName): boolean {
    return this.has(FIELDS[name]);
  }

  /** VMREAD: low and high half; a VM-instruction error's number when there is no such field. */
  read(encoding: number): readonly [low: number, high: number] | number {
    const slot = slotOf(encoding);
    if (slot === undefined || !this.has(encoding)) return VM_ERROR.unsupportedField;
    const high = this.high[slot] as number;
    return isHighAccess(encoding) ? [high, 0] : [this.low[slot] as number, high];
  }

  /** VMWRITE: 0, or a VM-instruction error's number. What is wider than the field is cut off. */
  write(encoding: number, low: number, high: number): number {
    const slot = slotOf(encoding);
    if (slot === undefined || !this.has(encoding)) return VM_ERROR.unsupportedField;
    if (isReadOnly(encoding)) return VM_ERROR.readOnlyField;
    if (isHighAccess(encoding)) this.high[slot] = low;
    else {
      const width = widthOf(encoding);
      this.low[slot] = width === 2 ? low & 0xffff : low;
      this.high[slot] = width === 8 ? high : 0;
    }
    return 0;
  }

  /** The processor's own access, which pays nothing and is never refused. */
  get(name: FieldName): number {
    return this.low[SLOT[name]] as number;
  }

  getHigh(name: FieldName): number {
    return this.high[SLOT[name]] as number;
  }

  set(name: FieldName, low: number, high = 0): void {
    this.low[SLOT[name]] = low;
    this.high[SLOT[name]] = high;
  }
}
