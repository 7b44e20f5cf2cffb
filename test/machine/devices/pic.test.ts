/** 8259A datasheet, clause by clause; golden/ compares whole dialogues with QEMU. */
import { beforeEach, describe, expect, test } from "vitest";
import { Pic } from "../../../src/machine/devices/pic.ts";
import { copyState } from "./rig.ts";

let pic: Pic;

/** A kernel's driver: vectors 20h … 2Fh, all open. */
function initialize(icw4 = 1): void {
  const words: [number, number[]][] = [
    [0x20, [0x20, 4, icw4]],
    [0xa0, [0x28, 2, icw4]],
  ];
  for (const [port, rest] of words) {
    pic.out(port, 0x11);
    for (const word of rest) pic.out(port + 1, word);
    pic.out(port + 1, 0);
  }
}

const isr = (port: number) => {
  pic.out(port, 0x0b);
  return pic.in(port);
};
const irr = (port: number) => {
  pic.out(port, 0x0a);
  return pic.in(port);
};
const eoi = (port: number) => pic.out(port, 0x20);
const pulse = (irq: number) => {
  pic.setIrq(irq, true);
  pic.setIrq(irq, false);
};

beforeEach(() => {
  pic = new Pic(() => {});
  initialize();
});

test("delivers the vector of the highest priority and puts it in service", () => {
  pulse(5);
  pulse(3);
  expect(pic.pending()).toBe(true);
  expect(pic.acknowledge()).toBe(0x23);
  expect(isr(0x20)).toBe(1 << 3);
  expect(irr(0x20)).toBe(1 << 5);
});

test("fully nested: only a higher priority interrupts a service, until its EOI", () => {
  pulse(4);
  pic.acknowledge();
  pulse(6);
  expect(pic.pending()).toBe(false);
  pulse(1);
  expect(pic.acknowledge()).toBe(0x21);
  eoi(0x20);
  expect(isr(0x20)).toBe(1 << 4);
  eoi(0x20);
  expect(pic.acknowledge()).toBe(0x26);
});

test("the slave's interrupts come through input 2", () => {
  pulse(12);
  expect(irr(0xa0)).toBe(1 << 4);
  expect(irr(0x20)).toBe(1 << 2);
  expect(pic.acknowledge()).toBe(0x2c);
  expect([isr(0x20), isr(0xa0)]).toEqual([1 << 2, 1 << 4]);
});

test("without special fully nested mode the slave's own priorities wait for the master's EOI; with it they do not", () => {
  pulse(12);
  pic.acknowledge();
  pulse(8);
  expect(pic.pending()).toBe(false);
  eoi(0x20);
  expect(pic.acknowledge()).toBe(0x28);

  pic = new Pic(() => {});
  initialize(0x11);
  pulse(12);
  pic.acknowledge();
  pulse(8);
  expect(pic.acknowledge()).toBe(0x28);
});

test("a masked input waits", () => {
  pic.out(0x21, 0x02);
  pulse(1);
  expect(pic.pending()).toBe(false);
  pic.out(0x21, 0);
  expect(pic.acknowledge()).toBe(0x21);
});

test("a request that went away is the spurious 7, not in service", () => {
  pic.setIrq(3, true);
  pic.out(0x21, 0xff);
  expect(pic.acknowledge()).toBe(0x27);
  expect(isr(0x20)).toBe(0);
});

test("of the slave it is 15, and the master's input 2 is in service", () => {
  pic.setIrq(9, true);
  pic.out(0xa1, 0xff);
  expect(pic.acknowledge()).toBe(0x2f);
  expect([isr(0x20), isr(0xa0)]).toEqual([1 << 2, 0]);
});

describe("triggering", () => {
  test("an edge counts once however long the line stays high", () => {
    pic.setIrq(5, true);
    pic.acknowledge();
    eoi(0x20);
    expect(pic.pending()).toBe(false);
    pic.setIrq(5, true);
    expect(pic.pending()).toBe(false);
  });

  test("a level counts as long as the line is high", () => {
    pic.out(0x4d0, 0xff);
    expect(pic.in(0x4d0)).toBe(0xf8);
    pic.setIrq(5, true);
    pic.acknowledge();
    eoi(0x20);
    expect(pic.pending()).toBe(true);
    pic.setIrq(5, false);
    expect(pic.pending()).toBe(false);
  });
});

describe("end of interrupt and rotation", () => {
  test("a specific EOI ends its level only", () => {
    pulse(4);
    pic.acknowledge();
    pulse(2 + 8);
    pulse(1);
    pic.acknowledge();
    pic.out(0x20, 0x64);
    expect(isr(0x20)).toBe(1 << 1);
  });

  test("rotation gives the level served the lowest priority", () => {
    pulse(0);
    pic.acknowledge();
    pic.out(0x20, 0xa0);
    pulse(0);
    pulse(7);
    expect(pic.acknowledge()).toBe(0x27);
  });

  test("set priority: the level named is the lowest", () => {
    pic.out(0x20, 0xc3);
    pulse(0);
    pulse(4);
    expect(pic.acknowledge()).toBe(0x24);
  });

  test("automatic EOI leaves nothing in service, rotating when told", () => {
    initialize(0x03);
    pic.out(0x20, 0x80);
    pulse(0);
    pic.acknowledge();
    expect(isr(0x20)).toBe(0);
    pulse(0);
    pulse(1);
    expect(pic.acknowledge()).toBe(0x21);
  });
});

test("special mask mode lets lower priorities in while a masked one is in service", () => {
  pulse(1);
  pic.acknowledge();
  pulse(6);
  pic.out(0x21, 0x02);
  expect(pic.pending()).toBe(false);
  pic.out(0x20, 0x68);
  expect(pic.acknowledge()).toBe(0x26);
});

test("poll mode: the next read acknowledges and tells the input", () => {
  pulse(6);
  pic.out(0x20, 0x0c);
  expect(pic.in(0x20)).toBe(0x86);
  expect(isr(0x20)).toBe(1 << 6);
  pic.out(0x20, 0x0c);
  expect(pic.in(0x20)).toBe(0);
});

test("tells the processor of every request that is to be served", () => {
  let told = 0;
  pic = new Pic(() => {
    told++;
  });
  initialize();
  told = 0;
  pulse(4);
  expect(told).toBeGreaterThan(0);
});

test("goes on from a snapshot", () => {
  pulse(3);
  pic.acknowledge();
  pulse(12);
  pic.out(0x21, 0x80);
  const copy = new Pic(() => {});
  copyState(pic, copy);
  pic = copy;
  expect(pic.pending()).toBe(true);
  expect(pic.in(0x21)).toBe(0x80);
  expect(pic.acknowledge()).toBe(0x2c);
  expect(isr(0x20)).toBe((1 << 2) | (1 << 3));
});
