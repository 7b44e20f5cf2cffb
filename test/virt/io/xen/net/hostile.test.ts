/** Each half against another that is not what it seems: nothing that it did not grant is sent, and nothing breaks but its own device. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { PAGE } from "../../../../../src/virt/io/xen/abi/numbers.ts";
import type { Kernel } from "../../../../../src/virt/io/xen/kernel.ts";
import { arrivals } from "../../../../../src/virt/io/xen/net/arrivals.ts";
import {
  decodeTxResponse,
  encodeExtra,
  encodeRxResponse,
  encodeTx,
  NETIF_RSP,
  NETRXF,
  NETTXF,
  RX_BYTES,
  TX_BYTES,
} from "../../../../../src/virt/io/xen/net/netif.ts";
import { frames } from "../../../../../src/virt/io/xen/net/slots.ts";
import { SRING } from "../../../../../src/virt/io/xen/ring.ts";
import { frame, pair } from "./pair.ts";

const ROUNDS = Number(process.env.RINGLAB_XEN_OPS ?? 120);

/** The address of the ring that a reference grants. */
const ringOf = ({ memory }: Kernel, reference: number) =>
  memory.read32((memory.own + 1) * PAGE + 8 * reference + 4) * PAGE;

function forging(transmit: "copy" | "map") {
  const made = pair({ front: { posted: 8 }, back: { transmit } });
  const [one] = made.guests;
  const ring = ringOf(one.kernel, one.front.offer.txReference);
  let produced = 0;
  const send = (slots: readonly Uint8Array[]) => {
    const from = produced;
    for (const slot of slots)
      one.kernel.memory.write(ring + SRING.slots + (produced++ % 256) * TX_BYTES, slot);
    one.kernel.memory.write32(ring + SRING.requestProduced, produced);
    one.kernel.calls.send(one.front.offer.port);
    made.scheduler.run();
    return slots.map((_, n) =>
      decodeTxResponse(one.kernel.memory.read(ring + SRING.slots + ((from + n) % 256) * TX_BYTES, 4)),
    );
  };
  const page = one.kernel.allocate() as number;
  one.kernel.memory.write(page * PAGE, frame(9, PAGE));
  const reference = one.kernel.grant(0, page, true) as number;
  return { ...made, send, reference };
}

test.each(["copy", "map"] as const)(
  "a frame that makes no sense is refused with all its slots: %s",
  (way) => {
    const { guests, send, reference, steps, dom0 } = forging(way);
    const [one, two] = guests;
    const free = [dom0.freePages, dom0.freeHoles];
    const request = { reference, offset: 0, flags: 0, id: 1, size: 60 };
    const slot = (change: object) => encodeTx({ ...request, ...change });
    const extra = (change: object) =>
      encodeExtra({ type: 1, flags: 0, size: 1448, gsoType: 1, ...change }, TX_BYTES);
    const { moreData, extraInfo } = NETTXF;
    const bad: Uint8Array[][] = [
      [slot({ reference: 400 })],
      [slot({ reference: one.front.offer.rxReference + 300 })],
      [slot({ offset: 4090 })],
      [slot({ size: 13 })],
      [slot({ flags: moreData, size: 60 }), slot({ id: 2, size: 50 })],
      [slot({ flags: moreData, size: 100 }), slot({ id: 2, size: 0 })],
      [slot({ flags: moreData, size: 5000 }), slot({ id: 2, size: 100 })],
      [slot({ flags: extraInfo }), extra({ type: 2 })],
      [slot({ flags: extraInfo }), extra({ gsoType: 2 })],
      [slot({ flags: extraInfo }), extra({ size: 1 })],
      // 19 slots, and 65535 bytes of one page.
      [
        ...Array.from({ length: 18 }, (_, n) => slot({ flags: moreData, id: n, size: n === 0 ? 400 : 20 })),
        slot({ id: 18, size: 20 }),
      ],
      [slot({ size: 65535 })],
    ];
    for (const slots of bad) {
      const answers = send(slots);
      const extras = answers.filter(({ status }) => status === NETIF_RSP.null).length;
      expect(answers.every(({ status }) => status === NETIF_RSP.error || status === NETIF_RSP.null)).toBe(
        true,
      );
      expect(extras).toBe(
        slots.length > 1 && slots.length < 19 && (slots[0]?.[6] ?? 0) === extraInfo ? 1 : 0,
      );
    }
    expect(steps.filter((step) => step === "1 tx dropped").length).toBe(bad.length);
    expect(two.got).toEqual([]);
    expect([dom0.freePages, dom0.freeHoles]).toEqual(free);
    // A bad frame takes no good one with it.
    const answers = send([slot({}), slot({ id: 2, reference: 400 }), slot({ id: 3 })]);
    expect(answers.map(({ status }) => status)).toEqual([0, -1, 0]);
    expect(two.got.length).toBe(2);
    // A promise that is not kept, and an index that cannot be.
    send([slot({ flags: moreData })]);
    expect([one.back.broken, two.back.broken]).toEqual([true, false]);
  },
);

test("a back end against a front end that writes anything anywhere", () => {
  const random = xoroshiro128plus(21);
  const draw = (below: number) => uniformInt(random, 0, below - 1);
  const seen = { okay: 0, error: 0, broken: 0, frames: 0 };
  for (const way of ["copy", "map"] as const) {
    let made = forging(way);
    const start = [made.dom0.freePages, made.dom0.freeHoles];
    for (let round = 0; round < ROUNDS; round++) {
      const slots = Array.from({ length: 1 + draw(6) }, () => {
        const some = draw(3) === 0 ? draw(0x10000) : draw(200);
        const reference = draw(4) === 0 ? draw(600) : made.reference;
        const flags = draw(3) === 0 ? draw(16) : 0;
        return encodeTx({
          reference,
          offset: draw(3) === 0 ? some : 0,
          flags,
          id: draw(0x10000),
          size: some,
        });
      });
      for (const { status } of made.send(slots)) {
        if (status === NETIF_RSP.okay) seen.okay++;
        if (status === NETIF_RSP.error) seen.error++;
      }
      const [one, two] = made.guests;
      seen.frames += two.got.length;
      for (const bytes of two.got.splice(0)) expect(bytes.length).toBeLessThanOrEqual(0xffff);
      expect([made.dom0.freePages, made.dom0.freeHoles]).toEqual(start);
      expect(two.back.broken).toBe(false);
      if (!one.back.broken) continue;
      seen.broken++;
      made = forging(way);
    }
  }
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
});

test("a front end believes no response", () => {
  const response = { id: 1, offset: 0, flags: 0, status: 60 };
  const slot = (change: object) => encodeRxResponse({ ...response, ...change });
  const one = (slots: readonly Uint8Array[]) => {
    const found = arrivals(slots);
    return found === "broken" ? found : found.map(({ okay }) => okay);
  };
  const info = encodeExtra({ type: 1, flags: 0, size: 1448, gsoType: 1 }, RX_BYTES);
  expect(one([slot({})])).toEqual([true]);
  expect(one([slot({ status: 0 }), slot({ status: -1 }), slot({ offset: 4090 })])).toEqual([
    false,
    false,
    false,
  ]);
  expect(one([slot({ flags: NETRXF.moreData })])).toBe("broken");
  expect(one([slot({ flags: NETRXF.extraInfo })])).toBe("broken");
  expect(one([slot({ flags: NETRXF.extraInfo | NETRXF.moreData }), info, slot({})])).toEqual([true]);
  expect(one([slot({ flags: NETRXF.extraInfo }), slot({ id: 77 })])).toEqual([false]);
  const endless = Array.from({ length: 256 }, () =>
    encodeTx({ reference: 1, offset: 0, flags: 4, id: 1, size: 1 }),
  );
  expect(frames(endless)).toBe("broken");
});

test.each(["copy", "flip"] as const)(
  "a back end that makes answers up breaks its own device: %s",
  (receive) => {
    const answer = (slots: readonly Uint8Array[]) => {
      const { guests, dom0, scheduler } = pair({ front: { receive } });
      const [one, two] = guests;
      const ring = ringOf(one.kernel, one.front.offer.rxReference);
      const free = one.kernel.freePages;
      // The back end has the ring mapped: what it writes there is what the front end finds.
      for (const [n, slot] of slots.entries())
        one.kernel.memory.write(ring + SRING.slots + n * RX_BYTES, slot);
      one.kernel.memory.write32(ring + SRING.responseProduced, slots.length);
      const ports = Array.from({ length: 8 }, (_, port) => port + 1);
      for (const port of ports) dom0.calls.send(port);
      scheduler.run();
      expect([one.got.length, two.front.broken]).toEqual([
        slots.length === 1 && receive === "copy" ? one.got.length : 0,
        false,
      ]);
      return { broken: one.front.broken, got: one.got.length, lost: free - one.kernel.freePages };
    };
    const response = { id: 0, offset: 0, flags: 0, status: 60 };
    const slot = (change: object) => encodeRxResponse({ ...response, ...change });
    // With a transfer that did not happen there is no frame; with a copy nobody can know.
    expect(answer([slot({})])).toEqual({ broken: false, got: receive === "copy" ? 1 : 0, lost: 0 });
    expect(answer([slot({ status: -1 })])).toEqual({ broken: false, got: 0, lost: 0 });
    expect(answer([slot({ id: 5 })]).broken).toBe(true);
    expect(answer([slot({ flags: NETRXF.moreData })]).broken).toBe(true);
    expect(answer(Array.from({ length: 9 }, (_, id) => slot({ id, status: -1 }))).broken).toBe(true);
  },
);
