/**
 * Costs come from machine/cost.ts's price lists and from nowhere else: what charges the clock names a price, everything above the
 * machine goes through the ledger, and every price has a source.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { MONITOR_WORK } from "../src/machine/cost.ts";
import { MONITORS } from "../src/machine/profiles/monitors/index.ts";

const ROOT = resolve(import.meta.dirname, "..");
/** Time itself and the one place where a monitor's work is paid for. */
const CHARGING = ["src/machine/clock.ts", "src/machine/ledger.ts"];

const files = readdirSync(join(ROOT, "src"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
const within = (...rooms: string[]) =>
  files.filter((file) => rooms.some((room) => file.startsWith(`src/${room}/`)));

/** Calls of a method of that name: "file:line", and its arguments. */
function calls(file: string, method: string): { at: string; arguments: readonly ts.Expression[] }[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  if (!text.includes(`.${method}(`)) return [];
  const source = parse(file, text);
  const found: ReturnType<typeof calls> = [];
  walk(source, (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    if (node.expression.name.text !== method) return;
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    found.push({ at: `${file}:${line + 1}`, arguments: node.arguments });
  });
  return found;
}

const parse = (file: string, text: string) => ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** Numbers written into an expression: 3, -1, 0x10. */
function numbers(expression: ts.Node): string[] {
  const found: string[] = [];
  walk(expression, (node) => {
    if (ts.isNumericLiteral(node)) found.push(node.text);
  });
  return found;
}

describe("who charges", () => {
  test("the machine's own charges name a price, and no number", () => {
    const charges = within("machine")
      .filter((file) => !CHARGING.includes(file))
      .flatMap((file) => calls(file, "charge"));
    expect(charges.length).toBeGreaterThan(10);
    const PRICE = /\b(prices\.\w+|\w+\.cost|(stlbHit|mmioAccess|walkReference|walkStart|cache\.reference))\b/;
    const astray = charges.filter(
      ({ arguments: [cycles] }) => numbers(cycles!).length > 0 || !PRICE.test(cycles!.getText()),
    );
    expect(astray.map(({ at }) => at)).toEqual([]);
  });

  test("above the machine nobody charges the clock, or moves it", () => {
    // Control groups are charged with tasks, memory and time of their own: they reach no clock of a machine.
    const groups = within("virt/os/cgroup");
    const reaching = groups.filter((file) =>
      /from ".*\/machine\//.test(readFileSync(join(ROOT, file), "utf8")),
    );
    expect(reaching).toEqual([]);
    const above = files.filter((file) => !file.startsWith("src/machine/") && !groups.includes(file));
    const moving = ["charge", "sleepUntil"].flatMap((method) => above.flatMap((file) => calls(file, method)));
    expect(moving.map(({ at }) => at)).toEqual([]);
    const assigned = within("virt", "systems", "experiments").filter((file) =>
      /\bclock\.left\s*(=[^=]|[-+*/]=|--|\+\+)/.test(readFileSync(join(ROOT, file), "utf8")),
    );
    expect(assigned).toEqual([]);
  });

  test("what is paid for is named, and how often is counted, not written down", () => {
    const payments = within("virt", "systems").flatMap((file) => calls(file, "pay"));
    expect(payments.length).toBeGreaterThan(10);
    const astray = payments.filter(({ arguments: [, , times] }) => times && numbers(times).length > 0);
    expect(astray.map(({ at }) => at)).toEqual([]);
  });

  test("experiments pay for nothing and read no price", () => {
    expect(within("experiments", "fidelity", "plots").flatMap((file) => calls(file, "pay"))).toEqual([]);
    const reading = within("experiments", "fidelity").filter((file) =>
      /\bprofile\.(?!id\b|name\b|hertz\b|ram\b|stlb\b|vmx\b(?!\.))|\.(work|instructions)\.\w+|profiles\/monitors\/(?!index)/.test(
        readFileSync(join(ROOT, file), "utf8"),
      ),
    );
    expect(reading).toEqual([]);
  });
});

describe.each(MONITORS.map((monitor) => [monitor.name, monitor] as const))("%s", (_, { work, sources }) => {
  test("every price is a whole number of cycles and has a source", () => {
    expect(Object.keys(work).sort()).toEqual([...MONITOR_WORK].sort());
    expect(Object.keys(sources).sort()).toEqual([...MONITOR_WORK].sort());
    expect(Object.entries(work).filter(([, price]) => !Number.isInteger(price) || price < 0)).toEqual([]);
    expect(Object.entries(sources).filter(([, source]) => source.length < 20)).toEqual([]);
  });

  test("a fitted price names the figure that it was fitted to, which may be fitted to", () => {
    const fitted = Object.values(sources).filter((source) => /^fitted/i.test(source));
    const FIGURE =
      /^fitted: .*(Adams & Agesen 2006, (ptemod|in|cr8wr|callret|syscall|pgfault)\b|Barham et al\. 2003, Tables? [346]|Menon et al\. 2006|VMware, Performance Evaluation of Intel EPT)/;
    expect(fitted.filter((source) => !FIGURE.test(source))).toEqual([]);
  });
});
