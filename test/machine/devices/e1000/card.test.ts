/** The 82540EM, driven as its driver would: by registers, descriptors in memory and interrupts. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, test } from "vitest";
import type { Gpa } from "../../../../src/machine/address.ts";
import { E1000 } from "../../../../src/machine/devices/e1000/card.ts";
import * as R from "../../../../src/machine/devices/e1000/registers.ts";
import { cable } from "../../../../src/machine/devices/network.ts";
import { Machine } from "../../../../src/machine/machine.ts";
import { pass } from "../rig.ts";

const MAC = [0x52, 0x54, 0, 0x12, 0x34, 0x56];
const BASE = 0xe000_0000;
const TX = 0x10000;
const RX = 0x11000;
const BUFFERS = 0x20000;
const RING_BYTES = 128;

function rig() {
  const [near, far] = cable();
  const sent: Uint8Array[] = [];
  far.onFrame = (frame) => sent.push(frame);
  let card: E1000 | undefined;
  const plug = (slot: ConstructorParameters<typeof E1000>[0]) => {
    card = new E1000(slot, { port: near, mac: MAC });
    return card;
  };
  const machine = new Machine({ memory: 1 << 20, firmware: false, cards: [plug] });
  const { bus, clock } = machine;
  const nic = card as unknown as E1000;
  nic.writeConfig(0x10, BASE, 4);
  nic.writeConfig(0x14, 0xc000, 4);
  nic.writeConfig(0x04, 7, 2);
  const set = (register: number, value: number) => bus.write((BASE + register) as Gpa, value >>> 0, 4);
  const get = (register: number) => bus.read((BASE + register) as Gpa, 4);
  const wait = () => pass(clock, machine.profile.hertz / 1000);
  /** A descriptor of four dwords. */
  const put = (at: number, dwords: number[]) => {
    for (const [i, dword] of dwords.entries()) bus.write((at + 4 * i) as Gpa, dword >>> 0, 4);
  };
  const dword = (at: number) => bus.read(at as Gpa, 4);
  return { machine, bus, nic, far, sent, set, get, wait, put, dword };
}

type Rig = ReturnType<typeof rig>;

function open({ set, put }: Rig): void {
  for (const [base, ring] of [
    [R.TDBAL, TX],
    [R.RDBAL, RX],
  ] as const) {
    set(base, ring);
    set(base + R.LENGTH, RING_BYTES);
  }
  for (let i = 0; i < 8; i++) put(RX + 16 * i, [BUFFERS + 2048 * i, 0, 0, 0]);
  set(R.RDBAL + R.TAIL, 7);
  set(R.RCTL, 0x0400_8002); // on, broadcast, without FCS
  set(R.TCTL, 2);
}

const frame = (length: number, to = MAC) => Uint8Array.from({ length }, (_, i) => to[i] ?? i & 0xff);

describe("what a driver finds", () => {
  test("its address in the EEPROM by both ways, whose words sum up to BABAh, and in the first filter", () => {
    const { set, get } = rig();
    const words = Array.from({ length: 64 }, (_, word) => {
      set(R.EERD, (word << 8) | 1);
      expect(get(R.EERD) & 0x10).toBe(0x10);
      return get(R.EERD) >>> 16;
    });
    expect(words.slice(0, 3)).toEqual([0x5452, 0x1200, 0x5634]);
    expect(words.reduce((a, b) => a + b, 0) & 0xffff).toBe(0xbaba);
    // Bit by bit: start, "read", word 2.
    const clock = (bit: number) => {
      set(R.EECD, 2 | (bit << 2));
      set(R.EECD, 3 | (bit << 2));
      const out = (get(R.EECD) >>> 3) & 1;
      set(R.EECD, 2 | (bit << 2));
      return out;
    };
    set(R.EECD, 2);
    for (const bit of [1, 1, 0, 0, 0, 0, 0, 1]) clock(bit);
    expect(clock(0)).toBe(0);
    const bits = Array.from({ length: 32 }, () => clock(0));
    expect(Number.parseInt(bits.slice(0, 16).join(""), 2)).toBe(words[2]);
    expect(Number.parseInt(bits.slice(16).join(""), 2)).toBe(words[3]);
    expect([get(R.RAL0), get(R.RAL0 + 4)]).toEqual([0x12005452, 0x80005634]);
  });

  test("a PHY at address 1 alone, with its link up until the cable is out", () => {
    const { nic, set, get } = rig();
    const phy = (address: number, register: number) => {
      set(R.MDIC, 0x0800_0000 | (address << 21) | (register << 16));
      return get(R.MDIC) & 0x5000_ffff;
    };
    expect([phy(1, 2), phy(1, 3)]).toEqual([0x1000_0141, 0x1000_0c20]);
    expect(phy(2, 2)).toBe(0x5000_ffff);
    expect([phy(1, 1) & 4, get(R.STATUS)]).toEqual([4, 0x83]);
    nic.setLink(false);
    expect([phy(1, 1) & 4, get(R.STATUS), get(R.ICR)]).toEqual([0, 0x81, R.CAUSE.LSC]);
  });

  test("the registers behind ports as well", () => {
    const { bus, get } = rig();
    bus.out(0xc000, R.RAL0, 4);
    expect(bus.in(0xc004, 4)).toBe(get(R.RAL0));
    bus.out(0xc000, R.CTRL, 4);
    bus.out(0xc004, R.RESET, 4);
    expect(get(R.CTRL)).toBe(0x241);
  });
});

describe("transmission", () => {
  test("joins the descriptors of a frame, pads it, and reports after the time on the wire", () => {
    const it = rig();
    open(it);
    it.bus.dmaWrite(BUFFERS as Gpa, frame(30));
    it.put(TX, [BUFFERS, 0, 10, 0]);
    it.put(TX + 16, [BUFFERS + 10, 0, 0x0900_0014, 0]);
    it.set(R.IMS, R.CAUSE.TXDW);
    it.set(R.TDBAL + R.TAIL, 2);
    expect(it.sent).toEqual([]);
    it.wait();
    expect(it.sent.map((bytes) => [...bytes])).toEqual([[...frame(30), ...new Array(30).fill(0)]]);
    expect([it.dword(TX + 12) & 1, it.dword(TX + 28) & 1, it.get(R.TDBAL + R.HEAD)]).toEqual([0, 1, 2]);
    expect(it.machine.board.pci.wire(2)).toBe(true);
    expect(it.get(R.ICR)).toBe(R.CAUSE.TXDW | R.CAUSE.TXQE);
    expect(it.machine.board.pci.wire(2)).toBe(false);
    expect([it.get(0x4080), it.get(0x4080)]).toEqual([1, 0]);
  });

  test("takes the link's time: 84 bytes at a gigabit a second for the shortest frame", () => {
    const it = rig();
    open(it);
    const { clock, profile } = it.machine;
    const times: number[] = [];
    it.far.onFrame = () => times.push(clock.now);
    for (let i = 0; i < 3; i++) it.put(TX + 16 * i, [BUFFERS, 0, 0x0900_003c, 0]);
    it.set(R.TDBAL + R.TAIL, 3);
    it.wait();
    const wire = Math.ceil(84 * 8 * (profile.hertz / 1e9));
    expect(times).toHaveLength(3);
    expect(times.slice(1).map((time, i) => time - (times[i] as number))).toEqual([wire, wire]);
  });

  test("puts the checksums where the context says", () => {
    const it = rig();
    open(it);
    const packet = frame(60);
    packet.fill(0, 24, 26);
    it.bus.dmaWrite(BUFFERS as Gpa, packet);
    it.put(TX, [0x0021_180e, 0, 0x2000_0000, 0]);
    it.put(TX + 16, [BUFFERS, 0, 0x2910_003c, 0x100]);
    it.set(R.TDBAL + R.TAIL, 2);
    it.wait();
    const header = (it.sent[0] as Uint8Array).subarray(14, 34);
    let sum = 0;
    for (let i = 0; i < 20; i += 2) sum += ((header[i] as number) << 8) | (header[i + 1] as number);
    expect((sum & 0xffff) + (sum >> 16)).toBe(0xffff);
  });
});

describe("reception", () => {
  test("of frames for the own address and all, nobody else's", () => {
    const it = rig();
    open(it);
    it.set(R.IMS, R.CAUSE.RXT0);
    it.far.transmit(frame(100));
    it.far.transmit(frame(100, [2, 3, 4, 5, 6, 7]));
    it.far.transmit(frame(20, [255, 255, 255, 255, 255, 255]));
    expect(it.get(R.RDBAL + R.HEAD)).toBe(2);
    expect([it.dword(RX + 8), it.dword(RX + 12) & 3]).toEqual([100, 3]);
    expect([it.dword(RX + 24), it.dword(RX + 28) & 3]).toEqual([60, 3]);
    expect([...it.bus.dmaRead(BUFFERS as Gpa, 100)]).toEqual([...frame(100)]);
    expect([it.get(R.ICR), it.get(0x4074), it.get(0x4078)]).toEqual([R.CAUSE.RXT0, 2, 1]);
  });

  test("waits in the packet buffer for descriptors, and loses what has no room there", () => {
    const it = rig();
    open(it);
    for (let i = 0; i < 60; i++) it.far.transmit(frame(1514));
    expect([it.get(R.RDBAL + R.HEAD), it.get(0x4010)]).toEqual([7, 60 - 7 - Math.floor(49152 / 1514)]);
    expect(it.get(R.ICR) & R.CAUSE.RXO).toBe(R.CAUSE.RXO);
    it.set(R.RDBAL + R.TAIL, 3);
    expect(it.get(R.RDBAL + R.HEAD)).toBe(3);
  });

  test("ends a frame with its FCS where it is not stripped", () => {
    const it = rig();
    open(it);
    it.set(R.RCTL, 2);
    // RFC 3720's way of checking CRC-32: "123456789" gives CBF43926h.
    it.far.transmit(frame(60));
    expect(it.dword(RX + 8) & 0xffff).toBe(64);
    const bytes = it.bus.dmaRead(BUFFERS as Gpa, 64);
    let crc = -1;
    for (const byte of bytes)
      for (let bit = 0; bit < 8; bit++) crc = ((crc ^ (byte >> bit)) & 1 ? 0xedb88320 : 0) ^ (crc >>> 1);
    // The residue of a whole frame (IEEE 802.3, 3.2.9).
    expect(crc >>> 0).toBe(0xdebb20e3);
  });
});

describe("interrupts", () => {
  test("rise no more often than ITR lets them", () => {
    const it = rig();
    open(it);
    it.set(R.ITR, 1000); // 256 µs
    it.set(R.IMS, R.CAUSE.RXT0);
    it.far.transmit(frame(60));
    expect([it.machine.board.pci.wire(2), it.get(R.ICR)]).toEqual([true, R.CAUSE.RXT0]);
    it.far.transmit(frame(60));
    expect(it.machine.board.pci.wire(2)).toBe(false);
    pass(it.machine.clock, Math.ceil(it.machine.profile.hertz * 257e-6));
    expect(it.machine.board.pci.wire(2)).toBe(true);
  });
});

describe("a hostile driver", () => {
  test("whose ring is outside of memory stops the card, which says so until it is reset", () => {
    const it = rig();
    open(it);
    it.set(R.TDBAL + R.BASE_HIGH, 0xffff_ffff);
    it.set(R.TDBAL + R.TAIL, 2);
    it.wait();
    expect(it.nic.refusal).toMatchObject({ length: 16, direction: "read" });
    expect(it.nic.config[0x07]).toBe(0x20);
    it.far.transmit(frame(60));
    expect(it.get(R.RDBAL + R.HEAD)).toBe(0);
    it.nic.writeConfig(0x06, 0x2000, 2);
    expect(it.nic.config[0x07]).toBe(0);
    it.set(R.CTRL, R.RESET);
    expect(it.nic.refusal).toBeUndefined();
  });

  test("whose head or tail is beyond the ring moves nothing", () => {
    const it = rig();
    open(it);
    it.set(R.TDBAL + R.TAIL, 0xffff);
    it.set(R.RDBAL + R.HEAD, 8);
    it.far.transmit(frame(60));
    it.wait();
    expect([it.get(R.TDBAL + R.HEAD), it.get(R.RDBAL + R.HEAD), it.sent.length]).toEqual([0, 8, 0]);
  });

  test.each([1, 2, 3])("that writes anything never hangs it nor makes it throw, seed %i", (seed) => {
    const it = rig();
    const generator = xoroshiro128plus(seed);
    const random = (most: number) => uniformInt(generator, 0, most - 1);
    const registers = [
      ...[R.CTRL, R.EECD, R.EERD, R.MDIC, R.ITR, R.ICS, R.IMS, R.IMC, R.RCTL, R.TCTL, R.PBA, R.RDTR, R.TIDV],
      ...[R.RDBAL, R.TDBAL].flatMap((base) => [0, R.LENGTH, R.HEAD, R.TAIL].map((at) => base + at)),
    ];
    for (let at = 0; at < 1 << 20; at += 4)
      it.bus.write(at as Gpa, random(4) ? random(1 << 20) : random(2 ** 32), 4);
    for (let round = 0; round < 3000; round++) {
      const register = registers[random(registers.length)] as number;
      it.set(register, random(3) ? random(1 << 16) : random(2 ** 32) & ~R.RESET);
      if (random(4) === 0) it.far.transmit(frame(14 + random(1600)));
      if (random(4) === 0) pass(it.machine.clock, random(100_000));
      if (random(50) === 0) it.set(R.CTRL, R.RESET);
      expect(it.get(registers[random(registers.length)] as number)).toBeGreaterThanOrEqual(0);
    }
  });
});

test("a snapshot goes on with the frame on the wire and those that wait", () => {
  const it = rig();
  open(it);
  it.bus.dmaWrite(BUFFERS as Gpa, frame(64));
  it.put(TX, [BUFFERS, 0, 0x0900_0040, 0]);
  it.set(R.TDBAL + R.TAIL, 1);
  for (let i = 0; i < 9; i++) it.far.transmit(frame(80 + i));
  pass(it.machine.clock, Math.ceil(it.machine.profile.hertz * 6e-7));
  const other = rig();
  other.machine.load(it.machine.save());
  for (const one of [it, other]) {
    one.wait();
    one.set(R.RDBAL + R.TAIL, 6);
    expect(one.sent).toHaveLength(1);
    expect([one.get(R.RDBAL + R.HEAD), one.get(R.ICR)]).toEqual([1, 0x93]);
  }
});
