/** Entry of the stand-in `command` provider: started by the engine with its address, or by hand to be attached to. */
import { serveProvider } from "../protocol/serve-provider.ts";
import { commandProvider } from "./command-provider.ts";

await serveProvider(commandProvider);
