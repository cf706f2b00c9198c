import { catalog } from "../../components/services/catalog.ts";
import { AwsClient } from "aws4fetch";
import { agentConfigSchema } from "../agent-config.ts";
import { z } from "zod";
console.log(catalog.length, AwsClient, agentConfigSchema, z.string());
