import { expect, test } from "vitest";
import { SECTOR } from "../../../../../src/virt/io/backend.ts";
import { PAGE } from "../../../../../src/virt/io/xen/abi/numbers.ts";
import { BlkBack } from "../../../../../src/virt/io/xen/block/blkback.ts";
import {
  BLKIF_OP,
  BLKIF_RSP,
  decodeRequest,
  encodeRequest,
  REQUEST_BYTES,
  RING_SIZE,
} from "../../../../../src/virt/io/xen/block/blkif.ts";
import type { PageAccess } from "../../../../../src/virt/io/xen/block/pages.ts";
import { forging, split } from "./split.ts";

const ACCESSES: readonly PageAccess[] = ["map", "persistent", "copy"];

test("a 32-bit request has 108 bytes, and goes there and back", () => {
  expect([REQUEST_BYTES, RING_SIZE]).toEqual([108, 32]);
  const request = { operation: 1, id: 2n ** 63n + 5n, sector: 2 ** 40, segments: [] };
  const segments = [{ reference: 0xfffffff0, first: 1, last: 7 }];
  const bytes = encodeRequest({ ...request, segments });
  expect(decodeRequest(bytes)).toEqual({ ...request, segments, count: 1 });
  bytes[1] = 255;
  expect(decodeRequest(bytes).segments.length).toBe(11);
});

test.each(ACCESSES)("what is written by %s is read again", (access) => {
  const { submit, scheduler, answers, disk, domU, dom0 } = split(access);
  const [free, freeBack] = [domU.freePages, dom0.freePages];
  const data = Uint8Array.from({ length: 5 * PAGE + SECTOR }, (_, n) => n >>> 4);
  const into = new Uint8Array(data.length);
  submit({ kind: "write", sector: 9, bytes: data });
  submit({ kind: "flush" });
  submit({ kind: "read", sector: 9, into });
  scheduler.run();
  expect(answers).toEqual([true, true, true]);
  expect(Buffer.compare(into, data)).toBe(0);
  disk.read(9, into.fill(0));
  expect(Buffer.compare(into, data)).toBe(0);
  expect(dom0.freePages).toBe(freeBack);
  if (access !== "persistent") expect(domU.freePages).toBe(free);
});

test("each way to the pages pays for what it does", () => {
  const cost = (access: PageAccess) => {
    const { submit, scheduler, paid } = split(access);
    for (let n = 0; n < 8; n++) {
      submit({ kind: "write", sector: 0, bytes: new Uint8Array(2 * PAGE) });
      scheduler.run();
    }
    return paid;
  };
  const common = { request: 8, eventSend: 16, domainSwitch: 16 };
  const sends = 16;
  expect(cost("map")).toMatchObject({ ...common, grantMap: 16, grantUnmap: 16, hypercall: sends + 16 });
  expect(cost("persistent")).toMatchObject({ ...common, grantMap: 2, copyLine: 1024, hypercall: sends + 1 });
  expect(cost("copy")).toMatchObject({ ...common, grantCopy: 16, copyLine: 1024, hypercall: sends + 8 });
});

test("a batch has one event there and one back, and more than the ring holds waits its turn", () => {
  const { submit, scheduler, paid, answers } = split("copy");
  for (let n = 0; n < 32; n++) submit({ kind: "read", sector: n, into: new Uint8Array(SECTOR) });
  scheduler.run();
  expect(paid).toMatchObject({ request: 32, eventSend: 2 });
  for (let n = 0; n < 100; n++) submit({ kind: "read", sector: n, into: new Uint8Array(SECTOR) });
  scheduler.run();
  expect(answers.length).toBe(132);
});

test("what cannot be is answered with an error, and costs nobody a page", () => {
  const { submit, scheduler, answers, front } = split("map", { readOnly: true });
  submit({ kind: "write", sector: 0, bytes: new Uint8Array(SECTOR) });
  submit({ kind: "read", sector: 256, into: new Uint8Array(SECTOR) });
  submit({ kind: "read", sector: 0, into: new Uint8Array(100) });
  submit({ kind: "discard", sector: 0, sectors: 1 });
  scheduler.run();
  expect(answers).toEqual([false, false, false, false]);
  expect(front.outstanding).toBe(0);
});

test("requests of a hostile front end are refused one by one", () => {
  const made = split("copy");
  const { domU, dom0 } = made;
  const send = forging(made);
  const reference = domU.grant(0, domU.allocate() as number) as number;
  const segments = [{ reference, first: 0, last: 7 }];
  const status = (change: object) =>
    send(encodeRequest({ operation: BLKIF_OP.read, id: 77n, sector: 0, segments, ...change }));
  const free = dom0.freePages;
  expect(status({})).toBe(BLKIF_RSP.okay);
  expect(status({ segments: [{ reference, first: 5, last: 4 }] })).toBe(BLKIF_RSP.error);
  expect(status({ segments: [{ reference, first: 0, last: 8 }] })).toBe(BLKIF_RSP.error);
  expect(status({ segments: [{ reference: 400, first: 0, last: 0 }] })).toBe(BLKIF_RSP.error);
  expect(status({ segments: [] })).toBe(BLKIF_RSP.error);
  expect(status({ sector: 2 ** 60 })).toBe(BLKIF_RSP.error);
  expect(status({ operation: 9 })).toBe(BLKIF_RSP.notSupported);
  expect(dom0.freePages).toBe(free);
});

test("no ring is taken from whom it is not granted by", () => {
  const { dom0, ledger, offer } = split("map");
  const disk = { sectors: 1, readOnly: false, submit: () => {} };
  const parts = { kernel: dom0, disk, ledger, access: "map" } as const;
  expect(BlkBack.connect(parts, { ...offer, ringReference: 300 })).toBeUndefined();
  expect(BlkBack.connect(parts, { ...offer, port: 99 })).toBeUndefined();
});
