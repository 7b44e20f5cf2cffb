import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { formatIp, ip } from "../../../../../src/virt/io/net/address.ts";
import { Malformed } from "../../../../../src/virt/io/net/bytes.ts";
import {
  buildDhcp,
  DHCP_TYPES,
  type Dhcp,
  type DhcpType,
  OPTION,
  parseDhcp,
  word,
  wordOf,
} from "../../../../../src/virt/io/net/dhcp/message.ts";
import { DhcpServer } from "../../../../../src/virt/io/net/dhcp/server.ts";

const SERVER = ip("10.0.2.2");
const [FIRST, LAST] = [ip("10.0.2.15"), ip("10.0.2.17")];
const LEASE = 1000;
const make = () => new DhcpServer({ address: SERVER, prefix: 24, first: FIRST, last: LAST, lease: LEASE });

interface Asked {
  readonly requested?: number;
  readonly server?: number;
  readonly client?: number;
  readonly id?: string;
}

function message(type: DhcpType, mac: number, { requested, server, client = 0, id }: Asked = {}): Dhcp {
  const options = new Map<number, Uint8Array>();
  if (requested !== undefined) options.set(OPTION.requested, word(requested));
  if (server !== undefined) options.set(OPTION.server, word(server));
  if (id !== undefined) options.set(OPTION.client, new TextEncoder().encode(id));
  return { type, xid: 7, broadcast: false, client, yours: 0, relay: 0, mac, options };
}

/** "offer 10.0.2.15", or nothing. */
function said(server: DhcpServer, given: Dhcp, now: number): string {
  const answer = server.answer(given, now);
  const reply = answer && parseDhcp(answer.bytes);
  if (reply instanceof Malformed) throw new Error(reply.reason);
  return reply ? `${reply.type}${reply.yours ? ` ${formatIp(reply.yours)}` : ""}` : "nothing";
}

const bind = (server: DhcpServer, mac: number, now: number, asked: Asked = {}) => {
  const offer = said(server, message("discover", mac, asked), now);
  const requested = offer === "nothing" ? FIRST : ip(offer.split(" ")[1]!);
  return said(server, message("request", mac, { ...asked, requested, server: SERVER }), now);
};

test("discover, offer, request, ack: with mask, router, times and the server's name", () => {
  const server = make();
  expect(said(server, message("discover", 1), 0)).toBe("offer 10.0.2.15");
  const answer = server.answer(message("request", 1, { requested: FIRST, server: SERVER }), 0)!;
  expect([answer.to, answer.mac]).toEqual([FIRST, 1]);
  const { type, yours, options } = parseDhcp(answer.bytes) as Dhcp;
  expect([type, yours]).toEqual(["ack", FIRST]);
  const words = [OPTION.mask, OPTION.router, OPTION.server, OPTION.lease, OPTION.renewal, OPTION.rebinding];
  expect(words.map((code) => wordOf(options, code))).toEqual([
    ...[0xffff_ff00, SERVER, SERVER, LEASE, LEASE / 2, LEASE * 0.875],
  ]);
  expect(server.leases(LEASE - 1)).toMatchObject([{ address: FIRST, state: "bound" }]);
  expect(server.leases(LEASE)).toEqual([]);
});

test("the pool ends; what expires is given again, to its old client first", () => {
  const server = make();
  expect([1, 2, 3].map((mac) => bind(server, mac, mac))).toEqual([
    ...["ack 10.0.2.15", "ack 10.0.2.16", "ack 10.0.2.17"],
  ]);
  expect(bind(server, 4, 10)).toBe("nak");
  expect(server.drops.exhausted).toBe(1);
  expect(bind(server, 4, LEASE + 1)).toBe("ack 10.0.2.15");
  expect(bind(server, 3, LEASE + 3)).toBe("ack 10.0.2.17");
  expect(bind(server, 1, LEASE + 3)).toBe("ack 10.0.2.16");
});

test("renewed by its address; answered there; refused when it is another's", () => {
  const server = make();
  bind(server, 1, 0);
  const renewal = server.answer(message("request", 1, { client: FIRST }), 900)!;
  expect([renewal.to, renewal.mac]).toEqual([FIRST, undefined]);
  expect(server.leases(1800)).toHaveLength(1);
  expect(said(server, message("request", 2, { client: FIRST }), 901)).toBe("nak");
});

test("after a reboot: known, unknown, from another network (RFC 2131, 4.3.2)", () => {
  const server = make();
  bind(server, 1, 0);
  expect(said(server, message("request", 1, { requested: FIRST }), 1)).toBe("ack 10.0.2.15");
  expect(said(server, message("request", 1, { requested: LAST }), 1)).toBe("nak");
  expect(said(server, message("request", 2, { requested: FIRST }), 1)).toBe("nothing");
  expect(said(server, message("request", 2, { requested: ip("192.168.7.7") }), 1)).toBe("nak");
});

test("an offer that another server won, a release and a decline", () => {
  const server = make();
  said(server, message("discover", 1), 0);
  expect(said(server, message("request", 1, { requested: FIRST, server: SERVER + 1 }), 0)).toBe("nothing");
  expect(server.leases(0)).toEqual([]);
  bind(server, 1, 0);
  // Somebody else's release and decline change nothing.
  said(server, message("release", 2, { client: FIRST }), 1);
  said(server, message("decline", 2, { requested: FIRST, server: SERVER }), 1);
  expect(server.leases(1)).toMatchObject([{ state: "bound" }]);
  said(server, message("release", 1, { client: FIRST }), 1);
  expect(bind(server, 2, 1, { requested: FIRST })).toBe("ack 10.0.2.15");
  said(server, message("decline", 2, { requested: FIRST, server: SERVER }), 2);
  expect(bind(server, 2, 2)).not.toContain("10.0.2.15");
  expect(said(server, message("inform", 9, { client: ip("10.0.2.99") }), 2)).toBe("ack");
});

test("a client is its identifier, where it has one", () => {
  const server = make();
  expect(bind(server, 1, 0, { id: "a" })).toBe("ack 10.0.2.15");
  expect(bind(server, 2, 0, { id: "a" })).toBe("ack 10.0.2.15");
  expect(bind(server, 1, 0, { id: "b" })).toBe("ack 10.0.2.16");
});

test("a pool that cannot be is refused", () => {
  const pool = (first: string, last: string) =>
    new DhcpServer({ address: SERVER, prefix: 24, first: ip(first), last: ip(last) });
  expect(() => pool("10.0.2.20", "10.0.2.10")).toThrow("a DHCP pool is a range");
  expect(() => pool("10.0.3.1", "10.0.3.9")).toThrow("a DHCP pool is a range");
  expect(() => pool("10.0.2.1", "10.0.2.9")).toThrow("a DHCP pool is a range");
});

test("hostile clients: nobody is given another's address, and no more is kept than the pool has", () => {
  const generator = xoroshiro128plus(9);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  const server = make();
  const owners = new Map<number, { client: number; until: number }>();
  const offered = new Map<number, number>();
  let now = 0;
  let bound = 0;
  for (let round = 0; round < 5000; round++) {
    now += draw(60) ? draw(5) : 400;
    const mac = 1 + draw(6);
    const type = draw(8) ? (["discover", "request"] as const)[draw(2)]! : DHCP_TYPES[draw(8)]!;
    const address = () => (draw(3) ? (offered.get(mac) ?? FIRST) : FIRST - 1 + draw(5));
    const asked = {
      ...(draw(2) ? { requested: address() } : {}),
      ...(draw(3) ? { server: SERVER + (draw(6) ? 0 : 1) } : {}),
      ...(draw(3) ? {} : { client: address() }),
    };
    const given = message(type, mac, asked);
    const bytes = buildDhcp(given);
    if (!draw(3)) bytes[draw(bytes.length)] = draw(256);
    const read = parseDhcp(draw(10) ? bytes : bytes.subarray(0, draw(bytes.length)));
    if (read instanceof Malformed) continue;
    const answer = server.answer(read, now);
    expect(server.leases(now).length).toBeLessThanOrEqual(3);
    if (read.type === "release" || read.type === "decline") {
      const mine = [...owners].find(([, one]) => one.client === read.mac);
      const named = read.type === "release" ? read.client : wordOf(read.options, OPTION.requested);
      if (mine && mine[0] === named) owners.delete(mine[0]);
    }
    const reply = answer && parseDhcp(answer.bytes);
    if (!reply || reply instanceof Malformed || reply.yours === 0) continue;
    expect(reply.yours).toBeGreaterThanOrEqual(FIRST);
    expect(reply.yours).toBeLessThanOrEqual(LAST);
    const owner = owners.get(reply.yours);
    if (owner && owner.until > now && !read.options.has(OPTION.client)) expect(owner.client).toBe(read.mac);
    if (reply.type !== "ack") {
      offered.set(read.mac, reply.yours);
      continue;
    }
    owners.set(reply.yours, { client: read.mac, until: now + LEASE });
    bound++;
  }
  expect(bound).toBeGreaterThan(50);
});
