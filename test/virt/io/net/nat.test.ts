import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { formatIp, ip, isPrivate } from "../../../../src/virt/io/net/address.ts";
import { get32, Malformed } from "../../../../src/virt/io/net/bytes.ts";
import { buildIcmp, ICMP, parseIcmp } from "../../../../src/virt/io/net/icmp.ts";
import { buildIpv4, type Ipv4, PROTOCOL, parseIpv4 } from "../../../../src/virt/io/net/ipv4.ts";
import { Nat } from "../../../../src/virt/io/net/nat.ts";
import { buildTcp, parseTcp, TCP } from "../../../../src/virt/io/net/tcp.ts";
import { IDLE, TRANSLATING } from "../../../../src/virt/io/net/translation.ts";
import { TranslationTable } from "../../../../src/virt/io/net/translation-table.ts";
import { buildUdp, parseUdp } from "../../../../src/virt/io/net/udp.ts";

const OUTSIDE = ip("192.0.2.1");
const [A, B] = [ip("10.0.2.15"), ip("10.0.2.16")];
const [SERVER, STRANGER] = [ip("198.51.100.7"), ip("203.0.113.9")];
const data = new Uint8Array([1, 2, 3]);

function udp(source: number, sourcePort: number, destination: number, destinationPort: number) {
  const payload = buildUdp({ sourcePort, destinationPort, data }, { source, destination });
  return buildIpv4({ source, destination, protocol: PROTOCOL.udp, payload });
}

function tcp(
  source: number,
  sourcePort: number,
  destination: number,
  destinationPort: number,
  flags: number,
) {
  const numbers = { sequence: 1, acknowledgment: 2, flags, window: 1000, options: new Uint8Array(), data };
  const payload = buildTcp({ sourcePort, destinationPort, ...numbers }, { source, destination });
  return buildIpv4({ source, destination, protocol: PROTOCOL.tcp, payload });
}

function echo(source: number, destination: number, identifier: number, type: number = ICMP.echo) {
  const payload = buildIcmp({ type, code: 0, identifier, sequence: 1, data });
  return buildIpv4({ source, destination, protocol: PROTOCOL.icmp, payload });
}

/** "address:port > address:port", with every checksum looked at. */
function read(bytes: Uint8Array | undefined): string {
  if (!bytes) return "dropped";
  const packet = parseIpv4(bytes);
  if (packet instanceof Malformed) return packet.reason;
  const { source, destination, payload, protocol } = packet;
  const ends = [formatIp(source), formatIp(destination)];
  if (protocol === PROTOCOL.icmp) {
    const icmp = parseIcmp(payload);
    return icmp instanceof Malformed ? icmp.reason : `${ends.join(" > ")} id ${icmp.identifier}`;
  }
  const inner = protocol === PROTOCOL.udp ? parseUdp(payload, packet) : parseTcp(payload, packet);
  if (inner instanceof Malformed) return inner.reason;
  return `${ends[0]}:${inner.sourcePort} > ${ends[1]}:${inner.destinationPort}`;
}

test("answers come back to who has asked; two with the same port are told apart", () => {
  const nat = new Nat({ outside: OUTSIDE });
  expect(read(nat.outbound(udp(A, 5000, SERVER, 53), 0))).toBe("192.0.2.1:5000 > 198.51.100.7:53");
  expect(read(nat.outbound(udp(B, 5000, SERVER, 53), 0))).toBe("192.0.2.1:5001 > 198.51.100.7:53");
  expect(read(nat.inbound(udp(SERVER, 53, OUTSIDE, 5001), 1))).toBe("198.51.100.7:53 > 10.0.2.16:5000");
  expect(read(nat.outbound(udp(A, 5000, STRANGER, 53), 1))).toBe("192.0.2.1:5000 > 203.0.113.9:53");
  expect(nat.mappings).toBe(2);
});

test("a stranger is filtered, an expired mapping is gone, answers alone keep nothing open", () => {
  const nat = new Nat({ outside: OUTSIDE });
  nat.outbound(udp(A, 5000, SERVER, 53), 0);
  expect(read(nat.inbound(udp(STRANGER, 53, OUTSIDE, 5000), 1))).toBe("dropped");
  expect(read(nat.inbound(udp(SERVER, 53, OUTSIDE, 5000), IDLE.udp))).not.toBe("dropped");
  expect(read(nat.inbound(udp(SERVER, 53, OUTSIDE, 5000), IDLE.udp + 1))).toBe("dropped");
});

test("echoes by their identifiers, and only the answers come in", () => {
  const nat = new Nat({ outside: OUTSIDE });
  expect(read(nat.outbound(echo(A, SERVER, 2000), 0))).toBe("192.0.2.1 > 198.51.100.7 id 2000");
  expect(read(nat.outbound(echo(B, SERVER, 2000), 0))).toBe("192.0.2.1 > 198.51.100.7 id 2001");
  const answer = echo(SERVER, OUTSIDE, 2001, ICMP.echoReply);
  expect(read(nat.inbound(answer, 1))).toBe("198.51.100.7 > 10.0.2.16 id 2000");
  expect(read(nat.inbound(echo(SERVER, OUTSIDE, 2001), 1))).toBe("dropped");
});

test("a connection lives two hours when it is open, four minutes before and after", () => {
  const nat = new Nat({ outside: OUTSIDE });
  const out = (flags: number, now: number) => nat.outbound(tcp(A, 4000, SERVER, 80, flags), now);
  const into = (flags: number, now: number) => read(nat.inbound(tcp(SERVER, 80, OUTSIDE, 4000, flags), now));
  out(TCP.syn, 0);
  expect(into(TCP.syn | TCP.ack, IDLE.tcpTransitory + 1)).toBe("dropped");
  out(TCP.syn, 1000);
  into(TCP.syn | TCP.ack, 1000);
  expect(into(TCP.ack, 1000 + IDLE.tcp)).toBe("198.51.100.7:80 > 10.0.2.15:4000");
  out(TCP.fin | TCP.ack, 1000 + IDLE.tcp);
  into(TCP.fin | TCP.ack, 1000 + IDLE.tcp);
  expect(into(TCP.ack, 1001 + IDLE.tcp + IDLE.tcpTransitory)).toBe("dropped");
});

test("connections of one endpoint are told apart: the end of one leaves the other open, and a stranger's SYN opens nothing", () => {
  const nat = new Nat({ outside: OUTSIDE });
  const out = (peer: number, flags: number, now: number) => nat.outbound(tcp(A, 4000, peer, 80, flags), now);
  const into = (peer: number, flags: number, now: number) =>
    read(nat.inbound(tcp(peer, 80, OUTSIDE, 4000, flags), now));
  for (const peer of [SERVER, STRANGER]) {
    out(peer, TCP.syn, 0);
    into(peer, TCP.syn | TCP.ack, 0);
  }
  into(STRANGER, TCP.rst, 0);
  // A SYN that was sent again changes nothing.
  out(SERVER, TCP.syn, 0);
  expect(into(SERVER, TCP.ack, IDLE.tcp)).not.toBe("dropped");
  into(SERVER, TCP.rst, IDLE.tcp);
  expect(into(SERVER, TCP.syn, IDLE.tcp)).not.toBe("dropped");
  expect(into(SERVER, TCP.syn, IDLE.tcp + 1)).toBe("dropped");
});

const web = { protocol: "tcp", outside: 80, to: { address: A, port: 8080 } } as const;

test("a forwarded port is open to everybody and for good, until it is taken back", () => {
  const nat = new Nat({ outside: OUTSIDE, forwards: [web] });
  const come = (now: number) => read(nat.inbound(tcp(STRANGER, 999, OUTSIDE, 80, TCP.syn), now));
  expect(come(1e6)).toBe("203.0.113.9:999 > 10.0.2.15:8080");
  expect(read(nat.outbound(tcp(A, 8080, STRANGER, 999, TCP.syn | TCP.ack), 1e6))).toBe(
    "192.0.2.1:80 > 203.0.113.9:999",
  );
  expect(nat.mappings).toBe(0);
  expect([nat.unforward("tcp", 80), nat.unforward("tcp", 80)]).toEqual([true, false]);
  expect(come(1e6)).toBe("dropped");
});

test("a policy cannot end a forwarding", () => {
  const table = new TranslationTable();
  const nat = new Nat({ outside: OUTSIDE, table, forwards: [web] });
  table.remove("tcp", 80);
  expect(table.forwards()).toMatchObject([{ outside: 80, address: A, port: 8080 }]);
  expect(nat.unforward("tcp", 80)).toBe(true);
});

test("a clash of forwarded ports says with whom", () => {
  const nat = new Nat({ outside: OUTSIDE, forwards: [web] });
  nat.outbound(tcp(B, 5000, SERVER, 80, TCP.syn), 0);
  expect(() => nat.forward({ ...web, to: { address: B, port: 80 } })).toThrow(
    "tcp port 80 is forwarded to 10.0.2.15:8080 already: take another port outside, or end that forwarding",
  );
  expect(() => nat.forward({ ...web, outside: 5000, to: { address: A, port: 1 } })).toThrow(
    "tcp port 5000 is in use by 10.0.2.16:5000 already: take another port outside, or wait until its mapping has expired",
  );
  expect(() => nat.forward({ ...web, outside: 81 })).toThrow(
    "tcp 10.0.2.15:8080 has port 80 outside already: an endpoint has one port",
  );
  expect(() => nat.forward({ ...web, outside: 65_536 })).toThrow("tcp port 65536 cannot be forwarded");
  nat.forward({ ...web, protocol: "udp" });
});

test("hairpin: by the outside address to a neighbour's forwarded port, and back (RFC 4787, REQ-9)", () => {
  const nat = new Nat({ outside: OUTSIDE, forwards: [web] });
  const asked = tcp(B, 6000, OUTSIDE, 80, TCP.syn);
  expect(read(nat.outbound(asked, 0))).toBe("dropped");
  expect(read(nat.hairpin(asked, 0))).toBe("192.0.2.1:6000 > 10.0.2.15:8080");
  const answer = tcp(A, 8080, OUTSIDE, 6000, TCP.syn | TCP.ack);
  expect(read(nat.hairpin(answer, 0))).toBe("192.0.2.1:80 > 10.0.2.16:6000");
  expect(read(nat.hairpin(tcp(B, 6000, OUTSIDE, 81, TCP.syn), 0))).toBe("dropped");
});

test("an error comes in with the packet that it is about as inside has sent it, and the other way around (RFC 5508)", () => {
  const nat = new Nat({ outside: OUTSIDE });
  const router = ip("203.0.113.254");
  const error = (source: number, destination: number, about: Uint8Array) =>
    buildIpv4({
      ...{ source, destination, protocol: PROTOCOL.icmp },
      payload: buildIcmp({ type: 3, code: 3, identifier: 0, sequence: 0, data: about }),
    });
  const about = (bytes: Uint8Array | undefined) => {
    const icmp = parseIcmp((parseIpv4(bytes!) as Ipv4).payload);
    return icmp instanceof Malformed ? icmp.reason : `${read(bytes)}: ${read(icmp.data)}`;
  };
  const question = udp(A, 5000, SERVER, 53);
  nat.outbound(udp(B, 5000, SERVER, 53), 0);
  const left = nat.outbound(question, 0)!;
  expect(about(nat.inbound(error(router, OUTSIDE, left), 1))).toBe(
    "203.0.113.254 > 10.0.2.15 id 0: 10.0.2.15:5000 > 198.51.100.7:53",
  );
  const entered = nat.inbound(udp(SERVER, 53, OUTSIDE, 5001), 1)!;
  expect(about(nat.outbound(error(A, SERVER, entered), 1))).toBe(
    "192.0.2.1 > 198.51.100.7 id 0: 198.51.100.7:53 > 192.0.2.1:5001",
  );
  // About what was never sent, to somebody else than its sender, and it keeps nothing open.
  expect(nat.inbound(error(router, OUTSIDE, udp(OUTSIDE, 5001, STRANGER, 53)), 1)).toBeUndefined();
  expect(nat.inbound(error(router, OUTSIDE, udp(STRANGER, 5001, SERVER, 53)), 1)).toBeUndefined();
  expect(nat.outbound(error(A, STRANGER, entered), 1)).toBeUndefined();
  expect(nat.inbound(error(router, OUTSIDE, left), IDLE.udp + 1)).toBeUndefined();
});

test("what claims to come from the other side is dropped", () => {
  const inside = { address: ip("10.0.2.2"), prefix: 24 };
  const nat = new Nat({ outside: OUTSIDE, inside, toPrivate: true });
  expect(read(nat.outbound(udp(STRANGER, 5000, SERVER, 53), 0))).toBe("dropped");
  nat.outbound(udp(A, 5000, SERVER, 53), 0);
  for (const source of [B, OUTSIDE, ip("127.0.0.1"), ip("224.0.0.1")])
    expect(read(nat.inbound(udp(source, 53, OUTSIDE, 5000), 0))).toBe("dropped");
  expect(nat.drops.get("NAT: not from outside")).toBe(4);
});

test("noise from both sides never throws, and no private address leaves", () => {
  const nat = new Nat({ outside: OUTSIDE });
  const generator = xoroshiro128plus(5);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  let left = 0;
  for (let round = 0; round < 3000; round++) {
    const from = A + draw(3);
    const kinds = [
      udp(from, draw(65_536), SERVER, draw(65_536)),
      tcp(from, draw(65_536), SERVER, 80, draw(64)),
      echo(from, draw(3) ? SERVER : B, draw(65_536), draw(13)),
    ];
    const bytes = kinds[draw(3)]!.slice();
    if (draw(2)) bytes[draw(bytes.length)] = draw(256);
    const out = nat.outbound(bytes.subarray(0, draw(4) ? bytes.length : draw(bytes.length)), round / 10);
    nat.inbound(bytes, round / 10);
    if (!out) continue;
    left++;
    expect(get32(out, 12)).toBe(OUTSIDE);
    expect(isPrivate(get32(out, 16))).toBe(false);
    expect(read(out)).toContain(" > ");
  }
  expect(left).toBeGreaterThan(500);
});

test("private destinations are an option", () => {
  const packet = udp(A, 5000, ip("192.168.1.1"), 53);
  expect(read(new Nat({ outside: OUTSIDE }).outbound(packet, 0))).toBe("dropped");
  const nat = new Nat({ outside: OUTSIDE, toPrivate: true });
  expect(read(nat.outbound(packet, 0))).toBe("192.0.2.1:5000 > 192.168.1.1:53");
});

test("the table is walked once in a second, however many packets there are", () => {
  let walks = 0;
  const expire = () => void walks++;
  const nat = new Nat({ outside: OUTSIDE, policy: { ...TRANSLATING, expire } });
  for (let packet = 0; packet < 100; packet++)
    nat.outbound(udp(A, 5000 + packet, SERVER, 53), 5 + packet / 50);
  expect(walks).toBe(2);
});

test("mappings and peers are bounded; of too many peers the one sent to longest ago is forgotten", () => {
  const table = new TranslationTable({ mappings: 2, peers: 2 });
  const nat = new Nat({ outside: OUTSIDE, table });
  const [first, second, third] = [SERVER, SERVER + 1, SERVER + 2] as const;
  for (const peer of [first, second, first, third]) nat.outbound(udp(A, 5000, peer, 53), 0);
  const answered = [first, second, third].filter((peer) => nat.inbound(udp(peer, 53, OUTSIDE, 5000), 0));
  expect(answered).toEqual([first, third]);
  nat.outbound(udp(B, 5000, SERVER, 53), 0);
  expect(read(nat.outbound(udp(B, 5001, SERVER, 53), 0))).toBe("dropped");
  expect(nat.drops.get("NAT: no mapping is left")).toBe(1);
});

test("a policy that lies about its table sends nothing to anybody", () => {
  const policy = { ...TRANSLATING, outbound: () => 7000, inbound: () => ({ address: B, port: 22 }) };
  const nat = new Nat({ outside: OUTSIDE, policy });
  expect(read(nat.outbound(udp(A, 5000, SERVER, 53), 0))).toBe("dropped");
  expect(read(nat.inbound(udp(SERVER, 53, OUTSIDE, 5000), 0))).toBe("dropped");
});
