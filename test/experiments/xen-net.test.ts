/** What limits a stream: the cable, the processor, or how many frames share a change of domain. */
import { expect, test } from "vitest";
import { run } from "../../src/experiments/index.ts";
import { xenNet } from "../../src/experiments/xen-net.ts";

interface Row {
  readonly path: string;
  readonly direction: string;
  readonly batch: number;
  readonly rate: number;
  readonly processor: number;
  readonly work: number;
  readonly switches: number;
}
const rows = (settings: Parameters<typeof run>[1]) => run(xenNet, settings) as unknown as readonly Row[];

test("no path handles more than the one with less in its way", () => {
  for (const direction of ["transmit", "receive"]) {
    const [native, hypervisor, domain] = rows({ direction, batch: 8 }).map(({ processor }) => processor) as [
      number,
      number,
      number,
    ];
    expect(hypervisor).toBeLessThan(native);
    expect(domain).toBeLessThan(hypervisor);
  }
});

test("where the cable is the limit nobody sees the processor's work", () => {
  const [native, hypervisor, domain] = rows({ direction: "transmit", batch: 8 }) as [Row, Row, Row];
  expect(native.rate).toBe(hypervisor.rate);
  expect(native.rate).toBeLessThan(hypervisor.processor);
  expect(domain.rate).toBe(domain.processor);
  const [slow] = rows({ path: "native", direction: "transmit", batch: 8, link: 95.3 });
  expect(slow?.rate).toBeCloseTo(native.rate / 10, 6);
});

test("each of more frames at once gets a smaller share of the changes of domain, and offloads cross once for many", () => {
  const more = rows({ path: "driver domain", direction: "receive", receive: "copy" });
  for (const [n, { work, switches }] of more.entries()) {
    if (n === 0) continue;
    const { work: before, switches: switchesBefore } = more[n - 1] as Row;
    expect(work).toBeLessThan(before);
    expect(switches).toBeLessThan(switchesBefore);
  }
  const at = { path: "driver domain", direction: "transmit", batch: 8, cards: 4, offload: ["none", "all"] };
  const [none, all] = rows(at) as [Row, Row];
  expect(all.rate).toBeGreaterThan(2 * none.rate);
});
