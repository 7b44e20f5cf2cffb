/** One guest from which the host wants pages back, at once: by its balloon, by unplugging, or behind its back. */
import {
  BalloonDriver,
  GuestDisk,
  GuestOs,
  Host,
  HotPlug,
  type MemoryPrices,
} from "../../virt/memory/index.ts";

export interface TakeBackPlan {
  readonly way: "balloon" | "unplug" | "swap";
  /** Of the guest, and those that the host wants. */
  readonly pages: number;
  readonly wanted: number;
  /** Of the guest's pages that nobody else has, those that are in use: written to, in an order that leaves free pages everywhere. */
  readonly used: number;
  /** Pages in one exit of the balloon's, and in a block that is unplugged. */
  readonly batch: number;
  readonly prices: MemoryPrices;
  readonly seed: number;
}

export interface Taken {
  readonly taken: number;
  /** Nanoseconds. */
  readonly cpu: number;
  readonly disk: number;
  readonly exits: number;
  /** Nanoseconds of them. */
  readonly exitTime: number;
  readonly moves: number;
  readonly transfers: number;
}

const KERNEL = 32;
const ROOM = 64;

export function takeBack({ way, pages, wanted, used, batch, prices, seed }: TakeBackPlan): Taken {
  const host = new Host({ frames: pages + ROOM, prices, seed });
  const vm = host.create({ name: "guest", pages });
  const disk = new GuestDisk(seed, host.ledger);
  const os = new GuestOs(vm, disk, host.ledger, { image: seed, kernel: KERNEL, identity: seed + 1 });
  const usable = os.usable;
  for (let id = 0; id < usable; id++) os.anonymous(id, true);
  const keep = Math.round(used * usable);
  const ids = Array.from({ length: usable }, (_, id) => id);
  for (let gone = 0; gone < usable - keep; gone++) os.discard(ids.splice(host.draw(ids.length), 1)[0]!);
  const { ledger } = host;
  ledger.drain();
  const before = { exits: ledger.count("exit"), transfers: transfers(), moves: os.counts.moves };
  const free = host.frames.free;
  if (way === "balloon") new BalloonDriver(os, host.channel(vm), batch).setTarget(wanted);
  else if (way === "unplug") new HotPlug(host, vm, os, batch).resize(pages - wanted);
  else for (let count = 0; count < wanted; count++) host.swapOut(vm);
  const exits = ledger.count("exit") - before.exits;
  return {
    ...{ taken: host.frames.free - free, ...ledger.drain(), exits, exitTime: exits * prices.work.exit },
    ...{ moves: os.counts.moves - before.moves, transfers: transfers() - before.transfers },
  };

  function transfers(): number {
    return ledger.count("diskRead") + ledger.count("diskWrite");
  }
}
