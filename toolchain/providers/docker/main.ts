import { serveProvider } from "../protocol/serve-provider.ts";
import { dockerProvider } from "./docker-provider.ts";

/** The provider process, as the engine starts it: `main.ts <engine address>`. */
await serveProvider(dockerProvider());
