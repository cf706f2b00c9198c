import { serveProvider } from "../protocol/serve-provider.ts";
import { awsProvider } from "./aws-provider.ts";

/** The provider process, as the engine starts it: `main.ts <engine address>`. */
await serveProvider(awsProvider());
