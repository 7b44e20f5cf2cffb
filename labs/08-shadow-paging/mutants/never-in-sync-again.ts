/**
 * Wrong: does not look at tables out of sync when CR3 is loaded.
 * Breaks clause: C11
 * Caught by: unsync: and then loads CR3
 * Caught by hidden: unsync: CR3 after that
 */
import type { Fault, Guest, Shadow, ShadowPaging, Verdict } from "ringlab/labs/08-shadow-paging/component";

const P = 1;
const W = 2;
const U = 4;
const A = 32;
const D = 64;

const frameOf = (entry: number) => Math.floor(entry / 4096);

/** From now on every write to the frame is seen. */
function protect(frame: number, shadow: Shadow): void {
  for (const { table, index } of shadow.mappings(frame))
    shadow.write(table, index, shadow.read(table, index) & ~W);
  shadow.trace(frame, true);
}

function shadowOf(frame: number, level: 1 | 2, shadow: Shadow): number {
  const known = shadow.of(frame).find((one) => one.level === level);
  if (known !== undefined) return known.table;
  protect(frame, shadow);
  return shadow.make(frame, level);
}

/** The shadow of an entry of a page table. */
function leaf(entry: number, shadow: Shadow): number {
  const frame = frameOf(entry);
  const writable = (entry & W) !== 0 && (entry & D) !== 0 && !shadow.isTraced(frame);
  return shadow.host(frame) * 4096 + P + (entry & U) + (writable ? W : 0);
}

/** An entry may have changed: its shadows become what it says. */
function follow(frame: number, index: number, guest: Guest, shadow: Shadow): void {
  const entry = guest.read(frame, index);
  const usable = (entry & P) !== 0 && (entry & A) !== 0 && guest.isMemory(frameOf(entry));
  for (const { table, level } of shadow.of(frame))
    shadow.write(table, index, level === 1 && usable ? leaf(entry, shadow) : 0);
}

function sync(frame: number, guest: Guest, shadow: Shadow): void {
  if (!shadow.unsynced().includes(frame)) return;
  protect(frame, shadow);
  for (const { table } of shadow.of(frame))
    for (const index of shadow.present(table)) follow(frame, index, guest, shadow);
}

function onFault({ address, write, user }: Fault, guest: Guest, shadow: Shadow): Verdict {
  const root = guest.root();
  const directory = address >>> 22;
  const page = (address >>> 12) & 1023;
  const error = (write ? 2 : 0) + (user ? 4 : 0);

  const upper = guest.read(root, directory);
  if ((upper & P) === 0) return { kind: "guest", error };
  guest.mark(root, directory, A);
  const table = frameOf(upper);
  const entry = guest.read(table, page);
  if ((entry & P) === 0) return { kind: "guest", error };
  const rights = upper & entry;
  if ((write && (rights & W) === 0) || (user && (rights & U) === 0))
    return { kind: "guest", error: error + 1 };
  guest.mark(table, page, write ? A | D : A);

  const frame = frameOf(entry);
  if (!guest.isMemory(frame)) return { kind: "emulate" };
  if (write && shadow.isTraced(frame)) {
    if (shadow.of(frame).some(({ level }) => level === 2)) return { kind: "emulate" };
    shadow.trace(frame, false);
  }

  const top = shadowOf(root, 2, shadow);
  const below = shadowOf(table, 1, shadow);
  const link = below * 4096 + P + (upper & (W | U));
  if (frameOf(shadow.read(top, directory)) !== below) sync(table, guest, shadow);
  shadow.write(top, directory, link);
  shadow.write(below, page, leaf(guest.read(table, page), shadow));
  return { kind: "retry" };
}

function onPtWrite(frame: number, index: number, guest: Guest, shadow: Shadow): void {
  follow(frame, index, guest, shadow);
}

function onCr3(guest: Guest, shadow: Shadow): void {
  shadow.load(shadowOf(guest.root(), 2, shadow));
}

function onInvlpg(address: number, guest: Guest, shadow: Shadow): void {
  const upper = guest.read(guest.root(), address >>> 22);
  const table = frameOf(upper);
  if ((upper & P) !== 0 && shadow.unsynced().includes(table))
    follow(table, (address >>> 12) & 1023, guest, shadow);
}

export const component: ShadowPaging = { onFault, onPtWrite, onCr3, onInvlpg };
