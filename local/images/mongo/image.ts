import path from "node:path";
import type { ImageRecipe } from "../recipe.ts";
import type { GoBuild } from "../go-build.ts";
import { makeStaticImage } from "../static-image.ts";

const folder = import.meta.dirname;

/** FerretDB has no roles and refuses to be told any; then the application's user could not be made as on MongoDB. */
const acceptRoles = { "r.Len() == 0": "r.Len() >= 0" };
/** As a mongod that is started without a key: it knows users and asks nobody for a password. */
const optionalAccessControl = {
  '\t"log/slog"\n': '\t"log/slog"\n\t"os"\n',
  "h.EnableNewAuth && !cmd.anonymous":
    'h.EnableNewAuth && !cmd.anonymous && os.Getenv("NO_ACCESS_CONTROL") == ""',
};
/** mongorestore says so with every insert, as MongoDB since 5.0.33 understands it; here nothing was ever replaced. */
const keepEmptyTimestamps = {
  '\tBypassDocumentValidation bool            `ferretdb:"bypassDocumentValidation,ignored"`\n':
    '\tBypassDocumentValidation bool            `ferretdb:"bypassDocumentValidation,ignored"`\n' +
    '\tBypassEmptyTsReplacement bool            `ferretdb:"bypassEmptyTsReplacement,ignored"`\n',
};
/** mongorestore names the collection with every index, as MongoDB before 4.4 wrote it down; later ones ignore it. */
const ignoreNamespace = { 'case "background":': 'case "background", "ns":' };
const handlers = "github.com/FerretDB/FerretDB/internal/handler";
const toolsVersion = "100.18.0";

const server: Omit<GoBuild, "module"> = {
  packages: ["github.com/FerretDB/FerretDB/cmd/ferretdb", "./mongod", "./mongosh"],
  tags: ["ferretdb_no_postgresql"],
  edits: {
    [`${handlers}/commands.go`]: optionalAccessControl,
    [`${handlers}/msg_createuser.go`]: acceptRoles,
    [`${handlers}/msg_updateuser.go`]: acceptRoles,
    [`${handlers}/msg_createindexes.go`]: ignoreNamespace,
    [`${handlers}/common/insert.go`]: keepEmptyTimestamps,
  },
  // Generated in its own repository and left out of the module; without it the command refuses to start.
  missingFiles: { "github.com/FerretDB/FerretDB/build/version/version.txt": "v1.24.0\n" },
};

/** The real ones: what is loaded and dumped here is so on MongoDB itself. */
const tools: Omit<GoBuild, "module"> = {
  named: {
    mongodump: "github.com/mongodb/mongo-tools/mongodump/main",
    mongorestore: "github.com/mongodb/mongo-tools/mongorestore/main",
  },
  linkerFlags: [`-X main.VersionStr=${toolsVersion}`],
};

const data = { directory: "/data/db", owner: "999:999" };
const version = "FerretDB 1.24.0";

/** FerretDB behind mongod's command line; see README.md for what it is not. */
export const mongoImage: ImageRecipe = {
  name: "mongo",
  from: "FerretDB's Go module, and MongoDB's own tools from theirs",
  inputs: () => [
    JSON.stringify([server, tools, data, version]),
    { directory: path.join(folder, "build") },
    { directory: path.join(folder, "tools") },
    { directory: path.join(folder, "rootfs") },
  ],
  config: ["ENV PATH=/usr/local/bin:/usr/bin:/bin", "EXPOSE 27017", 'CMD ["mongod"]'],
  build: (directory, report) =>
    makeStaticImage(
      {
        go: [
          { ...server, module: path.join(folder, "build") },
          { ...tools, module: path.join(folder, "tools") },
        ],
        overlays: [path.join(folder, "rootfs")],
        data,
        version,
      },
      directory,
      report,
    ),
};
