/** Items of a policy as code. What it asks for may be wrong, and then the guest goes wrong; what has no meaning is refused. */
import type { Instruction } from "../../../machine/isa/instruction.ts";
import type { Emitter } from "./emitter.ts";
import type { Fetched } from "./fetched.ts";
import { SLOT } from "./layout.ts";
import { BadTranslation, type Item } from "./policy.ts";
import * as sequence from "./sequences.ts";

const IF = 0x200;
const TRANSFERS = new Set(["jump", "branch", "loop", "call", "indirectJump", "indirectCall", "return"]);
/** In the order of the encoding, as the ISA table names them. */
const SEGMENTS = ["ES", "CS", "SS", "DS", "FS", "GS"];
const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);
/** Of them those that an address depends on. */
const ADDRESSING = new Set([0x26, 0x36, 0x3e, 0x64, 0x67]);
/** Items for one instruction. */
const MOST_ITEMS = 16;

/** Whether nothing can follow. Throws a BadTranslation when something does. */
export function ends(items: readonly Item[]): boolean {
  if (items.length > MOST_ITEMS)
    throw new BadTranslation(`${items.length} items for one instruction: ${MOST_ITEMS} at most`);
  const at = items.findIndex(({ op }) => op === "callOut" || op === "goTo" || op === "goIndirect");
  if (at >= 0 && at < items.length - 1)
    throw new BadTranslation(
      `${items[at]?.op} ends the unit: ${items[at + 1]?.op} after it is never reached`,
    );
  return at >= 0;
}

/** Writes an item for an instruction whose place has been told. */
export function emitItem(out: Emitter, item: Item, one: Fetched): void {
  const { instruction, treatment, bytes, ip, next } = one;
  switch (item.op) {
    case "copy":
      if (TRANSFERS.has(treatment)) refuse(item, one, "a copy would go somewhere else from the cache");
      out.raw(...bytes);
      return;
    case "callOut":
      out.callout(treatment === "shadowCallout" || treatment === "sti" ? "shadow" : "emulate");
      return;
    case "setIf":
      out.storeValue(SLOT.virtualIf, item.value === 1 ? IF : 0);
      return;
    case "poll":
      sequence.checkPending(out, next);
      return;
    case "pushFlags":
      sequence.emitPushf(out, ip, next);
      return;
    case "popFlags":
      sequence.emitPopf(out, ip, next);
      return;
    case "pushSelector":
      if (treatment !== "pushSelector") refuse(item, one, "it pushes no segment register");
      sequence.emitPushSelector(
        out,
        SEGMENTS.indexOf(instruction.row.operands[0] as string),
        instruction.size,
      );
      return;
    case "readSelector":
      if (treatment !== "moveSelector") refuse(item, one, "it moves no segment register to another register");
      sequence.emitMoveSelector(out, instruction);
      return;
    case "push":
      sequence.pushValue(out, item.value);
      return;
    case "goTo":
      out.exit(item.target | 0);
      return;
    case "goToIf":
      goToIf(out, item, one);
      return;
    case "goIndirect":
      goIndirect(out, item, one);
      return;
  }
}

function goToIf(out: Emitter, item: Item & { op: "goTo" | "goToIf" }, one: Fetched): void {
  const { instruction, treatment } = one;
  if (treatment === "loop") {
    // E0 … E3.
    if (instruction.addressSize === 2) out.raw(0x67);
    out.raw(LOOPS.indexOf(instruction.row.mnemonic) + 0xe0, 0);
    out.exitLater(item.target | 0, 1);
  } else if (treatment === "branch") {
    out.raw(0x0f, 0x80 | conditionOf(instruction));
    out.dword(0);
    out.exitLater(item.target | 0, 4);
  } else refuse(item, one, "it has no condition");
}

function goIndirect(out: Emitter, item: Item & { op: "goIndirect" }, one: Fetched): void {
  const { instruction, treatment, bytes, ip } = one;
  if (treatment === "return") sequence.emitReturn(out, ip, instruction);
  else if (treatment === "indirectJump" || treatment === "indirectCall")
    sequence.emitIndirect(out, ip, loadOperand(bytes), item.returnTo);
  else refuse(item, one, "it says no address");
}

function refuse({ op }: Item, { instruction, ip }: Fetched, why: string): never {
  throw new BadTranslation(
    `${op} for ${instruction.row.mnemonic} at ${(ip >>> 0).toString(16).toUpperCase()}h: ${why}`,
  );
}

/** As their opcodes follow each other. */
const LOOPS = ["loopne", "loope", "loop", "jcxz"];

/** The low four bits of Jcc's opcode, 7x or 0F 8x. */
function conditionOf({ row }: Instruction): number {
  return Number.parseInt(row.opcode.slice(-2), 16) & 15;
}

/** FF /2 or /4 made into MOV EAX, r/m32. */
function loadOperand(bytes: readonly number[]): number[] {
  const opcode = bytes.findIndex((byte) => !PREFIXES.has(byte));
  const modrm = (bytes[opcode + 1] as number) & 0xc7;
  return [
    ...bytes.slice(0, opcode).filter((byte) => ADDRESSING.has(byte)),
    0x8b,
    modrm,
    ...bytes.slice(opcode + 2),
  ];
}
