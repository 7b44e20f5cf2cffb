/**
 * The checker's process, woken from a V8 start-up snapshot in which the libraries are parsed and the checker is warm.
 * This file runs when the snapshot is built (snapshot.ts); the function runs when a process starts from it.
 */
import { startupSnapshot } from "node:v8";
import { Session } from "../language/session.ts";
import { nodeIo } from "./node-io.ts";
import { serve } from "./serve.ts";

const session = new Session(nodeIo(process.cwd()), JSON.parse(process.env.RINGLAB_INSTALLATION as string));
session.warm();

startupSnapshot.setDeserializeMainFunction(() => {
  session.moveTo(process.cwd().replaceAll("\\", "/"));
  serve(session);
});
