/** A domain whose tables are written, and whose flushes are ordered, by somebody's own component: on the real memory and the real unit. */
import type { Gpa, Iova } from "../../machine/address.ts";
import type { Bus } from "../../machine/bus.ts";
import type { IoLedger } from "../../virt/io/backend.ts";
import type { DomainParts } from "../../virt/io/iommu/domain.ts";
import type { DmaDomain } from "../../virt/io/iommu/protection.ts";

const PAGE = 4096;
const ENTRY = 8;
const TWO32 = 4294967296;

/** Tables of 512 entries, named by their addresses. */
export interface IoTables {
  root(): number;
  read(table: number, index: number): number;
  write(table: number, index: number, entry: number): void;
  make(): number;
}

export interface IoFlushes {
  waiting(): number;
  wait(page: number): void;
  flushPage(page: number): void;
  flushDomain(): void;
  release(page: number): void;
  releaseWaiting(): void;
}

export interface IoProtection {
  map(page: number, frame: number, writable: boolean, tables: IoTables): boolean;
  unmap(page: number, tables: IoTables): boolean;
  retire(page: number, limit: number, flushes: IoFlushes): void;
}

/** `limit`: what `retire` is told. Throws when the component refuses what it must not. */
export function ownDomain(
  own: IoProtection,
  limit: number,
): (parts: Omit<DomainParts, "policy"> & { readonly bus: Bus; readonly ledger: IoLedger }) => DmaDomain {
  return ({ bus, driver, number, ledger }) => {
    const root = driver.page();
    const free: number[] = [];
    let waiting: number[] = [];
    let next = 1;
    const tables: IoTables = {
      root: () => root,
      make: () => driver.page(),
      read: (table, index) => {
        const at = table + ENTRY * index;
        return bus.read(at as Gpa, 4) + TWO32 * bus.read((at + 4) as Gpa, 4);
      },
      write: (table, index, entry) => {
        const at = table + ENTRY * index;
        bus.write(at as Gpa, (entry % TWO32) | 0, 4);
        bus.write((at + 4) as Gpa, Math.floor(entry / TWO32), 4);
      },
    };
    const flushes: IoFlushes = {
      waiting: () => waiting.length,
      wait: (page) => {
        waiting.push(page);
      },
      flushPage: (page) => driver.flushPage(number, page * PAGE),
      flushDomain: () => driver.flushDomain(number),
      release: (page) => {
        free.push(page);
      },
      releaseWaiting: () => {
        free.push(...waiting);
        waiting = [];
      },
    };
    const done = (ok: boolean, what: string, page: number) => {
      if (!ok) throw new Error(`${what} refused page ${page}, which it must not`);
    };
    return {
      attach: (requester) => driver.attach(requester, number, root),
      map: (host) => {
        const page = free.pop() ?? next++;
        ledger.pay("ioMap");
        done(own.map(page, host / PAGE, true, tables), "map", page);
        return (page * PAGE) as Iova;
      },
      unmap: (iova) => {
        const page = iova / PAGE;
        ledger.pay("ioUnmap");
        done(own.unmap(page, tables), "unmap", page);
        own.retire(page, limit, flushes);
      },
    };
  };
}
