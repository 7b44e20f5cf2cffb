/** The notebook server and its page. */
export { type BuildReport, ensureFrontend } from "./frontend/cache.ts";
export { freePort, PortInUse } from "./listen.ts";
export { type NotebookServer, type ServerOptions, startServer } from "./server.ts";
