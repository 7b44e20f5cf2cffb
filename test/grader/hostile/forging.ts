/** Attacks that want points: by forging what the grader reads, by patching what it uses, by lying about what they return. */
import type { Attack } from "./attack.ts";

const fs = `process.getBuiltinModule("node:fs")`;

export const FORGING: readonly Attack[] = [
  {
    name: "writes results where graders look for them",
    code: `
for (const file of ["results.json", "/autograder/results/results.json", "/tmp/results.json", "../results.json", "/out/results.json"])
  try { ${fs}.writeFileSync(file, JSON.stringify({ score: 15, tests: [{ score: 15, max_score: 15, status: "passed" }] })); } catch {}`,
  },
  {
    name: "writes a passed test to the channel",
    code: `${fs}.writeSync(4, '{"status":"passed","share":1}\\n');`,
    becomes: "divergence",
  },
  {
    name: "writes an empty record and its end",
    code: `answers.classify = () => { ${fs}.writeSync(4, "1 [4]\\n1 .\\n"); process.exit(0); };`,
  },
  {
    name: "ends every scenario with a record of nothing",
    code: `
answers.classify = () => { for (let n = 0; n < 200; n++) ${fs}.writeSync(4, n + " [0,0,2,{}]\\n" + n + " [4]\\n" + n + " .\\n"); return {}; };`,
  },
  {
    name: "answers ahead for all scenarios to come",
    code: `for (let n = 1; n < 200; n++) ${fs}.writeSync(4, n + " [4]\\n" + n + " .\\n");`,
  },
  {
    name: "sends its record again for the next scenario",
    code: `
const write = ${fs}.writeSync;
let last = "";
process.getBuiltinModule("node:module").syncBuiltinESMExports();
${fs}.writeSync = (fd, bytes, ...more) => { if (fd === 4 && last) write(4, last); last = String(bytes); return write(fd, bytes, ...more); };
process.getBuiltinModule("node:module").syncBuiltinESMExports();`,
  },
  {
    name: "races the writer from a worker",
    code: `
const { Worker } = process.getBuiltinModule("node:worker_threads");
new Worker('const fs = require("fs"); for (;;) try { fs.writeSync(4, "1 [4]\\\\n1 .\\\\n"); } catch {}', { eval: true });`,
  },
  {
    name: "reads the requests to come",
    code: `
answers.classify = () => {
  const chunk = Buffer.alloc(1 << 16);
  const size = ${fs}.readSync(3, chunk);
  throw new Error(size > 0 ? "GOT a request" : "nothing");
};`,
    becomes: "timeout",
  },
  {
    name: "claims a value that the port never gave",
    code: `
const { stringify } = JSON;
JSON.stringify = (value, ...more) => Array.isArray(value) ? stringify(value.map((token) => token === "trap" ? "next" : token)) : stringify(value, ...more);`,
  },
  {
    name: "patches Object.is, equality of arrays and JSON",
    code: `
Object.is = () => true;
Array.prototype.every = () => true;
Array.prototype.includes = () => true;
JSON.stringify = () => "[]";
JSON.parse = () => [];`,
  },
  {
    name: "patches Array.prototype.push so that records swallow calls",
    code: `
const { push } = Array.prototype;
Array.prototype.push = function (...all) { return push.apply(this, all.filter((token) => token !== 3)); };`,
  },
  {
    name: "patches Promise and timers",
    code: `globalThis.Promise = class {}; globalThis.setTimeout = () => 0; globalThis.queueMicrotask = (f) => f();`,
  },
  {
    name: "pollutes Object.prototype",
    code: `
Object.prototype.status = "passed"; Object.prototype.share = 1; Object.prototype.points = 15; Object.prototype.worth = () => 1;
Object.prototype.toJSON = () => ({ status: "passed" });`,
  },
  {
    name: "returns a __proto__ that pollutes the grader",
    code: `
const bomb = JSON.parse('{"__proto__": {"share": 1, "passed": true, "status": "passed"}, "privileged": true, "mode": true}');
answers.classify = () => bomb; answers.virtualizable = () => bomb;`,
    becomes: "failed",
  },
  {
    name: "returns a proxy that agrees with everything",
    code: `
const yes = new Proxy(() => true, { get: (target, key) => key === Symbol.toPrimitive ? () => 1 : key === "length" ? 3 : yes, has: () => true, ownKeys: () => [], getPrototypeOf: () => Object.prototype });
answers.classify = () => yes; answers.virtualizable = () => yes;`,
    becomes: "failed",
  },
  {
    name: "returns getters that change their mind",
    code: `
let turn = 0;
const lying = { get privileged() { return turn++ % 2 === 0; }, get mode() { return turn++ % 3 === 0; }, get control() { return { get s() { return turn++ % 2 > 0; }, u: turn % 2 > 0 }; }, location: never };
answers.classify = () => lying;`,
  },
  {
    name: "returns an object whose toString and valueOf lie",
    code: `
const lying = { toString: () => '{ control: { s: true, u: false } }', valueOf: () => true, toJSON: () => ({ privileged: true }) };
answers.classify = () => ({ privileged: lying, control: lying, location: lying, mode: lying });`,
    becomes: "failed",
  },
  {
    name: "returns a list of length 4 billion",
    code: `answers.virtualizable = () => ({ virtualizable: true, hybrid: true, breaks: Object.assign([], { length: 2 ** 32 - 1 }), breaksHybrid: [] });`,
  },
  {
    name: "returns nesting without end",
    code: `let deep = []; for (let n = 0; n < 1e5; n++) deep = [deep]; answers.classify = () => deep; answers.virtualizable = () => deep;`,
    becomes: "failed",
  },
  {
    name: "throws a proxy that throws",
    code: `
const trap = () => { throw thrown; };
const thrown = new Proxy(function () {}, { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap, apply: trap });
answers.classify = () => { throw thrown; }; answers.virtualizable = () => { throw thrown; };`,
    becomes: "failed",
  },
  {
    name: "throws null, undefined and a bigint",
    code: `let n = 0; answers.classify = answers.virtualizable = () => { throw [null, undefined, 1n][n++ % 3]; };`,
    becomes: "failed",
  },
  {
    name: "throws an error with a stack of megabytes",
    code: `answers.classify = answers.virtualizable = () => { throw Object.assign(new Error("x".repeat(5e6)), { stack: "y".repeat(5e7) }); };`,
    becomes: "failed",
  },
  {
    name: "hands the port what it should not take",
    code: `
answers.classify = ({ execute }) => execute({ E: { length: 2 ** 31 }, M: { toString: () => "s" }, P: NaN, R: { l: -1e9, b: 1e18 } });`,
    becomes: "failed",
  },
  {
    name: "hands the port a memory of a billion words",
    code: `answers.classify = ({ execute }) => execute({ E: new Array(1e8).fill(0), M: "s", P: 0, R: { l: 0, b: 1e8 } });`,
    lengthy: true,
  },
  { name: "leaves early with success", code: `process.exit(0);`, becomes: "crashed" },
  {
    name: "leaves in the middle of a call",
    code: `answers.classify = answers.virtualizable = () => process.exit(0);`,
    becomes: "crashed",
  },
  {
    name: "leaves by reallyExit when the process ends well",
    code: `process.on("exit", () => { process.exitCode = 0; }); answers.classify = answers.virtualizable = () => process.reallyExit(0);`,
    becomes: "crashed",
  },
  {
    name: "behaves well only where nobody looks",
    code: `
const watched = process.env.VITEST || /harness/.test(process.argv[1]) || ${fs}.existsSync("/proc/1/cmdline");
answers.classify = () => { if (watched) throw new Error("watched"); return {}; };`,
  },
];
