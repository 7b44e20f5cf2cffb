/** `npm run bench -- NAME…`: runs the named benchmarks one after the other, or all of them. */
const BENCHES: Record<string, () => Promise<{ bench: () => Promise<string> }>> = {
  kernel: () => import("./kernel.ts"),
  "grader-calls": () => import("./grader/calls.ts"),
  "grader-class": () => import("./grader/class.ts"),
  machine: () => import("./machine/interpreter.ts"),
  "machine-mmu": () => import("./machine/mmu.ts"),
  "mmu-streams": () => import("./machine/streams.ts"),
  "event-queue": () => import("./machine/event-queue.ts"),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !BENCHES[name]);
if (unknown.length) {
  console.error(`no benchmark ${unknown.join(", ")}; there are ${Object.keys(BENCHES).join(", ")}`);
  process.exit(1);
}
for (const [name, load] of Object.entries(BENCHES))
  if (asked.length === 0 || asked.includes(name)) {
    const { bench } = await load();
    console.log(`\n## ${name}\n\n${await bench()}`);
  }
process.exit(0);
