/** What it costs to give a device a buffer and to take it back, over how that is made sure. */
import { HASWELL } from "../machine/profiles/haswell.ts";
import { DmaStream, type FlushPolicy } from "../systems/io/index.ts";
import { defineExperiment } from "./experiment.ts";

const NEVER = "never unmapped";
const STRICT = "one by one";
const BATCH = "by number";
const TIME = "by time";

export const dmaFlush = defineExperiment({
  name: "dma-flush",
  title: "What a device must forget",
  question:
    "What does a packet cost by how an IOMMU is made to forget its buffer, and what does the device still reach?",
  parameters: {
    policy: {
      default: [STRICT, BATCH, TIME, NEVER],
      oneOf: [STRICT, BATCH, TIME, NEVER],
      unit: "",
      doc: "when translations are flushed",
      label: "flushed",
    },
    buffers: {
      default: [8, 32, 128, 512],
      min: 1,
      max: 4096,
      integer: true,
      unit: "buffers",
      doc: "of a page, in the device's ring",
      label: "buffers in the ring",
    },
    iotlb: {
      default: [64],
      oneOf: [4, 8, 16, 32, 64, 128, 256, 512, 1024],
      unit: "entries",
      doc: "of the IOTLB, in 4 ways",
    },
    batch: { default: 250, min: 1, max: 10_000, integer: true, unit: "unmaps", doc: "to a flush, by number" },
    delay: { default: 10, min: 0.01, max: 1000, unit: "ms", doc: "from an unmap to its flush, by time" },
    gap: {
      default: 3500,
      min: 0,
      max: 1e9,
      integer: true,
      unit: "cycles",
      doc: "from packet to packet, without these costs",
    },
    bytes: { default: 1500, min: 1, max: 4096, integer: true, unit: "bytes", doc: "of a packet" },
    packets: {
      default: 10_000,
      min: 100,
      max: 1e6,
      integer: true,
      unit: "packets",
      doc: "that are measured",
    },
  },
  columns: {
    processor: { label: "processor, for tables and flushes", unit: "cycles per packet" },
    device: { label: "device, waiting for walks", unit: "cycles per packet" },
    cycles: { label: "both", unit: "cycles per packet" },
    hits: { label: "translations found in the IOTLB", unit: "%" },
    late: { label: "buffers still reached when taken back", unit: "%" },
  },
  run({ policy, buffers, iotlb, batch, delay, gap, bytes, packets }) {
    const time = Math.round((delay / 1000) * HASWELL.hertz);
    const policies: Readonly<Record<string, FlushPolicy>> = {
      [STRICT]: { kind: "strict" },
      [BATCH]: { kind: "deferred", count: batch, cycles: Number.POSITIVE_INFINITY },
      [TIME]: { kind: "deferred", count: Number.POSITIVE_INFINITY, cycles: time },
    };
    const make = () =>
      new DmaStream({
        ...{ policy: policies[policy], buffers, bytes, iotlb, gap },
        profile: HASWELL,
      });
    const stream = make();
    // Once to fill what is empty.
    stream.run(packets);
    const cost = stream.run(packets);
    const processor = cost.processor / packets;
    const device = cost.device / packets;
    return [
      {
        ...{ processor, device, cycles: processor + device },
        hits: (100 * cost.hits) / cost.translations,
        late: (100 * make().run(packets, true).late) / packets,
      },
    ];
  },
});
