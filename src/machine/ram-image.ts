/** RAM in a snapshot: its pages that are not zero, each after its number; −1 ends them. */
import type { Bus } from "./bus.ts";
import { SnapshotError, type StateReader, type StateWriter } from "./state.ts";

const PAGE = 4096;
const ZEROS = Buffer.alloc(PAGE);

export function saveRam(bus: Bus, out: StateWriter): void {
  out.section("ram");
  const ram = Buffer.from(bus.ram.buffer, bus.ram.byteOffset, bus.ram.length);
  for (let page = 0; page < bus.pages.length; page++) {
    if (isZero(ram, page)) continue;
    out.int(page);
    out.bytes(bus.ram.subarray(page * PAGE, (page + 1) * PAGE));
  }
  out.int(-1);
}

/** Decoded code must have been dropped: bytes change under it. */
export function loadRam(bus: Bus, from: StateReader): void {
  from.section("ram");
  const ram = Buffer.from(bus.ram.buffer, bus.ram.byteOffset, bus.ram.length);
  let next = 0;
  for (let page = from.int(); page >= 0; page = from.int()) {
    if (page >= bus.pages.length)
      throw new SnapshotError(`the snapshot has page ${page}, past the end of RAM`);
    if (page < next) throw new SnapshotError(`the snapshot has page ${page} after page ${next - 1}`);
    clear(ram, next, page);
    from.array(bus.ram.subarray(page * PAGE, (page + 1) * PAGE));
    next = page + 1;
  }
  clear(ram, next, bus.pages.length);
}

/** Pages that are zero are left alone: the host has not given memory for most of them. */
function clear(ram: Buffer, from: number, to: number): void {
  for (let page = from; page < to; page++)
    if (!isZero(ram, page)) ram.fill(0, page * PAGE, (page + 1) * PAGE);
}

function isZero(ram: Buffer, page: number): boolean {
  return ram.compare(ZEROS, 0, PAGE, page * PAGE, (page + 1) * PAGE) === 0;
}
