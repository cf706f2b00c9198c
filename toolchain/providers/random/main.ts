import { serveProvider } from "../protocol/serve-provider.ts";
import { randomProvider } from "./random-provider.ts";

/** The provider process, as the engine starts it: `main.ts <engine address>`. */
await serveProvider(randomProvider);
