import { emulation } from "../../../../src/virt/cpu/emulate/engine.ts";
import { engineCases } from "../engine.cases.ts";

engineCases({ name: "emulation", engine: emulation, options: { apart: true } });
