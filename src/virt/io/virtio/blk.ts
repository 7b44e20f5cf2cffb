/**
 * The block device (5.2). A request:
 *
 *     read by the device   0 type │ 4 reserved │ 8 sector (64 bits) │ 10 data of a write, or discard segments
 *     written by it        data of a read │ status, the last byte
 */
import type { Stateful } from "../../../machine/state.ts";
import { type BlockBackend, type BlockRequest, SECTOR } from "../backend.ts";
import { lengthOf } from "./buffer.ts";
import { type DeviceParts, VirtioDevice } from "./device.ts";
import type { Chain } from "./queue.ts";

/** 5.2.3 */
export const BLK = {
  segMax: 1n << 2n,
  readOnly: 1n << 5n,
  blockSize: 1n << 6n,
  flush: 1n << 9n,
  discard: 1n << 13n,
  writeZeroes: 1n << 14n,
} as const;
/** 5.2.6 */
export const BLK_TYPE = { in: 0, out: 1, flush: 4, getId: 8, discard: 11, writeZeroes: 13 } as const;
export const BLK_STATUS = { ok: 0, ioError: 1, unsupported: 2 } as const;

const HEADER = 16;
const ID_BYTES = 20;
const RANGE = 16;
const CONFIG_BYTES = 60;
const QUEUE = 128;
/** Segments of data: what is left of a queue's chain beside header and status. */
const SEGMENTS = QUEUE - 2;
const MOST_SECTORS = 1 << 20;

export interface BlkParts extends DeviceParts {
  readonly disk: BlockBackend;
  /** 20 bytes of ASCII at most. */
  readonly serial?: string;
}

export class VirtioBlk extends VirtioDevice {
  readonly id = 2;
  readonly config = new Uint8Array(CONFIG_BYTES);
  readonly #disk: BlockBackend;
  readonly #serial: Uint8Array;

  constructor({ disk, serial = "ringlab", ...parts }: BlkParts) {
    const common = BLK.segMax | BLK.blockSize | BLK.flush;
    super(common | (disk.readOnly ? BLK.readOnly : BLK.discard | BLK.writeZeroes), [QUEUE], parts);
    this.#disk = disk;
    this.#serial = new TextEncoder().encode(serial).subarray(0, ID_BYTES);
    const view = new DataView(this.config.buffer);
    view.setUint32(0, disk.sectors, true);
    view.setUint32(4, disk.sectors / 2 ** 32, true);
    view.setUint32(12, SEGMENTS, true);
    view.setUint32(20, SECTOR, true);
    // Discard at 36, write zeroes at 48: sectors at most, ranges at most, alignment of the former.
    for (const [i, value] of [MOST_SECTORS, 1, 1].entries()) view.setUint32(36 + 4 * i, value, true);
    for (const [i, value] of [MOST_SECTORS, 1].entries()) view.setUint32(48 + 4 * i, value, true);
  }

  override get media(): readonly Stateful[] {
    return this.#disk.medium === undefined ? [] : [this.#disk.medium];
  }

  protected override kicked(): void {
    for (let chain = this.pop(0); chain !== undefined; chain = this.pop(0)) this.#request(chain);
    this.tell(0);
  }

  protected override resume(_queue: number, chain: Chain): void {
    this.#request(chain);
  }

  #request(chain: Chain): void {
    const { readable, writable } = chain;
    const header = this.transfer.read(readable, 0, HEADER);
    const room = lengthOf(writable) - 1;
    // Without a header nothing was asked, and without a byte for the status nothing can be answered.
    if (header === undefined || room < 0) {
      this.needsReset();
      return;
    }
    const view = new DataView(header.buffer);
    const type = view.getUint32(0, true);
    const sector = view.getUint32(8, true) + view.getUint32(12, true) * 2 ** 32;
    if (type === BLK_TYPE.getId) {
      const id = new Uint8Array(Math.min(ID_BYTES, room));
      id.set(this.#serial.subarray(0, id.length));
      this.#finish(chain, BLK_STATUS.ok, id);
      return;
    }
    const request = this.#translate(chain, type, sector, room);
    if (typeof request === "number") {
      this.#finish(chain, request);
      return;
    }
    const { life } = this;
    let inside = true;
    this.#disk.submit(request, (ok) => {
      // What was asked before a reset is nobody's (2.4.1).
      if (life !== this.life) return;
      const data = ok && request.kind === "read" ? request.into : undefined;
      this.#finish(chain, ok ? BLK_STATUS.ok : BLK_STATUS.ioError, data);
      if (!inside) this.tell(0);
    });
    inside = false;
  }

  /** What the back end is asked, or the status of a request that it is not bothered with. */
  #translate({ readable }: Chain, type: number, sector: number, room: number): BlockRequest | number {
    const given = lengthOf(readable) - HEADER;
    const fits = (bytes: number) => bytes % SECTOR === 0 && sector + bytes / SECTOR <= this.#disk.sectors;
    const writes = type === BLK_TYPE.out || type === BLK_TYPE.discard || type === BLK_TYPE.writeZeroes;
    // 5.2.6.2: nothing is written to a disk that is read-only.
    if (writes && this.#disk.readOnly) return BLK_STATUS.ioError;
    if (type === BLK_TYPE.in)
      return fits(room) ? { kind: "read", sector, into: new Uint8Array(room) } : BLK_STATUS.ioError;
    if (type === BLK_TYPE.out) {
      if (!fits(given)) return BLK_STATUS.ioError;
      const bytes = this.transfer.read(readable, HEADER, given);
      return bytes === undefined ? BLK_STATUS.ioError : { kind: "write", sector, bytes };
    }
    if (type === BLK_TYPE.flush) return { kind: "flush" };
    if (type === BLK_TYPE.discard || type === BLK_TYPE.writeZeroes) return this.#range(readable, type);
    return BLK_STATUS.unsupported;
  }

  /** One range: sector (64 bits), sectors, flags (5.2.6). */
  #range(readable: Chain["readable"], type: number): BlockRequest | number {
    if (lengthOf(readable) !== HEADER + RANGE) return BLK_STATUS.ioError;
    const range = this.transfer.read(readable, HEADER, RANGE);
    if (range === undefined) return BLK_STATUS.ioError;
    const view = new DataView(range.buffer);
    const sector = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
    const sectors = view.getUint32(8, true);
    const flags = view.getUint32(12, true);
    // 5.2.6.2: unknown flags, and unmap with a discard, are not supported.
    const known = type === BLK_TYPE.discard ? 0 : 1;
    if (flags & ~known) return BLK_STATUS.unsupported;
    if (sectors > MOST_SECTORS || sector + sectors > this.#disk.sectors) return BLK_STATUS.ioError;
    return { kind: type === BLK_TYPE.discard ? "discard" : "writeZeroes", sector, sectors };
  }

  /** Data from the start, the status in the last byte; `written` tells of bytes that were written without a gap only (2.7.8.2). */
  #finish(chain: Chain, status: number, data: Uint8Array = new Uint8Array(0)): void {
    const last = lengthOf(chain.writable) - 1;
    const done =
      this.transfer.write(chain.writable, 0, data) &&
      this.transfer.write(chain.writable, last, Uint8Array.of(status));
    if (done) this.push(0, chain, data.length === last ? last + 1 : data.length);
    else this.needsReset();
  }
}
