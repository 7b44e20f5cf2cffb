/** RAM in a snapshot: its pages that are not zero, each after its number; −1 ends them. */
import type { Bus } from "./bus.ts";
import { SnapshotError, type StateReader, type StateWriter } from "./state.ts";

const PAGE = 4096;
const WORDS = PAGE / 4;

export function saveRam(bus: Bus, out: StateWriter): void {
  out.section("ram");
  const words = new Int32Array(bus.ram.buffer);
  for (let page = 0; page < bus.pages.length; page++) {
    const content = words.subarray(page * WORDS, (page + 1) * WORDS);
    if (content.every((word) => word === 0)) continue;
    out.int(page);
    out.array(content);
  }
  out.int(-1);
}

/** Decoded code must have been dropped: bytes change under it. */
export function loadRam(bus: Bus, from: StateReader): void {
  from.section("ram");
  bus.ram.fill(0);
  for (let page = from.int(); page >= 0; page = from.int()) {
    if (page >= bus.pages.length)
      throw new SnapshotError(`the snapshot has page ${page}, past the end of RAM`);
    from.array(bus.ram.subarray(page * PAGE, (page + 1) * PAGE));
  }
}
