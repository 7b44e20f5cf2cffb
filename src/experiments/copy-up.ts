/** What the first change of an image's file costs a container: the whole file, however small the change. */
import { CHANGES, type Change, copyUp } from "../systems/os/index.ts";
import { defineExperiment } from "./experiment.ts";

export const copyUpExperiment = defineExperiment({
  name: "copy-up",
  title: "One byte of a large file",
  question: "What does a container copy, and keep in memory, when it changes a file of its image?",
  parameters: {
    kib: {
      default: [4, 16, 64, 256, 1024, 4096],
      min: 4,
      max: 65_536,
      integer: true,
      unit: "KiB",
      doc: "length of the file in the lower layer, which nobody has read yet",
    },
    change: {
      default: CHANGES,
      oneOf: CHANGES,
      unit: "",
      doc: "what the container does with it",
    },
  },
  columns: {
    copied: { label: "data in the upper layer", unit: "KiB" },
    cached: { label: "pages in memory afterwards", unit: "KiB" },
  },
  run({ kib, change }) {
    const { copied, pages } = copyUp(kib * 1024, change as Change);
    return [{ copied: copied / 1024, cached: pages * 4 }];
  },
});
