#!/usr/bin/env node
import("../dist/src/cli/main.js").catch((error) => {
  if (error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
  console.error(`Ringlab is not built (${error.message}).\nRun: npm run build`);
  process.exit(1);
});
