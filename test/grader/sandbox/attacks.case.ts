/** What hostile code tries against the machine, with the answer it must get: for every sandbox that shuts files and network. */
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sandbox } from "../../../grader/sandbox/contract.ts";
import { run } from "./run.ts";

/** What differs between the implementations. */
export interface Shape {
  /** Names of environment variables that it sets itself. */
  environment: string[];
  /** An error's code for what is started beside Node, or "done" where processes are counted instead. */
  spawn: "EPERM" | "done";
  /** What it leaves open, as its source says. */
  open?: ("network" | "files of all" | "processes")[];
}

export function testAttacks(sandbox: Sandbox, shape: Shape): void {
  const { open = [] } = shape;
  const unless = (what: (typeof open)[number]) => (open.includes(what) ? () => {} : test);
  const attack = async (code: string, options?: Parameters<typeof run>[2]) => {
    const outcome = await run(sandbox, code, options);
    expect(outcome.left).toEqual([]);
    return outcome;
  };
  const answers = async (code: string) => {
    const { kind, text, diagnostics } = await attack(code);
    expect(kind, diagnostics).toBe("exit");
    return JSON.parse(text) as unknown;
  };

  const folder = join(tmpdir(), `ringlab-attacked-${randomUUID()}`);
  const secret = join(folder, "secret");
  const connections: string[] = [];
  const tcp = createServer(() => connections.push("tcp"));
  const unix = createServer(() => connections.push("unix"));
  beforeAll(async () => {
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(secret, "42", { mode: 0o666 });
    process.env.RINGLAB_SECRET = "42";
    await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
    await new Promise<void>((resolve) => unix.listen(join(folder, "socket"), resolve));
  });
  afterAll(() => {
    delete process.env.RINGLAB_SECRET;
    tcp.close();
    unix.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("reads the environment", async () => {
    expect(await answers("tell(Object.keys(process.env).sort())")).toEqual(shape.environment);
  });

  unless("processes")("reads environments and command lines of other processes", async () => {
    const found = await answers(`
      const read = (path) => { try { return fs.readFileSync(path, "latin1"); } catch { return ""; } };
      const pids = attempt(() => fs.readdirSync("/proc")) === "done" ? fs.readdirSync("/proc").filter(Number) : [];
      tell([...pids, 1, ${process.pid}].map((pid) => read("/proc/" + pid + "/environ") + read("/proc/" + pid + "/cmdline"))
        .filter((text) => /RINGLAB_SECRET|vitest/.test(text)));`);
    expect(found).toEqual([]);
  });

  test("reads what the grader can read", async () => {
    const forAll = [import.meta.filename, "/home", process.cwd()];
    const paths = [
      secret,
      "/etc/shadow",
      "/root",
      `/proc/${process.pid}/root`,
      ...(open.includes("files of all") ? [] : forAll),
    ];
    const found = await answers(`
      tell(${JSON.stringify(paths)}.filter((path) => attempt(() => fs.statSync(path).isFile() ? fs.readFileSync(path) : fs.readdirSync(path)) === "done"
        && !(fs.statSync(path).isDirectory() && fs.readdirSync(path).length === 0)));`);
    expect(found).toEqual([]);
  });

  test("writes over the grader's files and its own", async () => {
    const found = await answers(`
      tell(["${secret}", "/job/code.mjs", "/job/new", "/x", "/etc/passwd", "/usr/x", process.execPath]
        .filter((path) => attempt(() => fs.writeFileSync(path, "x")) === "done"));`);
    expect(found).toEqual([]);
    expect(readFileSync(secret, "utf8")).toBe("42");
  });

  test("fills whatever can be written", async () => {
    const total = (await answers(`
      let total = 0;
      for (const folder of ["/", "/tmp", "/dev", "/dev/shm", "/run", "/var/tmp", "/job"])
        for (let i = 0; i < 64; i++)
          attempt(() => { total += fs.writeSync(fs.openSync(folder + "/fill" + i, "w"), Buffer.alloc(1 << 20)); });
      tell(total);`)) as number;
    expect(total).toBeLessThanOrEqual(16 << 20);
  });

  unless("network")("connects to a server of this machine", async () => {
    const { port } = tcp.address() as { port: number };
    const found = await answers(`
      import { connect } from "node:net";
      const reach = (to) => new Promise((resolve) => connect(to).on("connect", () => resolve(true)).on("error", () => resolve(false)));
      tell(await Promise.all([{ port: ${port} }, { port: ${port}, host: "127.0.0.1" }, { path: "${folder}/socket" }].map(reach)));
      process.exit(0);`);
    expect(found).toEqual([false, false, false]);
    expect(connections).toEqual([]);
  });

  unless("network")("asks a name server, fetches a page", async () => {
    const found = await answers(`
      import { lookup } from "node:dns/promises";
      tell([await lookup("example.org").catch(() => "none"), await fetch("http://192.0.2.1/").catch(() => "none")]);`);
    expect(found).toEqual(["none", "none"]);
  });

  test("listens with the inspector", async () => {
    const found = await answers(`
      import inspector from "node:inspector";
      inspector.open(0, "127.0.0.1");
      tell(inspector.url() ?? "none"); process.exit(0);`);
    expect(shape.spawn === "EPERM" ? found : "none").toBe("none");
  });

  test("signals the grader, everybody, and the first process", async () => {
    const pids = [process.pid, process.ppid, -process.pid];
    expect(
      await answers(
        `tell(${JSON.stringify(pids)}.filter((pid) => attempt(() => process.kill(pid, "SIGKILL")) === "done"))`,
      ),
    ).toEqual([]);
    const { text, kind } = await attack(`
      for (const name of ["SIGSTOP", "SIGTERM", "SIGKILL"]) attempt(() => process.kill(1, name));
      tell("alive"); process.exit(7);`);
    expect([text, kind]).toEqual(['"alive"', "crash"]);
  });

  test("starts a program, a shell, itself", async () => {
    const found = (await answers(`
      import { spawnSync } from "node:child_process";
      tell(["/bin/sh", process.execPath].map((path) => spawnSync(path, ["-e", "0"]).error?.code ?? "done"));`)) as string[];
    expect(found[1]).toBe(shape.spawn);
    if (shape.spawn === "EPERM") expect(found[0]).toBe("EPERM");
  });

  test("forks without end", async () => {
    const { kind } = await attack(
      `import { spawn } from "node:child_process";
      const bomb = "const { spawn } = require('child_process'); for (;;) try { spawn(process.execPath, ['-e', process.argv[1], process.argv[1], '" + MARK + "'], { detached: true }).on('error', () => {}); } catch {}";
      for (let i = 0; i < 4; i++)
        attempt(() => spawn(process.execPath, ["-e", bomb, bomb, MARK], { detached: true, stdio: "ignore" }).on("error", () => {}));
      setTimeout(() => process.exit(9), 500);`,
      { patience: 2000 },
    );
    expect(["crash", "timeout", "memory"]).toContain(kind);
  });

  test("leaves a daemon behind", async () => {
    const { kind } = await attack(`
      import { spawn } from "node:child_process";
      const again = "require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '" + MARK + "'], { detached: true, stdio: 'ignore' })";
      attempt(() => spawn(process.execPath, ["-e", again, MARK], { detached: true, stdio: "ignore" }).on("error", () => {}));
      setTimeout(() => process.exit(0), 300);`);
    expect(kind).toBe("exit");
  });

  test("leaves a daemon behind that holds the pipes", async () => {
    const { kind } = await attack(`
      import { spawn } from "node:child_process";
      attempt(() => spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", MARK], { detached: true, stdio: [0, 1, 2, 3, 4] }).on("error", () => {}));
      setTimeout(() => process.exit(0), 100);`);
    expect(kind).toBe("exit");
  });

  test("starts threads without end", async () => {
    const { kind, diagnostics } = await attack(
      `import { Worker } from "node:worker_threads";
      for (;;) { new Worker("for (;;);", { eval: true }).on("error", () => {}); await new Promise((go) => setTimeout(go)); }`,
      { limits: { cpuSeconds: 1 }, patience: 2000 },
    );
    expect(["memory", "crash", "timeout"], diagnostics).toContain(kind);
  });

  test("becomes another user", async () => {
    expect(
      await answers(
        "tell([process.getuid() > 0, attempt(() => process.setuid(0)) !== 'done', attempt(() => process.setgid(0)) !== 'done'])",
      ),
    ).toEqual([true, true, true]);
  });

  test("loads machine code", async () => {
    expect(await answers("tell(attempt(() => process.dlopen({ exports: {} }, process.execPath)))")).toBe(
      "ERR_DLOPEN_DISABLED",
    );
  });

  test("sleeps", async () => {
    const begun = performance.now();
    expect(await attack("setInterval(() => {}, 1000)", { patience: 300 })).toMatchObject({ kind: "timeout" });
    // A second to start and end it, several on a busy machine.
    expect(performance.now() - begun).toBeLessThan(9000);
  });

  test("stops itself", async () => {
    // The first process of a container cannot stop itself (pid_namespaces(7)): then it must be ended like a sleeper.
    const code = "process.kill(process.pid, 'SIGSTOP'); setInterval(() => {}, 1000)";
    expect(await attack(code, { patience: 300 })).toMatchObject({ kind: "timeout" });
  });

  test("ignores all signals", async () => {
    const code =
      "for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGXCPU']) process.on(name, () => {}); for (;;);";
    expect(await attack(code, { patience: 300 })).toMatchObject({ kind: "timeout" });
  });

  test("is ended as soon as it was started", async () => {
    const outcome = await attack("", { begun: (running) => running.kill("killed") });
    expect(outcome).toMatchObject({ kind: "killed" });
  });

  test("closes the record, and all other descriptors", async () => {
    const code =
      "for (let fd = 0; fd < 64; fd++) attempt(() => fs.closeSync(fd)); setInterval(() => {}, 1000);";
    const { kind } = await attack(code, { patience: 500 });
    expect(["timeout", "crash"]).toContain(kind);
  });

  test("never reads what it is sent", async () => {
    const big = "x".repeat(8 << 20);
    expect(await attack("tell(1); process.exit(0)", { send: big })).toMatchObject({
      kind: "exit",
      text: "1",
    });
  });

  test("reads what it is sent, and what has ended", async () => {
    const outcome = await attack(
      "const b = Buffer.alloc(99); tell([b.toString('utf8', 0, fs.readSync(3, b)), process.cwd() !== '/'])",
      { send: "hello" },
    );
    expect(outcome).toMatchObject({ kind: "exit", text: '["hello",true]' });
  });

  test("writes garbage, and a line without end", async () => {
    const garbage = await attack("fs.writeSync(4, Buffer.from([0, 255, 254, 10, 123]))");
    expect(garbage).toMatchObject({ kind: "exit", text: "\0\ufffd\ufffd\n{" });
    const long = await attack("fs.writeSync(4, 'x'.repeat(900000))");
    expect(long).toMatchObject({ kind: "exit", text: "x".repeat(900_000) });
  });

  test("floods: the grader neither grows nor stalls", async () => {
    let stall = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      stall = Math.max(stall, performance.now() - last);
      last = performance.now();
    }, 5);
    const before = process.memoryUsage().rss;
    const limits = { recordBytes: 1 << 16, outputBytes: 48 << 20 };
    const { kind, diagnostics } = await attack(
      "const b = Buffer.alloc(1 << 20, 'x'); for (;;) { fs.writeSync(1, b); fs.writeSync(2, b); }",
      { limits },
    );
    clearInterval(watch);
    expect(kind).toBe("output");
    expect(diagnostics.length).toBeLessThan(10_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(40 << 20);
    expect(stall).toBeLessThan(500);
  });

  test("pretends to be the sandbox that failed", async () => {
    const code = `fs.writeSync(2, "bwrap: Can't create new namespace\\nprlimit: failed\\n"); process.exit(1);`;
    expect(await attack(code)).toMatchObject({ kind: "crash" });
  });
}
