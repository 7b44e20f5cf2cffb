/** The notebook server: a Jupyter server for one folder, for the user of this machine alone. */
import { createServer, type Server } from "node:http";
import { basename, join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import type { KernelSpec } from "../kernel/specs.ts";
import { createApp } from "./app.ts";
import { Auth } from "./auth.ts";
import { serveChannels } from "./channels/channels.ts";
import { Contents } from "./contents/contents.ts";
import { Trust } from "./contents/trust.ts";
import { Kernels } from "./kernels/kernels.ts";
import { Kernelspecs } from "./kernels/kernelspecs.ts";
import { listenOnLoopback } from "./listen.ts";
import { Root } from "./paths.ts";
import { contentsRoutes } from "./routes/contents.ts";
import { fileRoutes, frontendRoutes } from "./routes/files.ts";
import { kernelRoutes, sessionRoutes } from "./routes/kernels.ts";
import { pageRoutes } from "./routes/pages.ts";
import { statusRoutes } from "./routes/status.ts";
import { configRoutes, settingsRoutes, workspaceRoutes } from "./routes/user.ts";
import { Sessions } from "./sessions.ts";
import { Settings } from "./user/settings.ts";
import { configFolder, Store } from "./user/store.ts";

export interface ServerOptions {
  /** The served folder. */
  root: string;
  /** Of the built page: see ensureFrontend. */
  frontend: string;
  /** 0 takes any free port. */
  port: number;
  /** The first is the default. */
  specs: readonly [KernelSpec, ...KernelSpec[]];
  version: string;
  /** Where the user's settings are kept; their configuration folder unless given. */
  config?: string;
  /** Keep a spare kernel warm; yes unless given. */
  spare?: boolean;
  /** Hears what should stand in the terminal. */
  log?: (line: string) => void;
  /** The page asked the server to stop. */
  onShutdown?: () => void;
}

export interface NotebookServer {
  port: number;
  token: string;
  /** The address that opens the file list, with the token. */
  url: string;
  kernels: Kernels;
  /** Ends all kernels, closes all connections, frees the port. */
  stop(): Promise<void>;
  /** Ends all kernel processes at once and without asking: for a process that is about to end itself. */
  kill(): void;
}

/** Throws PortInUse, or an error of the file system when the folder cannot be read. */
export async function startServer(options: ServerOptions): Promise<NotebookServer> {
  const { log = () => {}, version, config = configFolder() } = options;
  const root = new Root(options.root);
  const kernels = new Kernels(new Kernelspecs(options.specs), root.folder, log);

  // The port is part of what the door checks, so the door is hung when the port is known.
  let answer: ReturnType<typeof getRequestListener> | undefined;
  const make = () => createServer((request, response) => void answer?.(request, response));
  const { servers, port } = await listenOnLoopback(make, options.port);

  const auth = new Auth(port);
  const store = (name: string) => new Store(join(config, name), ".json");
  const staticUrl = `/static/${basename(options.frontend)}`;
  const app = createApp(auth, [
    pageRoutes({ staticUrl, version, root: root.folder }),
    frontendRoutes(options.frontend, staticUrl),
    fileRoutes(root),
    contentsRoutes(new Contents(root, new Trust(join(config, "trusted-notebooks.json")))),
    kernelRoutes(kernels, root),
    sessionRoutes(new Sessions(root, kernels)),
    settingsRoutes(new Settings(options.frontend, store("settings"))),
    workspaceRoutes(store("workspaces")),
    configRoutes(store("config")),
    statusRoutes(kernels, version, () => options.onShutdown?.()),
  ]);
  answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const closeChannels = serveChannels(servers, auth, kernels);
  if (options.spare !== false) kernels.prepare();

  return {
    port,
    token: auth.token,
    url: `http://localhost:${port}/tree?token=${auth.token}`,
    kernels,
    async stop() {
      closeChannels();
      await Promise.all([kernels.stop(), ...servers.map(closeServer)]);
    },
    kill: () => kernels.kill(),
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}
