/** What a domain says in its store page, by the byte: answers, watch events, and what no sound client would send. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { DOMID_SELF, PAGE } from "../../../../../src/virt/io/xen/abi/numbers.ts";
import { StoreConnection } from "../../../../../src/virt/io/xen/store/connection.ts";
import {
  Decoder,
  encode,
  type Message,
  RING_BYTES,
  receive,
  STORE_PAGE,
  send,
  XS,
} from "../../../../../src/virt/io/xen/store/wire.ts";
import { XenStore } from "../../../../../src/virt/io/xen/store/xenstore.ts";
import { hosts } from "../block/split.ts";

function connected() {
  const { kernel, scheduler } = hosts();
  const store = new XenStore((domain, work) => scheduler.later(domain, work));
  store.write(0, "/local/domain/1", "");
  store.setPermissions(0, "/local/domain/1", [{ domain: 1, read: false, write: false }]);
  store.write(0, "/secret", "x");
  store.setPermissions(0, "/secret", [{ domain: 0, read: false, write: false }]);
  const dom0 = kernel(0, true);
  const guest = kernel(1);
  const gfn = guest.allocate() as number;
  const page = gfn * PAGE;
  guest.memory.write(page, new Uint8Array(PAGE));
  const reference = guest.grant(0, gfn) as number;
  const port = guest.calls.allocUnbound(DOMID_SELF, 0);
  const connection = StoreConnection.introduce(
    { store, kernel: dom0 },
    1,
    reference,
    port,
  ) as StoreConnection;
  const decoder = new Decoder();
  const heard: Message[] = [];
  const listen = () => {
    const bytes = receive(guest.memory, page, STORE_PAGE.responses);
    if (bytes === "broken") throw new Error("xenstored broke the ring");
    decoder.push(bytes);
    for (let one = decoder.next(); one !== undefined; one = decoder.next()) heard.push(one as Message);
    if (bytes.length > 0) guest.calls.send(port);
  };
  guest.listen(port, listen);
  scheduler.run();
  const raw = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length && !connection.broken; ) {
      at += send(guest.memory, page, STORE_PAGE.requests, bytes.subarray(at)) as number;
      guest.calls.send(port);
      scheduler.run();
    }
  };
  let request = 0;
  const ask = (type: number, payload: string, transaction = 0): string => {
    raw(encode({ type, request: ++request, transaction, payload }));
    const at = heard.findIndex((one) => one.request === request && one.type !== XS.watchEvent);
    const [answer] = heard.splice(at, 1);
    if (at < 0 || answer === undefined) throw new Error("no answer");
    expect(answer.transaction).toBe(transaction);
    return answer.type === XS.error ? `!${answer.payload}` : answer.payload;
  };
  const events = () =>
    heard.splice(0).map(({ type, payload }) => (type === XS.watchEvent ? payload : `type ${type}`));
  return { store, scheduler, guest, page, connection, raw, ask, events, port, kernel, dom0, listen };
}

test("what is written is read, listed and removed", () => {
  const { ask } = connected();
  expect(ask(XS.write, "device/a\0one\0two")).toBe("OK\0");
  expect(ask(XS.read, "device/a\0")).toBe("one\0two");
  expect(ask(XS.mkdir, "device/b\0")).toBe("OK\0");
  expect(ask(XS.mkdir, "device/a\0")).toBe("OK\0");
  expect(ask(XS.read, "/local/domain/1/device/a\0")).toBe("one\0two");
  expect(ask(XS.directory, "device\0")).toBe("a\0b\0");
  expect(ask(XS.remove, "device/a\0")).toBe("OK\0");
  expect(ask(XS.remove, "device/a\0")).toBe("OK\0");
  expect(ask(XS.remove, "none/a\0")).toBe("!ENOENT\0");
  expect(ask(XS.read, "device/a\0")).toBe("!ENOENT\0");
  expect(ask(XS.getDomainPath, "1\0")).toBe("/local/domain/1\0");
});

test("permissions are words, and those of others are none of its business", () => {
  const { ask } = connected();
  ask(XS.write, "x\0");
  expect(ask(XS.setPermissions, "x\0n1\0b2\0r3\0")).toBe("OK\0");
  expect(ask(XS.getPermissions, "x\0")).toBe("n1\0b2\0r3\0");
  for (const wrong of ["x\0", "x\0q1\0", "x\0n1\0b\0", "x\0n123456\0", "x\0n1\0\0"])
    expect(ask(XS.setPermissions, wrong)).toBe("!EINVAL\0");
  for (const type of [XS.read, XS.directory, XS.getPermissions])
    expect(ask(type, "/secret\0")).toBe("!EACCES\0");
  expect(ask(XS.write, "/secret\0mine")).toBe("!EACCES\0");
  expect(ask(XS.mkdir, "/other\0")).toBe("!EACCES\0");
});

test("a transaction is a number that the domain passes on", () => {
  const { ask, store } = connected();
  const id = Number(ask(XS.transactionStart, "\0").slice(0, -1));
  expect(ask(XS.write, "n\0one", id)).toBe("OK\0");
  expect(ask(XS.read, "n\0")).toBe("!ENOENT\0");
  expect(ask(XS.transactionStart, "\0", id)).toBe("!EBUSY\0");
  expect(ask(XS.transactionEnd, "X\0", id)).toBe("!EINVAL\0");
  expect(ask(XS.transactionEnd, "T\0", id)).toBe("OK\0");
  expect(ask(XS.read, "n\0")).toBe("one");
  expect(ask(XS.transactionEnd, "T\0", id)).toBe("!ENOENT\0");
  const late = Number(ask(XS.transactionStart, "\0").slice(0, -1));
  ask(XS.write, "n\0two", late);
  store.write(0, "/local/domain/1/n", "three");
  expect(ask(XS.transactionEnd, "T\0", late)).toBe("!EAGAIN\0");
});

test("watch events come by the path that was asked for, until they are not wanted", () => {
  const { ask, events, store, scheduler } = connected();
  expect(ask(XS.watch, "device\0token\0")).toBe("OK\0");
  expect(ask(XS.watch, "/local/domain/1/device\0other\0")).toBe("OK\0");
  expect(events()).toEqual(["device\0token\0", "/local/domain/1/device\0other\0"]);
  store.write(0, "/local/domain/1/device/vbd", "");
  scheduler.run();
  expect(events()).toEqual(["device/vbd\0token\0", "/local/domain/1/device/vbd\0other\0"]);
  expect(ask(XS.unwatch, "device\0token\0")).toBe("OK\0");
  expect(ask(XS.unwatch, "device\0token\0")).toBe("!ENOENT\0");
  expect(ask(XS.watch, "device\0")).toBe("!EINVAL\0");
  expect(ask(XS.watch, `device\0${"t".repeat(2000)}\0`)).toBe("!EINVAL\0");
});

test("a message longer than the ring, and answers longer than it, come through in pieces", () => {
  const { ask } = connected();
  const long = "v".repeat(2000);
  expect(ask(XS.write, `long\0${long}`)).toBe("OK\0");
  expect(ask(XS.read, "long\0")).toBe(long);
  for (let n = 0; n < 80; n++) ask(XS.write, `many/${"n".repeat(60)}${n}\0`);
  expect(ask(XS.directory, "many\0")).toBe("!E2BIG\0");
});

test("a domain that does not read is not listened to, and its events do not gather without end", () => {
  const { guest, page, raw, store, scheduler, events, port, ask, listen } = connected();
  ask(XS.write, "data\0");
  ask(XS.watch, "data\0t\0");
  events();
  guest.listen(port, () => {});
  const { producer, consumer } = STORE_PAGE.responses;
  const waiting = () => (guest.memory.read32(page + producer) - guest.memory.read32(page + consumer)) >>> 0;
  for (let n = 0; n < 600; n++) store.write(0, `/local/domain/1/data/${n}`, "");
  for (let n = 0; n < 10; n++) store.write(0, "/local/domain/1/data/last", String(n));
  scheduler.run();
  expect(waiting()).toBe(RING_BYTES);
  raw(encode({ type: XS.write, request: 99, transaction: 0, payload: "data\0heard" }));
  expect(store.read(0, "/local/domain/1/data")).toEqual({ value: "" });
  guest.listen(port, listen);
  listen();
  scheduler.run();
  const heard = events();
  expect(new Set(heard).size).toBe(heard.length);
  expect(heard.length).toBeGreaterThan(400);
  expect(heard.length).toBeLessThan(600);
  expect(store.read(0, "/local/domain/1/data")).toEqual({ value: "heard" });
});

test.each([
  [
    "a length that no message has",
    (page: number, m: { write32(at: number, value: number): void }) => {
      m.write32(page + 12, 0xffffffff);
      m.write32(page + STORE_PAGE.requests.producer, 16);
    },
  ],
  [
    "more requests than the ring holds",
    (page: number, m: { write32(at: number, value: number): void }) => {
      m.write32(page + STORE_PAGE.requests.producer, 5000);
    },
  ],
])("%s ends the connection, and nothing else", (_, spoil) => {
  const { guest, page, port, scheduler, connection, store } = connected();
  // Behind what has been sent so far, which is nothing.
  spoil(page, guest.memory);
  guest.calls.send(port);
  scheduler.run();
  expect(connection.broken).toBe(true);
  expect(store.read(0, "/secret")).toEqual({ value: "x" });
  connection.release();
});

test("answers that the domain claims to have read before they came end the connection", () => {
  const { guest, page, connection, raw, port } = connected();
  guest.listen(port, () => {});
  guest.memory.write32(page + STORE_PAGE.responses.consumer, 77);
  raw(encode({ type: XS.read, request: 1, transaction: 0, payload: "x\0" }));
  expect(connection.broken).toBe(true);
});

test("whatever is asked is answered once, and changes nothing that is not the domain's", () => {
  const { ask, store, events } = connected();
  const random = xoroshiro128plus(11);
  const draw = (below: number) => uniformInt(random, 0, below - 1);
  const pieces = [
    "/",
    "/secret",
    "/local/domain/1/a",
    "a",
    "b/c",
    "",
    "n1",
    "b0",
    "T",
    "F",
    "1",
    "\xff",
    "//",
    "@",
  ];
  let answers = 0;
  for (let n = 0; n < 3000; n++) {
    const payload = Array.from({ length: draw(4) }, () => pieces[draw(pieces.length)]).join(
      draw(4) === 0 ? "" : "\0",
    );
    const type = draw(24);
    const answer = ask(
      type === XS.watchEvent ? XS.error : type,
      payload + (draw(5) === 0 ? "" : "\0"),
      draw(3) === 0 ? draw(20) : 0,
    );
    if (!answer.startsWith("!")) answers++;
    events();
  }
  expect(answers).toBeGreaterThan(200);
  expect(store.read(0, "/secret")).toEqual({ value: "x" });
  expect(store.directory(0, "/")).toEqual({ value: ["local", "secret"] });
  expect(store.directory(0, "/local/domain")).toEqual({ value: ["1"] });
});

test("a page or a port that is none is no connection", () => {
  const { store, dom0, kernel } = connected();
  const other = kernel(2);
  const gfn = other.allocate() as number;
  const parts = { store, kernel: dom0 };
  expect(StoreConnection.introduce(parts, 2, 100, 1)).toBeUndefined();
  const reference = other.grant(0, gfn) as number;
  expect(StoreConnection.introduce(parts, 2, reference, 9)).toBeUndefined();
  expect(other.endGrant(reference)).toBe(true);
});
