import { readFile } from "node:fs/promises";
import { build, type Plugin } from "esbuild";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../workstation/repository.ts";

/**
 * What drivers bring along and a host never needs, replaced by what is there anyway. Halves the bundle, which has to stay
 * under 1 MB: it is copied to every host on every change.
 */
const slim: Plugin = {
  name: "slim",
  setup(plugin) {
    const virtual = (filter: RegExp, name: string, contents: string): void => {
      plugin.onResolve({ filter }, () => ({ path: name, namespace: "slim" }));
      plugin.onLoad({ filter: new RegExp(`^${name}$`), namespace: "slim" }, () => ({
        contents,
        resolveDir: repositoryRoot,
      }));
    };
    // mongodb's connection strings want a WHATWG URL parser with its Unicode tables; Node has one built in.
    virtual(/^whatwg-url$/, "url", "module.exports = { URL, URLSearchParams };");
    // Passwords are ASCII by their form, which this preparation of Unicode leaves as it is.
    virtual(
      /^@mongodb-js\/saslprep$/,
      "saslprep",
      'exports.saslprep = (text) => { if (/[^ -~]/.test(text)) throw new Error("expected an ASCII password"); return text; };',
    );
    // Encryption by the client wants a native library that no host has.
    virtual(/\/client_encryption$/, "client-encryption", "exports.ClientEncryption = undefined;");
    // GridFS keeps large files in MongoDB; no service does.
    virtual(/\/gridfs(\/(index|upload|download))?$/, "gridfs", "exports.GridFSBucket = undefined;");
    virtual(/\/state_machine$/, "state-machine", "exports.StateMachine = undefined;");
    // zod's namespace export keeps its forty languages alive.
    plugin.onResolve({ filter: /locales\/index\.js$/ }, ({ importer }) =>
      importer.includes("/zod/") ? { path: "locales", namespace: "slim" } : undefined,
    );
    plugin.onLoad({ filter: /^locales$/, namespace: "slim" }, () => ({
      contents: 'export { default as en } from "zod/v4/locales/en.js";',
      resolveDir: repositoryRoot,
    }));
    virtual(/\.\/from-json-schema\.js$/, "schema", "export const fromJSONSchema = undefined;");
    // … and how each type is written as JSON Schema, which the agent never asks for.
    virtual(
      /\/json-schema-processors\.js$/,
      "processors",
      "export const toJSONSchema = undefined, allProcessors = {};",
    );
    virtual(
      /\/to-json-schema\.js$/,
      "to-schema",
      "export const createToJSONSchemaMethod = () => undefined, createStandardJSONSchemaMethod = () => undefined," +
        " initializeContext = undefined, extractDefs = undefined, finalize = undefined, processSchema = undefined;",
    );
    // zod can also make a schema into a program; the agent has no schema that is worth it.
    virtual(
      /^\.\/compile\.js$/,
      "compile",
      "export const INVALID = undefined, compile = undefined, compileFn = undefined, withParser = undefined," +
        " ZodCompileAsyncError = undefined, ZodCompileUnsupportedError = undefined;",
    );
    // The driver tells the server its version, and wants nothing else of its own package.
    plugin.onLoad({ filter: /\/mongodb\/package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, "utf8")) as { version: string };
      return { contents: JSON.stringify({ version }), loader: "json" };
    });
    // Nobody logs in to MongoDB by Kerberos, Amazon or OpenID here.
    virtual(/\/(mongodb_aws|mongodb_oidc)$/, "login", "module.exports = {};");
    virtual(/\/gssapi$/, "gssapi", "exports.GSSAPICanonicalizationValue = { off: false };");
    virtual(
      /\/mongodb_oidc\/(automated_callback_workflow|human_callback_workflow|token_cache)$/,
      "oidc",
      "module.exports = {};",
    );
    virtual(/\.\/encrypter$/, "encrypter", "exports.Encrypter = undefined;");
    // Of redis' telemetry the client asks for this, and tells it that it is there.
    virtual(
      /^\.\.\/opentelemetry$/,
      "telemetry",
      "exports.ClientRegistry = { instance: { register() {}, unregister() {} } };",
    );
    // Of its own description the MongoDB driver tells the server its version.
    plugin.onLoad({ filter: /\/mongodb\/package\.json$/ }, async ({ path }) => ({
      contents: JSON.stringify({ version: descriptionOf(await readFile(path, "utf8")).version }),
      loader: "json",
    }));
    // Nothing is cached of a store that is asked once.
    virtual(
      /^\.\/cache$/,
      "cache",
      "exports.BasicClientSideCache = exports.ClientSideCacheProvider = undefined;",
    );
    virtual(/\/auto_encrypter$/, "auto-encrypter", "exports.AutoEncrypter = undefined;");
    // One connection at a time to a store is enough.
    virtual(/^\.\/pool$/, "pool", "exports.RedisClientPool = undefined;");
    // redis' package adds clusters, sentinels and modules (search, time series, …); a store here is one plain server.
    virtual(
      /^redis$/,
      "redis",
      'exports.createClient = require("@redis/client/dist/lib/client").default.create;',
    );
    // … and of some 350 commands recovery needs a few. Calling another one says so.
    plugin.onResolve({ filter: /^\.\/[A-Z][A-Z_]+$/ }, ({ path, importer }) =>
      importer.endsWith("/@redis/client/dist/lib/commands/index.js") && !redisCommands.has(path.slice(2))
        ? { path: "left-out", namespace: "slim" }
        : undefined,
    );
    plugin.onLoad({ filter: /^left-out$/, namespace: "slim" }, () => ({
      contents: leftOut,
      resolveDir: repositoryRoot,
    }));
  },
};

/** Redis commands that definitions in the catalog may call by name; any other goes by `sendCommand`, or is added here. */
const redisCommands: ReadonlySet<string> = new Set(
  "AUTH CONFIG_GET CONFIG_SET DBSIZE DEL GET INFO MGET PING SELECT SET".split(" "),
);
const leftOut = `exports.default = { parseCommand() {
  throw new Error("this Redis command is left out of the agent's bundle: see redisCommands in components/agent/bundle.ts");
} };`;

function descriptionOf(text: string): { readonly version: string } {
  return JSON.parse(text) as { readonly version: string };
}

/** Drivers' optional extras: asked for inside a try, absent on a host. */
const optional = [
  "kerberos",
  "snappy",
  "@mongodb-js/zstd",
  "mongodb-client-encryption",
  "socks",
  "gcp-metadata",
  "@aws-sdk/credential-providers",
  "aws4",
  "@opentelemetry/api",
  "@node-rs/xxhash",
];

/**
 * Bundles the agent into one ES module for the distribution's Node (18 or later) and returns its text. Equal sources give equal text.
 * @throws esbuild's BuildFailure, which names file and line.
 */
export async function bundleAgent(): Promise<string> {
  const result = await build({
    entryPoints: [join(repositoryRoot, "recovery/agent/main.ts")],
    absWorkingDir: repositoryRoot,
    bundle: true,
    minify: true,
    keepNames: false,
    platform: "node",
    target: "node18",
    format: "esm",
    charset: "utf8",
    legalComments: "none",
    // CommonJS drivers call require for Node's own modules.
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    external: optional,
    plugins: [slim],
    write: false,
    logLevel: "silent",
  });
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error("esbuild gave no output for the agent");
  return output.text;
}
