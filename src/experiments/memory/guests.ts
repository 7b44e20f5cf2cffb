/** The guests and hosts of the memory experiments, at one eighth of the papers' sizes: one page stands for eight. */
import type { GuestPlan, WorkloadPlan } from "../../systems/overcommit/index.ts";

/** Pages that stand for a mebibyte. */
export const MIB = 32;

/** A file server under dbench with 40 clients: its files, anywhere in which its requests go, three of ten of them writes. */
export const dbench = (files: number): WorkloadPlan => ({
  ...{ anonymous: 0, files: files * MIB, hot: 1, toHot: 0 },
  ...{ toAnonymous: 0, writes: 0, fileWrites: 0.3 },
});

/** The kernel's text and data, besides what it keeps for each page. */
const KERNEL = 3 * MIB;

/** A machine of so many mebibytes that serves files of 6 MiB for each of 40 clients. */
export const fileServer = (memory: number, files = 240): GuestPlan => ({
  ...{ name: "dbench", memory: memory * MIB, kernel: KERNEL, image: 3 },
  workload: dbench(files),
});

/** A machine that touched all its memory at boot and uses next to nothing of it now. */
export const idler = (memory: number): GuestPlan => ({
  ...{ name: "idle", memory: memory * MIB, kernel: 20 * MIB, image: 1, touched: true },
  workload: {
    ...{ anonymous: 30 * MIB, files: 20 * MIB, hot: 0.2, toHot: 0.9 },
    ...{ toAnonymous: 0.5, writes: 0.3, fileWrites: 0.1, think: 10e6 },
  },
});

/** Pages of each of several equal machines. */
export const EQUAL_PAGES = 1024;

/** One of several equal machines: processes of its own, and files that all have. */
export const equalGuest = (number: number): GuestPlan => ({
  ...{ name: `vm${number}`, memory: EQUAL_PAGES, kernel: 100, image: 7 },
  workload: {
    ...{ anonymous: 500, files: 900, hot: 0.4, toHot: 0.9 },
    ...{ toAnonymous: 0.5, writes: 0.3, fileWrites: 0.01 },
  },
});
