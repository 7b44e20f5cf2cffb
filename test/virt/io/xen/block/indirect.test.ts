import { expect, test } from "vitest";
import { type BlockBackend, type BlockRequest, SECTOR } from "../../../../../src/virt/io/backend.ts";
import { PAGE } from "../../../../../src/virt/io/xen/abi/numbers.ts";
import {
  BLKIF_OP,
  BLKIF_RSP,
  encodeDiscard,
  encodeRequest,
} from "../../../../../src/virt/io/xen/block/blkif.ts";
import {
  decodeIndirect,
  encodeIndirect,
  encodeSegments,
} from "../../../../../src/virt/io/xen/block/indirect.ts";
import type { PageAccess } from "../../../../../src/virt/io/xen/block/pages.ts";
import { forging, split } from "./split.ts";

const ACCESSES: readonly PageAccess[] = ["map", "persistent", "copy"];
const FEATURES = { barrier: true, flush: true, discard: true, indirect: 256 };

/** A medium that finishes when it is told to, and a record of what it was asked. */
function slow() {
  const asked: string[] = [];
  const finished: (() => void)[] = [];
  const through = (disk: BlockBackend): BlockBackend => ({
    ...disk,
    submit(request: BlockRequest, done) {
      asked.push("sector" in request ? `${request.kind} ${request.sector}` : request.kind);
      disk.submit(request, (ok) => finished.push(() => done(ok)));
    },
  });
  return { asked, finished, through };
}

test("an indirect request has its fields where a 32-bit guest has them", () => {
  const request = { operation: BLKIF_OP.write, id: 5n, sector: 2 ** 33, count: 513, pages: [7, 9] };
  const bytes = encodeIndirect(request);
  const view = new DataView(bytes.buffer);
  expect([bytes[0], bytes[1], view.getUint16(2, true)]).toEqual([6, 1, 513]);
  expect([view.getBigUint64(4, true), view.getBigUint64(12, true)]).toEqual([5n, 2n ** 33n]);
  expect([view.getUint32(24, true), view.getUint32(28, true)]).toEqual([7, 9]);
  expect(decodeIndirect(bytes)).toEqual(request);
  const page = encodeSegments([
    { reference: 3, first: 1, last: 2 },
    { reference: 4, first: 0, last: 7 },
  ]);
  expect(page.length).toBe(PAGE);
  expect([...page.subarray(8, 14)]).toEqual([4, 0, 0, 0, 0, 7]);
});

test.each(ACCESSES)("128 KiB are one request of 32 segments, or three: %s", (access) => {
  const data = Uint8Array.from({ length: 32 * PAGE }, (_, n) => (n >>> 9) ^ (n & 0xff));
  const run = (indirect: number) => {
    const { submit, scheduler, answers, paid, disk, domU, dom0 } = split(access, {
      features: { ...FEATURES, indirect },
    });
    const [free, freeBack] = [domU.freePages, dom0.freePages];
    const into = new Uint8Array(data.length);
    submit({ kind: "write", sector: 0, bytes: data });
    scheduler.run();
    submit({ kind: "read", sector: 0, into });
    scheduler.run();
    expect(answers).toEqual([true, true]);
    expect(Buffer.compare(into, data)).toBe(0);
    disk.read(0, into.fill(0));
    expect(Buffer.compare(into, data)).toBe(0);
    expect(dom0.freePages).toBe(freeBack);
    if (access !== "persistent") expect(domU.freePages).toBe(free);
    return paid.request;
  };
  expect([run(256), run(0)]).toEqual([2, 6]);
});

test.each(ACCESSES)("a hostile indirect page is refused, and costs nobody a page: %s", (access) => {
  const made = split(access, { features: FEATURES, segments: 32 });
  const { domU, dom0, back } = made;
  const send = forging(made);
  const granted = () => {
    const gfn = domU.allocate() as number;
    return { gfn, reference: domU.grant(0, gfn) as number };
  };
  const [data, table] = [granted(), granted()];
  const good = { reference: data.reference, first: 0, last: 7 };
  const status = (segments: readonly object[], change: object = {}) => {
    domU.memory.write(table.gfn * PAGE, encodeSegments(segments as (typeof good)[]));
    const count = segments.length;
    const request = { operation: BLKIF_OP.read, id: 1n, sector: 0, count, pages: [table.reference] };
    return send(encodeIndirect({ ...request, ...change }));
  };
  const free = dom0.freePages;
  const [okay, error] = [BLKIF_RSP.okay, BLKIF_RSP.error];
  expect(status(Array(12).fill(good))).toBe(okay);
  const holes = dom0.freeHoles;
  expect(status([good, { ...good, last: 8 }])).toBe(error);
  expect(status([good, { ...good, first: 7, last: 6 }])).toBe(error);
  expect(status([good, { ...good, reference: 499 }])).toBe(error);
  expect(status([])).toBe(error);
  for (const count of [257, 513, 65535]) expect(status([good], { count })).toBe(error);
  // More segments than the page has good ones: what follows are zeros, and grant 0 is none.
  expect(status([good], { count: 256 })).toBe(error);
  expect(status([good], { pages: [498] })).toBe(error);
  for (const operation of [BLKIF_OP.flush, BLKIF_OP.barrier, BLKIF_OP.discard, BLKIF_OP.indirect, 200])
    expect(status([good], { operation })).toBe(error);
  expect(status([good], { sector: 2 ** 52 })).toBe(error);
  expect(status(Array(33).fill(good))).toBe(error);
  expect(status([good])).toBe(okay);
  expect([dom0.freePages, dom0.freeHoles, back.broken]).toEqual([free, holes, false]);
});

test("segments that change after they were looked at change nothing", () => {
  const { asked, finished, through } = slow();
  const made = split("map", { features: FEATURES, through });
  const { domU, scheduler, disk } = made;
  const pages = Array.from({ length: 3 }, () => domU.allocate() as number);
  const [secret, data, table] = pages as [number, number, number];
  const references = pages.map((gfn) => domU.grant(0, gfn) as number);
  domU.memory.write(data * PAGE, new Uint8Array(PAGE).fill(1));
  domU.memory.write(secret * PAGE, new Uint8Array(PAGE).fill(2));
  const segment = (reference: number, last: number) => encodeSegments([{ reference, first: 0, last }]);
  domU.memory.write(table * PAGE, segment(references[1] as number, 0));
  const page = references[2] as number;
  forging(made)(encodeIndirect({ operation: BLKIF_OP.write, id: 1n, sector: 4, count: 1, pages: [page] }));
  expect(asked).toEqual(["write 4"]);
  domU.memory.write(table * PAGE, segment(references[0] as number, 7));
  for (const done of finished) done();
  scheduler.run();
  const found = new Uint8Array(2 * SECTOR);
  disk.read(4, found);
  expect([found[0], found[SECTOR]]).toEqual([1, (5 * SECTOR * 7 + 5) & 0xff]);
});

test("a barrier waits for what was before it, and holds what is after it", () => {
  const { asked, finished, through } = slow();
  const made = split("copy", { features: FEATURES, through });
  const { domU, scheduler } = made;
  const reference = domU.grant(0, domU.allocate() as number) as number;
  const send = forging(made);
  const request = (operation: number, sector: number, segments = [{ reference, first: 0, last: 0 }]) =>
    send(encodeRequest({ operation, id: BigInt(sector), sector, segments }));
  const finish = () => {
    for (const done of finished.splice(0)) done();
    scheduler.run();
  };
  request(BLKIF_OP.write, 1);
  request(BLKIF_OP.write, 2);
  request(BLKIF_OP.barrier, 3);
  request(BLKIF_OP.write, 4);
  expect(asked.splice(0)).toEqual(["write 1", "write 2"]);
  finish();
  expect(asked.splice(0)).toEqual(["flush"]);
  finish();
  expect(asked.splice(0)).toEqual(["write 3"]);
  finish();
  expect(asked.splice(0)).toEqual(["flush"]);
  finish();
  expect(asked.splice(0)).toEqual(["write 4"]);
  // A flush waits for nobody, and may carry what is to be written after it.
  request(BLKIF_OP.flush, 5);
  expect(asked.splice(0)).toEqual(["flush"]);
  finish();
  expect(asked).toEqual(["write 5"]);
  finish();
});

test("what is discarded, flushed or held back depends on what the back end can", () => {
  const { submit, answers, scheduler, paid } = split("copy", { features: FEATURES });
  submit({ kind: "discard", sector: 8, sectors: 100 });
  submit({ kind: "discard", sector: 200, sectors: 100 });
  submit({ kind: "discard", sector: 0, sectors: 0 });
  submit({ kind: "flush" });
  submit({ kind: "writeZeroes", sector: 0, sectors: 1 });
  scheduler.run();
  expect(answers).toEqual([false, true, false, false, true]);
  expect(paid).toMatchObject({ request: 4, eventSend: 2 });
  const barriers = split("copy", { features: { ...FEATURES, flush: false, discard: false } });
  barriers.submit({ kind: "flush" });
  barriers.submit({ kind: "discard", sector: 8, sectors: 1 });
  barriers.scheduler.run();
  expect(barriers.answers).toEqual([false, true]);
  const send = forging(split("copy", { features: FEATURES }));
  expect(send(encodeDiscard({ id: 1n, sector: 0, sectors: 1, secure: true }))).toBe(BLKIF_RSP.notSupported);
  const plain = forging(
    split("copy", { features: { barrier: false, flush: false, discard: false, indirect: 0 } }),
  );
  for (const operation of [BLKIF_OP.barrier, BLKIF_OP.flush, BLKIF_OP.discard, BLKIF_OP.indirect])
    expect(plain(encodeRequest({ operation, id: 1n, sector: 0, segments: [] }))).toBe(BLKIF_RSP.notSupported);
  const reader = forging(split("copy", { features: FEATURES, readOnly: true }));
  expect(reader(encodeDiscard({ id: 1n, sector: 0, sectors: 1, secure: false }))).toBe(BLKIF_RSP.error);
});

test.each(["map", "copy"] as const)(
  "requests wait for room, and only one that never has any fails: %s",
  (access) => {
    const { asked, finished, through } = slow();
    // The ring has a page of the holes, and nothing of the pages.
    const { submit, scheduler, answers } = split(access, { features: FEATURES, pages: 40, through });
    for (let n = 0; n < 8; n++) submit({ kind: "read", sector: 0, into: new Uint8Array(32 * PAGE) });
    scheduler.run();
    expect(asked.length).toBe(access === "map" ? 3 : 1);
    while (finished.length > 0) {
      for (const done of finished.splice(0)) done();
      scheduler.run();
    }
    expect(answers).toEqual(Array(8).fill(true));
    const small = split("copy", { features: FEATURES, pages: 4 });
    small.submit({ kind: "read", sector: 0, into: new Uint8Array(8 * PAGE) });
    small.scheduler.run();
    expect(small.answers).toEqual([false]);
  },
);

test("the deeper the queue, the fewer notifications a request costs", () => {
  const perRequest = (depth: number) => {
    const { submit, scheduler, paid } = split("copy", { features: FEATURES });
    for (let n = 0; n < 64; n += depth) {
      for (let m = 0; m < depth; m++) submit({ kind: "read", sector: m, into: new Uint8Array(SECTOR) });
      scheduler.run();
    }
    return (paid.eventSend as number) / 64;
  };
  expect([1, 2, 4, 8, 16, 32].map(perRequest)).toEqual([2, 1, 1 / 2, 1 / 4, 1 / 8, 1 / 16]);
});
