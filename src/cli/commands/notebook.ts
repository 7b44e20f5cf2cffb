/** `ringlab notebook`: serves a folder of notebooks to the browser of this machine. */
import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { styleText } from "node:util";
import { InvalidArgumentError } from "commander";
import type { BuildReport, NotebookServer } from "../../server/index.ts";
import { UserError } from "../errors.ts";
import type { Register } from "../register.ts";

const DEFAULT_PORT = 8888;

interface Options {
  dir?: string;
  port?: number;
  open: boolean;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError("A port is a whole number from 1 to 65535.");
  return port;
}

const tty = process.stdout.isTTY === true;
const style = (format: Parameters<typeof styleText>[0], text: string): string =>
  tty && !process.env.NO_COLOR ? styleText(format, text) : text;

/** What to serve, and the page to begin with. */
interface Place {
  folder: string;
  /** Path of the page on the server. */
  page: string;
}

/** A notebook's own folder and page, when one is named. */
function choosePlace(notebook: string | undefined, dir: string | undefined): Place {
  if (notebook === undefined) return { folder: chooseFolder(dir), page: "/tree" };
  const path = resolve(notebook);
  if (!existsSync(path)) throw new UserError(`there is no notebook ${path}`);
  if (statSync(path).isDirectory()) return { folder: chooseFolder(notebook), page: "/tree" };
  const folder = chooseFolder(dir ?? dirname(path));
  const inside = relative(folder, path);
  if (inside.startsWith(".."))
    throw new UserError(`${path} is not in ${folder}: leave --dir out, or name a folder above the notebook`);
  return { folder, page: `/notebooks/${inside.split(sep).map(encodeURIComponent).join("/")}` };
}

/** The folder that was asked for, else `notebooks` of the current one, else the current one. */
function chooseFolder(asked: string | undefined): string {
  if (asked === undefined) return existsSync("notebooks") ? resolve("notebooks") : process.cwd();
  const folder = resolve(asked);
  if (!existsSync(folder))
    throw new UserError(`there is no folder ${folder}. Make it first, or name another with --dir`);
  if (!statSync(folder).isDirectory())
    throw new UserError(`${folder} is a file, not a folder. Name its folder: --dir ${join(folder, "..")}`);
  return folder;
}

const buildReport: BuildReport = {
  started: () => console.log("Building the notebook page. This happens once and takes up to half a minute."),
  progress: (modules) => {
    if (tty && modules % 25 === 0) process.stdout.write(`\r  ${modules} modules`);
  },
  finished: (seconds) => console.log(`${tty ? "\r" : ""}  built in ${seconds.toFixed(1)} s`),
};

function announce(url: string, folder: string): void {
  console.log(`
  Ringlab serves ${style("bold", folder)}

    ${style(["cyan", "underline"], url)}

  Open this address if no browser comes up. Ctrl+C stops the server and its kernels.
`);
}

/** A browser is a convenience: without one the address stands in the terminal. */
async function openBrowser(url: string): Promise<void> {
  try {
    const { default: open } = await import("open");
    const browser = await open(url);
    browser.once("error", () => {});
  } catch {}
}

/** Resolves when the user or the page asks to stop. A second signal ends everything at once. */
function stopRequested(server: NotebookServer, shutdown: Promise<void>): Promise<void> {
  process.once("exit", () => server.kill());
  return new Promise((done) => {
    let asked = false;
    const stop = () => {
      if (asked) process.exit(130);
      asked = true;
      done();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
    void shutdown.then(stop);
  });
}

async function serve(notebook: string | undefined, options: Options): Promise<void> {
  const { folder, page } = choosePlace(notebook, options.dir);
  const { ensureFrontend, freePort, PortInUse, startServer } = await import("../../server/index.ts");
  const { SPECS } = await import("../../kernel/specs.ts");
  const { version } = await import("../../kernel/package.ts");
  const { ensureSnapshot } = await import("../../kernel/own/checker/snapshot.ts");
  const [frontend] = await Promise.all([ensureFrontend(buildReport), ensureSnapshot()]);

  let askToStop = () => {};
  const shutdown = new Promise<void>((done) => {
    askToStop = done;
  });
  const start = (port: number) =>
    startServer({
      root: folder,
      frontend,
      port,
      specs: SPECS as typeof SPECS & readonly [(typeof SPECS)[number]],
      version,
      log: (line) => console.log(line),
      onShutdown: askToStop,
    });

  const wanted = options.port ?? DEFAULT_PORT;
  const server = await start(wanted).catch(async (error) => {
    if (!(error instanceof PortInUse)) throw error;
    const free = await freePort(wanted + 1);
    if (free === undefined)
      throw new UserError(`port ${wanted} and the hundred after it are in use. Choose one with --port`);
    if (options.port !== undefined)
      throw new UserError(`port ${wanted} is in use. Port ${free} is free: --port ${free}`);
    console.log(`Port ${wanted} is in use (another notebook server?), so this one takes ${free}.`);
    return start(free);
  });
  const url = server.url.replace("/tree", page);
  // Whoever reads the address may ask to stop at once.
  const stopped = stopRequested(server, shutdown);
  announce(url, folder);
  if (options.open) void openBrowser(url);
  await stopped;
  console.log("Stopping the server and its kernels.");
  await server.stop();
  process.exit(0);
}

export const register: Register = (program) => {
  program
    .command("notebook")
    .description("open notebooks in the browser")
    .argument("[notebook]", "the notebook to open first; its folder is served")
    .option("--dir <folder>", "the folder to serve (default: ./notebooks, or the current folder)")
    .option(
      "--port <number>",
      `the port to listen on (default: ${DEFAULT_PORT}, or the next that is free)`,
      parsePort,
    )
    .option("--no-open", "do not open the browser")
    .action(serve);
};
