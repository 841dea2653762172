// The Pulumi program: `pulumi up` runs it under the engine, `npm run preview` in process.
import { program } from "./components/program.js";

export = program;
