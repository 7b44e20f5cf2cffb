/** The program that the kernelspec names: `node main.js CONNECTION_FILE`. It spares the command's own loading time. */
import { start } from "./start.ts";

const [file] = process.argv.slice(2);
if (!file) {
  console.error("usage: node main.js CONNECTION_FILE");
  process.exit(2);
}
await start(file);
