import { KernelManager, ServerConnection, SessionManager } from "@jupyterlab/services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { DEFAULT_SPEC } from "../../src/kernel/specs.ts";
import { type Framed, jsonFraming } from "../../src/server/channels/frames.ts";
import { notebookOf, TestServer, TSLAB } from "../support/notebook-server.ts";

let server: TestServer;
let sessions: SessionManager;
let kernels: KernelManager;

beforeAll(async () => {
  server = await TestServer.start({ specs: [DEFAULT_SPEC, TSLAB] });
  server.write("a.ipynb", JSON.stringify(notebookOf([])));
  const serverSettings = ServerConnection.makeSettings({
    baseUrl: server.origin,
    wsUrl: server.origin.replace("http", "ws"),
    token: server.server.token,
    appendToken: true,
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    fetch,
    Request,
    Headers,
  });
  kernels = new KernelManager({ serverSettings });
  sessions = new SessionManager({ serverSettings, kernelManager: kernels });
  await sessions.ready;
});
afterAll(async () => {
  sessions.dispose();
  kernels.dispose();
  await server[Symbol.asyncDispose]();
});

const open = (path: string, name = DEFAULT_SPEC.name) =>
  sessions.startNew({ path, name: path, type: "notebook", kernel: { name } });

type Connection = NonNullable<Awaited<ReturnType<typeof open>>["kernel"]>;

/** The texts that a cell printed, and how it ended. */
async function execute(kernel: Connection, code: string) {
  const future = kernel.requestExecute({ code });
  const outputs: { type: string; content: Record<string, unknown> }[] = [];
  future.onIOPub = (message) => {
    outputs.push({ type: message.header.msg_type, content: message.content as Record<string, unknown> });
  };
  const reply = await future.done;
  const text = outputs.filter(({ type }) => type === "stream").map(({ content }) => content.text);
  return { status: reply?.content.status, text: text.join(""), outputs };
}

const until = async (condition: () => boolean, ms = 15_000) => {
  for (const end = Date.now() + ms; !condition(); await new Promise((done) => setTimeout(done, 20)))
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${condition}`);
};

describe("Jupyter's own client", () => {
  test("runs cells, interrupts, restarts and hears of a crash", async () => {
    const session = await open("a.ipynb");
    const kernel = session.kernel as Connection;
    expect((await execute(kernel, "let x = 41; console.log(++x)")).text).toBe("42\n");

    const endless = execute(kernel, "while (true) {}");
    await until(() => kernel.status === "busy");
    await new Promise((done) => setTimeout(done, 300));
    await kernel.interrupt();
    expect((await endless).status).toBe("error");
    expect((await execute(kernel, "console.log(x)")).text).toBe("42\n");

    await kernel.restart();
    expect((await execute(kernel, "const x = 'fresh'; console.log(x)")).text).toBe("fresh\n");

    const statuses: string[] = [];
    kernel.statusChanged.connect((_, status) => void statuses.push(status));
    const outputs: Record<string, unknown>[] = [];
    kernel.iopubMessage.connect((_, message) => {
      if (message.header.msg_type === "error") outputs.push(message.content as Record<string, unknown>);
    });
    const crash = kernel.requestExecute({ code: "process.kill(process.pid, 'SIGKILL')" });
    crash.done.catch(() => {});
    await until(() => statuses.includes("autorestarting"));
    expect(outputs[0]).toMatchObject({ ename: "KernelDied", evalue: expect.stringMatching(/SIGKILL/) });
    await until(() => kernel.connectionStatus === "connected" && kernel.status === "idle");
    expect((await execute(kernel, "console.log('again')")).text).toBe("again\n");
    expect(server.log.join("\n")).toMatch(/SIGKILL/);
    await session.shutdown();
    expect((await server.json("GET", "/api/kernels")).body).toEqual([]);
  }, 60_000);
});

test("a kernel that wants a signal is interrupted by one", async () => {
  const session = await open("signal.ipynb", TSLAB.name);
  const endless = execute(session.kernel as Connection, "console.log('begun'); while (true) {}");
  await until(() => session.kernel?.status === "busy");
  await new Promise((done) => setTimeout(done, 1000)); // its handler is there only while the cell runs
  await session.kernel?.interrupt();
  expect((await endless).status).toBe("error");
  await session.shutdown();
}, 60_000);

test("a kernel that nobody knows is refused with the names of those there are", async () => {
  const body = { path: "a.ipynb", type: "notebook", name: "", kernel: { name: "python3" } };
  const answer = await server.json("POST", "/api/sessions", body);
  expect(answer.status).toBe(501);
  expect(answer.body.message).toMatch(/no kernel named "python3".*"ringlab".*"stock-tslab"/);
});

test("a program that is missing is reported", async () => {
  const spec = { ...TSLAB, argv: ["/no/such/program"] };
  await using other = await TestServer.start({ specs: [spec] });
  const { status, body } = await other.json("POST", "/api/kernels", {});
  expect(status).toBe(500);
  expect(body.message).toMatch(/cannot be started.*ENOENT/);
});

test("a kernel that always ends is left dead after a few times", async () => {
  const spec = { ...TSLAB, argv: [process.execPath, "-e", "console.error('no licence'); process.exit(7)"] };
  await using other = await TestServer.start({ specs: [spec] });
  const { body } = await other.json("POST", "/api/kernels", {});
  await until(() => other.server.kernels.get(body.id).model.execution_state === "dead");
  expect(other.log.join("\n")).toMatch(/exit code 7[\s\S]*no licence[\s\S]*not started again/);
}, 30_000);

test("two tabs that open a notebook at once share one kernel", async () => {
  const body = { path: "b.ipynb", type: "notebook", name: "" };
  const answers = await Promise.all([1, 2].map(() => server.json("POST", "/api/sessions", body)));
  expect(answers[0]?.body.kernel.id).toBe(answers[1]?.body.kernel.id);
  expect((await server.json("GET", "/api/kernels")).body).toHaveLength(1);
  await server.json("DELETE", `/api/sessions/${answers[0]?.body.id}`);
});

describe("a connection that was lost", () => {
  const connect = (id: string, session: string) => {
    const url = `${server.origin.replace("http", "ws")}/api/kernels/${id}/channels?session_id=${session}`;
    const socket = new WebSocket(url, { headers: { authorization: `token ${server.server.token}` } });
    const heard: { channel: string; header: { msg_type: string }; content: Record<string, unknown> }[] = [];
    socket.on("message", (data) => heard.push(JSON.parse(String(data))));
    const opened = new Promise((done) => socket.once("open", done));
    return { socket, heard, opened };
  };
  const request = (code: string, session: string): Framed => {
    const header = {
      msg_id: `id-${session}`,
      msg_type: "execute_request",
      session,
      username: "",
      date: "",
      version: "5.3",
    };
    const content = {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: false,
    };
    const parts = [header, {}, {}, content].map((part) => Buffer.from(JSON.stringify(part)));
    return { channel: "shell", parts };
  };

  test("gets what it missed under the same session id, and a stranger gets none of it", async () => {
    const { body } = await server.json("POST", "/api/kernels", { name: TSLAB.name });
    const first = connect(body.id, "s1");
    await first.opened;
    const { channel, parts } = request(
      "console.log('before'); await new Promise(done => setTimeout(done, 1500)); console.log('after');",
      "s1",
    );
    first.socket.send(jsonFraming.encode(channel as "shell", parts));
    await until(() => first.heard.some(({ content }) => content.text === "before\n"));
    first.socket.terminate();
    await until(() => server.server.kernels.get(body.id).model.execution_state === "idle");
    const again = connect(body.id, "s1");
    await until(() => again.heard.some(({ header }) => header.msg_type === "execute_reply"));
    expect(
      again.heard.filter(({ header }) => header.msg_type === "stream").map(({ content }) => content.text),
    ).toEqual(["after\n"]);
    again.socket.terminate();
    await server.json("DELETE", `/api/kernels/${body.id}`);
  }, 30_000);
});
