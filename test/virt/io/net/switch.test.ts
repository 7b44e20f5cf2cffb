import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { cable } from "../../../../src/machine/devices/network.ts";
import { BROADCAST_MAC } from "../../../../src/virt/io/net/address.ts";
import { AGEING } from "../../../../src/virt/io/net/bridge.ts";
import { Malformed } from "../../../../src/virt/io/net/bytes.ts";
import { buildFrame, parseFrame } from "../../../../src/virt/io/net/frame.ts";
import { type Membership, VirtualSwitch } from "../../../../src/virt/io/net/switch.ts";

/** A switch and what came out of each of its ports since `send`: "port:VLAN of the tag". */
function lab(...memberships: Membership[]) {
  const time = { now: 0 };
  const paid: string[] = [];
  const ledger = { pay: (event: string, _?: number, times = 1) => void paid.push(`${event} ${times}`) };
  const bridge = new VirtualSwitch({ now: () => time.now, ledger, capacity: 4 });
  let out: string[] = [];
  const ends = memberships.map((membership, port) => {
    const [inside, outside] = cable();
    bridge.plug(inside, membership);
    outside.onFrame = (bytes) => {
      const frame = parseFrame(bytes);
      if (frame instanceof Malformed) throw new Error(frame.reason);
      out.push(frame.vlan === undefined ? `${port}` : `${port}:${frame.vlan}`);
    };
    return outside;
  });
  const raw = (port: number, bytes: Uint8Array) => {
    out = [];
    ends[port]!.transmit(bytes);
    return out.join(" ");
  };
  const send = (port: number, source: number, destination: number, vlan?: number) =>
    raw(port, buildFrame({ source, destination, vlan, type: 0x88b5, payload: new Uint8Array(46) }));
  return { bridge, send, raw, time, paid };
}

const [A, B, C] = [0x0200_0000_0001, 0x0200_0000_0002, 0x0200_0000_0003];
const ONE: Membership = { access: 1 };

test("floods what it does not know, and no longer what it has learned", () => {
  const { send } = lab(ONE, ONE, ONE);
  expect(send(0, A, B)).toBe("1 2");
  expect(send(1, B, A)).toBe("0");
  expect(send(0, A, B)).toBe("1");
  expect(send(0, A, BROADCAST_MAC)).toBe("1 2");
  expect(send(2, C, A)).toBe("0");
});

test("sends nothing back where it came from, and follows a station that moves", () => {
  const { send } = lab(ONE, ONE, ONE);
  send(0, A, BROADCAST_MAC);
  expect(send(0, B, A)).toBe("");
  send(2, A, BROADCAST_MAC);
  expect(send(0, B, A)).toBe("2");
});

test("forgets after the ageing time, not before; a group is no station", () => {
  const { send, time, bridge } = lab(ONE, ONE, ONE);
  send(0, A, B);
  time.now = AGEING;
  expect(send(1, B, A)).toBe("0");
  time.now = AGEING + 1;
  expect(send(1, B, A)).toBe("0 2");
  send(0, BROADCAST_MAC, B);
  expect(bridge.stations().map(({ mac }) => mac)).toEqual([B]);
});

test("keeps VLANs apart: access ports without tags, trunks with tags, the native VLAN without", () => {
  const { send, bridge } = lab(
    { access: 10 },
    { access: 20 },
    { trunk: [10, 20], native: 1 },
    { access: 10 },
    ONE,
  );
  expect(send(0, A, BROADCAST_MAC)).toBe("2:10 3");
  expect(send(1, B, BROADCAST_MAC)).toBe("2:20");
  expect(send(2, C, A, 10)).toBe("0");
  expect(send(2, C, A, 20)).toBe("1");
  expect(send(2, C, BROADCAST_MAC)).toBe("4");
  expect(send(2, C, A, 30)).toBe("");
  expect(send(0, A, C, 20)).toBe("");
  expect(bridge.drops.get("bridge: not a VLAN of this port")).toBe(2);
});

test("does not forward what is for bridges alone, counts what is malformed", () => {
  const { send, raw, bridge } = lab(ONE, ONE);
  expect(send(0, A, 0x0180_c200_000e)).toBe("");
  expect(raw(0, new Uint8Array(13))).toBe("");
  expect([...bridge.drops.values()]).toEqual([1, 1]);
});

test("pays a packet once and a copy for each further port", () => {
  const { send, paid } = lab(ONE, ONE, ONE);
  send(0, A, BROADCAST_MAC);
  expect(paid).toEqual(["packet 1", "copyLine 1"]);
});

test("a flood of invented stations and of noise neither throws nor fills the table, nor crosses a VLAN", () => {
  const { send, raw, bridge } = lab({ access: 1 }, { access: 2 }, { access: 1 });
  const generator = xoroshiro128plus(3);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  for (let round = 0; round < 3000; round++) {
    const noise = Uint8Array.from({ length: draw(80) }, () => draw(256));
    const out = draw(2) ? raw(0, noise) : send(0, 2 * draw(1000), draw(1000));
    expect(out === "" || out === "2").toBe(true);
  }
  expect(bridge.stations().length).toBeLessThanOrEqual(4);
});
