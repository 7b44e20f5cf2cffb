/** Submissions to compare: the reference of lab 01, copies of it in disguise, and solutions that owe it nothing. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Source } from "../../../../grader/report/similarity/document.ts";

const LABS = join(import.meta.dirname, "../../../../labs");
export const read = (lab: string, file: string) => readFileSync(join(LABS, lab, file), "utf8");
export const mutants = (lab: string) =>
  readdirSync(join(LABS, lab, "mutants")).map((file) => source(file, read(lab, `mutants/${file}`)));
export const source = (id: string, text: string, file = "component.ts"): Source => ({
  id,
  files: new Map([[file, text]]),
});

export const FIRST = "01-popek-goldberg";
export const SOLUTION = read(FIRST, "solution.ts");
export const STARTER = source("starter", read(FIRST, "starter.ts"));

const OWN =
  "found pairs one other first second differ instructions unprivileged breaks changesControl tellsApart trappedOnlyInUser before mnemonic kind state";

/** Every name of the text's own becomes another. */
export function renamed(text: string): string {
  return OWN.split(" ").reduce(
    (so, name, index) => so.replaceAll(new RegExp(`\\b${name}\\b`, "g"), `v${index}`),
    text,
  );
}

/** Functions in the opposite order. */
export function reordered(text: string): string {
  const [head, ...functions] = text.split(/^(?=(?:\/\*\*.*\*\/\n)?function )/m);
  const last = functions.pop()!;
  const [body, end] = last.split(/^(?=export )/m);
  return [head, body, ...functions.reverse(), end].join("\n");
}

/** Other comments, other line breaks, `let` for `const`, other numbers and strings. */
export function relaid(text: string): string {
  return text
    .replaceAll(/\/\*\*?[\s\S]*?\*\//g, "")
    .replaceAll("const ", "let ")
    .replaceAll("{\n", "{ // my own idea\n\n")
    .replaceAll('"mode"', "'m0de'")
    .replaceAll(";\n", "\n");
}

/** Two who solved it on their own. */
export const INDEPENDENT: Source[] = [
  source(
    "by-filters",
    `import { sameRelocation, sameWords, window } from "ringlab/formal";
const SAFE = (o) => o.kind !== "memory-trap";
const keeps = (s, o) => o.state.M === s.M && sameRelocation(o.state.R, s.R);
export const component = {
  classify(probe) {
    const runs = probe.pairs.map((p) => ({ ...p, a: probe.execute(p.first), b: probe.execute(p.second) }));
    const usable = runs.filter((r) => SAFE(r.a) && SAFE(r.b));
    const control = { s: false, u: false };
    runs.forEach((r) => {
      for (const [s, o] of [[r.first, r.a], [r.second, r.b]])
        if (o.kind === "next") control[s.M] ||= !keeps(s, o);
    });
    const seen = usable.filter((r) => r.a.kind === "next" && r.b.kind === "next" && keeps(r.first, r.a) && keeps(r.second, r.b))
      .filter((r) => r.a.state.P !== r.b.state.P || !sameWords(window(r.a.state), window(r.b.state)));
    const modal = usable.filter((r) => r.differ === "mode");
    return {
      privileged: modal.length > 0 && modal.every((r) => r.b.kind === "trap" && r.a.kind === "next"),
      control,
      location: { s: seen.some((r) => r.differ !== "mode" && r.first.M === "s"), u: seen.some((r) => r.differ !== "mode" && r.first.M === "u") },
      mode: seen.some((r) => r.differ === "mode"),
    };
  },
  virtualizable(list) {
    const against = (test) => list.filter((i) => !i.privileged && test(i)).map((i) => i.mnemonic);
    const user = against((i) => i.control.u || i.location.u);
    const any = against((i) => i.mode || ["s", "u"].some((m) => i.control[m] || i.location[m]));
    return { virtualizable: !any.length, hybrid: !user.length, breaks: any, breaksHybrid: user };
  },
};
`,
  ),
  source(
    "by-class",
    `import * as formal from "ringlab/formal";
class Evidence {
  counts = { modePairs: 0, trapsInUser: 0 };
  result = { privileged: false, control: { s: false, u: false }, location: { s: false, u: false }, mode: false };
  single(state, outcome) {
    if (outcome.kind !== "next") return false;
    if (outcome.state.M === state.M && formal.sameRelocation(outcome.state.R, state.R)) return true;
    this.result.control[state.M] = true;
    return false;
  }
  look(pair, run) {
    let [x, y] = [run(pair.first), run(pair.second)];
    let quiet = this.single(pair.first, x);
    quiet = this.single(pair.second, y) && quiet;
    switch (true) {
      case x.kind === "memory-trap":
      case y.kind === "memory-trap":
        return;
      case pair.differ === "mode":
        this.counts.modePairs++;
        if (y.kind === "trap" && x.kind === "next") this.counts.trapsInUser++;
        if (quiet) this.result.mode = this.result.mode || this.differs(x.state, y.state);
        return;
      default:
        if (quiet && this.differs(x.state, y.state)) this.result.location[pair.first.M] = true;
    }
  }
  differs(x, y) {
    if (x.P !== y.P) return true;
    return formal.sameWords(formal.window(x), formal.window(y)) === false;
  }
  finish() {
    const { modePairs, trapsInUser } = this.counts;
    this.result.privileged = modePairs === trapsInUser && modePairs !== 0;
    return this.result;
  }
}
function classify(probe) {
  const evidence = new Evidence();
  let at = 0;
  while (at < probe.pairs.length) evidence.look(probe.pairs[at++], (s) => probe.execute(s));
  return evidence.finish();
}
function virtualizable(instructions) {
  const breaks = [], breaksHybrid = [];
  for (const i of instructions) {
    if (i.privileged) continue;
    let user = i.control.u; if (!user) user = i.location.u;
    if (user) breaksHybrid.push(i.mnemonic);
    if (user || i.control.s || i.location.s || i.mode) breaks.push(i.mnemonic);
  }
  return { breaks, breaksHybrid, virtualizable: breaks.length == 0, hybrid: breaksHybrid.length == 0 };
}
export const component = { classify, virtualizable };
`,
  ),
];
