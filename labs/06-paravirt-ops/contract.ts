/** What the student of lab 06 hands in (component.ts), declared once. */
import { z } from "zod";
import { defineLab, type Lab } from "../../src/course/index.ts";
import type { ParavirtOps } from "./component.ts";

/** Bytes of a call site. */
export const SITE = 6;

const frame = { name: "frame", type: "number", schema: z.number().int() } as const;
const use = { name: "use", type: "Use", schema: z.enum(["table", "writable", "read"]) } as const;
const table = { name: "table", type: "number", schema: z.number().int() } as const;
const index = { name: "index", type: "number", schema: z.number().int() } as const;
const entry = { name: "entry", type: "number", schema: z.number().int() } as const;

export const LAB: Lab<ParavirtOps> = defineLab<ParavirtOps>({
  id: "06-paravirt-ops",
  title: "What if the kernel knew?",
  component: {
    update: {
      doc: "Checks one page-table update of a guest's, does it or refuses it.",
      parameters: [
        {
          name: "update",
          type: "Update",
          doc: "the `level` and frame of the `table`, the `index` in it, and the new `entry`",
        },
        {
          name: "frames",
          type: "Frames",
          doc: "what the monitor knows of frames",
          port: {
            owner: {
              doc: "Whose frame it is.",
              parameters: [frame],
              returns: '"guest" | "other" | "monitor"',
            },
            read: { doc: "The entry that is there now.", parameters: [table, index], returns: "number" },
            write: { doc: "Writes an entry.", parameters: [table, index, entry], returns: "void" },
            take: {
              doc: "Counts a use; false when the frame is in use for what does not go together with it.",
              parameters: [frame, use],
              returns: "boolean",
            },
            drop: { doc: "One use less.", parameters: [frame, use], returns: "void" },
          },
        },
      ],
      returns: { type: '"done" | "refused"', doc: "what became of it", schema: z.enum(["done", "refused"]) },
    },
    batch: {
      doc: "Decides which requests of the kernel cross to the monitor together.",
      parameters: [
        { name: "operations", type: "readonly Operation[]", doc: "what the kernel does, in its order" },
        { name: "most", type: "number", doc: "requests of one crossing, at most" },
      ],
      returns: {
        type: "number[][]",
        doc: "the crossings in their order, each with the `id`s of its requests",
        schema: z.array(z.array(z.number())),
      },
    },
    patch: {
      doc: "Makes the bytes that take the place of a call site's.",
      parameters: [
        {
          name: "site",
          type: "Site",
          doc: "the `address` of its six bytes, and whether it is a `call` or a `jump`",
        },
        {
          name: "target",
          type: "Target",
          doc: "the operation: the `address` of its code, its `body` without the final RET, and whether it is `movable`",
        },
      ],
      returns: {
        type: "number[]",
        doc: "six bytes",
        schema: z.array(z.number().int().min(0).max(255)).max(64),
      },
    },
  },
  clauses: [
    {
      id: "C1",
      text: "An entry that is not present (bit 0 clear) is written without a check, and the answer is `done`.",
    },
    {
      id: "C2",
      text: "A present entry whose frame the guest does not own is refused.",
    },
    {
      id: "C3",
      text: "Before a present entry is written, a use of its frame is taken: `table` in a directory (level 2); in a page table `writable` where bit 1 is set, else `read`. Where it is not given, the update is refused.",
    },
    {
      id: "C4",
      text: "After the write, the use that the old entry stood for is dropped, if that was present.",
    },
    { id: "C5", text: "What is refused leaves everything as it was: nothing is written, taken or dropped." },
    { id: "C6", text: "Outside of `enter` and `leave` every request crosses at once and alone." },
    {
      id: "C7",
      text: "Between them requests wait until the outermost `leave`. Then they cross in their order, together.",
    },
    {
      id: "C8",
      text: "At most `most` requests cross together: when so many wait, they cross, and the next one begins anew. Nothing never crosses.",
    },
    {
      id: "C9",
      text: "`base` never waits: it crosses at once, in one crossing with what waits, as the last. When `most` wait already, they cross first.",
    },
    {
      id: "C10",
      text: "A site has six bytes. Where the body is movable and fits, it stands in the site itself; a jump takes the operation's final RET (C3h) with it.",
    },
    {
      id: "C11",
      text: "Otherwise the site calls (E8h) or jumps to (E9h) the operation directly. The distance, 32 bits, lowest byte first, counts from the end of these five bytes.",
    },
    {
      id: "C12",
      text: "What is left of the six bytes does nothing, and takes as few instructions as can be: one NOP of 1 to 6 bytes: 90, 66 90, 0F 1F 00, 0F 1F 40 00, 0F 1F 44 00 00, 66 0F 1F 44 00 00 (in hexadecimal).",
    },
  ],
  parts: [
    { id: "check", title: "Step 1, whose frame is it?", points: 2 },
    { id: "uses", title: "Step 2, tables are not writable", points: 4 },
    { id: "batch", title: "Step 3, together", points: 4 },
    { id: "patch", title: "Step 4, six bytes", points: 4 },
  ],
  limits: { seconds: 3, megabytes: 512 },
});
