/** Machines that write while the host looks for equal pages: how soon it finds them, how long they last, what it costs. */
import { Host, KsmScanner, mix, PAGE_BYTES, RandomScanner } from "../../virt/memory/index.ts";
import { bootImage, type Contents, shared } from "./image.ts";

export interface ScanPlan {
  readonly machines: number;
  /** Of each machine. */
  readonly pages: number;
  readonly contents: Contents;
  /** At random places, or in rounds with two trees. */
  readonly scanner: "random" | "ksm";
  /** Pages a second that are looked at, and that each machine writes to. */
  readonly rate: number;
  readonly writes: number;
  readonly seed: number;
}

export interface Second {
  readonly second: number;
  /** Pages that need no frame. */
  readonly reclaimed: number;
  /** Of one processor, 0 … 1: looking, and parting what was shared. */
  readonly looking: number;
  readonly parting: number;
  readonly parted: number;
}

const NS = 1e9;

export function scanFor(seconds: number, plan: ScanPlan): Second[] {
  const { machines, pages, contents, scanner, rate, writes, seed } = plan;
  const host = new Host({ frames: machines * (pages + 8) + 16, seed });
  for (let count = 0; count < machines; count++) bootImage(host, pages, contents);
  const look = scanner === "ksm" ? new KsmScanner(host) : new RandomScanner(host);
  const parted = () => host.vms.reduce((sum, vm) => sum + vm.counts.parted, 0);
  host.ledger.drain();
  return Array.from({ length: seconds }, (_, at) => {
    const before = parted();
    for (const vm of host.vms)
      for (let count = 0; count < writes; count++)
        vm.write32(host.draw(pages) * PAGE_BYTES, mix(vm.id, at * writes + count));
    const parting = host.ledger.drain().cpu / NS;
    look.scan(rate);
    const looking = host.ledger.drain().cpu / NS;
    return {
      ...{ second: at + 1, reclaimed: shared(host).reclaimed },
      ...{ looking, parting, parted: parted() - before },
    };
  });
}
