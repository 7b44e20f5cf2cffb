import { describe } from "vitest";
import unsafe from "../../../grader/sandbox/unsafe.ts";
import { testEndings } from "./endings.case.ts";

describe("unsafe", () => testEndings(unsafe));
