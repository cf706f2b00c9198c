import { serveProvider } from "../protocol/serve-provider.ts";
import { cloudflareProvider } from "./cloudflare-provider.ts";

/** The provider process, as the engine starts it: `main.ts <engine address>`. */
await serveProvider(cloudflareProvider());
