/** The checker's process, started the plain way: it parses the libraries first (about 0.8 s). */

import { Session } from "../language/session.ts";
import { installation } from "./installation.ts";
import { nodeIo } from "./node-io.ts";
import { serve } from "./serve.ts";

const session = new Session(nodeIo(process.cwd()), installation());
session.warm();
serve(session);
