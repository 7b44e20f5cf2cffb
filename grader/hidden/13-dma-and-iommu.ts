/** Hidden tests of lab 13: new pages, lists and messages, drawn against the ways to misread a clause. */
import type { DmaProtection } from "../../labs/13-dma-and-iommu/component.ts";
import { drawKnock, drawRetirement, drawSteps } from "../../labs/13-dma-and-iommu/drawn.ts";
import {
  expectedFlushes,
  expectedInterrupt,
  expectedTables,
  FLUSH_SLIPS,
  type FlushSlip,
  INTERRUPT_SLIPS,
  type InterruptSlip,
  TABLE_SLIPS,
  type TableSlip,
} from "../../labs/13-dma-and-iommu/expected.ts";
import { type Knock, type Retirement, SCENARIOS, type Step } from "../../labs/13-dma-and-iommu/scenarios.ts";
import { check } from "../../src/course/index.ts";
import type { HiddenTest } from "../run/kit.ts";
import { drawCases, drawFor } from "./cases.ts";

/** The starter maps nothing, forgets nothing and lets everything through: never right where a test asks for several answers. */
export const STARTER_POINTS = 0;

const COUNT = 10;

export function hidden(seed: number): HiddenTest<DmaProtection>[] {
  return [
    tables(seed, "map", "C1", "where a page's entry is", ["the lowest bits first", "eight bits an index"]),
    tables(seed, "map", "C2", "tables that are there, and that are not", [
      "makes a table each time",
      "links read-only",
    ]),
    tables(seed, "map", "C3", "frames and rights", ["everything is writable", "frames as they are"]),
    tables(seed, "map", "C4", "pages that are mapped already", ["maps twice"]),
    tables(seed, "unmap", "C5", "what goes, and what stays", ["clears the table above", "clears nothing"]),
    tables(seed, "unmap", "C6", "pages that are not mapped any more", ["unmaps what is not mapped"]),
    tables(seed, "unmap", "C6", "pages that never had a table", ["makes tables to unmap"]),
    flushes(seed, "C7", "one by one", true, [
      "frees before the flush",
      "flushes everything",
      "waits at one",
      "never flushes",
    ]),
    flushes(seed, "C8", "how many wait", false, ["one too late", "one too early", "flushes each"]),
    flushes(seed, "C9", "who is free, and when", false, [
      "frees before the flush",
      "frees at once",
      "forgets to free",
      "never flushes",
    ]),
    interrupts(seed, "C10", "messages of the old format", [
      "lets the old format through",
      "blocks the old format",
      "the old format names an entry",
      "the old format names nothing",
    ]),
    interrupts(seed, "C11", "entries that are not there", ["what is not present"]),
    interrupts(seed, "C12", "who sent it", [
      "believes every sender",
      "the device's bus alone",
      "any device of the bus",
    ]),
    interrupts(seed, "C12", "other functions of the device", [
      "never another function",
      "always another function",
    ]),
    interrupts(seed, "C13", "what is raised", ["gives the entry's number"]),
  ];
}

function tables(seed: number, part: string, clause: string, name: string, shows: readonly TableSlip[]) {
  const draw = drawFor(seed, `${part}: ${name}`);
  const { subjects, answers } = drawCases<Step[], string[], TableSlip>(
    { slips: TABLE_SLIPS, answer: expectedTables },
    {
      ...{ count: COUNT, shows, mayShow: TABLE_SLIPS },
      draw: () => drawSteps(draw, 4 + draw(5), part === "unmap"),
    },
    draw,
  );
  return check<DmaProtection, readonly Step[][], string[][]>({
    ...{ part, clause, name, input: subjects, scenario: SCENARIOS["tables-many"] },
    expected: answers,
  });
}

function flushes(seed: number, clause: string, name: string, strict: boolean, shows: readonly FlushSlip[]) {
  const draw = drawFor(seed, `flush: ${name}`);
  const { subjects, answers } = drawCases<Retirement, string[], FlushSlip>(
    { slips: FLUSH_SLIPS, answer: expectedFlushes },
    { count: COUNT, draw: () => drawRetirement(draw, strict), shows, mayShow: FLUSH_SLIPS },
    draw,
  );
  return check<DmaProtection, readonly Retirement[], string[][]>({
    ...{ part: "flush", clause, name, input: subjects, scenario: SCENARIOS["flush-many"] },
    expected: answers,
  });
}

function interrupts(seed: number, clause: string, name: string, shows: readonly InterruptSlip[]) {
  const draw = drawFor(seed, `interrupt: ${name}`);
  const { subjects, answers } = drawCases<Knock, number, InterruptSlip>(
    { slips: INTERRUPT_SLIPS, answer: expectedInterrupt },
    { count: COUNT, draw: () => drawKnock(draw), shows, mayShow: INTERRUPT_SLIPS },
    draw,
  );
  return check<DmaProtection, readonly Knock[], number[]>({
    ...{ part: "interrupt", clause, name, input: subjects, scenario: SCENARIOS["interrupt-many"] },
    expected: answers,
  });
}
