/** Attacks that want to do harm: take all of something, reach out, stay behind. */
import { type Attack, shout } from "./attack.ts";

const fs = `process.getBuiltinModule("node:fs")`;
const child = `process.getBuiltinModule("node:child_process")`;

/** @param target a port on loopback that the test listens on, and a file that it watches */
export const harming = (target: { port: number; file: string }): Attack[] => [
  {
    name: "runs for ever",
    code: `answers.classify = answers.virtualizable = () => { for (;;); };`,
    becomes: "timeout",
  },
  { name: "runs for ever while it is loaded", code: `for (;;);`, becomes: "timeout" },
  {
    name: "waits for ever",
    code: `answers.classify = answers.virtualizable = () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); };`,
    becomes: "timeout",
  },
  {
    name: "awaits for ever while it is loaded",
    code: `await new Promise((resolve) => setInterval(() => {}, 1e6));`,
    becomes: "timeout",
  },
  {
    name: "starves the event loop with microtasks",
    code: `const spin = () => { Promise.resolve().then(spin); }; spin();\nawait new Promise((resolve) => setTimeout(resolve, 1));`,
    becomes: "timeout",
  },
  {
    name: "backtracks in a regular expression",
    code: `answers.classify = answers.virtualizable = () => /^(a+)+$/.test("a".repeat(60) + "b");`,
    becomes: "timeout",
  },
  {
    name: "takes all of the heap",
    code: `const all = []; answers.classify = answers.virtualizable = () => { for (;;) all.push(new Array(1e6).fill({})); };`,
    becomes: "memory",
  },
  {
    name: "takes buffers that no heap limit counts",
    code: `const all = []; answers.classify = answers.virtualizable = () => { for (;;) all.push(Buffer.alloc(1 << 26, 1)); };`,
  },
  {
    name: "takes memory of WebAssembly",
    code: `const all = []; answers.classify = answers.virtualizable = () => { for (;;) { const memory = new WebAssembly.Memory({ initial: 1024, maximum: 65536 }); new Uint8Array(memory.buffer).fill(1); all.push(memory); } };`,
  },
  {
    name: "runs WebAssembly that never returns",
    code: `
const bytes = Uint8Array.of(0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,9,1,7,0,3,64,12,0,11,11);
answers.classify = answers.virtualizable = () => new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.f();`,
    becomes: "timeout",
  },
  {
    name: "starts processes without end",
    code: `
answers.classify = () => { for (;;) try { ${child}.spawn(process.execPath, ["-e", "setInterval(()=>{},1e6)"], { detached: true, stdio: "ignore" }).unref(); } catch {} };`,
    lengthy: true,
  },
  {
    name: "starts workers without end",
    code: `
answers.classify = () => { const { Worker } = process.getBuiltinModule("node:worker_threads"); for (let n = 0; n < 500; n++) try { new Worker("for(;;);", { eval: true }); } catch {} return never; };`,
  },
  {
    name: "leaves a daemon behind",
    code: `
try { ${child}.spawn("/usr/bin/setsid", ["sleep", "31337"], { detached: true, stdio: "ignore" }).unref(); } catch {}
try { ${child}.spawn("/bin/sh", ["-c", "(sleep 31337 &)"], { detached: true, stdio: "ignore" }).unref(); } catch {}`,
  },
  {
    name: "fills the disk",
    code: `
answers.classify = () => { for (let n = 0; ; n++) ${fs}.writeFileSync("/tmp/fill" + (n % 100), Buffer.alloc(1 << 20, 1), { flag: "a" }); };`,
  },
  {
    name: "floods both outputs",
    code: `
answers.classify = () => { const chunk = "x".repeat(1 << 16); for (let n = 0; n < 1e5; n++) { ${fs}.writeSync(1, chunk); ${fs}.writeSync(2, chunk); } return never; };`,
  },
  {
    name: "floods the channel",
    code: `answers.classify = () => { const chunk = Buffer.alloc(1 << 20, 65); for (;;) ${fs}.writeSync(4, chunk); };`,
  },
  {
    name: "writes one line without end to the channel, in small pieces",
    code: `answers.classify = () => { for (;;) ${fs}.writeSync(4, "1 [0,0"); };`,
    lengthy: true,
  },
  {
    name: "calls a port a million times",
    code: `answers.classify = ({ execute, pairs }) => { for (;;) execute(pairs[0].first); };`,
    becomes: "timeout",
  },
  {
    name: "connects to a server of this machine",
    code: `
const { connect } = process.getBuiltinModule("node:net");
await new Promise((resolve) => connect(${target.port}, "127.0.0.1", () => { answers.classify = () => { throw new Error("GOT a connection"); }; resolve(); }).on("error", resolve));`,
  },
  {
    name: "listens to the world",
    code: shout(
      `Object.values(process.getBuiltinModule("node:os").networkInterfaces()).flat().find(({ internal }) => !internal)?.address`,
    ),
  },
  {
    name: "kills its parent and all others",
    code: `for (const id of [process.ppid, 1, -1]) for (const signal of ["SIGTERM", "SIGKILL", "SIGSTOP"]) try { process.kill(id, signal); } catch {}`,
  },
  {
    name: "writes to a file of the instructor's",
    code: `try { ${fs}.writeFileSync(${JSON.stringify(target.file)}, "hacked"); } catch {}\ntry { ${fs}.rmSync(${JSON.stringify(target.file)}); } catch {}`,
  },
  {
    name: "replaces the harness for what comes after",
    code: `
for (const name of ["./harness.mjs", "./component.mjs"]) try { ${fs}.writeFileSync(new URL(name, import.meta.url), "process.exit(0)"); answers.classify = () => { throw new Error("GOT the harness"); }; } catch {}`,
  },
  {
    name: "plants a symbolic link for the grader to follow",
    code: `try { ${fs}.rmSync("./component.mjs"); ${fs}.symlinkSync("/etc/passwd", "./component.mjs"); } catch {}`,
  },
  {
    name: "mounts, and changes its root",
    code: shout(
      `${child}.spawnSync("/usr/bin/mount", ["-t", "tmpfs", "none", "/usr"]).status === 0 ? "a mount" : undefined`,
    ),
  },
  { name: "becomes root", code: shout(`(() => { process.setuid(0); return "root"; })()`) },
  {
    name: "makes a new user namespace and goes on from there",
    code: shout(
      `${child}.spawnSync("/usr/bin/unshare", ["-Urm", "sh", "-c", "mount -t tmpfs none /usr && echo yes"]).stdout?.toString() || undefined`,
    ),
  },
  {
    name: "loads a native addon",
    code: `
${fs}.writeFileSync("/tmp/addon.node", Buffer.from("7f454c46", "hex"));
${shout(`(process.dlopen({ exports: {} }, "/tmp/addon.node"), "an addon")`)}`,
  },
  {
    name: "aborts with a core",
    code: `answers.classify = answers.virtualizable = () => process.abort();`,
    becomes: "crashed",
  },
  {
    name: "opens the inspector",
    code: shout(`(process.getBuiltinModule("node:inspector").open(${target.port}, "127.0.0.1"), undefined)`),
  },
  {
    name: "writes escape codes and HTML into its errors",
    code: `answers.classify = () => { throw new Error("\\u001b[2J\\u001b]0;owned\\u0007<script>alert(1)</script>"); };`,
    becomes: "failed",
  },
  { name: "closes the channel", code: `${fs}.closeSync(4);` },
  { name: "closes the requests", code: `answers.classify = () => { ${fs}.closeSync(3); return never; };` },
  {
    name: "recurses without end",
    code: `answers.classify = answers.virtualizable = function down() { return down(); };`,
    becomes: "failed",
  },
  {
    name: "waits with a timer that answers later",
    code: `answers.classify = async () => ({ privileged: true });`,
    becomes: "failed",
  },
];
