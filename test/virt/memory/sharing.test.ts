/** Both sharers on one host: what they find, what they refuse, and how it ends. */
import { describe, expect, test } from "vitest";
import { bootImage, type Contents, shared } from "../../../src/systems/overcommit/index.ts";
import {
  Host,
  type HostOptions,
  KsmScanner,
  PAGE_BYTES,
  RandomScanner,
  type Scanner,
  SHARED,
} from "../../../src/virt/memory/index.ts";

const at = (gpn: number) => gpn * PAGE_BYTES;
const SCANNERS: [string, (host: Host) => Scanner][] = [
  ["random", (host) => new RandomScanner(host)],
  ["ksm", (host) => new KsmScanner(host)],
];
const CONTENTS: Contents = { zero: 0.25, common: 0.5, pairs: 0 };
const rig = (machines: number, pages: number, options: Partial<HostOptions> = {}) => {
  const host = new Host({ frames: machines * (pages + 6), ...options });
  for (let count = 0; count < machines; count++) bootImage(host, pages, CONTENTS);
  return host;
};

describe.each(SCANNERS)("%s", (_, scanner) => {
  test("finds every equal page: one frame for the zeros of all, one for each page of the image", () => {
    const host = rig(3, 32);
    const free = host.frames.free;
    scanner(host).scan(1500);
    expect(shared(host)).toEqual({ shared: 3 * 24, reclaimed: 3 * 24 - 17 });
    expect(host.frames.free - free).toBe(3 * 24 - 17);
    expect(host.frames.owned(SHARED)).toBe(17);
  });

  test("with a hash that is the same for all pages shares nothing that differs", () => {
    const host = rig(2, 16, { hash: () => 7 });
    const before = host.vms.map((vm) => Array.from({ length: 16 }, (_, gpn) => vm.read32(at(gpn) + 40)));
    scanner(host).scan(600);
    expect(host.vms.map((vm) => Array.from({ length: 16 }, (_, gpn) => vm.read32(at(gpn) + 40)))).toEqual(
      before,
    );
    expect(host.ledger.count("differ")).toBeGreaterThan(10);
    expect(shared(host).reclaimed).toBeGreaterThan(0);
  });

  test("a storm of writes parts everything again, and each keeps its own", () => {
    const host = rig(2, 32);
    const look = scanner(host);
    look.scan(1000);
    host.vms.forEach((vm, id) => {
      for (let gpn = 0; gpn < 32; gpn++) vm.write32(at(gpn), 1000 * id + gpn);
    });
    expect(shared(host)).toEqual({ shared: 0, reclaimed: 0 });
    host.vms.forEach((vm, id) => {
      for (let gpn = 0; gpn < 32; gpn++) expect(vm.read32(at(gpn))).toBe(1000 * id + gpn);
    });
    // 16 pages of the image in two machines, and 16 of zeros: the last one of each needs no copy.
    expect(host.ledger.count("copy")).toBe(16 + 15);
    look.scan(1000);
    expect(shared(host).reclaimed).toBe(0);
  });
});

describe("a hint", () => {
  const two = (hash?: HostOptions["hash"]) => {
    const host = new Host({ frames: 40, ...(hash ? { hash } : {}) });
    const [a, b] = ["a", "b"].map((name) => host.create({ name, pages: 4 }));
    return { host, a: a!, b: b! };
  };

  test("whose page was written since is not believed", () => {
    const { host, a, b } = two();
    a.write32(0, 5);
    b.write32(0, 5);
    host.sharer.scan(a.first, host.sharing);
    a.write32(0, 6);
    host.sharer.scan(b.first, host.sharing);
    expect(shared(host).shared).toBe(0);
    a.write32(0, 5);
    host.sharer.scan(a.first, host.sharing);
    expect(shared(host).shared).toBe(2);
  });

  test("is forgotten when its frame goes back", () => {
    const { host, a, b } = two();
    a.write32(0, 5);
    host.sharer.scan(a.first, host.sharing);
    const frame = host.sharing.frame(a.first);
    const hash = host.sharing.hash(frame);
    expect(host.sharing.find(hash)).toBe(frame);
    host.channel(a).give([0]);
    expect(host.sharing.find(hash)).toBeNull();
    b.write32(0, 5);
    host.sharer.scan(b.first, host.sharing);
    expect(shared(host).shared).toBe(0);
  });
});

test("a sharer that would show one machine another's bytes is stopped by the host", () => {
  const host = new Host({ frames: 40 });
  const [a, b] = ["a", "b"].map((name) => host.create({ name, pages: 4 }));
  a!.write32(0, 1);
  b!.write32(0, 2);
  expect(() => host.sharing.share(b!.first, host.sharing.frame(a!.first))).toThrow(
    "invariant: page 4 would get other bytes",
  );
});

test("ksm leaves pages alone that change between two rounds", () => {
  const host = rig(2, 16);
  const ksm = new KsmScanner(host);
  for (let round = 0; round < 6; round++) {
    for (const vm of host.vms) for (let gpn = 0; gpn < 16; gpn++) vm.write32(at(gpn), round);
    ksm.scan(32);
  }
  expect(shared(host).shared).toBe(0);
});
