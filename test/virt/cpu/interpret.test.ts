import { interpretation } from "../../../src/virt/cpu/interpret.ts";
import { engineCases } from "./engine.cases.ts";

engineCases({ name: "interpretation", engine: interpretation });
