/** The monitor area in host memory: frames for what translated code reads and writes, and for the code itself. */
import type { Gva, Hpa } from "../../../machine/address.ts";
import type { AreaPage } from "../../mmu/pager.ts";
import { MONITOR_AREA } from "../area.ts";
import type { Host } from "../host.ts";
import {
  CACHE_OFFSET,
  DATA_BYTES,
  MOST_CACHE_BYTES,
  POPF_TABLE,
  RETURN_ENTRIES,
  RETURN_TABLE,
  returnEntry,
} from "./layout.ts";

const PAGE = 4096;

export class MonitorArea {
  /** For the pager. */
  readonly pages: AreaPage[] = [];
  readonly cacheBytes: number;
  readonly #host: Host;
  /** Host frames by page of the area. */
  readonly #frames = new Map<number, Hpa>();

  /** Throws a RangeError unless `cacheBytes` is whole pages that the area has. */
  constructor(host: Host, cacheBytes: number) {
    if (cacheBytes % PAGE !== 0 || cacheBytes < PAGE || cacheBytes > MOST_CACHE_BYTES)
      throw new RangeError(
        `a code cache of ${cacheBytes} bytes: it must be a multiple of 4096 between 4096 and ${MOST_CACHE_BYTES}`,
      );
    this.#host = host;
    this.cacheBytes = cacheBytes;
    for (let at = 0; at < DATA_BYTES; at += PAGE) this.#add(at, true);
    for (let at = 0; at < cacheBytes; at += PAGE) this.#add(CACHE_OFFSET + at, false);
    this.clearReturns();
  }

  /** A dword of the data. */
  get(slot: number): number {
    return this.#host.bus.view.getInt32(this.#at(slot), true);
  }

  set(slot: number, value: number): void {
    this.#host.bus.view.setInt32(this.#at(slot), value, true);
  }

  setPopf(index: number, value: number): void {
    this.#host.bus.view.setUint8(this.#at(POPF_TABLE + index), value);
  }

  /** Writes translated code at an offset in the cache. */
  write(offset: number, bytes: ArrayLike<number>): void {
    for (let i = 0; i < bytes.length; i++)
      this.#host.bus.write(this.#at(CACHE_OFFSET + offset + i) as never, bytes[i] as number, 1);
  }

  /** The return table knows where `ip` is translated. `place`: linear. */
  setReturn(ip: number, place: number): void {
    this.set(returnEntry(ip), -ip | 0);
    this.set(returnEntry(ip) + 4, place);
  }

  forgetReturn(ip: number): void {
    if (this.get(returnEntry(ip)) === (-ip | 0)) this.#forget(ip & (RETURN_ENTRIES - 1));
  }

  clearReturns(): void {
    for (let entry = 0; entry < RETURN_ENTRIES; entry++) this.#forget(entry);
  }

  /** An address whose own entry is another one stands in it: nothing is found there. */
  #forget(entry: number): void {
    this.set(RETURN_TABLE + 8 * entry, -(entry + 1));
  }

  #at(offset: number): Hpa {
    return ((this.#frames.get(offset >>> 12) as number) + (offset & (PAGE - 1))) as Hpa;
  }

  #add(offset: number, writable: boolean): void {
    const frame = this.#host.frame();
    this.#frames.set(offset >>> 12, frame);
    this.pages.push({ at: ((MONITOR_AREA + offset) | 0) as Gva, frame, writable });
  }
}
