import { expect, test } from "vitest";
import { parseReport, sysbench } from "../../../src/compare/run/sysbench.ts";

const CPU = `
CPU speed:
    events per second:  1416.73

General statistics:
    total time:                          3.0062s
    total number of events:              4260

Latency (ms):
         min:                                    0.57
         avg:                                    0.70
         max:                                   25.94
         95th percentile:                        0.65
         sum:                                 2996.40

Threads fairness:
    events (avg/stddev):           4260.0000/1.50
    execution time (avg/stddev):   2.9964/0.00
`;

const FILES = `
File operations:
    reads/s:                      1200.55
    writes/s:                     800.37
    fsyncs/s:                     2561.10

Throughput:
    read, MiB/s:                  18.76
    written, MiB/s:               12.51

General statistics:
    total time:                          10.0291s
    total number of events:              45660
`;

test("a report of cpu", () => {
  expect(parseReport(CPU)).toEqual({
    eventsPerSecond: 1416.73,
    totalEvents: 4260,
    seconds: 3.0062,
    latency: { min: 0.57, avg: 0.7, max: 25.94, p95: 0.65 },
    threadFairness: { avg: 4260, stddev: 1.5 },
  });
});

test("a report of fileio has rates of reading and writing, and none of cpu", () => {
  expect(parseReport(FILES)).toEqual({
    readsPerSecond: 1200.55,
    writesPerSecond: 800.37,
    fsyncsPerSecond: 2561.1,
    readMiBs: 18.76,
    writeMiBs: 12.51,
    totalEvents: 45660,
    seconds: 10.0291,
  });
});

test("a report of memory", () => {
  const text = `${CPU.replace(/CPU speed:\n.*\n/, "")}\n10240.00 MiB transferred (5311.20 MiB/sec)\n`;
  expect(parseReport(text).memoryMiBs).toBe(5311.2);
  expect(parseReport(text).eventsPerSecond).toBeUndefined();
});

test("sysbench 0.4 prints other lines, and is refused", () => {
  const old = "Test execution summary:\n    total time:       10.0s\n    total number of events:    10000\n";
  expect(() => parseReport(old.replace("number of events", "events"))).toThrow("no report of sysbench 1.0");
});

test("prepare and run of files get the same set", () => {
  const words = sysbench(
    { kind: "fileio", mode: "rndrw", totalSize: 64, files: 4, blockSize: 4096, threads: 2, flags: "direct" },
    7,
  );
  expect(words.join(" ")).toBe(
    "sysbench fileio --file-test-mode=rndrw --file-total-size=64M --file-num=4 --file-block-size=4096 --file-extra-flags=direct --threads=2 --time=7 --events=0 --rand-seed=1",
  );
});
