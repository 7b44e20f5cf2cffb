/** What it costs to give a device a buffer and to take it back, over how that is made sure. */
import { HASWELL } from "../machine/profiles/haswell.ts";
import { DmaStream, PROTECTION_NAMES, type Protection } from "../systems/io/index.ts";
import { defineExperiment } from "./experiment.ts";

export const dmaFlush = defineExperiment({
  name: "dma-flush",
  title: "What a device must forget",
  question:
    "What does a packet cost by how an IOMMU is made to forget its buffer, and what does the device still reach?",
  parameters: {
    policy: {
      default: PROTECTION_NAMES.filter((name) => name !== "none"),
      oneOf: PROTECTION_NAMES,
      unit: "",
      doc: "the protection: nothing is there; addresses pass; mapped once; unmapped and flushed at once; flushed for many at once",
      label: "protection",
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
    batch: {
      default: 250,
      min: 1,
      max: 10_000,
      integer: true,
      unit: "unmaps",
      doc: "to a flush, if deferred",
    },
    delay: {
      default: 10,
      min: 0.01,
      max: 1000,
      unit: "ms",
      doc: "from an unmap to its flush at most, if deferred",
    },
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
    const protection: Protection =
      policy === "deferred" ? { kind: policy, count: batch, cycles: time } : { kind: policy };
    const make = () =>
      new DmaStream({
        ...{ policy: protection, buffers, bytes, iotlb, gap },
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
        hits: cost.translations === 0 ? 0 : (100 * cost.hits) / cost.translations,
        late: (100 * make().run(packets, true).late) / packets,
      },
    ];
  },
});
