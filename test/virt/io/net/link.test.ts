import { expect, test } from "vitest";
import { Clock } from "../../../../src/machine/clock.ts";
import { type LinkOptions, link } from "../../../../src/virt/io/net/link.ts";

const HERTZ = 1e6;

/** What comes out at the right: "number@cycle". */
function rig(options: Omit<LinkOptions, "clock" | "hertz">) {
  const clock = new Clock();
  const { ends, counts } = link({ clock, hertz: HERTZ, ...options });
  const [left, right] = ends;
  const out: string[] = [];
  right.onFrame = (frame) => out.push(`${frame[0]}@${clock.now}`);
  const send = (number: number, size = 126) => left.transmit(new Uint8Array(size).fill(number));
  return { clock, left, right, out, send, counts };
}

test("a frame takes its bits and its way, and those behind it wait for its bits alone", () => {
  // 126 + 24 bytes are 1200 bits: 1200 cycles at 1 Mbit/s.
  const { clock, out, send } = rig({ latency: 0.005, bandwidth: 1e6 });
  send(1);
  send(2);
  clock.pass(20_000);
  send(3, 1);
  clock.pass(20_000);
  expect(out).toEqual(["1@6200", "2@7400", `3@${20_000 + (60 + 24) * 8 + 5000}`]);
});

test("both ways at once; without bandwidth and latency on the next look of the clock", () => {
  const { clock, left, right, out, send } = rig({});
  left.onFrame = (frame) => out.push(`back ${frame[0]}@${clock.now}`);
  send(1);
  right.transmit(Uint8Array.of(9));
  expect(out).toEqual([]);
  clock.pass(1);
  expect(out.sort()).toEqual(["1@0", "back 9@0"]);
});

test("what finds the queue full is dropped", () => {
  const { clock, out, send, counts } = rig({ bandwidth: 1e6, queue: 2 });
  for (let number = 0; number < 5; number++) send(number);
  clock.pass(100_000);
  expect(out.map((one) => one[0])).toEqual(["0", "1", "2"]);
  expect(counts).toEqual({ sent: 5, lost: 0, dropped: 2 });
});

test("a seed loses the same frames each time, another one others, and as many as said", () => {
  const lost = (seed: number) => {
    const { clock, out, send, counts } = rig({ loss: 0.25, seed, queue: 5000 });
    for (let number = 0; number < 2000; number++) send(number % 256);
    clock.pass(1);
    expect(out.length + counts.lost).toBe(2000);
    expect(counts.lost).toBeGreaterThan(430);
    expect(counts.lost).toBeLessThan(570);
    return out.join();
  };
  expect(lost(3)).toBe(lost(3));
  expect(lost(3)).not.toBe(lost(4));
});

test("settings that mean nothing are refused", () => {
  for (const wrong of [{ latency: -1 }, { bandwidth: 0 }, { loss: 2 }, { queue: 0 }, { latency: Number.NaN }])
    expect(() => rig(wrong)).toThrow("a link with latency");
});
