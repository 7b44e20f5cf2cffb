/** Every packet kind of ours, through our own parsers and through tshark. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ip, mac } from "../../../../src/virt/io/net/address.ts";
import { buildArp, parseArp } from "../../../../src/virt/io/net/arp.ts";
import { Malformed } from "../../../../src/virt/io/net/bytes.ts";
import { adjust, checksum } from "../../../../src/virt/io/net/checksum.ts";
import { DhcpServer } from "../../../../src/virt/io/net/dhcp/server.ts";
import { buildFrame, ETHERTYPE, parseFrame } from "../../../../src/virt/io/net/frame.ts";
import { Gateway } from "../../../../src/virt/io/net/gateway.ts";
import { buildIcmp, ICMP, parseIcmp } from "../../../../src/virt/io/net/icmp.ts";
import { buildIpv4, PROTOCOL, parseIpv4 } from "../../../../src/virt/io/net/ipv4.ts";
import { Nat } from "../../../../src/virt/io/net/nat.ts";
import { readPcap, writePcap } from "../../../../src/virt/io/net/pcap.ts";
import { buildTcp, parseTcp, TCP } from "../../../../src/virt/io/net/tcp.ts";
import { buildUdp, parseUdp } from "../../../../src/virt/io/net/udp.ts";
import { HERTZ, network } from "./support.ts";

const A = { mac: mac("02:00:00:00:00:01"), ip: ip("10.0.2.15") };
const B = { mac: mac("02:00:00:00:00:02"), ip: ip("10.0.2.2") };
const ENDS = { source: A.ip, destination: B.ip };
const text = (letters: string) => new TextEncoder().encode(letters);

const frame = (type: number, payload: Uint8Array, vlan?: number) =>
  buildFrame({ destination: B.mac, source: A.mac, type, payload, vlan });
const packet = (protocol: number, payload: Uint8Array, vlan?: number) =>
  frame(ETHERTYPE.ipv4, buildIpv4({ ...ENDS, protocol, payload }), vlan);

const ARP = { sender: A.mac, senderIp: A.ip, target: 0, targetIp: B.ip } as const;
const UDP = { sourcePort: 5000, destinationPort: 7777, data: text("odd") };
const SEGMENT = {
  ...{ sourcePort: 5000, destinationPort: 7778, sequence: 4_000_000_000, acknowledgment: 7 },
  ...{ flags: TCP.ack | TCP.psh, window: 8192, options: new Uint8Array([2, 4, 5, 180]), data: text("hello") },
};
const ECHO = { type: ICMP.echo, code: 0, identifier: 77, sequence: 1, data: text("abcdefgh") };

const FRAMES: Record<string, Uint8Array> = {
  "arp request": frame(ETHERTYPE.arp, buildArp({ operation: "request", ...ARP })),
  "arp reply": frame(ETHERTYPE.arp, buildArp({ operation: "reply", ...ARP, target: B.mac })),
  udp: packet(PROTOCOL.udp, buildUdp(UDP, ENDS)),
  "udp in VLAN 7": packet(PROTOCOL.udp, buildUdp(UDP, ENDS), 7),
  tcp: packet(PROTOCOL.tcp, buildTcp(SEGMENT, ENDS)),
  echo: packet(PROTOCOL.icmp, buildIcmp(ECHO)),
  "echo reply": packet(PROTOCOL.icmp, buildIcmp({ ...ECHO, type: ICMP.echoReply })),
  unreachable: packet(
    PROTOCOL.icmp,
    buildIcmp({
      ...{ type: ICMP.unreachable, code: 3, identifier: 0, sequence: 0 },
      data: buildIpv4({
        ...{ source: B.ip, destination: A.ip, protocol: PROTOCOL.udp },
        payload: buildUdp(UDP, { source: B.ip, destination: A.ip }),
      }),
    }),
  ),
};

const right = <T>(value: T | Malformed): T => {
  if (value instanceof Malformed) throw new Error(value.reason);
  return value;
};

test("what was built is read back", () => {
  expect(right(parseArp(right(parseFrame(FRAMES["arp reply"]!)).payload))).toEqual({
    ...{ operation: "reply", ...ARP, target: B.mac },
  });
  const tagged = right(parseFrame(FRAMES["udp in VLAN 7"]!));
  expect([tagged.vlan, tagged.priority, tagged.type]).toEqual([7, 0, ETHERTYPE.ipv4]);
  expect(right(parseUdp(right(parseIpv4(tagged.payload)).payload, ENDS))).toEqual(UDP);
  const inside = (name: string) => right(parseIpv4(right(parseFrame(FRAMES[name]!)).payload)).payload;
  expect(right(parseTcp(inside("tcp"), ENDS))).toEqual(SEGMENT);
  expect(right(parseIcmp(inside("echo")))).toEqual(ECHO);
});

test("a flipped bit of a packet is found", () => {
  for (const name of ["udp", "tcp", "echo"]) {
    const good = FRAMES[name]!;
    const length = 14 + ((good[16]! << 8) | good[17]!);
    for (let bit = 14 * 8; bit < length * 8; bit++) {
      const bad = good.slice();
      bad[bit >> 3]! ^= 1 << (bit & 7);
      const outer = parseIpv4(right(parseFrame(bad)).payload);
      if (outer instanceof Malformed) continue;
      const ends = { source: outer.source, destination: outer.destination };
      const inner =
        name === "udp"
          ? parseUdp(outer.payload, ends)
          : name === "tcp"
            ? parseTcp(outer.payload, ends)
            : parseIcmp(outer.payload);
      expect(inner, `${name}, bit ${bit}`).toBeInstanceOf(Malformed);
    }
  }
});

test("no bytes make a parser throw", () => {
  const generator = xoroshiro128plus(7);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  const names = Object.keys(FRAMES);
  for (let round = 0; round < 20_000; round++) {
    const from = FRAMES[names[draw(names.length)]!]!;
    const bytes = from.slice(0, draw(2) ? from.length : draw(from.length + 1));
    for (let flips = draw(4); flips > 0 && bytes.length > 0; flips--) bytes[draw(bytes.length)] = draw(256);
    for (const parse of [
      parseFrame,
      parseArp,
      parseIcmp,
      (given: Uint8Array) => parseIpv4(given),
      (given: Uint8Array) => parseIpv4(given, true),
      (given: Uint8Array) => parseUdp(given, ENDS),
      (given: Uint8Array) => parseTcp(given, ENDS),
    ])
      for (const cut of [0, 14, 34, 42]) parse(bytes.subarray(Math.min(cut, bytes.length)));
  }
});

test("a checksum that is adjusted is the one that is computed anew (RFC 1624)", () => {
  // Section 4: a header's checksum 0xDD2F, a word that changes from 0x5555 to 0x3285.
  expect(adjust(0xdd2f, 0x5555, 0x3285)).toBe(0x0000);
  const generator = xoroshiro128plus(11);
  for (let round = 0; round < 5000; round++) {
    const bytes = Uint8Array.from({ length: 20 }, () => uniformInt(generator, 0, 255));
    const before = checksum(bytes);
    const old = (bytes[4]! << 8) | bytes[5]!;
    bytes[4] = uniformInt(generator, 0, 255);
    bytes[5] = uniformInt(generator, 0, 255);
    expect(adjust(before, old, (bytes[4]! << 8) | bytes[5]!)).toBe(checksum(bytes));
  }
});

const captured = Object.values(FRAMES).map((bytes, at) => ({ time: at * 1_000_000_007, frame: bytes }));

test("a capture is read back, also in the other byte order and in microseconds", () => {
  expect(readPcap(writePcap(captured))).toEqual(captured);
  const big = new DataView(new ArrayBuffer(24 + 16 + 2));
  big.setUint32(0, 0xa1b2c3d4);
  big.setUint32(20, 1);
  big.setUint32(24, 3);
  big.setUint32(28, 5);
  big.setUint32(32, 2);
  expect(readPcap(new Uint8Array(big.buffer))).toEqual([{ time: 3e9 + 5000, frame: new Uint8Array(2) }]);
  expect(() => readPcap(writePcap(captured).subarray(0, 50))).toThrow("cut at byte 24");
});

const TSHARK = spawnSync("tshark", ["--version"]).status === 0;

const checks = ["ip", "udp", "tcp"].flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]);
const FAULTS =
  "_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0 || tcp.checksum.status == 0 || icmp.checksum.status == 0";
const tshark = (file: string, ...rest: string[]) =>
  execFileSync("tshark", ["-r", file, ...checks, ...rest], {
    ...{ encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  });

describe.skipIf(!TSHARK)(`tshark${TSHARK ? "" : " (skipped: it is not installed)"}`, () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ringlab-pcap-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("finds no fault in any kind of packet", () => {
    const file = join(folder, "all.pcap");
    writeFileSync(file, writePcap(captured));
    expect(tshark(file, "-Y", FAULTS)).toBe("");
    const kinds = tshark(file, "-T", "fields", "-e", "frame.protocols").trim().split("\n");
    expect(kinds.map((kind) => kind.replace("ethertype:", ""))).toEqual([
      ...["eth:arp", "eth:arp", "eth:ip:udp:data", "eth:vlan:ethertype:ip:udp:data"],
      ...["eth:ip:tcp:data", "eth:ip:icmp:data", "eth:ip:icmp:data", "eth:ip:icmp:ip:udp:data"],
    ]);
  });

  test("finds none in what an experiment writes by --pcap", () => {
    const file = join(folder, "lan.pcap");
    const ringlab = fileURLToPath(new URL("../../../../bin/ringlab.js", import.meta.url));
    const args = ["experiment", "bridge-nat", "--set", "guests=1", "--pcap", file, "--csv"];
    execFileSync(process.execPath, [ringlab, ...args], { stdio: "ignore" });
    expect(tshark(file, "-Y", FAULTS)).toBe("");
    for (const kind of ["arp", "udp", "tcp.flags.syn == 1 && tcp.flags.ack == 1", "icmp.type == 0"])
      expect(tshark(file, "-Y", kind), kind).not.toBe("");
    expect(tshark(file, "-Y", "ip.addr == 10.0.0.0/8")).toBe("");
  });

  test("finds none in what a guest sends by its own driver", () => {
    const file = join(folder, "guest.pcap");
    const ringlab = fileURLToPath(new URL("../../../../bin/ringlab.js", import.meta.url));
    const point = ["path=virtio", "depth=1", "batch=1"].flatMap((one) => ["--set", one]);
    const args = ["experiment", "net-paths", ...point, "--pcap", file, "--csv"];
    execFileSync(process.execPath, [ringlab, ...args], { stdio: "ignore" });
    expect(tshark(file, "-Y", FAULTS)).toBe("");
    expect(tshark(file, "-T", "fields", "-e", "frame.number").trim().split("\n").length).toBeGreaterThan(100);
  });

  test("reads a lease and an error through a NAT as what they are", () => {
    const { clock, alarms, segment, plug, mac, host, pass } = network({ latency: 0.001 });
    const [inside, outside] = [segment(), segment()];
    const frames: { time: number; frame: Uint8Array }[] = [];
    for (const bridge of [inside, outside])
      bridge.mirror((frame) => frames.push({ time: (clock.now / HERTZ) * 1e9, frame }));
    const [own, seen] = [ip("10.0.2.2"), ip("203.0.113.1")];
    const dhcp = new DhcpServer({ address: own, prefix: 24, first: own + 1, last: own + 9 });
    new Gateway({
      ...{ nat: new Nat({ outside: seen, inside: { address: own, prefix: 24 } }), dhcp, alarms: alarms() },
      inside: { port: plug(inside), mac: mac(), address: own, prefix: 24 },
      outside: { port: plug(outside), mac: mac(), address: seen, prefix: 24 },
    });
    host(outside, "203.0.113.7");
    const guest = host(inside);
    guest.configure();
    pass(1);
    guest.sendTo(ip("203.0.113.7"), 9, 40_000, new Uint8Array(30));
    pass(1);
    guest.ping(ip("203.0.113.7"), () => {}, { ttl: 1 });
    pass(1);
    const file = join(folder, "gateway.pcap");
    writeFileSync(file, writePcap(frames));
    expect(tshark(file, "-Y", FAULTS)).toBe("");
    const fields = (filter: string, ...names: string[]) =>
      tshark(file, "-Y", filter, "-T", "fields", ...names.flatMap((name) => ["-e", name]))
        .trim()
        .split("\n");
    expect(fields("dhcp", "dhcp.option.dhcp", "dhcp.option.dhcp_server_id", "dhcp.ip.your")).toEqual([
      ...["1\t\t0.0.0.0", "2\t10.0.2.2\t10.0.2.3", "3\t10.0.2.2\t0.0.0.0", "5\t10.0.2.2\t10.0.2.3"],
    ]);
    // The embedded header's addresses come second.
    expect(fields("icmp.type == 3", "ip.src", "ip.dst")).toEqual([
      "203.0.113.7,203.0.113.1\t203.0.113.1,203.0.113.7",
      "203.0.113.7,10.0.2.3\t10.0.2.3,203.0.113.7",
    ]);
    expect(fields("icmp.type == 11", "ip.src")).toEqual(["10.0.2.2,10.0.2.3"]);
  });
});
